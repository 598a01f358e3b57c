import NIOCore
import NIOPosix

/// Carries bytes between two connections as they are, each direction as fast as its receiver takes them, and hands on the end of one
/// direction while the other goes on.
struct Tunnel {
    /// One end.
    struct End: Sendable {
        let channel: any Channel
        let reader: PartReader<ByteBuffer>
    }

    /// What went through.
    struct Count: Sendable, Equatable {
        var fromClient = 0
        var fromServer = 0
    }

    /// Bytes and last sign of life of both directions; touched on the event loop only.
    private final class Progress: @unchecked Sendable {
        var count = Count()
        var last = NIODeadline.now()
    }

    let client: End
    let server: End
    let executor: LoopExecutor
    let idleLimit: TimeAmount

    /// Runs until both directions have ended, one is broken, or both were silent for `idleLimit`. Closes both connections.
    func run() async -> Count {
        let progress = Progress()
        let upward = Task(executorPreference: executor) {
            await carry(from: client, to: server, progress) { progress.count.fromClient += $0 }
        }
        await carry(from: server, to: client, progress) { progress.count.fromServer += $0 }
        await upward.value
        client.channel.close(promise: nil)
        server.channel.close(promise: nil)
        return progress.count
    }

    private func carry(from: End, to: End, _ progress: Progress, count: (Int) -> Void) async {
        var written: EventLoopFuture<Void>?
        do {
            while true {
                let piece: ByteBuffer?
                do {
                    piece = try await from.reader.next(within: idleLimit)
                } catch is TimedOut {
                    // The other direction may have carried something meanwhile.
                    guard NIODeadline.now() - progress.last < idleLimit else { throw TimedOut() }
                    continue
                }
                guard let piece else { break }
                progress.last = .now()
                count(piece.readableBytes)
                written = to.channel.writeAndFlush(piece)
                await to.reader.writable()
                guard to.channel.isActive else { throw ChannelError.eof }
            }
            // Closing would throw away what has not been written yet.
            try await written?.get()
            // Only one direction has ended: the receiver gets to know it behind the last byte.
            to.channel.close(mode: .output, promise: nil)
        } catch {
            from.channel.close(promise: nil)
            to.channel.close(promise: nil)
        }
    }
}

extension Tunnel.End {
    /// Connects to a server for a tunnel. Throws `UpstreamError`.
    static func connect(
        to target: ProxyTarget, _ proxy: ProxyConfiguration, on loop: any EventLoop
    ) async throws(UpstreamError) -> Tunnel.End {
        let authority = target.authority(secure: true)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(GatewayLimits.connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
        let build: @Sendable (any Channel) -> EventLoopFuture<Tunnel.End> = { channel in
            channel.eventLoop.makeCompletedFuture {
                let reader = PartReader<ByteBuffer>(on: channel.eventLoop)
                try channel.pipeline.syncOperations.addHandler(reader)
                return Tunnel.End(channel: channel, reader: reader)
            }
        }
        if let literal = try? SocketAddress(ipAddress: target.host, port: target.port) {
            if let problem = AddressRules.problem(literal, allowsLoopback: proxy.allowsLoopback) {
                throw UpstreamError(.forbiddenAddress, authority, problem)
            }
            do {
                return try await bootstrap.connect(to: literal, channelInitializer: build)
            } catch {
                throw UpstreamError(connecting: error, to: authority)
            }
        }
        let resolver = GuardedResolver(proxy, on: loop)
        do {
            return try await bootstrap.resolver(resolver).connect(
                host: target.host, port: target.port, channelInitializer: build)
        } catch {
            if let problem = resolver.problem { throw UpstreamError(.forbiddenAddress, authority, problem) }
            throw UpstreamError(connecting: error, to: authority)
        }
    }
}
