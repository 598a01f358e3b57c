/// The hand-written matchers by name, for what a regex would be too slow or too blunt.
public enum Matchers {
    /// All names, sorted.
    public static let names = ["assigned-secret", "digit-run", "email"]
}
