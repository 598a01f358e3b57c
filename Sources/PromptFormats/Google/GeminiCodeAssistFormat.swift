extension WireFormat {
    /// Gemini Code Assist, as Gemini CLI uses it with a Google login: Gemini's request and reply, each in a wrapper.
    ///
    /// Source: https://github.com/google-gemini/gemini-cli, packages/core/src/code_assist
    public static let geminiCodeAssist = WireFormat(
        id: "google.code-assist",
        matches: { _, path in path.last?.hasPrefix("v1internal:") ?? false },
        shape: Gemini.body, replies: GeminiReplies(isWrapped: true), errors: .google,
        credentialParameters: Gemini.credentialParameters)
}
