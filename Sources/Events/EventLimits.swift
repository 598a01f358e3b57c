/// What one event may hold. The initialisers of the parts cut to these limits and leave a mark, so no event can pass them.
public enum EventLimits {
    /// Findings in one event; further ones are counted in `EventDraft.omittedFindings`.
    public static let maxFindings = 100
    /// Masked excerpt of one finding, in bytes of UTF-8.
    public static let maxExcerptBytes = 160
    /// JSON path or other masked place, in bytes of UTF-8.
    public static let maxPathBytes = 256
    /// One name, title, model, host or application, in bytes of UTF-8.
    public static let maxNameBytes = 128
    /// One identifier (rule, provider, surface, tier, channel, reason), in bytes.
    public static let maxIdentifierBytes = 80
    /// One link, in bytes.
    public static let maxLinkBytes = 512
    /// One line of the policy's trace or one provider fact, in bytes of UTF-8.
    public static let maxLineBytes = 512
    /// Lines of the policy's trace.
    public static let maxTraceSteps = 64
    /// Terms in the provider's facts.
    public static let maxTerms = 32
    /// Fields, headers and features of the request that policy had a say in.
    public static let maxControls = 64
    /// Reasons for one finding's score.
    public static let maxReasons = 16
    /// Encodings through which one finding was seen.
    public static let maxViews = 8
    /// Kinds of what could not be inspected.
    public static let maxOpaque = 16
    /// Rows of a usage event; further ones stand in the next event.
    public static let maxUsage = 40
    /// One encoded event, in bytes of JSON; findings are left out from the end until it fits.
    public static let maxEventBytes = 64 * 1024
    /// Events in one batch.
    public static let maxBatchEvents = 500
    /// One encoded batch, in bytes of JSON.
    public static let maxBatchBytes = 4 * 1024 * 1024

    /// Ends a text that was cut.
    public static let cutMark = "…"

    /// At most `limit` bytes of UTF-8; a longer text is cut between characters and ends in `cutMark`.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let room = limit - cutMark.utf8.count
        var used = 0
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard used + width <= room else { break }
            used += width
            kept.append(scalar)
        }
        return String(kept) + cutMark
    }

    /// A text of the pack, the catalogue or the system: one line, no control or invisible formatting characters, cut to `limit` bytes.
    static func plain(_ text: String, to limit: Int) -> String {
        let line = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar -> Unicode.Scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: " "
                    default: scalar
                    }
                }))
        return cut(line, to: limit)
    }

    /// An identifier from a closed set: letters, digits and `. _ : / @ + -`; anything else becomes `_`.
    static func identifier(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8.prefix(maxIdentifierBytes) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x3A, 0x2F, 0x40, 0x2B, 0x2D: out.append(byte)
            default: out.append(0x5F)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A link of the pack, kept only if it is https and free of blanks; nil otherwise.
    static func link(_ text: String?) -> String? {
        guard let text, text.utf8.count <= maxLinkBytes, text.hasPrefix("https://"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E })
        else { return nil }
        return text
    }
}
