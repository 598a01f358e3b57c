import ArgumentParser
import Collector
import Foundation
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve ingest, API and console until Ctrl-C.",
        discussion: """
            Without --enrolment-token-file a token is made once, beside the database, and its path is printed. The console and the API's \
            reading half answer this machine only.
            """)

    @Option(help: "Address to listen on.") var host = "127.0.0.1"
    @Option(help: "Port to listen on; 0 takes any free one.") var port = 7790
    @Option(help: "The database file. Default: $XDG_STATE_HOME/sluice/collector.db") var database: String?
    @Option(help: "File with the devices' shared token, mode 0600.") var enrolmentTokenFile: String?
    @Option(help: "trace, debug, info, notice, warning or error.") var logLevel = "notice"
    @Flag(
        help: """
            Listen on an address other than loopback although there is no TLS yet: the enrolment token and the events then cross the network in \
            clear. Put a TLS-terminating proxy before it.
            """)
    var insecureListen = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
        guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("--log-level: unknown level") }
        guard insecureListen || ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw ValidationError(
                """
                \(host) is not a loopback address, and the collector speaks no TLS yet: the enrolment token would cross the network in clear. \
                Keep it on loopback behind a proxy that terminates TLS, or say --insecure-listen.
                """)
        }
    }

    func run() async throws {
        // What we make (database, its log, the token) is for us alone.
        umask(0o077)
        Self.raiseOpenFiles()
        var logger = Logger(label: "collector", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .notice
        let database = try database ?? Self.defaultDatabase()
        let tokenFile = try enrolmentTokenFile ?? Self.defaultToken(beside: database, logger: logger)
        let token: EnrolmentToken
        do { token = try EnrolmentToken(file: tokenFile) } catch { throw CleanExit.failure("\(error)") }
        let server = CollectorServer(
            configuration: CollectorConfiguration(host: host, port: port, database: database, token: token),
            logger: logger)
        let shown = host.contains(":") ? "[\(host)]" : host
        do {
            try await server.run { port in
                // Past stdio's buffer: a script waits for this line through a pipe.
                FileHandle.standardOutput.write(Data("sluice-collector ready on http://\(shown):\(port)\n".utf8))
            }
        } catch { throw CleanExit.failure("\(error)") }
    }

    /// A connection is a file, and the usual soft limit of 1024 is far below what the fleet may open.
    private static func raiseOpenFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func defaultDatabase() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        guard let base = state ?? environment["HOME"].map({ $0 + "/.local/state" }) else {
            throw CleanExit.failure("neither XDG_STATE_HOME nor HOME is set; say --database")
        }
        let folder = base + "/sluice"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw CleanExit.failure("\(folder) can't be made: \(error.localizedDescription)") }
        return folder + "/collector.db"
    }

    private static func defaultToken(beside database: String, logger: Logger) throws -> String {
        let path = URL(fileURLWithPath: database).deletingLastPathComponent().appendingPathComponent("enrolment-token")
            .path
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        do { try EnrolmentToken.create(at: path) } catch { throw CleanExit.failure("\(error)") }
        logger.notice("A new enrolment token was made; give it to your agents", metadata: ["file": "\(path)"])
        return path
    }
}

extension CleanExit {
    /// An error that ends the program with status 1 and one line, without a usage text.
    static func failure(_ message: String) -> any Error { Failure(description: message) }

    private struct Failure: Error, CustomStringConvertible { let description: String }
}
