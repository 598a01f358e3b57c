/// The collector's answer to one request.
public struct TransportReply: Sendable, Hashable {
    /// HTTP status.
    public var status: Int
    /// The `Retry-After` field in seconds, if it came as a number.
    public var retryAfterSeconds: Int?
    /// At most `CourierLimits.maxReplyBytes` bytes of body.
    public var body: [UInt8]

    public init(status: Int, retryAfterSeconds: Int? = nil, body: [UInt8]) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
    }
}

/// Numbers that govern delivery.
public struct CourierLimits: Sendable, Hashable {
    /// Events in one batch.
    public var maxEvents = 200
    /// One batch, in bytes of event JSON.
    public var maxBytes = 1 << 20
    /// First pause after a failure, in milliseconds; it doubles with each further one.
    public var firstPause: UInt64 = 500
    /// Longest pause after a failure, in milliseconds.
    public var maxPause: UInt64 = 60_000
    /// Pause after the collector has refused us (401, 403) or is none (404, a redirection), in milliseconds.
    public var refusedPause: UInt64 = 900_000
    /// Longest pause that a `Retry-After` can bring about, in milliseconds.
    public var maxRetryAfter: UInt64 = 3_600_000
    /// Times that one event may be refused by itself before it is set aside.
    public var maxRefusals = 3
    /// Without a signal, the journal is looked at after this long: another process may have appended. In milliseconds.
    public var idlePause: UInt64 = 300_000
    /// Longest wait for one answer, in milliseconds.
    public var answerTimeout: UInt64 = 30_000
    /// Longest reply body that counts, in bytes.
    public static let maxReplyBytes = 64 * 1024

    public init() {}
}

/// Where delivery stands.
public enum CourierCondition: Sendable, Hashable {
    /// Everything is delivered.
    case idle
    /// A batch is under way.
    case delivering
    /// The last try failed; the next one comes by itself.
    case retrying(reason: String)
    /// The collector does not accept the enrolment token, or there is no collector at that address.
    case refused(reason: String)
}

/// Decides what the courier does next. Pure: time, chance and the outside world come in as values.
///
/// Ask for an action, carry it out, hand in what came of it, and so on.
public struct CourierMachine: Sendable {
    /// What to do.
    public enum Action: Sendable, Hashable {
        /// Read up to that many undelivered events from the journal.
        case load(maxEvents: Int, maxBytes: Int)
        /// Post the first `count` of the loaded events.
        case send(count: Int)
        /// Note in the journal that everything up to this sequence is delivered.
        case acknowledge(upTo: UInt64)
        /// Give up this event.
        case setAside(UInt64)
        /// Wait that many milliseconds; if `wakes`, at most until the journal signals new events.
        case wait(milliseconds: UInt64, wakes: Bool)
    }

    /// What came of the last action.
    public enum Outcome: Sendable {
        /// The sequence numbers that were loaded, ascending.
        case loaded([UInt64])
        /// The collector has answered; `committed` is what it says it holds, nil when its body could not be read.
        case answered(status: Int, retryAfterSeconds: Int?, committed: UInt64?)
        /// No answer came: no connection, a time-out, a bad certificate.
        case failed(String)
        /// An acknowledgement, a set-aside or a wait is over.
        case done
        /// The journal could not do what was asked.
        case journalFailed(String)
    }

    /// Where delivery stands.
    public private(set) var condition: CourierCondition = .idle
    private let limits: CourierLimits
    private var loaded: [UInt64] = []
    private var sending = 0
    /// Most events that a batch may hold now; shrinks when the collector refuses a batch as such.
    private var batchLimit: Int
    private var failures = 0
    private var refusals: (sequence: UInt64, count: Int) = (0, 0)
    private var chance: UInt64

    /// - Parameter seed: start of the generator that spreads the pauses.
    public init(limits: CourierLimits = CourierLimits(), seed: UInt64) {
        self.limits = limits
        batchLimit = limits.maxEvents
        chance = seed
    }

