import Policy
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the clipboard stands, for `status` and `doctor`.
public struct ClipboardStanding: Sendable, Hashable, Codable {
    /// "x11", "wayland-ext", "wayland-wlr"; nil where no display is watched.
    public var display: String?
    /// Why none is watched.
    public var problem: String?
    /// "observe", "coach" or "guard".
    public var mode: String
    /// Whether PRIMARY is guarded.
    public var primary: Bool
    /// Whether requestors can be told apart.
    public var tellsRequestors: Bool
    /// Whether another program took the clipboard back so often that it is only watched.
    public var hasGivenUp: Bool
    /// Whether the clipboard's content is ours now.
    public var owns: Bool
    /// Copies that were judged.
    public var copies: Int
    /// Of those, with a finding.
    public var found: Int
    /// Time from the display's word of a copy to the verdict, 95th of a hundred of the last 256, in microseconds.
    public var verdictMicroseconds: Int?

    /// A clipboard that is not watched.
    public init(problem: String?) {
        self.problem = problem
        mode = ""
        primary = false
        tellsRequestors = false
        hasGivenUp = false
        owns = false
        copies = 0
        found = 0
    }
}

/// How the clipboard is set up.
public struct ClipboardSettings: Sendable, Hashable {
    /// Display to connect to; nil takes the session's.
    public var display: String?
    /// Names of further AI applications, by process or window class.
    public var applications: [String]
    /// Further titles of AI sites.
    public var titles: [String]

    /// The defaults.
    public init(display: String? = nil, applications: [String] = [], titles: [String] = []) {
        self.display = display
        self.applications = applications
        self.titles = titles
    }
}

/// Watches the clipboard of one session on a thread of its own, which sleeps until something happens.
public final class ClipboardService: Sendable {
    private let line: any ClipboardLine
    private let tell: @Sendable (ClipboardNotice) -> Void
    private let note: @Sendable (String) -> Void
    private let inbox = Mutex<[ClipboardEvent]>([])
    private let isStopping = Mutex(false)
    private let shared: Mutex<ClipboardStanding>
    private let held = Mutex<ClipboardVerdict?>(nil)
    private let bell = WakePipe()

    /// Times of the last verdicts that are kept.
    static let keptTimes = 256

    /// Prepares. `tell` is called with what the user should know, `note` with what belongs in the log.
    public init(
        line: any ClipboardLine, tell: @escaping @Sendable (ClipboardNotice) -> Void,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.line = line
        self.tell = tell
        self.note = note
        shared = Mutex(ClipboardStanding(problem: "not started"))
    }

    /// How it stands.
    public var standing: ClipboardStanding { shared.withLock { $0 } }

    /// What was found in the content that is held; nil where nothing is.
    public var heldVerdict: ClipboardVerdict? { held.withLock { $0 } }

    /// Begins to watch. Returns whether there is a display to watch; if not, `standing` says why.
    public func start(_ settings: ClipboardSettings) async -> Bool {
        guard let rules = await line.rules() else {
            shared.withLock { $0.problem = "nobody says which policy is in force" }
            return false
        }
        let backend: any ClipboardBackend
        do {
            backend = try Self.backend(settings)
        } catch {
            shared.withLock { $0.problem = error.description }
            return false
        }
        let loop = ClipboardLoop(
            machine: ClipboardMachine(rules: rules, tellsRequestors: backend.tellsRequestors), backend: backend)
        shared.withLock { $0 = ClipboardStanding(problem: nil) }
        publish(loop)
        let box = Transferred(loop)
        return Threads.start("clipboard") { [self] in run(box.value) }
    }

    /// Ends watching. A content of ours goes with it.
    public func stop() {
        isStopping.withLock { $0 = true }
        bell.ring()
    }

    /// A human lets the content be pasted anywhere for so many milliseconds. False when there is nothing to release.
    public func release(milliseconds: UInt64) -> Bool {
        guard standing.owns else { return false }
        post(
            .released(until: ClipboardClock.milliseconds() + min(milliseconds, ClipboardLimits.maxReleaseMilliseconds)))
        return true
    }

    /// Policy was loaded anew.
    public func reload() async {
        if let rules = await line.rules() { post(.rules(rules)) }
    }

    private func post(_ event: ClipboardEvent) {
        inbox.withLock { $0.append(event) }
        bell.ring()
    }

    // MARK: The thread

    private func run(_ loop: ClipboardLoop) {
        while !isStopping.withLock({ $0 }) {
            do throws(ClipboardProblem) {
                try turn(loop)
            } catch {
                shared.withLock {
                    $0 = ClipboardStanding(problem: error.description)
                }
                note("the clipboard is not watched any more: \(error)")
                break
            }
        }
        loop.backend.close()
    }

