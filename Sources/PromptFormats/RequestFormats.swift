/// The formats that Sluice knows.
public enum RequestFormats {
    /// Every format that is known by name.
    ///
    /// The first that accepts a request has it: those of one provider stand before those that many speak.
    public static let all: [any RequestFormat] = webChats + [MCPFormat()] + providers

    private static let providers: [WireFormat] = [
        .copilotThreads, .copilotChat, .copilotCompletions,
        .openAIRealtime, .geminiLive, .geminiCodeAssist, .vertexAnthropic, .vertexMistral, .gemini,
        .bedrockConverse, .bedrockInvoke, .bedrockAgent,
        .cohereChat, .cohereTexts,
        .mistral, .mistralConversations, .mistralOCR,
        .ollama, .huggingFace, .replicate, .cloudflareRun,
        .openAIThreads, .openAIChat, .openAIResponses, .anthropicMessages, .anthropicComplete,
        .openAICompletions, .openAIInput, .openAIImages, .anthropicFiles, .googleFiles, .openAIFiles, .openAIJobs,
    ]

    /// Web chats: undocumented, signed by the page, and so never edited.
    private static let webChats: [WireFormat] = [
        .chatGPTWeb, .claudeWeb, .geminiWeb, .copilotWeb, .perplexityWeb, .deepSeekWeb, .grokWeb, .leChatWeb,
    ]

    /// The format of a request. A path that no format knows has the generic one, which inspects every string.
    public static func match(_ head: RequestHead) -> any RequestFormat {
        let path = RequestPath.segments(head.path)
        let known = all.first { ($0 as? WireFormat)?.matches(head, path) ?? $0.accepts(head) }
        return known ?? GenericFormat(provider: head.provider)
    }
}

/// The path of a request, for comparison.
enum RequestPath {
    /// Segments of the path, lower-case if `folded`: query cut off, percent escapes undone, empty segments left out. An escaped slash
    /// does not end a segment unless `folded`: servers differ there, and a format is to be recognised by what either may take it for.
    static func segments(_ path: String, folded: Bool = true) -> [String] {
        let bare = path.prefix { $0 != "?" && $0 != "#" }
        guard folded else {
            return bare.split(separator: "/").map { String(decoding: decoded($0.utf8), as: UTF8.self) }
        }
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

/// The target of a request, as it is inspected.
public enum RequestTargetText {
    /// The target without the values of query parameters that carry the client's credential for the provider itself. Names are compared
    /// without case, after percent-decoding; anything else of the query stays.
    public static func inspected(_ target: String, hiding parameters: [String]) -> String {
        guard !parameters.isEmpty, let mark = target.firstIndex(of: "?") else { return target }
        let kept = pairs(target, from: mark).map { isOne(of: parameters, $0) ? $0.prefix { $0 != "=" } + "=" : $0 }
        return target[...mark] + kept.joined(separator: "&")
    }

    /// The query parameters of those names, each as it is written.
    public static func credentials(_ target: String, in parameters: [String]) -> [String] {
        guard !parameters.isEmpty, let mark = target.firstIndex(of: "?") else { return [] }
        return pairs(target, from: mark).filter { isOne(of: parameters, $0) }.map(String.init)
    }

    private static func pairs(_ target: String, from mark: String.Index) -> [Substring] {
        target[target.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
    }

    private static func isOne(of parameters: [String], _ pair: Substring) -> Bool {
        guard let equals = pair.firstIndex(of: "=") else { return false }
        let name = Array(pair[..<equals].utf8)
        let plain = String(decoding: Percent.decode(name, 0..<name.count).text, as: UTF8.self)
        return parameters.contains(plain.lowercased())
    }
}
