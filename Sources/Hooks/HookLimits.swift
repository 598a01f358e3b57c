/// Bounds of what hooks read.
package enum HookLimits {
    /// Largest payload that a host may send, in bytes; a larger one is refused as one that can't be inspected.
    package static let maxPayloadBytes = 16 << 20
    /// Most files that one prompt may mention with `@`; what lies beyond is refused, not ignored.
    package static let maxMentionedFiles = 32
    /// Largest mentioned or read file that is inspected, in bytes.
    package static let maxFileBytes = 8 << 20
    /// Largest settings file of a host that is edited, in bytes.
    package static let maxSettingsBytes = 1 << 20
    /// Most bytes of an answer that a host shows: Claude Code cuts texts of hooks at 10,000 characters.
    package static let maxReasonBytes = 4_000
}
