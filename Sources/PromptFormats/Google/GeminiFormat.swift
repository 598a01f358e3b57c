extension WireFormat {
    /// Gemini, at Google AI and at Vertex AI: generate, stream, count tokens, embed, batches, cached contents, images.
    ///
    /// Source: https://ai.google.dev/api/generate-content
    public static let gemini = WireFormat(
        id: "google.gemini",
        matches: { _, path in
            guard let last = path.last else { return false }
            if last == "cachedcontents" { return true }
            guard let colon = last.lastIndex(of: ":"), !path.contains(where: { $0.hasPrefix("v1internal:") }) else {
                return false
            }
            return Gemini.methods.contains(String(last[last.index(after: colon)...]))
        },
        shape: Gemini.body, replies: GeminiReplies(), errors: .google, model: Gemini.model,
        credentialParameters: Gemini.credentialParameters)
}

/// What a body for Gemini holds. Keys may be written in either case.
enum Gemini {
    static let methods: Set<String> = [
        "generatecontent", "streamgeneratecontent", "counttokens", "embedcontent", "batchembedcontents",
        "batchgeneratecontent", "generateanswer", "predict", "predictlongrunning", "computetokens",
    ]
    /// Keys of Google's API and OAuth tokens may stand in the query.
    static let credentialParameters = ["key", "access_token", "oauth_token"]

    static let fields: Fields = .init(
        [
            "contents": contents, "content": contents,
            "systemInstruction": .role(.system, said),
            "tools": .role(.toolDescription, .leaves),
            "cachedContent": .reference,
            "generateContentRequest": nested, "embedContentRequest": nested,
            "requests": .list(nested), "batch": nested, "inputConfig": nested, "request": nested,
            "instances": .list(
                .message(
                    .user,
                    .object(["prompt": .text, "content": .text, "image": .media(.image), "video": .media(.video)]))),
            "model": .model,
        ], foldsCase: true)

    static let body: Shape = .object(fields)

    private static let nested: Shape = .later { body }
    private static let said: Shape = .kinds(Kinds(untyped: Fields(["parts": .parts(parts)], foldsCase: true)))
    /// A list, or one by itself.
    private static let contents: Shape = .messages(said, role: .user)

    static let parts: Kinds = .init(
        untyped: Fields(
            [
                "text": .said, "inlineData": .media(.file), "fileData": .media(.file),
                "functionCall": .object(Fields([:], isCall: true)),
                "functionResponse": .role(.tool, .object(Fields([:], isCall: true))),
                "executableCode": .leaves, "codeExecutionResult": .role(.tool, .leaves),
                "thoughtSignature": .sealed, "videoMetadata": .leaves,
            ], foldsCase: true),
        takesObject: true, sealingFlag: "thought")

    /// The model in `models/{model}:method`.
    @Sendable static func model(_ path: [String]) -> String? {
        guard let last = path.last, let colon = last.lastIndex(of: ":"), path.count > 1,
            ["models", "tunedmodels"].contains(path[path.count - 2].lowercased())
        else { return nil }
        return String(last[..<colon])
    }
}
