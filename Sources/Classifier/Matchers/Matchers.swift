/// The hand-written matchers by name, for what a regex would be too slow or too blunt.
public enum Matchers {
    /// All names, sorted.
    ///
    /// `service-key` is followed by a colon and the forms of the service's keys.
    public static let names = [
        "assigned-secret", "digit-run", "email", "labelled-secret", "seed-phrase", "service-key",
    ]

    /// The name in what a rule states: `service-key` of `service-key: hex:32`.
    public static func name(of text: String) -> String { text.firstIndex(of: ":").map { String(text[..<$0]) } ?? text }
}
