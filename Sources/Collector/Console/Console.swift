import Events
import HTTPTypes
import Hummingbird
import NIOCore

/// The pages for people.
struct Console: Sendable {
    let store: any EventStore
    let limits: CollectorLimits
    let bell: ChangeBell
    let clock: @Sendable () -> UInt64

    func add(to router: RouterGroup<CollectorContext>) {
        router.get("") { _, _ in Response(status: .seeOther, headers: [.location: "/console"]) }
        let console = router.group("console")
        console.get("") { request, _ in try await list(request) }
        console.get("events/:id") { request, context in try await event(context.parameters.get("id"), request: request)
        }
        console.get("devices") { _, _ in try await devices() }
        console.get("live") { _, _ in try live() }
        for asset in ConsoleAssets.all {
            console.get("assets/\(RouterPath(asset.name))") { request, _ in asset.response(to: request) }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let query = EventQuery(request.uri.query)
        let now = clock()
        let filter = query.filter(now: now)
        async let page = store.summaries(matching: filter, after: query.after, limit: limits.consolePageEvents)
        async let facets = store.facets(matching: filter)
        let span = EventListPage.activitySpan(filter, query: query, now: now)
        async let activity = store.activity(matching: filter, in: span, buckets: EventListPage.activityBuckets)
        let view = EventListPage(
            query: query, page: try await page, facets: try await facets, activity: try await activity, span: span,
            maxFacetValues: limits.maxFacetValues, counted: limits.maxCountedEvents, now: now)
        return Self.html(Templates.render(view.view, with: "events"))
    }

    private func event(_ text: String?, request: Request) async throws -> Response {
        guard let id = text.flatMap({ EventID($0) }), let stored = try await store.event(id) else {
            throw APIFailure(
                .notFound, "not_found",
                "No event has this id. It may have been removed, or its device has not delivered it yet.")
        }
        return Self.html(Templates.render(EventPageView(stored, now: clock()).view, with: "event"))
    }

    private func devices() async throws -> Response {
        let devices = try await store.devices(limit: limits.maxListedDevices)
        return Self.html(Templates.render(DevicesPage(devices, now: clock()).view, with: "devices"))
    }

    /// A page that says what went wrong and where to go.
    static func failurePage(_ failure: APIFailure) -> Response {
        let isMissing = failure.status == .notFound
        var view = EventListPage.frame
        view["title"] = isMissing ? "Not found" : "That did not work"
        view["code"] = "\(failure.status.code)"
        view["message"] = failure.message
        return html(Templates.render(view, with: "message"), status: failure.status, headers: failure.headers)
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
