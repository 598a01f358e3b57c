import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// How a collector is started.
public struct CollectorConfiguration: Sendable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0 takes any free one.
    public var port: Int
    /// The database file; made with mode 0600 when absent.
    public var database: String
    /// The shared secret of the devices.
    public var token: EnrolmentToken
    public var limits: CollectorLimits

    public init(
        host: String, port: Int, database: String, token: EnrolmentToken, limits: CollectorLimits = .standard
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.token = token
        self.limits = limits
    }
}

/// The collector: ingest, API and console on one port, over one store.
public struct CollectorServer: Sendable {
    /// How long open requests may go on after a stop was asked for, in seconds.
    public static let maxStopSeconds = 10

    private let configuration: CollectorConfiguration
    private let logger: Logger

    /// Checks nothing yet: `run` does.
    public init(configuration: CollectorConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGINT or SIGTERM; open requests are answered and accepted batches are written before it returns.
    ///
    /// - Parameter onReady: called once with the port, when connections are accepted.
    /// - Throws: when the database can't be opened or the address can't be bound.
    public func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        let store = try SQLiteEventStore.openOrSetAside(
            path: configuration.database, limits: configuration.limits, logger: logger)
        let application = CollectorApplication(
            store: store, token: configuration.token, limits: configuration.limits, logger: logger)
        var services = ServiceGroupConfiguration(
            services: [
                application.application(host: configuration.host, port: configuration.port, onReady: onReady)
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        services.maximumGracefulShutdownDuration = .seconds(Self.maxStopSeconds)
        do { try await ServiceGroup(configuration: services).run() } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}

/// The routes over any store; tests run it in process.
struct CollectorApplication: Sendable {
    let store: any EventStore
    let limits: CollectorLimits
    let metrics = CollectorMetrics()
    let bell: ChangeBell
    let ingest: IngestRoutes
    let clock: @Sendable () -> UInt64
    let logger: Logger

    init(
        store: any EventStore, token: EnrolmentToken, limits: CollectorLimits, logger: Logger,
        clock: @escaping @Sendable () -> UInt64 = CollectorApplication.systemClock
    ) {
        self.store = store
        self.limits = limits
        self.clock = clock
        self.logger = logger
        bell = ChangeBell(maxListeners: limits.maxLiveStreams)
        ingest = IngestRoutes(
            store: store, token: token, limits: limits, metrics: metrics, bell: bell, clock: clock)
    }

    /// Milliseconds since 1970.
    @Sendable static func systemClock() -> UInt64 { UInt64(max(Date().timeIntervalSince1970 * 1000, 0)) }

    func router() -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: TargetLimit(maxBytes: limits.maxTargetBytes))
        router.get("healthz") { _, _ in try await health() }
        ingest.add(to: router.group("api/v1").add(middleware: NoBrowsers()))
        let readers = router.group().add(middleware: LocalReadersOnly())
        readers.get("metrics") { _, _ in try await metricsPage() }
        EventRoutes(store: store, clock: clock).add(to: readers.group("api/v1"))
        Console(store: store, limits: limits, bell: bell, clock: clock).add(to: readers)
        return router
    }

    func application(
        host: String, port: Int, onReady: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> Application<RouterResponder<CollectorContext>> {
        let limits = limits
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadline(seconds: limits.maxBodySeconds)],
            idleTimeout: .seconds(Int64(limits.maxIdleSeconds)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.maxHeaderBytes, maxHeaderListSize: limits.maxHeaderBytes,
                maxHeaderFieldCount: 100))
        return Application(
            responder: router().buildResponder(), server: .http1(configuration: http),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(limits.maxConnections, logger: logger)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? port) }, logger: logger)
    }

    private func health() async throws -> Response {
        _ = try await store.totals()
        return plain("ok\n")
    }

    private func metricsPage() async throws -> Response {
        let totals = try await store.totals()
        return plain(
            metrics.text(gauges: [
                ("sluice_collector_events", "Events in the store.", totals.events),
                ("sluice_collector_devices", "Devices that have delivered.", totals.devices),
                ("sluice_collector_live_streams", "Consoles that listen for changes.", bell.listeners),
                ("sluice_collector_ingests_in_flight", "Batches being taken.", ingest.inFlight.current),
            ]))
    }

    private func plain(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
