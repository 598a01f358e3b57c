import Events
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// `POST /api/v1/events`: takes a device's batch, and answers 200 only when it is durable.
///
/// What a device sends is hostile text: it is decoded under the limits of `Events`, and only what was understood is encoded anew and stored.
struct IngestRoutes: Sendable {
    let store: any EventStore
    let token: EnrolmentToken
    let limits: CollectorLimits
    let metrics: CollectorMetrics
    let bell: ChangeBell
    let rates: DeviceRates
    let inFlight: InFlight
    let clock: @Sendable () -> UInt64
    private let refusals: RefusalLog

    init(
        store: any EventStore, token: EnrolmentToken, limits: CollectorLimits, metrics: CollectorMetrics,
        bell: ChangeBell, clock: @escaping @Sendable () -> UInt64
    ) {
        self.store = store
        self.token = token
        self.limits = limits
        self.metrics = metrics
        self.bell = bell
        self.clock = clock
        rates = DeviceRates(
            burst: limits.deviceBurst, perSecond: limits.deviceBatchesPerSecond, capacity: limits.maxTrackedDevices)
        inFlight = InFlight(limit: limits.maxIngestsInFlight)
        refusals = RefusalLog(perMinute: limits.maxRefusalLogsPerMinute)
    }

    func add(to router: RouterGroup<CollectorContext>) {
        router.post("events") { request, context in try await self.take(request, context: context) }
    }

    private func take(_ request: Request, context: CollectorContext) async throws -> Response {
        guard token.accepts(authorization: request.headers[.authorization]) else {
            metrics.add(.refused)
            if refusals.mayLog(now: clock()) {
                context.logger.warning(
                    "A sender without the enrolment token was refused",
                    metadata: ["total": "\(metrics.value(.refused))"])
            }
            throw APIFailure(
                .unauthorized, "wrong_token", "The enrolment token is missing or wrong.",
                headers: [.wwwAuthenticate: "Bearer realm=\"sluice\""])
        }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limits.maxBatchBytes {
            throw tooLarge("A batch has at most \(limits.maxBatchBytes) bytes.")
        }
        guard inFlight.enter() else {
            metrics.add(.busy)
            throw APIFailure(
                .serviceUnavailable, "busy", "Too many batches are being taken at this moment.",
                headers: [.retryAfter: "1"])
        }
        defer { inFlight.leave() }
        let committed = try await store(try await batch(of: request), logger: context.logger)
        let reply = JSONText.render([("committed", .number(committed.contiguous))])
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: reply)))
    }

    private func batch(of request: Request) async throws -> EventBatch {
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: limits.maxBatchBytes) } catch is NIOTooManyBytesError {
            throw tooLarge("A batch has at most \(limits.maxBatchBytes) bytes.")
        }
        let batch: EventBatch
        do throws(EventCoding.Failure) { batch = try EventBatch.decode(Array(body.readableBytesView)) } catch {
            if BatchShape.eventCount(body) ?? 0 > limits.maxEventsPerBatch {
                throw tooLarge("A batch has at most \(limits.maxEventsPerBatch) events.")
            }
            metrics.add(.malformed)
            throw APIFailure(.badRequest, "malformed", "The body is \(error).")
        }
        guard batch.events.count <= limits.maxEventsPerBatch else {
            throw tooLarge("A batch has at most \(limits.maxEventsPerBatch) events.")
        }
        guard !batch.device.isEmpty, !batch.journal.isEmpty else {
            metrics.add(.malformed)
            throw APIFailure(.badRequest, "malformed", "A batch names its device and its journal.")
        }
        return batch
    }

    private func store(_ batch: EventBatch, logger: Logger) async throws -> Committed {
        let now = clock()
        if let seconds = rates.take(batch.device, now: now) {
            metrics.add(.limited)
            throw APIFailure(
                .tooManyRequests, "rate",
                "This device sends more than \(limits.deviceBatchesPerSecond) batches a second.",
                headers: [.retryAfter: "\(seconds)"])
        }
        let committed: Committed
        do throws(StoreFailure) { committed = try await store.append(batch, now: now) } catch {
            switch error {
            case .sequenceTooLarge:
                metrics.add(.malformed)
                throw APIFailure(.badRequest, "malformed", "The batch holds \(error).")
            case .busy: metrics.add(.busy)
            default: metrics.add(.failures)
            }
            throw error
        }
        metrics.add(.batches)
        metrics.add(.stored, committed.stored)
        metrics.add(.duplicates, committed.duplicates)
        metrics.add(.conflicts, committed.conflicts)
        if committed.conflicts > 0 {
            logger.warning(
                "A device sent other bytes under names that are taken",
                metadata: ["device": "\(batch.device)", "conflicts": "\(committed.conflicts)"])
        }
        if committed.stored > 0 { bell.ring() }
        return committed
    }

    private func tooLarge(_ message: String) -> APIFailure {
        metrics.add(.tooLarge)
        return APIFailure(.contentTooLarge, "too_large", message, headers: [.connection: "close"])
    }
}

/// A batch of which only the number of events matters: tells a sender of too many, who may send fewer, from one of nonsense.
private struct BatchShape: Decodable {
    struct Anything: Decodable { init(from decoder: any Decoder) {} }
    var events: [Anything]

    static func eventCount(_ body: ByteBuffer) -> Int? {
        (try? JSONDecoder().decode(BatchShape.self, from: Data(body.readableBytesView)))?.events.count
    }
}

/// Lets a few lines a minute through.
final class RefusalLog: Sendable {
    private let perMinute: Int
    private let window = Mutex((minute: UInt64(0), lines: 0))

    init(perMinute: Int) { self.perMinute = perMinute }

    func mayLog(now: UInt64) -> Bool {
        window.withLock { window in
            let minute = now / 60_000
            if window.minute != minute { window = (minute, 0) }
            window.lines += 1
            return window.lines <= perMinute
        }
    }
}
