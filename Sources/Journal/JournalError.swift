/// What can go wrong with the journal. No message holds anything from an event.
public enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or its folder can't be opened, made or made private.
    case cannotOpen(path: String, reason: String)
    /// SQLite failed: its extended result code and message.
    case storage(path: String, code: Int32, reason: String)
    /// The volume has less free space than must stay free.
    case diskReserve(path: String, freeBytes: Int64, reserveBytes: Int64)
    /// More events wait for the disk than `JournalOptions.maxQueuedEvents`.
    case queueFull
    /// One event is larger than its limit.
    case eventTooLarge
    /// The file was made by a newer version.
    case newerSchema(path: String, version: Int64)
    /// The journal was closed.
    case closed

    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "journal \(path) can't be opened: \(reason)"
        case .storage(let path, let code, let reason): "journal \(path): \(reason) (SQLite \(code))"
        case .diskReserve(let path, let free, let reserve):
            "journal \(path): only \(free >> 20) MiB of disk are free, \(reserve >> 20) MiB must stay so"
        case .queueFull: "the journal's queue is full"
        case .eventTooLarge: "an event is larger than its limit"
        case .newerSchema(let path, let version): "journal \(path) was made by a newer version (schema \(version))"
        case .closed: "the journal is closed"
        }
    }

    /// Whether the file itself is damaged, so that it must be set aside.
    var isCorruption: Bool {
        guard case .storage(_, let code, _) = self else { return false }
        return SQLite.isCorruption(code)
    }
}
