extension WireFormat {
    /// Bedrock Converse, whole and as a stream.
    ///
    /// A request that AWS's clients sign (Signature Version 4 covers the SHA-256 of the body) can't be edited; one with a bearer key can.
    ///
    /// Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
    public static let bedrockConverse = WireFormat(
        id: "bedrock.converse",
        matches: { _, path in
            path.contains("model") && ["converse", "converse-stream", "count-tokens"].contains(path.last)
        },
        shape: .object(
            Fields(Bedrock.converse.merging(["input": .object(["converse": .object(Fields(Bedrock.converse))])]) { $1 })
        ),
        replies: BedrockConverseReplies(), errors: .amazon, model: Bedrock.model)
}

/// What Bedrock's formats share.
enum Bedrock {
    static let converse: [String: Shape] = [
        "messages": .messages(.object(["content": .parts(blocks)])),
        "system": .role(.system, .parts(blocks)),
        "toolConfig": .role(.toolDescription, .leaves),
        "promptVariables": .role(.user, .leaves),
        "additionalModelRequestFields": .leaves,
    ]

    /// A block is known by its one key.
    static let blocks: Kinds = .init(
        untyped: [
            "text": .said, "image": media(.image), "document": document, "video": media(.video), "audio": media(.audio),
            "toolUse": .object(Fields([:], isCall: true)),
            "toolResult": .role(.tool, .object(["content": .later { .parts(results) }])),
            "guardContent": .object(["text": .object(["text": .text]), "image": media(.image)]),
            "searchResult": .object(["content": .later { .parts(results) }, "title": .text, "source": .text]),
            "reasoningContent": .sealed, "cachePoint": .leaves, "citationsContent": .leaves,
        ])

    private static let results: Kinds = .init(
        untyped: [
            "text": .said, "json": .leaves, "image": media(.image), "document": document, "video": media(.video),
            "searchResult": .leaves,
        ])

    private static func media(_ kind: OpaquePart.Kind) -> Shape { .object(["source": source(kind)]) }

    private static let document: Shape = .object(["name": .text, "context": .text, "source": source(.file)])

    private static func source(_ kind: OpaquePart.Kind) -> Shape {
        .object([
            "bytes": .media(kind), "s3Location": .reference, "text": .text,
            "content": .list(.object(["text": .text])),
        ])
    }

    /// The model or inference profile in `/model/{id}/...`, which may be an ARN.
    @Sendable static func model(_ path: [String]) -> String? {
        path.lastIndex { $0.lowercased() == "model" }.flatMap { $0 + 1 < path.count ? path[$0 + 1] : nil }
    }
}

/// Replies of Converse. In a stream the frame's event type names the event.
struct BedrockConverseReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) {
        guard let output = reading.one(JSONTape.root, "output"), let message = reading.one(output, "message") else {
            return
        }
        for (index, block) in reading.elements(message, "content").enumerated() {
            if let node = reading.text(block, "text") {
                reading.add(.whole(StreamKey(kind: .text, outer: index), node: node, voice: 0, kind: .prose))
            }
            if let use = reading.one(block, "toolUse"), let input = reading.one(use, "input") {
                reading.addLeaves(input, tool: reading.string(use, "name"), outer: index, voice: 0)
            }
        }
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        readEvent(&reading, JSONTape.root, name: String(decoding: name, as: UTF8.self))
    }

    func readEvent(_ reading: inout ReplyReading, _ root: Int, name: String) {
        switch name {
        case "contentBlockStart":
            guard let start = reading.one(root, "start"), let use = reading.one(start, "toolUse"),
                let name = reading.string(use, "name")
            else { return }
            reading.add(.tool(StreamKey(kind: .tool, outer: reading.index(root, "contentBlockIndex")), name: name))
        case "contentBlockDelta":
            let index = reading.index(root, "contentBlockIndex")
            guard let delta = reading.one(root, "delta") else { return }
            if let node = reading.text(delta, "text") {
                reading.add(.delta(StreamKey(kind: .text, outer: index), node: node, voice: 0, kind: .prose))
            }
            if let use = reading.one(delta, "toolUse"), let node = reading.text(use, "input") {
                reading.add(
                    .delta(
                        StreamKey(kind: .tool, outer: index), node: node, voice: 0, kind: .tool(name: nil, jsonDepth: 1)
                    ))
            }
        case "contentBlockStop": reading.add(.endOuter(reading.index(root, "contentBlockIndex")))
        case "messageStop", "metadata", "exception": reading.add(.endAll)
        default: break
        }
    }
}
