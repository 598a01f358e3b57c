import Primitives

/// Refusals in the shapes of the providers' own errors.
///
/// The statuses are those that the providers' SDKs do not retry (400, 403, 413, 415); `x-should-retry: false` says it once more, and is what keeps
/// a 502 from being tried again.
enum Refusals {
    /// `{"error":{"message","type","param","code"}}`
    ///
    /// Source: https://platform.openai.com/docs/guides/error-codes
    static func openAI(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        let status: Int
        let type: String
        let code: String
        switch kind {
        case .blocked: (status, type, code) = (403, "invalid_request_error", "policy_blocked")
        case .badRequest: (status, type, code) = (400, "invalid_request_error", "invalid_body")
        case .tooLarge: (status, type, code) = (413, "invalid_request_error", "request_too_large")
        case .unsupportedEncoding: (status, type, code) = (415, "invalid_request_error", "unsupported_encoding")
        case .upstreamFailure: (status, type, code) = (502, "server_error", "upstream_unreachable")
        case .portDefence: (status, type, code) = (403, "invalid_request_error", "local_port_refused")
        }
        let body = object([
            (
                "error",
                object([("message", string(message)), ("type", string(type)), ("param", null), ("code", string(code))])
            )
        ])
        return refusal(status, body, eventID: eventID)
    }

    /// `{"type":"error","error":{"type","message"},"request_id"}`
    ///
    /// A 403 sends users of its coding assistant to the login guide, so a block is a 400.
    ///
    /// Source: https://docs.anthropic.com/en/api/errors
    static func anthropic(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        let status: Int
        let type: String
        switch kind {
        case .blocked, .badRequest: (status, type) = (400, "invalid_request_error")
        case .tooLarge: (status, type) = (413, "request_too_large")
        case .unsupportedEncoding: (status, type) = (415, "invalid_request_error")
        case .upstreamFailure: (status, type) = (502, "api_error")
        case .portDefence: (status, type) = (403, "permission_error")
        }
        var members = [
            ("type", string("error")), ("error", object([("type", string(type)), ("message", string(message))])),
        ]
        if !eventID.isEmpty { members.append(("request_id", string("sluice_" + eventID))) }
        return refusal(status, object(members), eventID: eventID)
    }

    private static func refusal(_ status: Int, _ body: [UInt8], eventID: String) -> Refusal {
        var headers = [
            (name: "content-type", value: "application/json"), (name: "content-length", value: String(body.count)),
            (name: "cache-control", value: "no-store"), (name: "x-should-retry", value: "false"),
        ]
        // Without an event there is none to name. What is not a plain word does not go into a header.
        if !eventID.isEmpty, eventID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            headers.append((name: "x-sluice-event", value: eventID))
        }
        return Refusal(status: status, headers: headers, body: body)
    }

    private static let null = Array("null".utf8)

    private static func string(_ text: String) -> [UInt8] {
        [UInt8(ascii: "\"")] + JSONStringCodec.encode(text.utf8) + [UInt8(ascii: "\"")]
    }

    private static func object(_ members: [(String, [UInt8])]) -> [UInt8] {
        var out = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out += string(member.0) + [UInt8(ascii: ":")] + member.1
        }
        return out + [UInt8(ascii: "}")]
    }
}
