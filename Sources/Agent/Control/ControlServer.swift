import Gateway
import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Answers on the agent's control socket. Only programs of the agent's own user are heard.
final class ControlServer: Sendable {
    private let answer: @Sendable (ControlQuestion, ControlPeer) async -> ControlAnswer
    private let logger: Logger
    private let loop: any EventLoop
    private let executor: LoopExecutor
    private let open = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])
    private let listener = NIOLockedValueBox<(any Channel)?>(nil)

    init(
        group: any EventLoopGroup, logger: Logger,
        answer: @escaping @Sendable (ControlQuestion, ControlPeer) async -> ControlAnswer
    ) {
        self.answer = answer
        self.logger = logger
        loop = group.next()
        executor = LoopExecutor(loop)
    }

    /// Listens at a path. A socket that is there already is a leftover: the agent's lock is held by now.
    func start(at path: String) async throws {
        guard path.utf8.count <= Self.maxPathBytes else {
            throw AgentProblem(
                "\(path) is longer than \(Self.maxPathBytes) bytes, the most that a socket's name holds; set runtime_dir"
            )
        }
        unlink(path)
        let channel = try await ServerBootstrap(group: loop)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let reader = PartReader<ByteBuffer>(on: channel.eventLoop)
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(FrameDecoder()))
                    try channel.pipeline.syncOperations.addHandler(reader)
                    try channel.pipeline.syncOperations.addHandler(ActiveStarter { self.begin($0, reader) })
                }
            }
            .bind(unixDomainSocketPath: path).get()
        guard chmod(path, 0o600) == 0 else {
            throw AgentProblem("\(path) can't be closed to other users: \(String(cString: strerror(errno)))")
        }
        listener.withLockedValue { $0 = channel }
    }

    /// Closes everything.
    func stop() async {
        try? await listener.withLockedValue { $0 }?.close()
        for channel in open.withLockedValue({ Array($0.values) }) { channel.close(promise: nil) }
    }

    /// `sockaddr_un.sun_path` less its end mark.
    static let maxPathBytes = 107

    private func begin(_ channel: any Channel, _ reader: PartReader<ByteBuffer>) {
        let id = ObjectIdentifier(channel)
        let fits = open.withLockedValue { open in
            guard open.count < ControlProtocol.maxConnections else { return false }
            open[id] = channel
            return true
        }
        guard fits else { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in self.open.withLockedValue { _ = $0.removeValue(forKey: id) } }
        Task(executorPreference: executor) {
            do {
                try await self.serve(channel, reader)
            } catch {
                self.logger.debug("control connection broke", metadata: ["cause": .string("\(type(of: error))")])
            }
            channel.close(promise: nil)
        }
    }

    private func serve(_ channel: any Channel, _ reader: PartReader<ByteBuffer>) async throws {
        let peer = try await Self.peer(channel)
        guard peer.uid == getuid() else {
            logger.warning("control connection of another user closed", metadata: ["uid": "\(peer.uid)"])
            return
        }
        while let frame = try await reader.next(within: .seconds(ControlProtocol.idleSeconds)) {
            let bytes = try await ControlCoding.encode(reply(to: Array(frame.readableBytesView), peer))
            var out = channel.allocator.buffer(capacity: bytes.count + 4)
            out.writeInteger(UInt32(bytes.count))
            out.writeBytes(bytes)
            try await channel.writeAndFlush(out)
        }
    }

    private func reply(to bytes: [UInt8], _ peer: ControlPeer) async -> ControlAnswer {
        guard let question = try? ControlCoding.decode(ControlQuestion.self, bytes) else {
            return ControlAnswer(error: "not a question that this agent knows")
        }
        return await answer(question, peer)
    }

    /// `struct ucred` (man 7 unix): the C library shows it with _GNU_SOURCE only.
    private struct Credentials: Sendable {
        var pid: Int32 = 0
        var uid: UInt32 = .max
        var gid: UInt32 = .max
    }

    private static func peer(_ channel: any Channel) async throws -> ControlPeer {
        guard let provider = channel as? any SocketOptionProvider else { throw AgentProblem("no socket") }
        let peer: Credentials = try await provider.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: CInt(SOL_SOCKET)),
            name: NIOBSDSocket.Option(rawValue: CInt(SO_PEERCRED))
        ).get()
        return ControlPeer(pid: peer.pid, uid: peer.uid)
    }
}

/// Takes frames apart, within `ControlProtocol.maxQuestionBytes`.
struct FrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
        guard length <= ControlProtocol.maxQuestionBytes else { throw AgentProblem("a frame of \(length) bytes") }
        guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let frame = buffer.readSlice(length: Int(length)) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState { .needMoreData }
}
