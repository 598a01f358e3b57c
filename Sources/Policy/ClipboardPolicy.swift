/// What becomes of the clipboard: `[clipboard]`. What is nil is left to the preset below.
///
/// Copying is not leaking: what a copy holds is looked at once, and what happens depends on where it is pasted.
public struct ClipboardPolicy: Sendable, Hashable, Codable {
    /// How far the clipboard is guarded.
    public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        /// Findings are recorded.
        case observe
        /// The user is told as well.
        case coach
        /// Who may not have the text gets it with placeholders, or not at all.
        case guarded = "guard"
    }

    /// What somebody gets who asks for a text in which something was found.
    public enum Answer: String, Sendable, Hashable, Codable, CaseIterable {
        /// The text as it is.
        case original
        /// The text with placeholders wherever the table says redact or more.
        case redact
        /// No text, where the table says redact or more.
        case refuse
    }

    /// How far the clipboard is guarded.
    public var mode: Mode?
    /// For an AI application, which is known by its process or its window.
    public var application: Answer?
    /// For a browser while the title of its active window names an AI site.
    public var likely: Answer?
    /// For a browser with another title, and for those that can't be told: programs behind a compositor, a container, another machine.
    public var unknown: Answer?
    /// Whether the selection that the middle button pastes is guarded like the clipboard. Its source loses the highlight then.
    public var primary: Bool?

    /// Makes a section.
    public init(
        mode: Mode? = nil, application: Answer? = nil, likely: Answer? = nil, unknown: Answer? = nil,
        primary: Bool? = nil
    ) {
        self.mode = mode
        self.application = application
        self.likely = likely
        self.unknown = unknown
        self.primary = primary
    }

    /// This section laid over `base`.
    public func over(_ base: ClipboardPolicy) -> ClipboardPolicy {
        ClipboardPolicy(
            mode: mode ?? base.mode, application: application ?? base.application, likely: likely ?? base.likely,
            unknown: unknown ?? base.unknown, primary: primary ?? base.primary)
    }
}
