import Clipboard
import Logging
import NIOConcurrencyHelpers

/// Tells the user of the clipboard, and hears his answers.
final class ClipboardSpeaker: Sendable {
    /// Set once both are made: each needs the other.
    let service = NIOLockedValueBox<ClipboardService?>(nil)
    private let line: any ClipboardLine
    private let logger: Logger
    private let notifier = NIOLockedValueBox<DesktopNotifier?>(nil)

    init(line: any ClipboardLine, logger: Logger) {
        self.line = line
        self.logger = logger
    }

    func start() {
        let made = DesktopNotifier(
            note: { [logger] in logger.notice("\($0)") },
            answered: { [weak self] answer, notice in
                guard let self else { return }
                Task { await self.heard(answer, notice) }
            })
        notifier.withLockedValue { $0 = made }
        made.start()
    }

    func stop() { notifier.withLockedValue { $0 }?.stop() }

    func tell(_ notice: ClipboardNotice) {
        // Names of rules and places are the pack's words; a value is never among them.
        logger.info("clipboard", metadata: ["notice": .string(NoticeText(notice).summary)])
        notifier.withLockedValue { $0 }?.tell(notice)
    }

    private func heard(_ answer: NoticeText.Answer, _ notice: ClipboardNotice) async {
        let verdict = notice.verdict
        let word = { (sort: ClipboardWord.Sort) in
            ClipboardWord(
                sort: sort, about: verdict.event, rules: Array(Set(verdict.findings.map(\.rule))).sorted(),
                place: "notification")
        }
        switch answer {
        case .why: notifier.withLockedValue { $0 }?.answer(NoticeText.reasons(verdict), about: notice)
        case .notSensitive: _ = await line.record(word(.notSensitive))
        case .release:
            guard let service = service.withLockedValue({ $0 }), service.standing.owns else { return }
            // The word stands in the journal before it takes effect.
            guard await line.record(word(.release)) != nil else {
                logger.error("a release can't be recorded, so it does not happen")
                return
            }
            _ = service.release(milliseconds: ClipboardLimits.releaseMilliseconds)
        }
    }
}
