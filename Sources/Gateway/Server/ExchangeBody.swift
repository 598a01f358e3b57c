import Inspection
import NIOCore
import NIOHTTP1
import Policy
import PromptFormats

extension Exchange {
    /// Holds the whole body. Nothing of it goes on before its verdict.
    mutating func readBody(_ admitted: Admitted) async throws -> ByteBuffer {
        guard !bodyRead else { return ByteBuffer() }
        let waits = head.headers["expect"].contains { $0.lowercased() == "100-continue" }
        if let declared = declaredBytes, declared > GatewayLimits.maxHeldBodyBytes {
            // Who waits to be asked has sent nothing yet.
            if !waits { try await drain(from: 0) }
            throw await tooLarge(admitted)
        }
        if waits { session.writeContinue() }
        var body = session.channel.allocator.buffer(capacity: min(declaredBytes ?? 0, 1 << 20))
        while let part = try await session.reader.next(within: GatewayLimits.bodyTimeout) {
            switch part {
            case .head:
                throw CancellationError()
            case .body(var piece):
                bodyBytes += piece.readableBytes
                guard bodyBytes <= GatewayLimits.maxHeldBodyBytes else {
                    body = ByteBuffer()
                    try await drain(from: bodyBytes)
                    throw await tooLarge(admitted)
                }
                guard share.grow(by: piece.readableBytes) else { throw tooBusy(admitted) }
                body.writeBuffer(&piece)
            case .end:
                bodyRead = true
                return body
            }
        }
        // The client stopped in mid-body: there is nothing to judge, and nothing goes on.
        action = "cut-off"
        throw CancellationError()
    }

    /// Reads on and drops it, so that the client gets to read its answer.
    private mutating func drain(from start: Int) async throws {
        var dropped = start
        while dropped <= GatewayLimits.maxDrainedBytes {
            switch try await session.reader.next(within: GatewayLimits.bodyTimeout) {
            case .body(let piece):
                dropped += piece.readableBytes
            case .end:
                bodyRead = true
                bodyBytes = dropped
                return
            case .head, nil:
                throw CancellationError()
            }
        }
        bodyBytes = dropped
    }

    private func tooLarge(_ admitted: Admitted) async -> Answered {
        let limit = GatewayLimits.maxHeldBodyBytes >> 20
        let item = OpaqueItem(reason: .tooLarge, place: Place(path: "$"))
        let verdict = await core.services.inspector.inspect(
            prompt(ParsedRequest(), segments: [], opaque: [item], admitted))
        var message =
            "The request's body is larger than \(limit) MiB, which is the most that can be inspected. It was not sent."
        if let event = verdict.eventID { message += " Event \(event)." }
        return Answered(
            reply: OwnReply(admitted.format.refusal(message, eventID: verdict.eventID ?? "", kind: .tooLarge)),
            reason: "too-large")
    }

    func tooBusy(_ admitted: Admitted) -> Answered {
        let message = "Other requests hold all of the memory that is set aside for inspection. Try again in a second."
        let refusal = admitted.format.refusal(message, eventID: "", kind: .upstreamFailure)
        return Answered(
            reply: OwnReply(refusal, status: 503, adding: [("retry-after", "1"), ("x-should-retry", "true")]),
            reason: "busy")
    }
}
