import Gateway
import Journal
import NIOCore
import NIOHTTP1

/// The courier's way to the collector: HTTP/1.1, verified TLS except on loopback, the enrolment token in `Authorization`.
struct CollectorClient: CollectorTransport {
    /// Longest wait for a piece of an answer.
    static let answerTimeout = TimeAmount.seconds(30)

    let client: OutboundClient
    /// Read for each batch, so that a new token in the file is used without a restart.
    let token: @Sendable () throws -> String?

    func post(_ body: [UInt8], to path: String) async throws -> TransportReply {
        var headers = [(name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "sluice-agent")]
        if let token = try token() { headers.append((name: "Authorization", value: "Bearer " + token)) }
        let reply = try await client.send(
            .POST, path, headers: headers, body: body, within: Self.answerTimeout,
            maxReplyBytes: CourierLimits.maxReplyBytes)
        return TransportReply(
            status: reply.status, retryAfterSeconds: reply.header("retry-after").flatMap { Int($0) }, body: reply.body)
    }
}
