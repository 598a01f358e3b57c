import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

extension Console {
    /// Shortest time between two signals, so that a flood of events makes one refresh a second.
    static let minSignalGap: Duration = .seconds(1)
    /// Time after which a silent stream sends a comment: a peer that went away is noticed, and proxies keep the stream open.
    static let keepAlive: Duration = .seconds(25)

    /// `GET /console/live`: server-sent events that say only "changed"; the page then asks for itself again.
    func live() throws -> Response {
        guard let rings = bell.listen() else {
            throw APIFailure(
                .serviceUnavailable, "busy", "As many consoles listen as may.", headers: [.retryAfter: "30"])
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "retry: 5000\n\n"))
                for await signal in Self.signals(rings) {
                    switch signal {
                    case .changed: try await writer.write(ByteBuffer(string: "event: changed\ndata: {}\n\n"))
                    case .silence: try await writer.write(ByteBuffer(string: ":\n\n"))
                    }
                }
                try await writer.finish(nil)
            })
    }

    enum Signal { case changed, silence }

    /// The rings, spaced out, with signs of life between; ends when the server stops.
    private static func signals(_ rings: AsyncStream<Void>) -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(2))
        let task = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in rings.cancelOnGracefulShutdown() {
                        continuation.yield(.changed)
                        try? await Task.sleep(for: minSignalGap)
                    }
                }
                group.addTask {
                    while (try? await Task.sleep(for: keepAlive)) != nil { continuation.yield(.silence) }
                }
                await group.next()
                group.cancelAll()
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
