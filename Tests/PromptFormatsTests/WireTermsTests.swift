import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct WireTermsTests {
    /// What becomes of one request.
    private struct Outcome {
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        var enforced: Set<WireTerm>
        var missing: Set<WireTerm>
        var applied: [String]
        var region: String?
    }

    private func apply(
        _ demands: WireDemands, _ recorded: Recorded, surface: String, host: String = "127.0.0.1"
    ) throws(WireRefusal) -> Outcome {
        let body = bytes(recorded.body)
        let request = (try? recorded.parse()) ?? ParsedRequest()
        let edits = try WireTerms.edits(
            demands, on: recorded.head, request, body: body, format: recorded.format, surface: surface, host: host)
        return Outcome(
            headers: edits.apply(to: recorded.headers), body: request.splice([], edits, into: body),
            enforced: edits.enforced, missing: edits.missing, applied: edits.applied, region: edits.region)
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
            #expect(outcome.enforced == [.noStore])
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
        #expect(outcome.enforced == [.noTraining, .zeroRetention, .noStore])
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
        #expect(vercel.enforced == [.noTraining, .zeroRetention, .noStore])
        var cloud = Recorded(provider: "cloudflare", path: "/v1/a/g/openai/chat/completions", body: #"{"messages":[]}"#)
        cloud.headers.append(("CF-AIG-Collect-Log", "true"))
        let cloudflare = try apply(both, cloud, surface: "ai-gateway")
        #expect(text(cloudflare.body) == cloud.body)
        let logs = cloudflare.headers.filter { $0.name.lowercased() == "cf-aig-collect-log" }
        #expect(logs.map(\.value) == ["false"])
        #expect(cloudflare.headers.contains { $0.name == "cf-aig-zdr" && $0.value == "true" })
        #expect(cloudflare.enforced == [.noStore], "its zero retention is disregarded for most providers")
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

    // MARK: Required

    @Test func aRequiredTermIsTheClientsToSet() throws {
        let demands = WireDemands(required: [.noStore])
        let bare = try apply(demands, responses(#"{"input":"hi"}"#), surface: "openai-api")
        #expect(bare.missing == [.noStore] && bare.enforced.isEmpty)
        #expect(text(bare.body) == #"{"input":"hi"}"#)
        let set = try apply(demands, responses(#"{"input":"hi","store":false}"#), surface: "openai-api")
        #expect(set.missing.isEmpty && set.enforced == [.noStore] && set.applied.isEmpty)
        // Where the provider has no field for it, nothing carries it.
        #expect(try apply(demands, responses(#"{"input":"hi"}"#), surface: "groq-api").missing == [.noStore])
        let both = WireDemands(terms: [.noStore], required: [.noStore])
        #expect(try apply(both, responses(#"{"input":"hi"}"#), surface: "openai-api").missing.isEmpty)
        let list = Recorded(provider: "openai", path: "/v1/models", body: "")
        #expect(try apply(demands, list, surface: "openai-api").missing.isEmpty)
    }

    @Test func aRequiredHeaderFieldIsTheClientsToSet() throws {
        let demands = WireDemands(fields: [FieldDemand(name: "x-ghost-mode", values: ["true"])])
        var call = Recorded(provider: "cursor", path: "/aiserver.v1.ChatService/StreamUnifiedChat", body: "{}")
        #expect(throws: WireRefusal.field("x-ghost-mode")) { try apply(demands, call, surface: "cursor-individual") }
        call.headers.append(("X-Ghost-Mode", "false"))
        #expect(throws: WireRefusal.field("x-ghost-mode")) { try apply(demands, call, surface: "cursor-individual") }
        call.headers[1].value = "True"
        #expect(text(try apply(demands, call, surface: "cursor-individual").body) == "{}")
    }

    // MARK: Regions and upstreams

    static let regions: [(String, String, String, String, String?)] = [
        ("openai-api", "eu.api.openai.com", "/v1/responses", "gpt-x", "eu"),
        ("openai-api", "api.openai.com", "/v1/responses", "gpt-x", nil),
        ("openai-api", "gb.api.openai.com", "/v1/responses", "gpt-x", "gb"),
        ("openrouter-api", "eu.openrouter.ai", "/api/v1/chat/completions", "x/y", "eu"),
        ("openrouter-api", "openrouter.ai", "/api/v1/chat/completions", "x/y", nil),
        ("xai-api", "eu-west-1.api.x.ai", "/v1/chat/completions", "grok-x", "eu"),
        ("xai-api", "api.x.ai", "/v1/chat/completions", "grok-x", nil),
        ("bedrock", "bedrock-runtime.eu-central-1.amazonaws.com", "/model/m/converse", "anthropic.claude-x", "eu"),
        ("bedrock", "bedrock-runtime.eu-west-2.amazonaws.com", "/model/m/converse", "anthropic.claude-x", "gb"),
        (
            "bedrock", "bedrock-runtime.eu-central-1.amazonaws.com", "/model/m/converse", "global.anthropic.claude-x",
            nil
        ),
        ("bedrock", "bedrock-runtime.eu-central-1.amazonaws.com", "/model/m/converse", "us.anthropic.claude-x", "us"),
        (
            "vertex-ai", "x", "/v1/projects/p/locations/europe-west4/publishers/google/models/g:generateContent", "g",
            "eu"
        ),
        (
            "vertex-ai", "x", "/v1/projects/p/locations/europe-west6/publishers/google/models/g:generateContent", "g",
            "ch"
        ),
        ("vertex-ai", "x", "/v1/projects/p/locations/global/publishers/google/models/g:generateContent", "g", nil),
        ("dashscope", "dashscope-intl.aliyuncs.com", "/compatible-mode/v1/chat/completions", "qwen", "sg"),
        ("groq-api", "api.groq.com", "/openai/v1/chat/completions", "x", nil),
    ]

    @Test(arguments: WireTermsTests.regions.indices)
    func aRequestStaysInItsRegion(index: Int) throws {
        let (surface, host, path, model, region) = Self.regions[index]
        let provider = surface == "bedrock" ? "aws" : surface == "vertex-ai" ? "google" : "openai"
        let real = path.replacingOccurrences(of: "/model/m/", with: "/model/\(model)/")
        let body = #"{"model":"\#(model)","messages":[],"contents":[],"input":""}"#
        let recorded = Recorded(provider: provider, path: real, body: body)
        let wanted = region ?? "eu"
        if let region {
            let outcome = try apply(WireDemands(regions: [region]), recorded, surface: surface, host: host)
            #expect(outcome.region == region && text(outcome.body) == body)
        } else {
            #expect(throws: WireRefusal.region(nil, wanted: [wanted])) {
                try apply(WireDemands(regions: [wanted]), recorded, surface: surface, host: host)
            }
        }
        #expect(throws: WireRefusal.region(region, wanted: ["mars"])) {
            try apply(WireDemands(regions: ["mars"]), recorded, surface: surface, host: host)
        }
    }

    @Test func claudesRegionIsAField() throws {
        let chat = Recorded(
            provider: "anthropic", path: "/v1/messages", body: #"{"messages":[],"inference_geo":"global"}"#)
        let outcome = try apply(WireDemands(regions: ["us", "eu"]), chat, surface: "claude-api")
        #expect(text(outcome.body) == #"{"messages":[],"inference_geo":"us"}"# && outcome.region == "us")
        #expect(throws: WireRefusal.region(nil, wanted: ["eu"])) {
            try apply(WireDemands(regions: ["eu"]), chat, surface: "claude-api")
        }
    }

    @Test func aRouterHandsItOnToApprovedCompaniesOnly() throws {
        let demands = WireDemands(terms: [.noTraining], upstreams: ["anthropic", "google-vertex"])
        let chat = Recorded(
            provider: "openrouter", path: "/api/v1/chat/completions",
            body: #"{"provider":{"order":["x"],"only":["x"]},"messages":[]}"#)
        let outcome = try apply(demands, chat, surface: "openrouter-api")
        let expected =
            #"{"provider":{"data_collection":"deny","allow_fallbacks":false,"order":["x"],"only":["anthropic","google-vertex"]},"messages":[]}"#
        #expect(text(outcome.body) == expected)
        let pinned = Recorded(
            provider: "huggingface", path: "/v1/chat/completions", body: #"{"model":"a/b:together","messages":[]}"#)
        #expect(text(try apply(WireDemands(upstreams: ["together"]), pinned, surface: "hf-router").body) == pinned.body)
        #expect(throws: WireRefusal.upstream(wanted: ["groq"])) {
            try apply(WireDemands(upstreams: ["groq"]), pinned, surface: "hf-router")
        }
    }

    @Test func aFieldThatIsSetStandsOverAnEditInsideIt() throws {
        let body = bytes(#"{"store":"SECRET","input":"SECRET"}"#)
        let recorded = responses(text(body))
        let request = try recorded.parse()
        let edits = request.segments.enumerated().compactMap { index, segment in
            segment.text.elementsEqual("SECRET".utf8)
                ? RequestEdit(segment: index, span: ByteSpan(start: 0, end: 6), replacement: bytes("P")) : nil
        }
        let wire = try WireTerms.edits(
            Self.noStore, on: recorded.head, request, body: body, format: recorded.format, surface: "openai-api",
            host: "api.openai.com")
        #expect(text(request.splice(edits, wire, into: body)) == #"{"store":false,"input":"P"}"#)
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

    @Test func tenantHeadersGoWhereTheyBelong() {
        let identities: [TenantKey: [String]] = [
            .chatGPTWorkspaces: ["w1", "w2"], .openAIOrganizations: ["org-1"], .anthropicOrganizations: ["a1"],
            .googleDomains: ["acme.example"], .codeAssistDomains: ["acme.example"], .microsoftPolicy: ["t:p"],
            .microsoftPersonal: ["restrict-msa"], .gitHubEnterprise: ["e1"],
        ]
        func names(_ provider: String, _ host: String, _ path: String, isVendors: Bool = true) -> [String] {
            TenantHeaders.demands(identities, provider: provider, host: host, isVendors: isVendors, path: path)
                .claims.map { "\($0.name): \($0.value)" }
        }
        #expect(names("openai", "chatgpt.com", "/backend-api/x") == ["ChatGPT-Allowed-Workspace-Id: w1,w2"])
        #expect(names("openai", "eu.api.openai.com", "/v1/x") == ["OpenAI-Allowed-Organization-Ids: org-1"])
        #expect(names("anthropic", "claude.ai", "/api/x") == ["anthropic-allowed-org-ids: a1"])
        #expect(names("google", "accounts.google.com", "/o") == ["X-GoogApps-Allowed-Domains: acme.example"])
        #expect(
            names("google", "cloudcode-pa.googleapis.com", "/v1internal:x")
                == ["X-GeminiCodeAssist-Allowed-Domains: acme.example"])
        #expect(
            names("microsoft", "login.microsoftonline.com", "/t/oauth2/v2.0/token")
                == ["sec-Restrict-Tenant-Access-Policy: t:p"])
        #expect(names("microsoft", "login.live.com", "/") == ["sec-Restrict-Tenant-Access-Policy: restrict-msa"])
        #expect(
            names("github-copilot", "api.business.githubcopilot.com", "/chat") == ["sec-GitHub-allowed-enterprise: e1"])
        #expect(names("groq", "api.groq.com", "/x").isEmpty)
        // Behind a host of one's own the path tells.
        #expect(
            names("openai", "gw.acme.example", "/v1/x", isVendors: false) == ["OpenAI-Allowed-Organization-Ids: org-1"])
        #expect(
            names("openai", "gw.acme.example", "/backend-api/x", isVendors: false)
                == ["ChatGPT-Allowed-Workspace-Id: w1,w2"])
        let all = TenantHeaders.demands(identities, provider: "groq", host: "api.groq.com", isVendors: true, path: "/")
        #expect(all.stripped.count == 7, "a client's own copy goes nowhere")
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
