import Events
import Journal

/// Appends events as fast as it can and prints the sequence number of each committed one, until it is killed.
///
/// Arguments: path of the journal, "full" or "normal", number of events (0: no end).
@main enum JournalWriterFixture {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = UInt64(arguments[3]) else {
            fatalError("usage: PATH full|normal COUNT")
        }
        let device = DeviceRecord(uid: "fixture")
        let journal = try Journal(path: arguments[1], options: JournalOptions(device: device, productVersion: "0"))
        let durability: Durability = arguments[2] == "full" ? .full : .normal
        var written: UInt64 = 0
        while count == 0 || written < count {
            let milliseconds = 1_790_000_000_000 + written
            let draft = EventDraft(
                id: EventID(milliseconds: milliseconds), milliseconds: milliseconds, title: "event \(written)",
                action: .block)
            let event = try await journal.append(draft, durability: durability)
            Output.line("\(event.sequence) \(draft.id)")
            written += 1
        }
        await journal.close()
    }
}