    /// The first action.
    public mutating func start() -> Action { load() }

    /// The action that follows the outcome of the last one.
    public mutating func next(_ outcome: Outcome) -> Action {
        switch outcome {
        case .loaded(let sequences):
            loaded = sequences
            guard !sequences.isEmpty else {
                condition = .idle
                return .wait(milliseconds: limits.idlePause, wakes: true)
            }
            return send()
        case .answered(let status, let retryAfter, let committed):
            return answered(status, retryAfter, committed)
        case .failed(let reason): return pause(reason, retryAfterSeconds: nil)
        case .journalFailed(let reason):
            condition = .retrying(reason: reason)
            failures += 1
            return .wait(milliseconds: spread(backoff), wakes: false)
        case .done: return load()
        }
    }

    private func load() -> Action { .load(maxEvents: batchLimit, maxBytes: limits.maxBytes) }

    private mutating func send() -> Action {
        sending = min(loaded.count, batchLimit)
        condition = .delivering
        return .send(count: sending)
    }

    private mutating func answered(_ status: Int, _ retryAfter: Int?, _ committed: UInt64?) -> Action {
        switch status {
        case 200...299:
            guard let committed, let first = loaded.first, committed >= first else {
                return pause("the collector's answer confirms nothing", retryAfterSeconds: retryAfter)
            }
            failures = 0
            refusals = (0, 0)
            batchLimit = min(limits.maxEvents, batchLimit * 2)
            // It may hold more than this batch, from before a restore; only what was sent now is certain to be the same.
            return .acknowledge(upTo: min(committed, loaded[sending - 1]))
        case 401, 403:
            return refuse("the collector refuses the enrolment token (\(status))")
        case 300...399, 404, 405:
            return refuse("there is no collector at that address (\(status))")
        case 400, 409, 413, 415, 422:
            return refusedBatch(status)
        default:
            return pause("the collector answered \(status)", retryAfterSeconds: retryAfter)
        }
    }

    /// The batch itself is at fault: a smaller one finds the event that is, and that one is given up after a few tries.
    private mutating func refusedBatch(_ status: Int) -> Action {
        if sending > 1 {
            batchLimit = max(1, sending / 2)
            return send()
        }
        guard let sequence = loaded.first else { return load() }
        refusals = (sequence, refusals.sequence == sequence ? refusals.count + 1 : 1)
        if refusals.count >= limits.maxRefusals {
            refusals = (0, 0)
            failures = 0
            return .setAside(sequence)
        }
        return pause("the collector refuses an event (\(status))", retryAfterSeconds: nil)
    }

    private mutating func refuse(_ reason: String) -> Action {
        condition = .refused(reason: reason)
        return .wait(milliseconds: spread(limits.refusedPause), wakes: false)
    }

    private mutating func pause(_ reason: String, retryAfterSeconds: Int?) -> Action {
        condition = .retrying(reason: reason)
        failures += 1
        let asked = retryAfterSeconds.map { min(UInt64(max($0, 0)) * 1000, limits.maxRetryAfter) } ?? 0
        // Never earlier than asked: chance only adds.
        let pause = spread(backoff)
        return .wait(milliseconds: asked > pause ? asked + draw(limits.firstPause) : pause, wakes: false)
    }

    /// The pause after the present number of failures, before chance.
    private var backoff: UInt64 {
        min(limits.maxPause, limits.firstPause << UInt64(min(max(failures - 1, 0), 20)))
    }

    /// Between one half of `pause` and the whole, so that many devices don't come back at once.
    private mutating func spread(_ pause: UInt64) -> UInt64 { pause / 2 + draw(pause - pause / 2) }

    /// A number from 0 to `limit` (SplitMix64).
    private mutating func draw(_ limit: UInt64) -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        var value = chance
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return (value ^ (value >> 31)) % (limit + 1)
    }
}
