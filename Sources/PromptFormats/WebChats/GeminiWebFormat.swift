extension WireFormat {
    /// Gemini in the browser: a form whose field `f.req` holds JSON that holds JSON.
    ///
    /// Undocumented; as seen on the wire.
    public static let geminiWeb = WireFormat(
        id: "web.gemini",
        matches: { _, path in
            path.last == "streamgenerate" || (path.contains("bardchatui") && path.last == "batchexecute")
        },
        shape: .jsonText, form: FormShape(fields: ["f.req": .message(.user, .jsonText)], role: .metadata),
        errors: .google, mayEdit: { _ in false })
}