    /// Takes what there is, does it, then sleeps until something comes.
    private func turn(_ loop: ClipboardLoop) throws(ClipboardProblem) {
        var events = try loop.backend.events(loop.ready, at: ClipboardClock.milliseconds())
        loop.ready = []
        let inner = inbox.withLock { box in
            defer { box = [] }
            return box
        }
        events += inner + loop.dueDeadlines(at: ClipboardClock.milliseconds())
        var index = 0
        while index < events.count {
            let now = ClipboardClock.milliseconds()
            loop.observe(events[index])
            for action in loop.machine.handle(events[index], at: now) { events += perform(action, loop, now) }
            index += 1
        }
        loop.backend.flush()
        if index > 0 {
            publish(loop)
            // Replies that were waited for may have brought further events along, of which the descriptor says nothing.
            return
        }
        loop.wait(bell)
    }

    private func perform(_ action: ClipboardAction, _ loop: ClipboardLoop, _ now: UInt64) -> [ClipboardEvent] {
        switch action {
        case .judgeCopy(let generation, let question):
            Task { [self] in
                let verdict = await line.judge(question)
                post(.judged(generation: generation, verdict))
            }
        case .judgeAnswer(let generation, let key, let question):
            Task { [self] in
                let verdict = await line.judge(question)
                post(.answered(generation: generation, key, verdict))
            }
        case .setDeadline(let generation, let milliseconds): loop.deadlines[generation] = now + milliseconds
        case .notify(let notice): tell(notice)
        case .drop(let generation):
            loop.deadlines[generation] = nil
            return loop.backend.perform(action, at: now)
        default: return loop.backend.perform(action, at: now)
        }
        return []
    }

    private func publish(_ loop: ClipboardLoop) {
        held.withLock { $0 = loop.machine.heldVerdict }
        shared.withLock {
            $0.display = loop.backend.name
            $0.mode = loop.machine.rules.mode.rawValue
            $0.primary = loop.machine.rules.primary
            $0.tellsRequestors = loop.machine.tellsRequestors
            $0.hasGivenUp = loop.machine.hasGivenUp
            $0.owns = loop.machine.owns(.clipboard) || loop.machine.owns(.primary)
            $0.copies = loop.copies
            $0.found = loop.found
            $0.verdictMicroseconds = loop.slowTime
        }
    }

    /// The display of this session: Wayland's data control where the compositor has it, else X.
    private static func backend(_ settings: ClipboardSettings) throws(ClipboardProblem) -> any ClipboardBackend {
        #if Desktop && os(Linux)
            return try Displays.connect(settings)
        #else
            throw ClipboardProblem("this program was built without the desktop's libraries (trait Desktop)")
        #endif
    }
}

/// What the thread alone touches.
final class ClipboardLoop {
    var machine: ClipboardMachine
    let backend: any ClipboardBackend
    var deadlines: [Int: UInt64] = [:]
    var ready: [pollfd] = []
    private(set) var copies = 0
    private(set) var found = 0
    private var began: [ContinuousClock.Instant] = []
    private var times: [Int] = []

    init(machine: ClipboardMachine, backend: any ClipboardBackend) {
        self.machine = machine
        self.backend = backend
    }

    /// Keeps the numbers that are shown.
    func observe(_ event: ClipboardEvent) {
        switch event {
        case .changed(_, .other): began = [.now]
        case .judged(_, let verdict?):
            copies += 1
            found += verdict.findings.isEmpty ? 0 : 1
            if let start = began.first {
                times.append(Int(start.duration(to: .now) / .microseconds(1)))
                if times.count > ClipboardService.keptTimes { times.removeFirst() }
            }
            began = []
        default: break
        }
    }

    /// The time that 95 of a hundred verdicts kept to.
    var slowTime: Int? {
        times.isEmpty ? nil : times.sorted()[min(times.count - 1, times.count * 95 / 100)]
    }

    func dueDeadlines(at now: UInt64) -> [ClipboardEvent] {
        let due = deadlines.filter { $0.value <= now }.keys.sorted()
        for generation in due { deadlines[generation] = nil }
        return due.map { .deadline(generation: $0) }
    }

    func wait(_ bell: WakePipe) {
        var set = backend.descriptors + [pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0)]
        let next = [deadlines.values.min(), backend.deadline].compactMap { $0 }.min()
        let now = ClipboardClock.milliseconds()
        let timeout = next.map { Int32(clamping: $0 > now ? $0 - now : 0) } ?? -1
        guard poll(&set, nfds_t(set.count), timeout) > 0 else { return }
        if let last = set.popLast(), last.revents != 0 {
            bell.clear()
        }
        ready = set.filter { $0.revents != 0 }
    }
}

extension ClipboardStanding {
    /// One line for people.
    public var summary: String {
        guard let display else { return "not watched: \(problem ?? "no display")" }
        var text = "\(display), \(mode); \(copies) copies, \(found) with findings"
        if let verdictMicroseconds { text += "; verdict within \(verdictMicroseconds) µs" }
        if hasGivenUp { text += "; takeover given up" }
        return text
    }
}

extension ClipboardService {
    /// Whether this program was built with the desktop's libraries.
    public static var isBuiltIn: Bool {
        #if Desktop && os(Linux)
            true
        #else
            false
        #endif
    }
}
