extension WireFormat {
    /// Embeddings, moderations and speech: one field of text. As OpenAI, Azure, Mistral, Together and others speak it.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/embeddings
    public static let openAIInput = WireFormat(
        id: "openai.input",
        matches: { head, path in
            path.suffix(2) == ["audio", "speech"] || path.last == "moderations"
                // Ollama has another format of that name.
                || (path.last == "embeddings" && path.suffix(2) != ["api", "embeddings"])
        },
        shape: .object([
            "input": .message(.user, .list(.kinds(OpenAIInput.parts))), "instructions": .message(.user, .text),
        ]), model: OpenAIChat.deployment)

    /// Images: made from a prompt (JSON), or from a prompt and images (a form).
    ///
    /// Source: https://platform.openai.com/docs/api-reference/images
    public static let openAIImages = WireFormat(
        id: "openai.images",
        matches: { _, path in
            path.dropLast().last == "images" && ["generations", "edits", "variations"].contains(path.last)
        },
        shape: .object([
            "prompt": .message(.user, .text), "image": .list(.media(.image)), "images": .list(.media(.image)),
            "mask": .media(.image),
        ]), model: OpenAIChat.deployment)
}

enum OpenAIInput {
    /// Moderations and some embeddings take images too.
    static let parts: Kinds = .init(byType: ["text": ["text": .text], "image_url": ["image_url": .media(.image)]])
}
