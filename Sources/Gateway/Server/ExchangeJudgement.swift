import Inspection
import NIOCore
import NIOHTTP1
import NIOPosix
import Policy
import PromptFormats

extension Exchange {
    /// A request after its verdict: what may leave.
    struct Judged {
        var body: ByteBuffer
        /// Whether the body has lost the content codings that the client named.
        var dropsCoding = false
        var event: String?
        /// Changes of the header that policy demands.
        var wire = WireEdits()
        /// What to ask with whether the reply may go on.
        var exchange: OpenExchange?
        /// Within which what the reply shows of the account holds.
        var scope: RestoreScope?
        /// Puts values back into the reply; nil when the vault holds none for this scope.
        var resolver: (any PlaceholderResolving)?
    }

    private struct Parsed: Sendable {
        var request: ParsedRequest
        var opaque: [OpaqueItem]
    }

    /// Asks for the verdict and applies it. Throws `Answered` when the prompt is stopped or can't be read.
    mutating func judge(_ body: ByteBuffer, _ admitted: Admitted) async throws -> Judged {
        let codings = ContentCodings(head.headers["content-encoding"])
        let plain = try await decoded(body, codings, admitted)
        // What can't be decoded can't be inspected.
        let coded = plain == nil
        var bytes = plain ?? []
        let parsed = coded ? Self.undecodable : try await parse(bytes, admitted)
        // Edits name segments by their index: the target stands behind those of the body.
        let texts = PromptBuilder.segments(parsed.request)
        var prompt = prompt(
            parsed.request, segments: texts + [target(after: texts, admitted)], opaque: parsed.opaque,
            admitted)
        prompt.wire = WireSubject(
            head: admitted.requestHead, request: parsed.request, body: bytes, format: admitted.format,
            host: admitted.provider.route.hostName, isReadable: !coded)
        let verdict = await core.services.inspector.inspect(prompt)
        action = verdict.action.rawValue
        // What this channel can't do (hold, send elsewhere) it stops.
        let isRerouted = verdict.action == .reroute && verdict.wire.changesBody
        guard verdict.action <= .redact || isRerouted else {
            throw stopped(verdict, parsed.request, admitted, coded: coded)
        }
        let resolver = core.services.resolver(prompt.scope)
        var judged = Judged(
            body: body, event: verdict.eventID, wire: verdict.wire, exchange: verdict.exchange, scope: prompt.scope,
            resolver: resolver.isEmpty ? nil : resolver)
        guard !verdict.edits.isEmpty || verdict.wire.changesBody else { return judged }
        bytes = try await splice(PromptBuilder.edits(verdict), verdict.wire, parsed.request, bytes)
        judged.body = ByteBuffer(bytes: bytes)
        // What was changed goes on plain; everything else in its original bytes.
        judged.dropsCoding = !codings.isIdentity
        return judged
    }

    /// The body without its content codings; nil where they can't be undone.
    private func decoded(_ body: ByteBuffer, _ codings: ContentCodings, _ admitted: Admitted) async throws -> [UInt8]? {
        let bytes = Array(body.readableBytesView)
        guard !codings.isIdentity, !bytes.isEmpty else { return bytes }
        let plain = try await Self.offLoop(bytes.count) { codings.decode(bytes) }
        if let plain, !share.grow(by: plain.count) { throw tooBusy(admitted) }
        return plain
    }

    func prompt(
        _ request: ParsedRequest, segments: [PromptSegment], opaque: [OpaqueItem], _ admitted: Admitted
    ) -> Prompt {
        let route = admitted.provider.route
        let destination = Destination(
            provider: route.provider, surface: route.surface, host: route.hostName,
            model: request.model, otherModels: Array(request.models.dropFirst()),
            account: PromptBuilder.account(admitted.requestHead, host: route.hostName))
        return Prompt(
            segments: segments, opaque: opaque, destination: destination, channel: isProxied ? .proxy : .gateway,
            application: head.headers.first(name: "user-agent"), user: core.services.user,
            groups: core.services.groups(),
            scope: core.scoping.scope(
                uid: core.configuration.uid, headers: head.headers, target: head.uri, destination: destination,
                request: request, format: admitted.format))
    }

    /// Changes of the header of a request that is not looked at otherwise.
    func tenantHeaders(_ admitted: Admitted) -> [WireEdits.HeaderEdit] {
        core.services.inspector.tenantHeaders(
            for: admitted.requestHead, host: admitted.provider.route.hostName)
    }

    private func target(after segments: [PromptSegment], _ admitted: Admitted) -> PromptSegment {
        let text = RequestTargetText.inspected(head.uri, hiding: admitted.format.credentialParameters)
        return PromptBuilder.target(text, after: segments)
    }

    private static let undecodable = Parsed(
        request: ParsedRequest(), opaque: [OpaqueItem(reason: .encoding, place: Place(path: "$"))])

    private func parse(_ body: [UInt8], _ admitted: Admitted) async throws -> Parsed {
        let format = admitted.format
        let head = admitted.requestHead
        do {
            let request = try await Self.offLoop(body.count) { try format.parse(body, of: head) }
            return Parsed(request: request, opaque: PromptBuilder.opaque(request))
        } catch let error as FormatError {
            let message = "The request's body can't be read, so it was not sent: \(error)"
            let kind: RefusalKind = error.kind == .tooLarge ? .tooLarge : .badRequest
            throw Answered(reply: OwnReply(format.refusal(message, eventID: "", kind: kind)), reason: "unreadable")
        }
    }

    private func splice(
        _ edits: [RequestEdit], _ wire: WireEdits, _ request: ParsedRequest, _ body: [UInt8]
    ) async throws -> [UInt8] {
        try await Self.offLoop(body.count) { request.splice(edits, wire, into: body) }
    }

    /// Small work is done here; large work would hold up every other connection.
    private static func offLoop<Value: Sendable>(
        _ byteCount: Int, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        guard byteCount > GatewayLimits.maxInlineBytes else { return try work() }
        return try await NIOThreadPool.singleton.runIfActive(work)
    }

    private func stopped(_ verdict: Verdict, _ request: ParsedRequest, _ admitted: Admitted, coded: Bool) -> Answered {
        var message = verdict.message.isEmpty ? "Sluice stopped this prompt." : verdict.message
        if coded {
            let known = ContentCodings.known.joined(separator: ", ")
            message += " Send the body without Content-Encoding, or in one of \(known), so that it can be inspected."
        }
        let refusal = admitted.format.refusal(
            message, eventID: verdict.eventID ?? "", kind: coded ? .unsupportedEncoding : .blocked, to: request)
        return Answered(reply: OwnReply(refusal), reason: verdict.action.rawValue)
    }
}
