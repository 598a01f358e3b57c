import Glibc
import Primitives

/// Colour, where a person looks at a terminal that has it. `NO_COLOR` (https://no-color.org) turns it off.
struct Style {
    let isOn: Bool

    /// Asks the terminal behind a descriptor.
    static func of(_ descriptor: Int32) -> Style {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        let refused = variable("NO_COLOR").map { !$0.isEmpty } ?? false
        return Style(isOn: !refused && variable("TERM") != "dumb" && isatty(descriptor) == 1)
    }

    private func wrap(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func path(_ text: String) -> String { wrap(text, "36") }

    func severity(_ severity: Severity) -> String {
        switch severity {
        case .critical: wrap("critical", "1;31")
        case .high: wrap("high", "31")
        case .medium: wrap("medium", "33")
        case .low: wrap("low", "2")
        }
    }
}

/// Text from outside on its way to a terminal: control characters would move the cursor or hide what stands there.
enum Printable {
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}

/// `1 finding`, `2 findings`.
func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}
