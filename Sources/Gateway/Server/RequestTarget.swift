/// The target of a request, taken apart.
enum RequestTarget: Equatable {
    /// `/<provider>/<rest>`; `rest` starts with `/` and has the query.
    case provider(String, rest: String)
    /// `/healthz`.
    case health
    /// `/proxy.pac`.
    case proxyScript
    /// In form, but it leads nowhere.
    case unknown
    /// Not in a form that is served: the reason.
    case bad(String)

    /// Takes a target apart. Only the path and query form is served; dot segments are not resolved but refused, since the provider
    /// might resolve them otherwise than we do.
    init(_ target: String) {
        if let problem = Self.problem(target, maxBytes: GatewayLimits.maxTargetBytes) {
            self = .bad(problem)
            return
        }
        let path = target.prefix { $0 != "?" }
        if path == "/healthz" {
            self = .health
            return
        }
        if path == "/proxy.pac" {
            self = .proxyScript
            return
        }
        let name = path.dropFirst().prefix { $0 != "/" }
        let rest = target.dropFirst(1 + name.count)
        self =
            name.isEmpty || rest.isEmpty || rest.first != "/" ? .unknown : .provider(String(name), rest: String(rest))
    }

    /// What is wrong with a path and query; nil if nothing is.
    static func problem(_ target: String, maxBytes: Int) -> String? {
        guard target.utf8.count <= maxBytes else { return "The request's URL is longer than \(maxBytes) bytes." }
        guard target.utf8.first == UInt8(ascii: "/") else { return "The request line must hold a path here." }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") })
        else {
            return "The request's URL holds a character that has to be percent-encoded."
        }
        guard !hasDotSegments(target.prefix { $0 != "?" }) else { return "The request's path has . or .. segments." }
        return nil
    }

    /// Whether a path has a segment of one or two dots, plain or percent-encoded.
    static func hasDotSegments(_ path: Substring) -> Bool {
        path.split(separator: "/").contains { segment in
            guard segment.utf8.count <= 6 else { return false }
            var plain: [UInt8] = []
            var rest = Array(segment.utf8)[...]
            while let byte = rest.first {
                if rest.count >= 3, byte == UInt8(ascii: "%"), rest[rest.startIndex + 1] == UInt8(ascii: "2"),
                    rest[rest.startIndex + 2] | 0x20 == UInt8(ascii: "e")
                {
                    plain.append(UInt8(ascii: "."))
                    rest = rest.dropFirst(3)
                } else {
                    plain.append(byte)
                    rest = rest.dropFirst()
                }
            }
            return plain == Array(".".utf8) || plain == Array("..".utf8)
        }
    }
}
