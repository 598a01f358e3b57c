import Events
import Inspection
import Journal

/// The Inspector's way to the journal.
struct Recorder: EventRecording {
    let journal: Journal

    func record(_ draft: EventDraft, durable: Bool) async throws {
        _ = try await journal.append(draft, durability: durable ? .full : .normal)
    }

    func countRepeat(of event: EventID) async {
        // A count that can't be written is not worth a refusal; the journal itself says what is wrong with it.
        _ = try? await journal.bump(event: event)
    }
}
