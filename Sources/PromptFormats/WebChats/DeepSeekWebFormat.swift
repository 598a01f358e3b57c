extension WireFormat {
    /// DeepSeek in the browser. Undocumented; as seen on the wire.
    public static let deepSeekWeb = WireFormat(
        id: "web.deepseek",
        matches: { _, path in
            path.starts(with: ["api", "v0"]) && path.last != "upload_file" && path.contains("chat")
        },
        shape: .object(["prompt": .message(.user, .text), "ref_file_ids": .list(.reference)]),
        errors: .detail, mayEdit: { _ in false })
}
