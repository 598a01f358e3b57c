import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 client for one server: the courier's way to the collector. Same connections, same verification of TLS, as the
/// gateway's way to a provider.
public final class OutboundClient: Sendable {
    /// A whole reply.
    public struct Reply: Sendable {
        /// Status code.
        public var status: Int
        /// Header fields in order.
        public var headers: [(name: String, value: String)]
        /// At most as many bytes as were asked for; what came after them is dropped.
        public var body: [UInt8]

        /// The first field of that name, case aside.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private let pool: UpstreamPool
    private let executor: LoopExecutor
    private let loop: any EventLoop

    /// Connects to `address`, whose path stands before every path that is asked for.
    public init(_ address: UpstreamAddress, trustFile: String?, group: any EventLoopGroup) {
        loop = group.next()
        executor = LoopExecutor(loop)
        pool = UpstreamPool(address, on: loop, tls: UpstreamTLS(trustFile: trustFile))
    }

    /// Sends one request and reads the whole reply. Throws `UpstreamError`.
    public func send(
        _ method: HTTPMethod, _ path: String, headers: [(name: String, value: String)], body: [UInt8],
        within limit: TimeAmount,
        maxReplyBytes: Int
    ) async throws -> Reply {
        let authority = pool.address.authority
        var fields = HTTPHeaders([("Host", authority)])
        for (name, value) in headers { fields.add(name: name, value: value) }
        if !body.isEmpty || method == .POST { fields.add(name: "Content-Length", value: String(body.count)) }
        let head = HTTPRequestHead(
            version: .http1_1, method: method, uri: pool.address.basePath + path, headers: fields)
        let task = Task(executorPreference: executor) { [pool] in
            let connection = try await pool.lease()
            do {
                return try await Self.exchange(connection, head, body, limit, maxReplyBytes, pool)
            } catch {
                connection.channel.close(promise: nil)
                throw UpstreamError(connecting: error, to: authority)
            }
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Closes idle connections.
    public func close() async {
        try? await loop.submit { [pool] in pool.close() }.get()
    }

    private static func exchange(
        _ connection: UpstreamConnection, _ head: HTTPRequestHead, _ body: [UInt8], _ limit: TimeAmount,
        _ maxReplyBytes: Int,
        _ pool: UpstreamPool
    ) async throws -> Reply {
        let channel = connection.channel
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if !body.isEmpty {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        guard case .head(let reply)? = try await connection.reader.next(within: limit) else { throw ChannelError.eof }
        var bytes: [UInt8] = []
        while let part = try await connection.reader.next(within: limit) {
            switch part {
            case .head: throw ChannelError.eof
            case .body(let piece): bytes += piece.readableBytesView.prefix(maxReplyBytes - bytes.count)
            case .end:
                if reply.isKeepAlive { pool.park(connection) } else { channel.close(promise: nil) }
                return Reply(
                    status: Int(reply.status.code), headers: reply.headers.map { (name: $0.name, value: $0.value) },
                    body: bytes)
            }
        }
        throw ChannelError.eof
    }
}
