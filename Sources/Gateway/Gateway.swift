import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One loopback port: `http://127.0.0.1:<port>/<provider>/...` leads to the provider, past the Inspector, and a forward proxy does the same
/// for clients that name the provider's own host.
public final class Gateway: Sendable {
    private struct State {
        var listeners: [any Channel] = []
        var sessions: [ObjectIdentifier: (channel: any Channel, activity: SessionActivity)] = [:]
        var isStopping = false
    }

    private let core: GatewayCore
    private let loop: any EventLoop
    private let state = NIOLockedValueBox(State())
    /// Lives on the loop.
    private let owner: NIOLoopBound<SocketOwner>

    /// Sets a gateway up on one event loop of the group; nothing listens before `start`.
    public static func make(
        _ configuration: GatewayConfiguration, services: GatewayServices, group: any EventLoopGroup
    ) async throws -> Gateway {
        let loop = group.next()
        return try await loop.submit { Gateway(configuration, services, loop) }.get()
    }

    private init(_ configuration: GatewayConfiguration, _ services: GatewayServices, _ loop: any EventLoop) {
        self.loop = loop
        core = GatewayCore(configuration, services, on: loop)
        owner = NIOLoopBound(SocketOwner(), eventLoop: loop)
    }

    /// Listens, and returns the port. Throws the system's error, for example when another program has the port.
    public func start() async throws -> Int {
        let v4 = try await bind("127.0.0.1", port: core.configuration.port)
        // The kernel has just given the port.
        let port = v4.localAddress?.port ?? core.configuration.port
        state.withLockedValue { $0.listeners.append(v4) }
        // "localhost" may mean ::1 first: there, too, only we should answer.
        do {
            let v6 = try await bind("::1", port: port)
            state.withLockedValue { $0.listeners.append(v6) }
        } catch {
            core.logger.info("not listening on ::1", metadata: ["cause": .string("\(error)")])
        }
        return port
    }

    /// Stops listening, lets requests in flight end within `GatewayLimits.stopTimeout`, then closes everything.
    public func stop() async {
        let (listeners, sessions) = state.withLockedValue { state in
            state.isStopping = true
            return (state.listeners, state.sessions.values.map { ($0.channel, $0.activity) })
        }
        for listener in listeners { try? await listener.close() }
        let core = core
        let closed = loop.flatSubmit { [loop] in
            core.closeUpstream()
            for (channel, activity) in sessions {
                activity.isStopping = true
                if !activity.isBusy { channel.close(promise: nil) }
            }
            return EventLoopFuture.andAllComplete(sessions.map { $0.0.closeFuture }, on: loop)
        }
        let deadline = loop.scheduleTask(in: GatewayLimits.stopTimeout) {
            for (channel, _) in sessions { channel.close(promise: nil) }
        }
        try? await closed.get()
        deadline.cancel()
    }

    /// Numbers for `status`.
    public struct Numbers: Sendable, Codable {
        /// Open connections of clients.
        public var connections: Int
        /// Bytes of request bodies that are held for their verdict.
        public var heldBytes: Int

        /// Takes the values as they are.
        public init(connections: Int, heldBytes: Int) {
            self.connections = connections
            self.heldBytes = heldBytes
        }
    }

    /// How much is going on.
    public var numbers: Numbers {
        Numbers(connections: state.withLockedValue { $0.sessions.count }, heldBytes: core.budget.heldBytes)
    }

    // MARK: Connections

    private func bind(_ host: String, port: Int) async throws -> any Channel {
        try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .bind(host: host, port: port).get()
    }

    private func accept(_ channel: any Channel) throws {
        let pipeline = try ServerPipeline(adding: channel, maxFieldBytes: GatewayLimits.maxFieldBytes)
        try channel.pipeline.syncOperations.addHandler(ActiveStarter { channel in self.begin(channel, pipeline) })
    }

    /// The connection stands: looks at whose it is, and serves it.
    private func begin(_ channel: any Channel, _ pipeline: ServerPipeline) {
        guard let local = channel.localAddress, let port = local.port, isOurs(channel, local) else {
            channel.close(promise: nil)
            return
        }
        let activity = SessionActivity()
        let id = ObjectIdentifier(activity)
        let admitted = state.withLockedValue { state in
            guard !state.isStopping, state.sessions.count < GatewayLimits.maxConnections else { return false }
            state.sessions[id] = (channel, activity)
            return true
        }
        guard admitted else {
            core.logger.warning("connection closed: as many as may be are open")
            channel.close(promise: nil)
            return
        }
        let session = ClientSession(
            core: core, channel: channel, reader: pipeline.reader, pipeline: pipeline, activity: activity, port: port)
        Task(executorPreference: core.executor) { [state] in
            await session.run()
            state.withLockedValue { _ = $0.sessions.removeValue(forKey: id) }
        }
    }

    /// Whether the peer is a program of our user; the kernel says so.
    private func isOurs(_ channel: any Channel, _ local: SocketAddress) -> Bool {
        guard let peer = channel.remoteAddress else { return false }
        do {
            let uid = try owner.value.uid(peer: peer, local: local)
            if uid == core.configuration.uid { return true }
            core.logger.warning("connection of another user closed", metadata: ["uid": "\(uid)"])
        } catch {
            core.logger.warning(
                "connection closed: its user is not known", metadata: ["cause": .string(error.description)])
        }
        return false
    }
}
