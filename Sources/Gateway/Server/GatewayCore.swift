import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import PromptFormats

/// What all connections of one gateway share. Everything in it is fixed, or locked, or bound to the one event loop.
final class GatewayCore: Sendable {
    struct Provider: Sendable {
        let route: GatewayRoute
        let pool: UpstreamPool
    }

    let configuration: GatewayConfiguration
    let services: GatewayServices
    let scoping: Scoping
    let loop: any EventLoop
    let executor: LoopExecutor
    let budget: BodyBudget
    let providers: [String: Provider]
    /// Connections that clients of the proxy ask for; nil without a proxy.
    let origins: OriginPools?
    /// TLS towards clients; nil where the device has no authority.
    let contexts: InterceptionContexts?
    let logger: Logger

    init(_ configuration: GatewayConfiguration, _ services: GatewayServices, on loop: any EventLoop) {
        self.configuration = configuration
        self.services = services
        self.loop = loop
        scoping = Scoping(key: services.scopeKey)
        executor = LoopExecutor(loop)
        budget = BodyBudget(limit: GatewayLimits.maxHeldBytesInAll)
        let tls = UpstreamTLS(trustFile: configuration.trustFile)
        providers = Dictionary(
            configuration.routes.map {
                ($0.provider, Provider(route: $0, pool: UpstreamPool($0.upstream, on: loop, tls: tls)))
            }, uniquingKeysWith: { first, _ in first })
        origins = configuration.proxy.map { OriginPools(on: loop, tls: tls, proxy: $0) }
        contexts = configuration.proxy?.issuer.map { InterceptionContexts($0) }
        logger = services.logger
    }

    /// Closes idle connections to providers, and from now on whatever comes back.
    func closeUpstream() {
        for provider in providers.values { provider.pool.close() }
        origins?.close()
    }

    /// The sentence that tells a lost client where to go.
    func baseURLs(port: Int) -> String {
        let urls = providers.keys.sorted().map { "http://127.0.0.1:\(port)/\($0)" + ($0 == "openai" ? "/v1" : "") }
        return urls.isEmpty ? "No provider is set up." : "Base URLs: " + urls.joined(separator: ", ")
    }
}

/// An answer of the gate itself.
struct OwnReply {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: [UInt8]

    init(_ refusal: Refusal, status: Int? = nil, adding extra: [(String, String)] = []) {
        self.status = HTTPResponseStatus(statusCode: status ?? refusal.status)
        headers = HTTPHeaders(refusal.headers.map { ($0.name, $0.value) })
        for (name, value) in extra { headers.replaceOrAdd(name: name, value: value) }
        headers.replaceOrAdd(name: "content-length", value: String(refusal.body.count))
        body = refusal.body
    }

    /// An answer outside any provider, in the error shape that most clients read.
    init(_ message: String, kind: RefusalKind, status: Int? = nil) {
        self.init(GenericFormat().refusal(message, eventID: "", kind: kind), status: status)
    }

    static func proxyScript(_ text: String) -> OwnReply {
        OwnReply(
            Refusal(
                status: 200,
                headers: [
                    ("content-type", "application/x-ns-proxy-autoconfig"), ("cache-control", "no-store"),
                    ("x-content-type-options", "nosniff"),
                ], body: Array(text.utf8)))
    }

    static func health() -> OwnReply {
        let body = Array(#"{"status":"ok"}"#.utf8)
        return OwnReply(
            Refusal(
                status: 200, headers: [("content-type", "application/json"), ("cache-control", "no-store")], body: body)
        )
    }
}
