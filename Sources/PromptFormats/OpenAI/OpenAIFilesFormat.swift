extension WireFormat {
    /// Uploads: audio to be written down or translated, files (also Anthropic's, Mistral's, Together's), parts of large files, skills, data
    /// sets. A file that is text is read, a file of JSON lines line by line, any other is opaque.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/files
    public static let openAIFiles = files("openai.files", { _ in true }, .openAI)
    /// The same at Anthropic. Source: https://docs.anthropic.com/en/api/files-create
    public static let anthropicFiles = files("anthropic.files", { $0.provider == "anthropic" }, .anthropic)
    /// The same at Google, which takes a file's bytes as the body. Source: https://ai.google.dev/api/files
    public static let googleFiles = files("google.files", { $0.provider == "google" }, .google)

    private static func files(
        _ id: String, _ isTheirs: @escaping @Sendable (RequestHead) -> Bool, _ errors: ErrorShape
    ) -> WireFormat {
        WireFormat(
            id: id,
            matches: { head, path in
                guard isTheirs(head), let last = path.last else { return false }
                let before = path.dropLast().last
                return (before == "audio" && (last == "transcriptions" || last == "translations"))
                    || ["files", "skills", "datasets", "uploads"].contains(last)
                    || (last == "parts" && path.dropLast(2).last == "uploads")
            },
            shape: .object([
                "filename": .text, "file": .media(.file), "input_audio": .media(.audio), "audio": .media(.audio),
                "file_url": .reference, "url": .reference, "prompt": .message(.user, .text),
            ]), takesBytes: true, errors: errors, model: OpenAIChat.deployment,
            credentialParameters: id == "google.files" ? Gemini.credentialParameters : [])
    }

    /// What works on files that were uploaded before: batches, fine-tuning, vector stores. The files are the provider's by then.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/batch
    public static let openAIJobs = WireFormat(
        id: "openai.jobs",
        matches: { _, path in
            path.last == "batches" || path.contains("vector_stores")
                || (path.contains("fine_tuning") && path.last == "jobs")
        },
        shape: .object([
            "input_file_id": .reference, "file_id": .reference, "file_ids": .reference, "training_file": .reference,
            "validation_file": .reference, "input_files": .reference, "training_files": .reference,
            "query": .message(.user, .text), "name": .text,
            // Mistral's batches may hold the requests themselves.
            "requests": .list(.object(["body": OpenAIChat.body])),
        ]))
}
