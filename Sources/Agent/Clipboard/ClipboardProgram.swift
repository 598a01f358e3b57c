import Clipboard
import Glibc
import Logging
import NIOPosix
import UnixSignals

/// `sluice clipboard run`: watches the clipboard of one session for an agent that runs as another user.
public enum ClipboardProgram {
    /// Runs until SIGINT or SIGTERM. Throws what keeps it from starting.
    public static func run(_ settings: AgentSettings, agentSocket: String) async throws {
        var logger = Logger(label: "sluice.clipboard") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = settings.logLevel
        if let problem = Hardening.apply() {
            logger.warning(
                "the helper's memory is open to other programs of the user", metadata: ["cause": .string(problem)])
        }
        try PrivateFiles.makeFolder(settings.paths.runtime)
        let session = ClipboardSession(
            line: SocketClipboardLine(path: agentSocket), settings: settings, logger: logger)
        let control = ControlServer(group: MultiThreadedEventLoopGroup.singleton, logger: logger) { question, peer in
            guard question.op == .clipboard, let asked = question.clipboard,
                let answer = await session.answer(asked, from: peer)
            else { return ControlAnswer(error: "this is the clipboard's helper; the agent has another socket") }
            return answer
        }
        await session.start()
        guard session.service.standing.display != nil else {
            throw AgentProblem("the clipboard can't be watched: \(session.service.standing.problem ?? "")")
        }
        try await control.start(at: settings.paths.clipboardSocket)
        defer { unlink(settings.paths.clipboardSocket) }
        logger.notice("the clipboard is watched")
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        for await _ in signals { break }
        session.stop()
        await control.stop()
    }
}
