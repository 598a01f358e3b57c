import Foundation
import PromptFormats
import Testing

@Suite struct ShownTermsTests {
    private func token(_ claims: String) -> String {
        let part = { (text: String) in
            Data(text.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
                .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        }
        return part(#"{"alg":"RS256"}"#) + "." + part(claims) + ".c2ln"
    }

    private func account(
        _ provider: String, _ path: String, _ headers: [(name: String, value: String)] = [], host: String = "x.example"
    ) -> ShownAccount {
        ShownAccount(of: RequestHead(provider: provider, method: "POST", path: path, headers: headers), host: host)
    }

    @Test func aTokenTellsPlanAndWorkspace() {
        let claims = #"{"https://api.openai.com/auth":{"chatgpt_plan_type":"Enterprise","chatgpt_account_id":"w1"}}"#
        let bearer = (name: "Authorization", value: "Bearer " + token(claims))
        #expect(account("openai", "/backend-api/x", [bearer]) == ShownAccount(organisation: "w1", plan: "enterprise"))
        // In another workspace than the token's own the plan is not known.
        #expect(
            account("openai", "/backend-api/x", [bearer, ("chatgpt-account-id", "w2")])
                == ShownAccount(organisation: "w2", plan: nil))
        for bad in ["Bearer x", "Bearer a.b.c", "Basic " + token(claims), "Bearer " + token("[]"), "Bearer ..", ""] {
            #expect(account("openai", "/", [("authorization", bad)]).isEmpty, "\(bad)")
        }
        let long = (name: "authorization", value: "Bearer " + token(claims + String(repeating: " ", count: 16 << 10)))
        #expect(account("openai", "/", [long]).isEmpty)
    }

    @Test func hostsAndPathsTellAccounts() {
        #expect(account("github-copilot", "/chat", host: "api.business.githubcopilot.com").plan == "business")
        #expect(account("github-copilot", "/chat", host: "proxy.individual.githubcopilot.com").plan == "individual")
        #expect(account("github-copilot", "/chat", host: "api.githubcopilot.com").isEmpty)
        #expect(
            account("anthropic", "/api/organizations/6f0c/chat_conversations/1/completion").organisation == "6f0c")
        #expect(account("anthropic", "/v1/messages", [("x-api-key", "sk-ant-api03-x")]).plan == "api")
        #expect(
            account("anthropic", "/v1/messages", [("authorization", "Bearer sk-ant-oat01-x")]).plan == "subscription")
        #expect(account("microsoft", "/openai/x", host: "acme-eu.openai.azure.com").organisation == "acme-eu")
        #expect(account("google", "/v1/projects/acme-1/locations/eu/x").organisation == "acme-1")
        #expect(account("cloudflare", "/v1/acc/gw/openai/chat/completions").organisation == "acc")
        #expect(account("huggingface", "/v1/x", [("X-HF-Bill-To", "acme")]).organisation == "acme")
        #expect(account("openai", "/v1/x", [("OpenAI-Organization", String(repeating: "o", count: 129))]).isEmpty)
    }

    @Test func replyFieldsTellTerms() {
        func shown(_ provider: String, _ headers: [(name: String, value: String)]) -> ShownTerms {
            ShownTerms(ofReply: ReplyHead(status: 200, headers: headers), provider: provider)
        }
        #expect(shown("xai", [("X-Zero-Data-Retention", "true")]).zeroRetention == true)
        #expect(shown("xai", [("x-zero-data-retention", "false")]).zeroRetention == false)
        #expect(shown("xai", [("x-zero-data-retention", "maybe")]).isEmpty)
        #expect(shown("openai", [("x-zero-data-retention", "true")]).isEmpty)
        #expect(shown("anthropic", [("anthropic-organization-id", "o1")]).organisation == "o1")
        #expect(shown("anthropic", [("anthropic-ratelimit-unified-status", "allowed")]).plan == "subscription")
    }

    @Test(
        arguments: [
            ("openai", "/backend-api/settings/user", #"{"settings":{"training_allowed":false}}"#, false),
            ("openai", "/backend-api/settings/user", #"{"settings":{"training_allowed":true}}"#, true),
            ("openai", "/backend-api/settings/user", #"{"settings":{"training_allowed":"no"}}"#, nil),
            ("openai", "/backend-api/settings/user", "[", nil),
            ("openai", "/backend-api/models", #"{"training_allowed":true}"#, nil),
            ("anthropic", "/api/oauth/account/settings", #"{"grove_enabled":true}"#, true),
            ("anthropic", "/api/account", #"{"settings":{"grove_enabled":false}}"#, false),
            ("anthropic", "/api/oauth/account/settings", #"{"grove_enabled":null}"#, nil),
        ] as [(String, String, String, Bool?)])
    func settingsRepliesTellOfTraining(provider: String, path: String, body: String, training: Bool?) {
        let head = RequestHead(provider: provider, method: "GET", path: path)
        #expect(ShownTerms(ofSettings: Array(body.utf8), to: head).training == training)
        let post = RequestHead(provider: provider, method: "POST", path: path)
        #expect(ShownTerms(ofSettings: Array(body.utf8), to: post).isEmpty)
    }
}
