import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOPosix
import Packs
import ServiceLifecycle
import UnixSignals

/// `sluice agent run`: the service under signals, with its lines on standard output and error.
public enum AgentProgram {
    /// Runs until SIGINT or SIGTERM. Throws what keeps it from starting.
    public static func run(_ settings: AgentSettings) async throws {
        var logger = Logger(label: "sluice.agent") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = settings.logLevel
        // One thread for all sockets: an idle agent has nothing else, and a busy one spends its time in the scanner's threads.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let service = try AgentService(settings, logger: logger, group: group) { port in
            line("sluice agent ready on http://127.0.0.1:\(port)", to: STDOUT_FILENO)
        }
        announce(service, settings)
        let running = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup)
                ], gracefulShutdownSignals: [.sigint, .sigterm], logger: quiet(logger)))
        try await running.run()
    }

    private static func announce(_ service: AgentService, _ settings: AgentSettings) {
        let loaded = service.state.withLockedValue { $0.loaded }
        for note in loaded.notes { line("sluice: \(note)", to: STDERR_FILENO) }
        let policy = loaded.policyFile.map { " with \($0)" } ?? ""
        line("sluice: policy preset \(loaded.preset)\(policy); \(loaded.ruleCount) rules", to: STDERR_FILENO)
        if settings.collector == nil {
            line("sluice: no collector is set up; events stay in the journal", to: STDERR_FILENO)
        }
    }

    /// The service group tells every step of its own at info.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static func line(_ text: String, to descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
