import Events
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /api/v1/events`, `GET /api/v1/events/{id}` and the OpenAPI document.
struct EventRoutes: Sendable {
    /// Events in an answer that does not ask for a number.
    static let defaultLimit = 100

    let store: any EventStore
    let clock: @Sendable () -> UInt64

    func add(to router: RouterGroup<CollectorContext>) {
        router.get("events") { request, _ in try await list(request) }
        router.get("events/:id") { _, context in try await one(context.parameters.get("id")) }
        router.get("openapi.json") { _, _ in json(OpenAPIDocument.text) }
    }

    private func list(_ request: Request) async throws -> Response {
        let query = EventQuery(request.uri.query)
        let page = try await store.events(
            matching: query.filter(now: clock()), after: query.after, limit: query.limit ?? Self.defaultLimit)
        let events = try page.events.map { JSONText.raw(try Self.text($0.event)) }
        return json(
            JSONText.render([
                ("events", .array(events)), ("next", page.next.map { .string($0.text) } ?? .null),
            ]))
    }

    private func one(_ text: String?) async throws -> Response {
        guard let id = text.flatMap({ EventID($0) }), let stored = try await store.event(id) else {
            throw APIFailure(.notFound, "not_found", "No event has this id.")
        }
        return json(try Self.text(stored.event))
    }

    private static func text(_ event: Event) throws -> String {
        String(decoding: try EventCoding.encode(event), as: UTF8.self)
    }

    private func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
