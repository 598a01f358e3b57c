import Primitives

/// Bounds of what the formats read and hold.
public enum FormatLimits {
    /// Largest request body that is parsed, in bytes.
    public static let maxBodyBytes = 32 << 20
    /// Most arrays and objects that may stand inside one another.
    public static let maxNestingDepth = 256
    /// Most values (strings, numbers, containers) in one JSON text.
    public static let maxValues = 1_000_000
    /// Most segments of one request.
    public static let maxSegments = 100_000
    /// Most JSON texts inside JSON strings that are opened, one inside another.
    public static let maxStringDepth = 3
    /// Most models that one request is known to ask for.
    public static let maxModels = 64
    /// Most parts of one form, and lines of one file of JSON lines.
    public static let maxParts = 100_000
    /// Longest path that is written out, in bytes; the middle of a longer one is left out.
    public static let maxPathBytes = 512

    /// Largest reply that is held to put values back, when it does not come as a stream, in bytes. A larger one passes unrestored.
    public static let maxReplyBytes = 16 << 20
    /// Largest event of a stream, in bytes. From a larger one on, nothing is put back in that reply.
    public static let maxEventBytes = 4 << 20
    /// Most bytes of decoded text that one text stream holds back: a placeholder, and what comes after it as far as it takes to
    /// tell whether it stands in a host name; the longest placeholder leaves two bytes for that.
    public static let maxHeldBytes = Placeholder.maxBytes + 2
    /// Most events that one text stream holds back.
    public static let maxHeldEvents = 64
    /// Most bytes of events that one text stream holds back. An event that goes beyond it is not waited for.
    public static let maxHeldEventBytes = 1 << 20
    /// Most text streams that are followed in one reply. From one more on, nothing is put back in that reply.
    public static let maxTextStreams = 256
    /// Most values that are put back in one reply.
    public static let maxRestores = 4096
}

/// Why a body can't be read: the place, and what would mend it.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: String, Sendable {
        /// Not JSON as RFC 8259 has it.
        case syntax
        /// More nested arrays and objects than `FormatLimits.maxNestingDepth`.
        case tooDeep
        /// More values than `FormatLimits.maxValues`.
        case tooManyValues
        /// More texts than `FormatLimits.maxSegments`.
        case tooManySegments
        /// More bytes than `FormatLimits.maxBodyBytes`.
        case tooLarge
    }

    /// What is wrong.
    public var kind: Kind
    /// Offset of the offending byte in the body.
    public var offset: Int
    /// Line of that byte, from 1.
    public var line: Int
    /// Column of that byte, from 1, in bytes.
    public var column: Int
    /// What is wrong and what would mend it, in a sentence without any of the body's text.
    public var reason: String

    init(_ kind: Kind, _ reason: String, at offset: Int, in body: UnsafeRawBufferPointer) {
        self.kind = kind
        self.offset = offset
        self.reason = reason
        line = 1
        column = 1
        for byte in body.prefix(offset) {
            column += 1
            if byte == 0x0A {
                line += 1
                column = 1
            }
        }
    }

    public var description: String {
        "\(kind == .syntax ? "not valid JSON at " : "")byte \(offset) (line \(line), column \(column)): \(reason)"
    }
}
