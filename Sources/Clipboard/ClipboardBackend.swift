#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The display's side of the clipboard: turns what the display says into events and actions into what it understands. Lives on one thread
/// and never waits for another client.
protocol ClipboardBackend: AnyObject {
    /// Its name in `status`.
    var name: String { get }
    /// Whether it can say who asks for a selection.
    var tellsRequestors: Bool { get }
    /// What to wait for.
    var descriptors: [pollfd] { get }
    /// When it wants to be called although nothing happened, in milliseconds; nil while nothing is under way.
    var deadline: UInt64? { get }
    /// Takes what has come. Throws when the display has gone.
    func events(_ ready: [pollfd], at now: UInt64) throws(ClipboardProblem) -> [ClipboardEvent]
    /// Does what concerns the display; other actions are not its own.
    func perform(_ action: ClipboardAction, at now: UInt64) -> [ClipboardEvent]
    /// Hands over what is to be sent.
    func flush()
    /// Ends the connection.
    func close()
}

/// Why the clipboard can't be watched.
public struct ClipboardProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}

enum ClipboardClock {
    /// Milliseconds of a clock that only goes forward.
    static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(max(time.tv_sec, 0)) * 1_000 + UInt64(time.tv_nsec / 1_000_000)
    }
}
