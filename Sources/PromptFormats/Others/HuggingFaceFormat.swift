extension WireFormat {
    /// Hugging Face's inference by task: `inputs`, at `/models/{id}` or at a router's path. Its chat is OpenAI's.
    ///
    /// Source: https://huggingface.co/docs/inference-providers/tasks/index
    public static let huggingFace = WireFormat(
        id: "huggingface.inputs",
        matches: { head, path in
            head.provider == "huggingface"
                && (path.contains("models")
                    || ["generate", "generate_stream", "feature-extraction"].contains(path.last))
        },
        shape: .object(["inputs": .message(.user, .text), "parameters": .leaves]),
        replies: HuggingFaceReplies(), errors: .plain,
        model: { path in
            path.firstIndex(of: "models").map { path[($0 + 1)...].prefix(2).joined(separator: "/") }
                .flatMap { $0.isEmpty ? nil : $0 }
        })

    /// Replicate: the model's own fields, under `input`. Source: https://replicate.com/docs/reference/http
    public static let replicate = WireFormat(
        id: "replicate", matches: { head, path in head.provider == "replicate" && path.last == "predictions" },
        shape: .object([
            "input": .message(
                .user,
                .object(
                    Fields([
                        "prompt": .text, "system_prompt": .text, "image": .media(.image), "audio": .media(.audio),
                        "video": .media(.video), "file": .media(.file),
                    ]))), "webhook": .text,
        ]), errors: .detail,
        model: { path in
            path.firstIndex(of: "models").map { path[($0 + 1)...].prefix(2).joined(separator: "/") }
        })

    /// Cloudflare Workers AI: `/accounts/{id}/ai/run/{model}` with a prompt or messages.
    ///
    /// Source: https://developers.cloudflare.com/workers-ai/
    public static let cloudflareRun = WireFormat(
        id: "cloudflare.run", matches: { _, path in path.contains("ai") && path.contains("run") },
        shape: .object(
            Fields(
                OpenAIChat.fields.named.merging([
                    "prompt": .message(.user, .text), "text": .message(.user, .text), "source_lang": .leaves,
                    "image": .media(.image), "audio": .media(.audio),
                ]) { $1 })),
        model: { path in
            path.lastIndex(of: "run").map { path[($0 + 1)...].joined(separator: "/") }.flatMap { $0.isEmpty ? nil : $0 }
        })
}

/// Replies of text generation: `generated_text`, or one token an event and the whole text with the last.
struct HuggingFaceReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) {
        let root = JSONTape.root
        let results = reading.tape.kind(root) == .array ? Array(reading.tape.children(of: root)) : [root]
        for (index, result) in results.enumerated() {
            if let node = reading.text(result, "generated_text") {
                reading.add(.whole(StreamKey(kind: .text, outer: index), node: node, voice: index, kind: .prose))
            }
        }
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        let key = StreamKey(kind: .text, outer: 0)
        if let token = reading.one(JSONTape.root, "token"), let node = reading.text(token, "text") {
            let special = reading.one(token, "special").flatMap { reading.tape.boolean($0) } == true
            if !special { reading.add(.delta(key, node: node, voice: 0, kind: .prose)) }
        }
        if let node = reading.text(JSONTape.root, "generated_text") {
            reading.add(.end(key))
            reading.add(.whole(key, node: node, voice: 0, kind: .prose))
        }
    }
}
