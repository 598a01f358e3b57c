/// One content coding, undone (RFC 9110, section 8.4.1).
protocol ContentCoding: Sendable {
    /// Names by which Content-Encoding calls it, lower case.
    static var names: [String] { get }
    /// The plain bytes; nil where the input is not valid, not whole, followed by more, or larger than `limit` when decoded.
    static func decode(_ bytes: [UInt8], limit: Int) -> [UInt8]?
}

/// The content codings of a request's body, in the order in which they were applied.
struct ContentCodings: Sendable {
    private static let all: [any ContentCoding.Type] = {
        #if Codings
            [GzipCoding.self, DeflateCoding.self, BrotliCoding.self, ZstdCoding.self]
        #else
            [GzipCoding.self, DeflateCoding.self]
        #endif
    }()

    /// Names of the codings that can be undone.
    static var known: [String] { all.compactMap { $0.names.first } }

    /// Codings that one body may have, one over the other.
    static let maxLayers = 3
    /// Most bytes that come out of one of the body, all layers together. What people write is pressed to a twentieth at best.
    static let maxRatio = 200
    /// Bytes that may come out whatever the ratio: the shortest bodies are pressed most.
    static let freeBytes = 1 << 20

    private let names: [String]

    /// Takes the values of all Content-Encoding fields.
    init(_ fields: [String]) {
        names = fields.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            .filter { $0 != "identity" }
    }

    /// Whether the body is plain.
    var isIdentity: Bool { names.isEmpty }

    /// The plain body; nil where a coding is not known, or its data not valid, or too much would come out.
    func decode(_ body: [UInt8]) -> [UInt8]? {
        guard names.count <= Self.maxLayers else { return nil }
        let limit = min(GatewayLimits.maxHeldBodyBytes, max(Self.freeBytes, body.count * Self.maxRatio))
        var bytes = body
        for name in names.reversed() {
            guard let coding = Self.all.first(where: { $0.names.contains(name) }),
                let plain = coding.decode(bytes, limit: limit)
            else { return nil }
            bytes = plain
        }
        return bytes
    }
}
