import Clipboard
import Glibc
import Logging
import NIOConcurrencyHelpers

/// The clipboard and the notifications of one session, within the agent or in a helper of the session's user.
final class ClipboardSession: Sendable {
    let service: ClipboardService
    private let line: any ClipboardLine
    private let settings: AgentSettings
    private let logger: Logger
    private let speaker: ClipboardSpeaker

    init(line: any ClipboardLine, settings: AgentSettings, logger: Logger) {
        self.line = line
        self.settings = settings
        self.logger = logger
        let speaker = ClipboardSpeaker(line: line, logger: logger)
        self.speaker = speaker
        service = ClipboardService(
            line: line, tell: { speaker.tell($0) },
            note: { logger.warning("\($0)") })
        speaker.service.withLockedValue { $0 = service }
    }

    /// Begins to watch, where there is a display and the settings want it.
    func start() async {
        guard settings.clipboard else { return }
        let isWatching = await service.start(
            ClipboardSettings(applications: settings.clipboardApplications, titles: settings.clipboardTitles))
        let standing = service.standing
        if isWatching {
            logger.info("the clipboard is watched", metadata: ["display": .string(standing.display ?? "")])
            if settings.notifications { speaker.start() }
        } else {
            logger.info("the clipboard is not watched", metadata: ["cause": .string(standing.problem ?? "")])
        }
    }

    func stop() {
        service.stop()
        speaker.stop()
    }

    func reload() async { await service.reload() }

    /// Answers `standing` and `release`; nil for what only the agent answers.
    func answer(_ asked: ControlClipboard, from peer: ControlPeer) async -> ControlAnswer? {
        switch asked.ask {
        case .standing: return ControlAnswer(clipboard: ControlClipboardAnswer(standing: service.standing))
        case .release: return await release(asked, peer)
        case .judge, .rules, .word: return nil
        }
    }

    private func release(_ asked: ControlClipboard, _ peer: ControlPeer) async -> ControlAnswer {
        if let refusal = HumanCheck().refusal(of: peer) {
            logger.warning("a release of the clipboard was refused", metadata: ["cause": .string(refusal)])
            return ControlAnswer(
                error: "a release is a human's decision: \(refusal). Run it in a terminal of your own.")
        }
        let seconds = min(
            max(asked.seconds ?? Int(ClipboardLimits.releaseMilliseconds / 1_000), 1),
            Int(ClipboardLimits.maxReleaseMilliseconds / 1_000))
        guard let verdict = service.heldVerdict else {
            return ControlAnswer(error: "the clipboard holds nothing that was held back")
        }
        // The word stands in the journal before it takes effect.
        let event = await line.record(
            ClipboardWord(
                sort: .release, about: verdict.event, rules: verdict.findings.map(\.rule), place: "terminal",
                reason: asked.reason))
        guard event != nil else { return ControlAnswer(error: "the release can't be recorded, so it does not happen") }
        guard service.release(milliseconds: UInt64(seconds) * 1_000) else {
            return ControlAnswer(error: "the clipboard holds nothing that was held back")
        }
        return ControlAnswer(clipboard: ControlClipboardAnswer(released: seconds, event: event))
    }
}
