import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct OpenAISmallFormatsTests {
    @Test func completionsAreRead() throws {
        let one = try Recorded(
            provider: "openai", path: "/v1/completions",
            body: #"{"model":"m","prompt":"say this","suffix":"the end","stream":true,"user":"user-77"}"#
        ).checked("openai.completions")
        try one.expect([
            Said("prompt", "say this", .user, 1), Said("suffix", "the end", .user, 1),
            Said("user", #""user":"user-77""#, .metadata),
        ])
        #expect(one.streams && one.model == "m")
        let several = try Recorded(
            provider: "openai", path: "/v1/completions", body: #"{"prompt":["one text","two text"]}"#
        ).checked("openai.completions")
        try several.expect([Said("prompt[1]", "two text", .user, 1)])
        let tokens = (0..<40).map(String.init).joined(separator: ",")
        let opaque = try Recorded(provider: "openai", path: "/v1/completions", body: #"{"prompt":[\#(tokens)]}"#)
            .checked("openai.completions")
        #expect(opaque.opaque.map(\.kind) == [.tokens])
    }

    @Test func aCompletionsStreamIsRestored() throws {
        try RecordedStream(
            provider: "openai", path: "/v1/completions", type: "text/event-stream",
            make: { pieces in
                bytes(
                    pieces.map {
                        #"data: {"choices":[{"index":0,"text":\#(quoted($0)),"finish_reason":null}]}"# + "\n\n"
                    }
                    .joined()
                        + "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
                )
            }, read: { try eventObjects($0).map { value($0, "choices", 0, "text") as? String ?? "" }.joined() }
        ).check()
    }

    @Test(arguments: [
        ("openai", "/v1/embeddings"), ("mistral", "/v1/embeddings"),
        ("microsoft", "/openai/deployments/dep-A/embeddings?api-version=1"), ("openai", "/v1/moderations"),
    ])
    func embeddingsAndModerationsAreRead(provider: String, path: String) throws {
        let request = try Recorded(
            provider: provider, path: path,
            body:
                #"{"model":"e","input":["one text",{"type":"text","text":"two text"},{"type":"image_url","image_url":{"url":"https://pics.example/a.png"}}]}"#
        ).checked("openai.input")
        try request.expect([Said("input[0]", "one text", .user, 1), Said("input[1].text", "two text", .user, 1)])
        #expect(request.opaque.map(\.kind) == [.reference])
        #expect(request.model == (provider == "microsoft" ? "dep-A" : "e"))
    }

    @Test func inputMayBeOneStringOrTokens() throws {
        let one = try Recorded(provider: "openai", path: "/v1/embeddings", body: #"{"input":"just this"}"#)
            .checked("openai.input")
        try one.expect([Said("input", "just this", .user, 1)])
        let row = "[" + (0..<40).map(String.init).joined(separator: ",") + "]"
        let tokens = try Recorded(provider: "openai", path: "/v1/embeddings", body: #"{"input":[\#(row),\#(row)]}"#)
            .parse()
        #expect(!tokens.opaque.isEmpty)
        let speech = try Recorded(
            provider: "openai", path: "/v1/audio/speech", body: #"{"input":"read aloud","voice":"alloy"}"#
        ).checked("openai.input")
        try speech.expect([Said("input", "read aloud", .user, 1)])
    }

    @Test func azureNamesTheModelInThePath() throws {
        let chat = try Recorded(
            provider: "microsoft", path: "/openai/deployments/Dep-A/chat/completions?api-version=2024-10-21",
            body: #"{"messages":[{"role":"user","content":"hi there"}]}"#
        ).checked("openai.chat")
        #expect(chat.model == "Dep-A")
        for path in ["/openai/v1/responses", "/openai/v1/chat/completions", "/openai/v1/embeddings"] {
            let format = RequestFormats.match(RequestHead(provider: "microsoft", method: "POST", path: path))
            #expect(format.id.hasPrefix("openai."))
        }
    }

    @Test(arguments: [
        ("deepseek", "/chat/completions"), ("xai", "/v1/chat/completions"), ("groq", "/openai/v1/chat/completions"),
        ("together", "/v1/chat/completions"), ("perplexity", "/chat/completions"),
        ("openrouter", "/api/v1/chat/completions"), ("huggingface", "/v1/chat/completions"),
        ("fireworks", "/inference/v1/chat/completions"), ("google", "/v1beta/openai/chat/completions"),
        ("google", "/v1/projects/p/locations/l/endpoints/openapi/chat/completions"),
        ("aws", "/openai/v1/chat/completions"), ("ollama", "/v1/chat/completions"),
        ("moonshot", "/v1/chat/completions"), ("zhipu", "/api/paas/v4/chat/completions"),
        ("alibaba", "/compatible-mode/v1/chat/completions"), ("vercel-ai-gateway", "/v1/chat/completions"),
        ("cloudflare", "/v1/acct/gw/openai/chat/completions"), ("cloudflare", "/v1/acct/gw/compat/chat/completions"),
    ])
    func manySpeakOpenAIsChatUnderTheirOwnPaths(provider: String, path: String) throws {
        let request = try Recorded(
            provider: provider, path: path,
            body:
                #"{"model":"first","models":["second","third","first"],"provider":{"only":["x"]},"messages":[{"role":"user","content":"hi there"}]}"#
        ).checked("openai.chat")
        #expect(request.models == ["first", "second", "third"])
        #expect(request.opaque.isEmpty)
    }

    @Test func imagesAreRead() throws {
        let request = try Recorded(
            provider: "openai", path: "/v1/images/generations", body: #"{"model":"i","prompt":"paint a cat","n":1}"#
        ).checked("openai.images")
        try request.expect([Said("prompt", "paint a cat", .user, 1)])
    }

    @Test func jobsSpeakOfWhatTheProviderHolds() throws {
        let batch = try Recorded(
            provider: "openai", path: "/v1/batches",
            body: #"{"input_file_id":"file-1","endpoint":"/v1/chat/completions","completion_window":"24h"}"#
        ).checked("openai.jobs")
        #expect(batch.opaque.map(\.kind) == [.reference])
        let search = try Recorded(
            provider: "openai", path: "/v1/vector_stores/vs_1/search", body: #"{"query":"what is it"}"#
        ).checked("openai.jobs")
        try search.expect([Said("query", "what is it", .user, 1)])
    }

    @Test func threadsAndConversationsAreRead() throws {
        let message = try Recorded(
            provider: "openai", path: "/v1/threads/thread_1/messages",
            body:
                #"{"role":"user","content":[{"type":"text","text":"hi there"},{"type":"image_file","image_file":{"file_id":"file-1"}}]}"#
        ).checked("openai.threads")
        try message.expect([Said("content[0].text", "hi there", .user, 1)])
        let run = try Recorded(
            provider: "openai", path: "/v1/threads/runs",
            body:
                #"{"assistant_id":"asst_1","instructions":"be kind","thread":{"messages":[{"role":"user","content":"hello"}]}}"#
        ).checked("openai.threads")
        try run.expect([
            Said("instructions", "be kind", .system), Said("thread.messages[0].content", "hello", .user, 1),
        ])
        let items = try Recorded(
            provider: "openai", path: "/v1/conversations",
            body: #"{"items":[{"type":"message","role":"user","content":"hello"}]}"#
        ).checked("openai.threads")
        try items.expect([Said("items[0].content", "hello", .user, 1)])
        #expect(message.opaque.map(\.kind) == [.reference] && items.opaque.isEmpty)
    }

    @Test func aThreadsStreamIsRestored() throws {
        try RecordedStream(
            provider: "openai", path: "/v1/threads/t/runs", type: "text/event-stream",
            make: { pieces in
                let deltas = pieces.map {
                    "event: thread.message.delta\ndata: "
                        + #"{"object":"thread.message.delta","delta":{"content":[{"index":0,"type":"text","text":{"value":\#(quoted($0))}}]}}"#
                        + "\n\n"
                }
                let whole =
                    "event: thread.message.completed\ndata: "
                    + #"{"object":"thread.message","content":[{"type":"text","text":{"value":\#(quoted(pieces.joined()))}}]}"#
                    + "\n\nevent: done\ndata: [DONE]\n\n"
                return bytes(deltas.joined() + whole)
            },
            read: { stream in
                let events = try eventObjects(stream)
                let said = events.map { value($0, "delta", "content", 0, "text", "value") as? String ?? "" }.joined()
                for event in events {
                    if let whole = value(event, "content", 0, "text", "value") as? String, whole != said { return "?" }
                }
                return said
            }
        ).check()
    }

    @Test func anthropicsOlderCompletionsAreRead() throws {
        let request = try Recorded(
            provider: "anthropic", path: "/v1/complete", body: #"{"model":"c","prompt":"\n\nHuman: hi\n\nAssistant:"}"#
        ).checked("anthropic.complete")
        try request.expect([Said("prompt", "\n\nHuman: hi\n\nAssistant:", .user, 1)])
        try RecordedStream(
            provider: "anthropic", path: "/v1/complete", type: "text/event-stream",
            make: { pieces in
                bytes(
                    pieces.map {
                        "event: completion\ndata: "
                            + #"{"type":"completion","completion":\#(quoted($0)),"stop_reason":null}"# + "\n\n"
                    }.joined()
                        + "event: completion\ndata: {\"type\":\"completion\",\"completion\":\"\",\"stop_reason\":\"stop\"}\n\n"
                )
            }, read: { try eventObjects($0).map { $0["completion"] as? String ?? "" }.joined() }
        ).check()
    }

    @Test func aBatchAsksForManyModels() throws {
        let request = try Recorded(
            provider: "anthropic", path: "/v1/messages/batches",
            body:
                #"{"requests":[{"custom_id":"a","params":{"model":"claude-a","messages":[{"role":"user","content":"one"}]}},{"custom_id":"b","params":{"model":"claude-b","messages":[{"role":"user","content":"two"}]}}]}"#
        ).checked("anthropic.messages")
        #expect(request.models == ["claude-a", "claude-b"])
    }
}
