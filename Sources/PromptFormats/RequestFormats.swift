/// The formats that Sluice knows.
public enum RequestFormats {
    /// Every format that is known by name.
    public static let all: [any RequestFormat] = [
        OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(),
    ]

    /// The format of a request. A path that no format knows has the generic one, which inspects every string.
    public static func match(_ head: RequestHead) -> any RequestFormat {
        all.first { $0.accepts(head) } ?? GenericFormat(provider: head.provider)
    }
}

/// The path of a request, for comparison.
enum RequestPath {
    /// Segments of the path, lower-case: query cut off, percent escapes of letters and digits undone, empty segments left out.
    static func segments(_ path: String) -> [String] {
        let bare = path.prefix { $0 != "?" && $0 != "#" }
        return decoded(bare.utf8).split(separator: UInt8(ascii: "/")).map {
            String(decoding: $0, as: UTF8.self).lowercased()
        }
    }

    private static func decoded(_ path: Substring.UTF8View) -> [UInt8] {
        let bytes = Array(path)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
            {
                out.append(byte)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return out
    }
}
