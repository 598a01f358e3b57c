import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct WireTermsTests {
    private func apply(
        _ demands: WireDemands, _ recorded: Recorded, surface: String
    ) throws(WireRefusal) -> WireOutcome {
        let body = bytes(recorded.body)
        let request = (try? recorded.parse()) ?? ParsedRequest()
        return try WireTerms.apply(
            demands, to: recorded.head, request, body: body, format: recorded.format, surface: surface)
    }

    private func responses(_ body: String, provider: String = "openai") -> Recorded {
        Recorded(provider: provider, path: "/v1/responses", body: body)
    }

    private static let noStore = WireDemands(terms: [.zeroRetention])

    // MARK: Fields

    @Test(arguments: [
        (#"{"model":"m","input":"hi"}"#, #"{"store":false,"model":"m","input":"hi"}"#),
        (#"{"store" : true,"input":"hi"}"#, #"{"store" : false,"input":"hi"}"#),
        (#"{"store":null,"input":"hi"}"#, #"{"store":false,"input":"hi"}"#),
        (#"{"store":"yes","input":"hi","store":true}"#, #"{"store":false,"input":"hi","store":false}"#),
        (#"{"st\u006fre":true,"input":"hi"}"#, #"{"st\u006fre":false,"input":"hi"}"#),
        (#"{ }"#, #"{"store":false }"#), (#"{"store":false,"input":"hi"}"#, #"{"store":false,"input":"hi"}"#),
    ])
    func aResponseIsNotStored(before: String, after: String) throws {
        for surface in ["openai-api", "azure-openai", "xai-api", "fireworks-api", "bedrock"] {
            let outcome = try apply(Self.noStore, responses(before), surface: surface)
            #expect(text(outcome.body) == after)
            #expect(outcome.applied == (before == after ? [] : ["store"]))
            // What is kept for abuse monitoring is not touched by it.
            #expect(outcome.enforced.isEmpty)
        }
        #expect(text(try apply(Self.noStore, responses(before), surface: "groq-api").body) == before)
        #expect(text(try apply(WireDemands(), responses(before), surface: "openai-api").body) == before)
    }

    @Test func storeStandsOnlyWhereTheProviderTakesIt() throws {
        let chat = Recorded(provider: "openai", path: "/v1/chat/completions", body: #"{"messages":[]}"#)
        #expect(text(try apply(Self.noStore, chat, surface: "openai-api").body) == #"{"store":false,"messages":[]}"#)
        #expect(text(try apply(Self.noStore, chat, surface: "deepseek-api").body) == chat.body)
        let talk = Recorded(provider: "mistral", path: "/v1/conversations", body: #"{"inputs":"hi"}"#)
        #expect(text(try apply(Self.noStore, talk, surface: "la-plateforme").body) == #"{"store":false,"inputs":"hi"}"#)
        let interaction = Recorded(provider: "google", path: "/v1beta/interactions", body: #"{"input":"hi"}"#)
        #expect(
            text(try apply(Self.noStore, interaction, surface: "gemini-api-paid").body)
                == #"{"store":false,"input":"hi"}"#)
        let list = Recorded(provider: "openai", path: "/v1/responses", body: "")
        #expect(try apply(Self.noStore, list, surface: "openai-api").body.isEmpty)
    }

    @Test(arguments: [
        #"{"messages":[]}"#, #"{"provider":{"only":["x"],"data_collection":"allow"}}"#, #"{"provider":null}"#,
        #"{"provider":"x","zdr":false}"#, #"{"provider":{}}"#,
        #"{"provider":{"data_collection":"deny","zdr":true}}"#,
    ])
    func routersAreHeldToTheirOwnFields(before: String) throws {
        let both = WireDemands(terms: [.noTraining, .zeroRetention])
        let chat = Recorded(provider: "openrouter", path: "/api/v1/chat/completions", body: before)
        let outcome = try apply(both, chat, surface: "openrouter-api")
        let provider = try object(outcome.body)["provider"] as? [String: Any]
        #expect(provider?["zdr"] as? Bool == true)
        #expect(provider?["data_collection"] as? String == "deny")
        #expect(outcome.enforced == [.noTraining, .zeroRetention])
        #expect(text(outcome.body).components(separatedBy: "\"provider\"").count == 2, "the field stands once")
        if outcome.applied.isEmpty { #expect(text(outcome.body) == before) }
        #expect(outcome.applied.isEmpty == before.contains(#""deny","zdr":true"#))
    }

    @Test func gatewaysFlagsAreFieldsOrHeaders() throws {
        let both = WireDemands(terms: [.noTraining, .zeroRetention])
        let chat = Recorded(provider: "vercel-ai-gateway", path: "/v1/chat/completions", body: #"{"messages":[]}"#)
        let vercel = try apply(both, chat, surface: "vercel-gw")
        let flags = try #require(try object(vercel.body)["providerOptions"] as? [String: [String: Bool]])
        #expect(flags["gateway"] == ["zeroDataRetention": true, "disallowPromptTraining": true])
        #expect(vercel.enforced == [.noTraining, .zeroRetention])
        var cloud = Recorded(provider: "cloudflare", path: "/v1/a/g/openai/chat/completions", body: #"{"messages":[]}"#)
        cloud.headers.append(("CF-AIG-Collect-Log", "true"))
        let cloudflare = try apply(both, cloud, surface: "ai-gateway")
        #expect(text(cloudflare.body) == cloud.body)
        let logs = cloudflare.headers.filter { $0.name.lowercased() == "cf-aig-collect-log" }
        #expect(logs.map(\.value) == ["false"])
    }

    @Test func whatCantBeEditedIsRefused() throws {
        let signed = Recorded(
            provider: "aws", path: "/openai/v1/responses",
            headers: [("Authorization", "AWS4-HMAC-SHA256 Credential=x")], body: #"{"input":"hi"}"#)
        #expect(throws: WireRefusal.sealed(field: "store")) { try apply(Self.noStore, signed, surface: "bedrock") }
        let agreed = Recorded(
            provider: "aws", path: "/openai/v1/responses",
            headers: [("Authorization", "AWS4-HMAC-SHA256 Credential=x")], body: #"{"store":false,"input":"hi"}"#)
        #expect(text(try apply(Self.noStore, agreed, surface: "bedrock").body) == agreed.body)
        #expect(throws: WireRefusal.sealed(field: "store")) {
            try apply(Self.noStore, responses(#"[1]"#), surface: "openai-api")
        }
    }

    // MARK: Tenants

    @Test func aClientsOwnTenantHeaderIsTakenOut() throws {
        var chat = Recorded(provider: "anthropic", path: "/v1/messages", body: #"{"messages":[]}"#)
        chat.headers += [("Anthropic-Allowed-Org-Ids", "theirs"), ("x-other", "1"), ("ANTHROPIC-ALLOWED-ORG-IDS", "x")]
        let claim = TenantClaim(name: "anthropic-allowed-org-ids", value: "uuid-1,uuid-2")
        let outcome = try apply(WireDemands(tenants: [claim]), chat, surface: "claude-api")
        #expect(outcome.headers.map(\.name) == ["Content-Type", "x-other", "anthropic-allowed-org-ids"])
        #expect(outcome.headers.last?.value == "uuid-1,uuid-2")
        #expect(outcome.applied == ["anthropic-allowed-org-ids"])
        #expect(text(outcome.body) == chat.body)
    }

    @Test(arguments: ["", " ", "a, b", "a,,b", ",", "a\r\nx: 1", "ü", String(repeating: "a", count: 8193)])
    func aTenantValueThatOpensTheDoorIsRefused(value: String) {
        let chat = Recorded(provider: "google", path: "/v1internal:generateContent", body: "{}")
        let demands = WireDemands(tenants: [TenantClaim(name: "X-GeminiCodeAssist-Allowed-Domains", value: value)])
        #expect(throws: WireRefusal.tenantValue(header: "X-GeminiCodeAssist-Allowed-Domains")) {
            try apply(demands, chat, surface: "gemini-code-assist-enterprise")
        }
    }

    @Test func theLongestTenantValueIsTaken() throws {
        let claim = TenantClaim(name: "x", value: String(repeating: "a", count: WireTerms.maxTenantValueBytes))
        let chat = Recorded(provider: "openai", path: "/v1/chat/completions", body: "{}")
        #expect(
            try apply(WireDemands(tenants: [claim]), chat, surface: "openai-api").headers.last?.value == claim.value)
    }

    // MARK: Features

    static let features: [(String, String, String, [RetentionFeature])] = [
        ("openai", "/v1/responses", #"{"background":true,"input":"x"}"#, [.background]),
        ("openai", "/v1/responses", #"{"background":false,"previous_response_id":null,"input":"x"}"#, []),
        ("openai", "/v1/responses", #"{"previous_response_id":"resp_1","input":"x"}"#, [.storedState]),
        ("openai", "/v1/chat/completions", #"{"prompt_cache_retention":"24h","messages":[]}"#, [.longCache]),
        ("openai", "/v1/chat/completions", #"{"prompt_cache_retention":"in_memory","messages":[]}"#, []),
        (
            "openai", "/v1/responses",
            #"{"input":"x","tools":[{"type":"mcp","server_url":"https://t.example"},{"type":"code_interpreter"},{"type":"web_search_preview"},{"type":"function","name":"f"}]}"#,
            [.grounding, .remoteTools, .sandbox]
        ),
        ("openai", "/v1/files", "", [.files]), ("openai", "/v1/uploads/u/parts", "", [.files]),
        ("openai", "/v1/batches", #"{"input_file_id":"file-1"}"#, [.batches]),
        ("openai", "/v1/threads/t/messages", #"{"content":"x"}"#, [.storedState]),
        ("openai", "/v1/fine_tuning/jobs", "{}", [.fineTuning]),
        ("openai", "/backend-api/conversation/message_feedback", "{}", [.feedback]),
        ("openai", "/backend-anon/conversation", #"{"messages":[]}"#, [.anonymous]),
        ("anthropic", "/v1/messages/batches", #"{"requests":[]}"#, [.batches]),
        ("anthropic", "/v1/messages", #"{"model":"claude-fable-1","messages":[]}"#, [.coveredModel]),
        (
            "anthropic", "/v1/messages",
            #"{"model":"claude-x","messages":[],"mcp_servers":[{"url":"https://t.example"}],"tools":[{"type":"code_execution_20250825"}]}"#,
            [.remoteTools, .sandbox]
        ),
        (
            "google", "/v1beta/models/g:generateContent", #"{"contents":[],"tools":[{"google_search":{}}]}"#,
            [.grounding]
        ),
        ("google", "/v1beta/models/g:generateContent", #"{"contents":[],"cachedContent":"c/1"}"#, [.storedState]),
        ("google", "/upload/v1beta/files", "", [.files]),
        (
            "google", "/v1internal:generateContent", #"{"request":{"contents":[],"tools":[{"googleSearch":{}}]}}"#,
            [.grounding]
        ),
        (
            "openrouter", "/api/v1/chat/completions", #"{"model":"x/y:free","models":["z:online"],"messages":[]}"#,
            [.freeRoute, .grounding]
        ),
        ("mistral", "/v1/chat/completions", #"{"model":"labs-new","messages":[]}"#, [.coveredModel]),
        ("openai", "/v1/chat/completions", #"{"model":"gpt-x","messages":[]}"#, []),
    ]

    @Test(arguments: WireTermsTests.features.indices)
    func whatRaisesRetentionIsFoundAndRefused(index: Int) throws {
        let (provider, path, body, expected) = Self.features[index]
        let recorded = Recorded(provider: provider, path: path, body: body)
        let request = try recorded.parse()
        let found = RetentionFeature.found(in: recorded.head, request, body: bytes(body), format: recorded.format.id)
        #expect(found == expected.sorted(), "\(path) \(body)")
        if let first = expected.first {
            #expect(throws: WireRefusal.features([first])) {
                try apply(WireDemands(denied: [first]), recorded, surface: "any")
            }
        }
        let others = Set(RetentionFeature.allCases).subtracting(expected)
        #expect(text(try apply(WireDemands(denied: others), recorded, surface: "any").body) == body)
    }

    @Test func aRefusalSaysWhatTheRequestDoes() {
        let words = WireRefusal.features([.background, .files]).description
        #expect(words.contains("on disk") && words.contains("a file that stays"))
        #expect(Set(RetentionFeature.allCases.map(\.description)).count == RetentionFeature.allCases.count)
    }
}
