import Primitives

/// How a provider writes its errors, and so what a refusal looks like.
///
/// The statuses are those that the providers' SDKs do not retry (400, 403, 413, 415); `x-should-retry: false` says it once more, and is what
/// keeps a 502 from being tried again.
enum ErrorShape: Sendable, CaseIterable {
    /// `{"error":{"message","type","param","code"}}`. Source: https://platform.openai.com/docs/guides/error-codes
    case openAI
    /// The same. A 403 reads as "no access to Copilot" in editors, so a block is a 400.
    case copilot
    /// `{"type":"error","error":{"type","message"},"request_id"}`. A 403 sends users of its coding assistant to the login guide, so a
    /// block is a 400. Source: https://docs.anthropic.com/en/api/errors
    case anthropic
    /// `{"error":{"code","message","status","details"}}`. Source: https://cloud.google.com/apis/design/errors
    case google
    /// `{"message"}` and the field `x-amzn-ErrorType`. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
    case amazon
    /// `{"message"}`. Source: https://docs.cohere.com/reference/errors
    case message
    /// `{"object":"error","message","type","code"}`. Source: https://docs.mistral.ai/api
    case mistral
    /// `{"error":"..."}`. Source: https://github.com/ollama/ollama/blob/main/docs/api.md
    case plain
    /// `{"detail":"..."}`. A 403 would set off the page's check for robots.
    case detail
    /// `{"jsonrpc":"2.0","id","error":{"code","message"}}`. Source: https://www.jsonrpc.org/specification
    case rpc

    /// The shape for a provider whose format is not known.
    static func of(provider: String) -> ErrorShape {
        switch provider {
        case "anthropic": .anthropic
        case "google": .google
        case "aws": .amazon
        case "cohere": .message
        case "mistral": .mistral
        case "ollama", "huggingface": .plain
        case "github-copilot": .copilot
        default: .openAI
        }
    }

    func refusal(_ message: String, eventID: String, kind: RefusalKind, callID: [UInt8]? = nil) -> Refusal {
        let status = status(kind)
        let text = JSONText.string(message)
        let word = word(kind)
        var extra: [(name: String, value: String)] = []
        let body: [UInt8]
        switch self {
        case .openAI, .copilot:
            body = JSONText.object([
                (
                    "error",
                    JSONText.object([
                        ("message", text), ("type", JSONText.string(word.type)), ("param", JSONText.null),
                        ("code", JSONText.string(word.code)),
                    ])
                )
            ])
        case .anthropic:
            let error = JSONText.object([("type", JSONText.string(word.type)), ("message", text)])
            var members = [("type", JSONText.string("error")), ("error", error)]
            if !eventID.isEmpty { members.append(("request_id", JSONText.string("sluice_" + eventID))) }
            body = JSONText.object(members)
        case .google:
            body = JSONText.object([
                (
                    "error",
                    JSONText.object([
                        ("code", Array(String(status).utf8)), ("message", text), ("status", JSONText.string(word.type)),
                        ("details", Array("[]".utf8)),
                    ])
                )
            ])
        case .amazon:
            extra = [("x-amzn-ErrorType", word.type)]
            body = JSONText.object([("message", text)])
        case .message: body = JSONText.object([("message", text)])
        case .mistral:
            body = JSONText.object([
                ("object", JSONText.string("error")), ("message", text), ("type", JSONText.string(word.type)),
                ("param", JSONText.null), ("code", JSONText.string(word.code)),
            ])
        case .plain: body = JSONText.object([("error", text)])
        case .detail: body = JSONText.object([("detail", text)])
        case .rpc:
            let error = JSONText.object([("code", Array("-32001".utf8)), ("message", text)])
            body = JSONText.object([
                ("jsonrpc", JSONText.string("2.0")), ("id", callID ?? JSONText.null), ("error", error),
            ])
        }
        return Self.refusal(status, body, eventID: eventID, extra)
    }

    private func status(_ kind: RefusalKind) -> Int {
        switch kind {
        case .blocked: [.anthropic, .copilot, .detail].contains(self) ? 400 : 403
        case .badRequest: 400
        case .tooLarge: 413
        case .unsupportedEncoding: 415
        case .upstreamFailure: 502
        case .portDefence: 403
        }
    }

    /// The words by which the provider's clients tell errors apart.
    private func word(_ kind: RefusalKind) -> (type: String, code: String) {
        let code =
            switch kind {
            case .blocked: "policy_blocked"
            case .badRequest: "invalid_body"
            case .tooLarge: "request_too_large"
            case .unsupportedEncoding: "unsupported_encoding"
            case .upstreamFailure: "upstream_unreachable"
            case .portDefence: "local_port_refused"
            }
        switch self {
        case .anthropic:
            switch kind {
            case .blocked, .badRequest, .unsupportedEncoding: return ("invalid_request_error", code)
            case .tooLarge: return ("request_too_large", code)
            case .upstreamFailure: return ("api_error", code)
            case .portDefence: return ("permission_error", code)
            }
        case .google:
            switch kind {
            case .blocked, .portDefence: return ("PERMISSION_DENIED", code)
            case .badRequest, .tooLarge, .unsupportedEncoding: return ("INVALID_ARGUMENT", code)
            case .upstreamFailure: return ("UNAVAILABLE", code)
            }
        case .amazon:
            switch kind {
            case .blocked, .portDefence: return ("AccessDeniedException", code)
            case .badRequest, .tooLarge, .unsupportedEncoding: return ("ValidationException", code)
            case .upstreamFailure: return ("ServiceUnavailableException", code)
            }
        default: return (kind == .upstreamFailure ? "server_error" : "invalid_request_error", code)
        }
    }

    /// An answer in JSON with the fields that keep clients from trying again.
    static func refusal(
        _ status: Int, _ body: [UInt8], eventID: String, _ extra: [(name: String, value: String)] = []
    ) -> Refusal {
        var headers = [
            (name: "content-type", value: "application/json"), (name: "content-length", value: String(body.count)),
            (name: "cache-control", value: "no-store"), (name: "x-should-retry", value: "false"),
        ]
        headers += extra
        // Without an event there is none to name. What is not a plain word does not go into a header.
        if !eventID.isEmpty, eventID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            headers.append((name: "x-sluice-event", value: eventID))
        }
        return Refusal(status: status, headers: headers, body: body)
    }
}

/// Writes JSON.
enum JSONText {
    static let null = Array("null".utf8)

    static func string(_ text: String) -> [UInt8] {
        [UInt8(ascii: "\"")] + JSONStringCodec.encode(text.utf8) + [UInt8(ascii: "\"")]
    }

    static func object(_ members: [(String, [UInt8])]) -> [UInt8] {
        var out = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out += string(member.0) + [UInt8(ascii: ":")] + member.1
        }
        return out + [UInt8(ascii: "}")]
    }
}
