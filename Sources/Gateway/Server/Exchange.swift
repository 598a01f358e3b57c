import Logging
import NIOCore
import NIOHTTP1
import Policy
import PromptFormats

/// One request and its reply: admitted, read, judged, forwarded.
struct Exchange {
    enum Outcome {
        /// The connection takes another request.
        case next
        /// It does not.
        case close
        /// It does not, and the client may still be sending.
        case refused
    }

    /// Ends the exchange with an answer of the gate's own.
    struct Answered: Error {
        var reply: OwnReply
        /// One word for the log.
        var reason: String
    }

    /// A request that may be served, and by what.
    struct Admitted {
        var provider: GatewayCore.Provider
        /// Path and query as the provider sees them.
        var path: String
        /// What the format gets to know of the head.
        var requestHead: RequestHead
        var format: any RequestFormat
        /// Whether it goes on uninspected: what a proxy carries for a host or path that is no AI provider's.
        var passes = false
    }

    let session: ClientSession
    let head: HTTPRequestHead
    /// Held bytes are given back when the exchange ends.
    let share: BodyBudget.Share
    /// Whether the request has been read to its end.
    var bodyRead = false
    var status = 0
    /// One word for the log.
    var action = "pass"
    var bodyBytes = 0

    var core: GatewayCore { session.core }

    init(session: ClientSession, head: HTTPRequestHead) {
        self.session = session
        self.head = head
        share = BodyBudget.Share(session.core.budget)
    }

    /// Whether the client's connection can take another request.
    var keepsAlive: Bool { head.isKeepAlive && head.version == .http1_1 && !session.activity.isStopping }

    /// Runs it. Throws `CancellationError` when the client went away, `TimedOut` when it fell silent, and `BrokenReply`.
    mutating func run() async throws -> Outcome {
        let began = NIODeadline.now()
        var providerID = "-"
        defer { log(providerID, began) }
        do {
            let admitted = try await admit()
            providerID = admitted.passes ? "-" : admitted.provider.route.provider
            if admitted.passes { return try await passThrough(admitted) }
            if isWebSocket { return try await webSocket(admitted) }
            let body = try await readBody(admitted)
            let judged = try await judge(body, admitted)
            return try await forward(judged, admitted)
        } catch let answer as Answered {
            status = Int(answer.reply.status.code)
            action = answer.reason
            session.write(answer.reply, close: !(bodyRead && keepsAlive), bodiless: head.method == .HEAD)
            return bodyRead ? (keepsAlive ? .next : .close) : .refused
        }
    }

    private func log(_ provider: String, _ began: NIODeadline) {
        core.logger.log(
            level: status >= 400 ? .info : .debug, "request",
            metadata: [
                "provider": .string(provider), "method": .string(head.method.rawValue), "status": "\(status)",
                "action": .string(action), "body-bytes": "\(bodyBytes)",
                "microseconds": "\((NIODeadline.now() - began).nanoseconds / 1000)",
            ])
    }

    // MARK: Admission

    private mutating func admit() async throws -> Admitted {
        if let problem = HeaderRules.problem(head, allowsUpgrade: isWebSocket) {
            throw Answered(reply: OwnReply(problem, kind: .badRequest), reason: "malformed")
        }
        if case .tunnel(let interception) = session.entrance { return try await admit(from: interception) }
        if core.configuration.proxy != nil, let (target, path) = ProxyTarget.absolute(head.uri) {
            return try admit(absolute: target, path)
        }
        if let problem = PortDefence.problem(head.headers, port: session.port) {
            throw Answered(reply: OwnReply(problem, kind: .portDefence), reason: "port-defence")
        }
        try await readEnd()
        if head.method == .CONNECT || head.method == .TRACE {
            throw Answered(
                reply: OwnReply("\(head.method.rawValue) is not served here.", kind: .badRequest, status: 405),
                reason: "method")
        }
        switch RequestTarget(head.uri) {
        case .bad(let problem):
            throw Answered(reply: OwnReply(problem, kind: .badRequest), reason: "malformed")
        case .health:
            throw Answered(reply: .health(), reason: "health")
        case .proxyScript:
            guard core.configuration.proxy != nil else { throw unknownPath() }
            let hosts = core.services.hosts()
            let script = PACFile.script(hosts.patterns, watched: hosts.watched, port: session.port)
            throw Answered(reply: .proxyScript(script), reason: "proxy.pac")
        case .unknown:
            throw unknownPath()
        case .provider(let name, let path):
            guard let provider = core.providers[name] else { throw unknownPath() }
            let requestHead = RequestHead(
                provider: name, method: head.method.rawValue, path: path,
                headers: head.headers.map { (name: $0.name, value: $0.value) })
            return Admitted(
                provider: provider, path: path, requestHead: requestHead, format: RequestFormats.match(requestHead))
        }
    }

    /// What is left of a request without a body is its end, which stands in the same bytes as the head.
    mutating func readEnd() async throws {
        guard !hasBody, !bodyRead else { return }
        guard case .end? = try await session.reader.next(within: GatewayLimits.bodyTimeout) else {
            throw CancellationError()
        }
        bodyRead = true
    }

    private func unknownPath() -> Answered {
        let message = "Nothing is served under this path. " + core.baseURLs(port: session.port)
        return Answered(reply: OwnReply(message, kind: .badRequest, status: 404), reason: "unknown-path")
    }

    /// Whether a body follows the head.
    var hasBody: Bool {
        head.headers.contains(name: "transfer-encoding") || (declaredBytes ?? 0) > 0
    }

    /// What Content-Length says.
    var declaredBytes: Int? { head.headers.first(name: "content-length").flatMap { Int($0) } }
}
