import HTTPTypes
import Hummingbird

/// Headers on every answer: nothing from elsewhere runs in our pages, nobody frames them, no address of ours leaks in a referrer.
struct SecurityHeaders: RouterMiddleware {
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do { response = try await next(request, context) } catch {
            response = Failures.response(to: error, request: request, logger: context.logger)
        }
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=()"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        response.headers[.xFrameOptions] = "DENY"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}

/// Keeps a request's target short.
struct TargetLimit: RouterMiddleware {
    let maxBytes: Int

    func handle(
        _ request: Request, context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= maxBytes else {
            throw APIFailure(.uriTooLong, "target_too_long", "A request target has at most \(maxBytes) bytes.")
        }
        return try await next(request, context)
    }
}

/// Lets only this machine read: there is no login yet.
///
/// The peer must be local, and the name that the client asked for must be a local one: a page in a browser can make its own name resolve to 127.0.0.1
/// (DNS rebinding), but it can't make the browser send another name than that. Changes need a request that no other site has started.
struct LocalReadersOnly: RouterMiddleware {
    func handle(
        _ request: Request, context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        guard context.isLocal else {
            throw APIFailure(
                .forbidden, "not_local",
                "The console is open to this machine only. Use ssh -L to reach it from elsewhere.")
        }
        guard Self.isLocalName(request.head.authority) else {
            throw APIFailure(.forbidden, "foreign_host", "This name is not one of the console's. Use http://127.0.0.1.")
        }
        if request.method != .get, request.method != .head {
            let site = request.headers[.secFetchSite]
            guard site == nil || site == "same-origin" || site == "none" else {
                throw APIFailure(.forbidden, "cross_site", "Another site started this request.")
            }
        }
        return try await next(request, context)
    }

    static func isLocalName(_ authority: String?) -> Bool {
        guard let authority else { return false }
        var host = authority.lowercased()[...]
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            guard host[host.index(after: colon)...].allSatisfy(\.isNumber) else { return false }
            host = host[..<colon]
        }
        return host == "localhost" || host == "127.0.0.1" || host == "[::1]"
    }
}

/// Refuses what a browser sends: devices are no pages.
struct NoBrowsers: RouterMiddleware {
    func handle(
        _ request: Request, context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.origin] == nil, request.headers[.secFetchSite] == nil else {
            throw APIFailure(.forbidden, "browser", "Events are not taken from a browser.")
        }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!  // A literal token, valid by RFC 9110.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!  // As above.
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!  // As above.
    static let xFrameOptions = HTTPField.Name("X-Frame-Options")!  // As above.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!  // As above.
}
