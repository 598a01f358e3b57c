/// Numbers of the clipboard, each tested at its limit.
public enum ClipboardLimits {
    /// Most bytes that are copied of one selection, over all its targets. What is larger is not taken over.
    public static let maxClipboardBytes = 64 << 20
    /// Most targets of one selection that are looked at.
    public static let maxTargets = 64
    /// Longest name of a target, in bytes.
    public static let maxTargetNameBytes = 255
    /// Time within which a selection must be copied to be taken over, in milliseconds.
    public static let copyMilliseconds: UInt64 = 2_000
    /// Takeovers that may be lost in a row; then the selection is left alone until the program starts anew.
    public static let maxLostTakeovers = 2
    /// A takeover that somebody undoes within this time counts as lost, in milliseconds: no human copies again so soon.
    public static let lostMilliseconds: UInt64 = 250
    /// How long a verdict for one destination answers further requests of the same paste, in milliseconds.
    public static let answerMilliseconds: UInt64 = 1_000
    /// How long a released text may be pasted anywhere, in milliseconds, where nothing else is said.
    public static let releaseMilliseconds: UInt64 = 60_000
    /// Longest release that can be asked for, in milliseconds.
    public static let maxReleaseMilliseconds: UInt64 = 600_000
    /// Transfers to requestors that are under way at a time; further ones are refused.
    public static let maxTransfers = 64
    /// A requestor that takes no piece for this long gets no more, in milliseconds.
    public static let stalledMilliseconds: UInt64 = 5_000
    /// Requests that wait for a verdict at a time; further ones are refused.
    public static let maxWaiting = 64
}
