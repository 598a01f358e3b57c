/// A name under which a selection offers its content: an X target or a MIME type.
public struct Target: Sendable, Hashable {
    /// What stands behind the name.
    public enum Sort: Sendable, Hashable {
        /// Of the protocol: never copied, and those with side effects never asked for.
        case technical
        /// Says that the content is not for others' eyes.
        case concealed
        /// Plain text.
        case plain(Encoding)
        /// HTML.
        case markup
        /// A picture, a sound, a film.
        case media
        /// A list of files.
        case files
        /// Anything else: taken for a format that may hold the text.
        case other
    }

    /// How a plain text is written.
    public enum Encoding: Sendable, Hashable {
        case utf8, latin1, utf16
        /// ISO 2022, as X's inter-client conventions have it: copied, never rewritten.
        case compound
    }

    /// The name.
    public let name: String
    /// What stands behind it.
    public let sort: Sort

    /// Mark in an offer of this program's own, so that two of them leave each other's alone.
    public static let ownMark = "application/x-sluice-offer"

    /// Of the protocol (ICCCM 2.6.2, the freedesktop.org clipboard manager's, XDND); some delete or store when they are asked for.
    private static let technical: Set<String> = [
        "TARGETS", "TIMESTAMP", "MULTIPLE", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY", "SAVE_TARGETS", "LENGTH",
        "LIST_LENGTH", "OWNER_OS", "HOST_NAME", "USER", "CLASS", "NAME", "CLIENT_WINDOW", "PROCESS", "TASK", "ODIF",
        "CHARACTER_POSITION", "COLUMN_NUMBER", "LINE_NUMBER", "CLIPBOARD_MANAGER", "XmTRANSFER_SUCCESS",
        "XmTRANSFER_FAILURE",
    ]

    /// Password managers' words: KDE's, and those that others have carried over from macOS and Windows.
    private static let concealed: Set<String> = [
        "x-kde-passwordmanagerhint", "application/x-nspasteboard-concealed-type", "org.nspasteboard.concealedtype",
        "excludeclipboardcontentfrommonitorprocessing", "application/x-copyq-private",
    ]

    private static let files: Set<String> = [
        "text/uri-list", "x-special/gnome-copied-files", "x-special/mate-copied-files",
        "application/x-kde-cutselection", "application/vnd.portal.filetransfer", "application/vnd.portal.files",
    ]

    /// Takes a name.
    public init(_ name: String) {
        self.name = name
        sort = Self.sort(name)
    }

    private static func sort(_ name: String) -> Sort {
        if technical.contains(name) || name == ownMark { return .technical }
        switch name {
        case "UTF8_STRING": return .plain(.utf8)
        case "STRING": return .plain(.latin1)
        case "TEXT": return .plain(.compound)
        case "COMPOUND_TEXT": return .plain(.compound)
        default: break
        }
        let lower = name.lowercased().filter { $0 != " " }
        if concealed.contains(lower) { return .concealed }
        if files.contains(lower) { return .files }
        switch lower {
        case "text/plain;charset=utf-8", "text/plain", "public.utf8-plain-text": return .plain(.utf8)
        case "text/plain;charset=iso-8859-1", "text/plain;charset=us-ascii": return .plain(.latin1)
        case "text/plain;charset=utf-16", "text/unicode": return .plain(.utf16)
        default: break
        }
        if lower == "public.html" || lower == "text/html" || lower.hasPrefix("text/html;") { return .markup }
        for prefix in ["image/", "audio/", "video/"] where lower.hasPrefix(prefix) { return .media }
        if ["PIXMAP", "BITMAP", "DRAWABLE"].contains(name) { return .technical }
        return .other
    }

    /// How well the text of a target can be read, the best first; nil where it can't.
    var readingRank: Int? {
        switch sort {
        case .plain(.utf8): name == "UTF8_STRING" || name.contains("charset") ? 0 : 1
        case .plain(.utf16): 2
        case .plain(.latin1): 3
        case .plain(.compound): 4
        default: nil
        }
    }

    /// The text in UTF-8, as the classifier reads it.
    func text(of bytes: [UInt8]) -> [UInt8] {
        switch sort {
        case .plain(.latin1): return Self.fromLatin1(bytes)
        case .plain(.utf16): return Self.fromUTF16(bytes)
        case .markup where bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]):
            // Old versions of Firefox offer HTML so.
            return Self.fromUTF16(bytes)
        default: return bytes
        }
    }

    /// A text of ours as this target has it; nil where it can't be said so.
    func bytes(of text: [UInt8]) -> [UInt8]? {
        switch sort {
        case .plain(.utf8), .markup, .other: return text
        case .plain(.latin1):
            var out: [UInt8] = []
            out.reserveCapacity(text.count)
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
                guard let byte = UInt8(exactly: scalar.value) else { return nil }
                out.append(byte)
            }
            return out
        case .plain(.utf16):
            return [0xFF, 0xFE]
                + String(decoding: text, as: UTF8.self).utf16.flatMap {
                    [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
                }
        default: return nil
        }
    }

    private static func fromLatin1(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 > 0x7F }) else { return bytes }
        return bytes.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }
    }

    private static func fromUTF16(_ bytes: [UInt8]) -> [UInt8] {
        let isBig = bytes.starts(with: [0xFE, 0xFF])
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.starts(with: [0xFF, 0xFE]) || isBig ? 2 : 0
        while index + 1 < bytes.count {
            let (low, high) = isBig ? (bytes[index + 1], bytes[index]) : (bytes[index], bytes[index + 1])
            units.append(UInt16(low) | UInt16(high) << 8)
            index += 2
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
