public import Classifier
import Crypto

/// A compiled set of rules: what `sluice pack build` writes and every other command reads at start.
///
/// The file, all numbers little-endian:
///
///     0   8   "SLUICEPK"
///     8   2   format, 4
///     10  2   engine: the version of the meaning of rules
///     12  4   bytes of the body
///     16  32  SHA-256 of the body
///     48      body: file names, literal table, rules with their plans, examples
///
/// A string is its length in four bytes and its UTF-8. Each anchor literal stands once in the table and rules refer to it. The digest
/// tells packs apart and finds damage; it is no signature.
public struct Pack: Sendable {
    /// Largest pack that is read or written, in bytes.
    public static let maxPackBytes = 8 << 20
    /// Most rules in a pack.
    public static let maxRules = 10_000
    /// The version of the meaning of rules that this program has; a pack of another is refused.
    public static let engineVersion: UInt16 = 1

    static let magic = Array("SLUICEPK".utf8)
    static let formatVersion: UInt16 = 4
    static let headerBytes = 48

    /// SHA-256 of the body; events carry it.
    public let digest: [UInt8]
    /// Rules in the order of their files. Examples are empty unless they were asked for.
    public let sources: [RuleSource]
    /// What planning makes of each rule; nil for one that does not compile, which is then said when the rules are made ready.
    public let plans: [RulePlan?]
    /// Names of the files that the rules came from.
    public let fileNames: [String]
    /// Number of distinct anchor literals.
    public let literalCount: Int

    /// The digest in lower-case hexadecimal.
    public var digestText: String { Self.hex(digest) }
    /// What the classifier compiles.
    public var definitions: [RuleDefinition] { sources.map(\.definition) }

    /// Packs rules that were read from files. The same rules give the same bytes and digest.
    public init(_ sources: [RuleSource]) {
        self.sources = sources
        plans = sources.map { try? RulePlan($0.definition) }
        let body = PackWriter.body(sources, plans)
        digest = Array(SHA256.hash(data: body.bytes))
        fileNames = body.fileNames
        literalCount = body.literalCount
    }

    init(
        digest: [UInt8], sources: [RuleSource], plans: [RulePlan?], fileNames: [String], literalCount: Int
    ) {
        self.digest = digest
        self.sources = sources
        self.plans = plans
        self.fileNames = fileNames
        self.literalCount = literalCount
    }

    /// The file's bytes.
    public func encoded() throws(PackError) -> [UInt8] {
        guard sources.count <= Self.maxRules else { throw PackError(at: 0, "more than \(Self.maxRules) rules") }
        let body = PackWriter.body(sources, plans).bytes
        guard Self.headerBytes + body.count <= Self.maxPackBytes else {
            throw PackError(at: 0, "the pack would have more than \(Self.maxPackBytes) bytes")
        }
        var out = Self.magic
        PackWriter.append(Self.formatVersion, to: &out)
        PackWriter.append(Self.engineVersion, to: &out)
        PackWriter.append(UInt32(body.count), to: &out)
        out += SHA256.hash(data: body)
        return out + body
    }

    /// Reads a pack's bytes. With `examples` the hits and misses are decoded too; scanning needs none.
    public init(decoding bytes: [UInt8], examples: Bool = false) throws(PackError) {
        guard bytes.count <= Self.maxPackBytes else {
            throw PackError(at: bytes.count, "larger than \(Self.maxPackBytes) bytes")
        }
        guard bytes.prefix(Self.magic.count).elementsEqual(Self.magic) else {
            throw PackError(at: 0, bytes.isEmpty ? "the file is empty" : "this is no pack")
        }
        let outcome: Result<Pack, PackError> = bytes.withUnsafeBytes { buffer in
            do throws(PackError) { return .success(try Self.read(buffer, examples)) } catch { return .failure(error) }
        }
        self = try outcome.get()
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, _ examples: Bool) throws(PackError) -> Pack {
        var header = PackReader(bytes, from: magic.count)
        let format: UInt16 = try header.number()
        guard format == formatVersion else {
            let mend =
                format < formatVersion
                ? "build the pack anew from its rules (sluice pack build, or make build in a checkout)"
                : "it is of a newer Sluice"
            throw PackError(at: 8, "pack format \(format), this program reads \(formatVersion): \(mend)")
        }
        let engine: UInt16 = try header.number()
        guard engine == engineVersion else {
            throw PackError(at: 10, "made for rule engine \(engine), this program has \(engineVersion)")
        }
        let bodyCount = Int(try header.number() as UInt32)
        guard bytes.count == headerBytes + bodyCount else {
            throw PackError(
                at: bytes.count,
                "\(bytes.count) bytes where the header promises \(headerBytes + bodyCount): cut off or damaged")
        }
        let stated = Array(bytes[16..<headerBytes])
        let actual = Array(SHA256.hash(data: UnsafeRawBufferPointer(rebasing: bytes[headerBytes...])))
        guard stated == actual else { throw PackError(at: 16, "the digest does not fit the content: damaged") }
        return try PackReader.pack(bytes, from: headerBytes, digest: actual, examples: examples)
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Why bytes are no usable pack.
public struct PackError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Byte offset at which reading stopped.
    public var offset: Int
    /// What is wrong.
    public var reason: String

    init(at offset: Int, _ reason: String) {
        self.offset = offset
        self.reason = reason
    }

    public var description: String { "\(reason) (at byte \(offset))" }
}
