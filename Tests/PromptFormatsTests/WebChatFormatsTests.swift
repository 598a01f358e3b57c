import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct WebChatFormatsTests {
    @Test func everyChatsMessageIsReadAndNoneIsEdited() throws {
        let chats: [(Recorded, String, [Said])] = [
            (
                Recorded(
                    provider: "openai", path: "/backend-api/f/conversation",
                    body:
                        #"{"action":"next","messages":[{"id":"a","author":{"role":"user"},"content":{"content_type":"multimodal_text","parts":["user text",{"content_type":"image_asset_pointer","asset_pointer":"sediment://file_1"}]},"metadata":{"attachments":[{"id":"file_1","name":"plan.pdf","size":5}]}}],"model":"auto","history_and_training_disabled":false}"#
                ), "web.chatgpt", [Said("messages[0].content.parts[0]", "user text", .user, 1)]
            ),
            (
                Recorded(
                    provider: "openai", path: "/backend-anon/conversation/prepare",
                    body:
                        #"{"partial_query":{"author":{"role":"user"},"content":{"content_type":"text","parts":["typed so far"]}}}"#
                ), "web.chatgpt", [Said("partial_query.content.parts[0]", "typed so far", .user, 1)]
            ),
            (
                Recorded(
                    provider: "anthropic", path: "/api/organizations/org-1/chat_conversations/c-1/completion",
                    body:
                        #"{"prompt":"see this","timezone":"Europe/Berlin","attachments":[{"file_name":"paste.txt","file_type":"txt","file_size":9,"extracted_content":"a long paste"}],"files":["f-uuid"]}"#
                ), "web.claude",
                [
                    Said("prompt", "see this", .user, 1),
                    Said("attachments[0].extracted_content", "a long paste", .user, 1),
                ]
            ),
            (
                Recorded(
                    provider: "microsoft", path: "/c/api/chat",
                    body:
                        #"{"event":"send","conversationId":"c","content":[{"type":"text","text":"hi copilot"}],"mode":"chat"}"#
                ), "web.copilot", [Said("content[0].text", "hi copilot", .user, 1)]
            ),
            (
                Recorded(
                    provider: "perplexity", path: "/rest/sse/perplexity_ask",
                    body:
                        #"{"query_str":"who is it","params":{"is_incognito":false,"attachments":["https://files.example/a"]}}"#
                ), "web.perplexity", [Said("query_str", "who is it", .user, 1)]
            ),
            (
                Recorded(
                    provider: "deepseek", path: "/api/v0/chat/completion",
                    body: #"{"chat_session_id":"s","prompt":"tell me","ref_file_ids":[],"thinking_enabled":true}"#
                ), "web.deepseek", [Said("prompt", "tell me", .user, 1)]
            ),
            (
                Recorded(
                    provider: "xai", path: "/rest/app-chat/conversations/new",
                    body: #"{"temporary":false,"modelName":"grok-x","message":"hi grok","fileAttachments":["att-1"]}"#
                ), "web.grok", [Said("message", "hi grok", .user, 1)]
            ),
            (
                Recorded(
                    provider: "mistral", path: "/api/chat",
                    body: #"{"chatId":"c","messageInput":[{"type":"text","text":"hi le chat"}],"messageFiles":["f1"]}"#
                ), "web.lechat", [Said("messageInput[0].text", "hi le chat", .user, 1)]
            ),
        ]
        for (chat, id, expected) in chats {
            let request = try chat.checked(id)
            try request.expect(expected)
            #expect(request.segments.allSatisfy { !$0.rewritable }, "\(id)")
            #expect(!request.opaque.contains { $0.kind == .unknownShape }, "\(id): \(request.opaque)")
        }
    }

    @Test func geminisFormIsOpenedToTheInnermostText() throws {
        let inner = #"[["tell \"x\" me",0,null,[["file-token",1]]],["en"],["c_1","r_1","rc_1"]]"#
        let outer = "[null,\(String(decoding: try JSONEncoder().encode(inner), as: UTF8.self))]"
        let coded = outer.utf8.map { byte -> String in
            switch byte {
            case 0x20: "+"
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
            default: "%" + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
        let body = "f.req=\(coded)&at=csrf-token&"
        let chat = Recorded(
            provider: "google", path: "/u/1/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate?bl=x",
            headers: [("content-type", "application/x-www-form-urlencoded;charset=UTF-8")], body: body)
        let request = try chat.checked("web.gemini")
        let said = try #require(request.segments.first { text($0.text) == #"tell "x" me"# })
        #expect(said.role == .user && said.message == 1 && said.path.hasPrefix("form.f.req[1]"))
        #expect(request.segments.contains { text($0.text) == "file-token" })
        #expect(request.segments.allSatisfy { !$0.rewritable })
        // Where the text stands in the body, percent signs and all.
        let span = said.map.original(of: ByteSpan(start: 0, end: 4))
        #expect(text(bytes(body)[span.range]) == "tell")
    }

    @Test func theAPIsOfTheSameProvidersAreNotWebChats() {
        for (provider, path, id) in [
            ("openai", "/v1/chat/completions", "openai.chat"), ("anthropic", "/v1/messages", "anthropic.messages"),
            ("deepseek", "/chat/completions", "openai.chat"), ("mistral", "/v1/conversations", "mistral.conversations"),
            ("openai", "/backend-api/codex/responses", "openai.responses"), ("ollama", "/api/chat", "ollama"),
            ("openai", "/backend-api/settings/user", "generic"),
        ] {
            #expect(RequestFormats.match(RequestHead(provider: provider, method: "POST", path: path)).id == id)
        }
    }
}
