import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A refusal with a code for programs and a sentence for people. Never holds anything of the request's body.
struct APIFailure: Error {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    var headers: HTTPFields

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }
}

/// How failures look: a page in the console, JSON elsewhere.
enum Failures {
    static func response(to error: any Error, request: Request, logger: Logger) -> Response {
        let failure = describe(error, logger: logger)
        if request.uri.path.hasPrefix("/console") || request.uri.path == "/" {
            return Console.failurePage(failure)
        }
        return json(failure)
    }

    static func json(_ failure: APIFailure) -> Response {
        var headers = failure.headers
        headers[.contentType] = "application/json"
        let body = JSONText.render([
            ("error", .object([("code", .string(failure.code)), ("message", .string(failure.message))]))
        ])
        return Response(status: failure.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }

    private static func describe(_ error: any Error, logger: Logger) -> APIFailure {
        switch error {
        case let failure as APIFailure: return failure
        case let failure as StoreFailure:
            logger.error("The store failed", metadata: ["reason": "\(failure)"])
            return APIFailure(
                .serviceUnavailable, "store", "The database did not take or give the events. Its log says why.",
                headers: [.retryAfter: "5"])
        case let error as HTTPError where error.status == .notFound:
            return APIFailure(.notFound, "not_found", "There is nothing at this address.")
        case let error as HTTPError:
            return APIFailure(error.status, "http", error.status.reasonPhrase)
        case let error as any HTTPResponseError:
            return APIFailure(error.status, "http", error.status.reasonPhrase)
        default:
            logger.error("A request failed", metadata: ["type": "\(type(of: error))"])
            return APIFailure(.internalServerError, "internal", "Something failed on our side. The log says what.")
        }
    }
}
