import Events
import Policy
import Primitives

/// An exchange whose reply is under way: what it takes to know whether it may go on.
public struct OpenExchange: Sendable {
    /// Where the request went; its model is the one that it was sent to in the end.
    public let destination: Destination
    /// The way it went.
    public let channel: Channel
    /// The program that sent it.
    public let application: String?
    /// Login name of the user.
    public let user: String
    /// Groups of the user, as they were when the request was judged.
    public let groups: [String]
    /// The snapshot under which it was last found to be allowed.
    var generation: Int

    /// An exchange that was let pass. `model` is what took the place of the model that was asked for, if anything did.
    init(_ prompt: Prompt, rerouted model: String?, generation: Int) {
        var destination = prompt.destination
        if let model {
            destination.model = model
            destination.otherModels = []
        }
        self.destination = destination
        self.generation = generation
        channel = prompt.channel
        application = prompt.application
        user = prompt.user
        groups = prompt.groups
    }
}

extension Inspector {
    /// Whether a reply may go on: false from the moment when its model, provider or surface is suspended for this user.
    ///
    /// To be asked for every piece of a stream and every frame of a WebSocket. While nobody changes the policy it is one comparison.
    public func isStillAllowed(_ exchange: inout OpenExchange) -> Bool {
        let generation = snapshots.generation
        guard generation != exchange.generation else { return true }
        let engine = snapshots.current.engine
        guard engine.suspension(exchange.destination, exchange.groups) == nil else { return false }
        exchange.generation = generation
        return true
    }

    /// Records that a reply was broken off, since what it came from is suspended now. Returns the event's short id.
    public func recordBrokenOff(_ exchange: OpenExchange) async -> String {
        let now = milliseconds()
        let snapshot = snapshots.current
        let decision = snapshot.engine.decideWithoutReroute(
            PolicyQuestion(
                destination: exchange.destination, items: [], channel: exchange.channel.rawValue,
                application: exchange.application, user: exchange.user, groups: exchange.groups,
                now: Int64(now / 1_000)))
        let id = EventID(milliseconds: now)
        let draft = EventDraft(
            id: id, milliseconds: now, title: "Reply broken off: what it came from is suspended", severity: .medium,
            action: .block,
            origin: OriginRecord(
                channel: exchange.channel.rawValue, application: exchange.application, user: exchange.user),
            destination: EventDrafting.destination(exchange.destination, decision, snapshot.catalogue),
            policy: PolicyRecord(
                name: snapshot.engine.name, digest: snapshot.digest,
                trace: decision.trace.map { TraceStep(step: $0.step.rawValue, text: $0.text) }))
        await write(draft)
        return id.short
    }
}
