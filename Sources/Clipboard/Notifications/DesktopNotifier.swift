import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Shows notices on the desktop (org.freedesktop.Notifications) on a thread of its own, and hears the user's answers. A desktop without such
/// a service loses nothing but the notices; that is noted once.
public final class DesktopNotifier: Sendable {
    /// The way to the desktop.
    protocol Bus: AnyObject {
        /// What to wait for, and until when in milliseconds.
        var descriptors: [pollfd] { get }
        var deadline: UInt64? { get }
        /// Shows; returns the notification's number.
        func show(_ text: NoticeText) throws(ClipboardProblem) -> UInt32
        /// Takes what has come: answers and ends of notifications.
        func events() throws(ClipboardProblem) -> [BusEvent]
        func close()
    }

    enum BusEvent: Sendable, Hashable {
        case answered(UInt32, String)
        case closed(UInt32)
    }

    private let inbox = Mutex<[ClipboardNotice]>([])
    private let extra = Mutex<[(NoticeText, ClipboardNotice)]>([])
    private let isStopping = Mutex(false)
    private let bell = WakePipe()
    private let note: @Sendable (String) -> Void
    private let answered: @Sendable (NoticeText.Answer, ClipboardNotice) -> Void

    /// Notifications whose buttons are heard; older ones are forgotten.
    static let maxOpen = 64

    /// `note` is called with what belongs in the log, `answered` when the user presses a button.
    public init(
        note: @escaping @Sendable (String) -> Void,
        answered: @escaping @Sendable (NoticeText.Answer, ClipboardNotice) -> Void
    ) {
        self.note = note
        self.answered = answered
    }

    /// Begins. Where the program was built without the bus, that is noted and nothing is shown.
    public func start() {
        #if Desktop && os(Linux)
            _ = Threads.start("notifications") { [self] in run { () throws(ClipboardProblem) in try SessionBus() } }
        #else
            note("no notifications: this program was built without the desktop's libraries (trait Desktop)")
        #endif
    }

    /// Ends the thread.
    public func stop() {
        isStopping.withLock { $0 = true }
        bell.ring()
    }

    /// Shows a notice, at once or folded with others.
    public func tell(_ notice: ClipboardNotice) {
        inbox.withLock { if $0.count < Self.maxOpen { $0.append(notice) } }
        bell.ring()
    }

    /// Shows the answer to a question of the user's, at once.
    public func answer(_ text: NoticeText, about notice: ClipboardNotice) {
        extra.withLock { if $0.count < Self.maxOpen { $0.append((text, notice)) } }
        bell.ring()
    }

    // MARK: The thread

    func run(_ connect: () throws(ClipboardProblem) -> any Bus) {
        var bus: (any Bus)?
        var throttle = NoticeThrottle()
        var open: [(id: UInt32, notice: ClipboardNotice)] = []
        var hasComplained = false
        while !isStopping.withLock({ $0 }) {
            let now = ClipboardClock.milliseconds()
            var toShow = extra.withLock { box in
                defer { box = [] }
                return box
            }
            let came = inbox.withLock { box in
                defer { box = [] }
                return box
            }
            for notice in came {
                if let shown = throttle.take(notice, at: now) {
                    toShow.append((NoticeText(shown.notice, folded: shown.folded), shown.notice))
                }
            }
            if let due = throttle.due(at: now) {
                toShow.append((NoticeText(due.notice, folded: due.folded), due.notice))
            }
            do throws(ClipboardProblem) {
                // The connection is made for the first notice: a session without notices needs none.
                if bus == nil, !toShow.isEmpty { bus = try connect() }
                for (text, notice) in toShow {
                    guard let id = try bus?.show(text) else { continue }
                    open.append((id, notice))
                    if open.count > Self.maxOpen { open.removeFirst() }
                    hasComplained = false
                }
                for event in try bus?.events() ?? [] { handle(event, &open) }
            } catch {
                bus?.close()
                bus = nil
                if !hasComplained { note("a notice can't be shown: \(error)") }
                hasComplained = true
            }
            wait(bus, throttle.deadline)
        }
        bus?.close()
        bell.close()
    }

    private func handle(_ event: BusEvent, _ open: inout [(id: UInt32, notice: ClipboardNotice)]) {
        switch event {
        case .answered(let id, let key):
            guard let answer = NoticeText.Answer(rawValue: key), let entry = open.first(where: { $0.id == id }) else {
                return
            }
            answered(answer, entry.notice)
        case .closed(let id): open.removeAll { $0.id == id }
        }
    }

    private func wait(_ bus: (any Bus)?, _ due: UInt64?) {
        var set = (bus?.descriptors ?? []) + [pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0)]
        let now = ClipboardClock.milliseconds()
        let next = [due, bus?.deadline].compactMap { $0 }.min()
        _ = poll(&set, nfds_t(set.count), next.map { Int32(clamping: $0 > now ? $0 - now : 0) } ?? -1)
        if set.last?.revents != 0 { bell.clear() }
    }
}
