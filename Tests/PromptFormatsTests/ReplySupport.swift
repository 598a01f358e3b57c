import Foundation
import Primitives
import PromptFormats
import Testing

/// Knows some placeholders; asked for anything but prose it gives the value too, so that a test sees whether it was asked.
struct TestResolver: PlaceholderResolving {
    var values: [[UInt8]: [UInt8]] = [:]
    var reachesToolArguments = false
    var isEmpty: Bool { values.isEmpty }

    func value(for placeholder: [UInt8], in context: RestoreContext) -> [UInt8]? { values[placeholder] }
}

/// The secret behind `placeholder`; its quote, backslash and line end must be escaped wherever it goes.
let secretValue = "hun\"ter\\2\nend"
let placeholder = Placeholder.make(kind: "DB_PASSWORD", digest: (0..<16).map { UInt8($0 * 7 + 3) })
let resolver = TestResolver(values: [placeholder.bytes: bytes(secretValue)])

enum Dialect: String, CaseIterable, Sendable {
    case chat, responses, messages

    var format: any RequestFormat {
        switch self {
        case .chat: WireFormat.openAIChat
        case .responses: WireFormat.openAIResponses
        case .messages: WireFormat.anthropicMessages
        }
    }

    func restorer(_ type: String = "text/event-stream; charset=utf-8") -> any ReplyRestorer {
        format.reply(ReplyHead(status: 200, headers: [("Content-Type", type)]))
    }

    /// A stream whose text arrives in these pieces.
    func stream(_ pieces: [String], newline: String = "\n") -> String {
        var events: [String] = []
        switch self {
        case .chat:
            events.append(
                #"data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#
            )
            for piece in pieces {
                events.append(
                    #"data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":\#(quoted(piece))},"finish_reason":null}]}"#
                )
            }
            events.append(
                #"data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
            )
            events.append("data: [DONE]")
        case .responses:
            let place = #""item_id":"m","output_index":0,"content_index":0"#
            let whole = quoted(pieces.joined())
            let part = #"{"type":"output_text","text":\#(whole),"annotations":[]}"#
            let item = #"{"id":"m","type":"message","role":"assistant","content":[\#(part)]}"#
            var data = [
                #"{"type":"response.created","response":{"id":"r","output":[]}}"#,
                #"{"type":"response.output_item.added","output_index":0,"item":{"id":"m","type":"message","content":[]}}"#,
                #"{"type":"response.content_part.added",\#(place),"part":{"type":"output_text","text":""}}"#,
            ]
            data += pieces.map { #"{"type":"response.output_text.delta",\#(place),"delta":\#(quoted($0))}"# }
            data += [
                #"{"type":"response.output_text.done",\#(place),"text":\#(whole)}"#,
                #"{"type":"response.content_part.done",\#(place),"part":\#(part)}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#,
                #"{"type":"response.completed","response":{"id":"r","output":[\#(item)]}}"#,
            ]
            events = data.map { "event: \(Self.type(of: $0))\(newline)data: \($0)" }
        case .messages:
            var data = [
                #"{"type":"message_start","message":{"id":"m","content":[]}}"#,
                #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                #"{"type":"ping"}"#,
            ]
            data += pieces.map {
                #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":\#(quoted($0))}}"#
            }
            data += [
                #"{"type":"content_block_stop","index":0}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#, #"{"type":"message_stop"}"#,
            ]
            events = data.map { "event: \(Self.type(of: $0))\(newline)data: \($0)" }
        }
        return events.map { $0 + newline + newline }.joined()
    }

    private static func type(of data: String) -> String {
        String(data.dropFirst(#"{"type":""#.count).prefix { $0 != "\"" })
    }

    /// The texts that a client gets to see: joined deltas first, then each repetition.
    func texts(_ stream: String) throws -> [String] {
        var joined = ""
        var repeats: [String] = []
        for line in stream.split(whereSeparator: \.isNewline) where line.hasPrefix("data: {") {
            let event = try #require(
                try JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8)) as? [String: Any])
            switch self {
            case .chat:
                let choice = (event["choices"] as? [[String: Any]])?.first
                joined += (choice?["delta"] as? [String: Any])?["content"] as? String ?? ""
            case .responses:
                if event["type"] as? String == "response.output_text.delta" {
                    joined += event["delta"] as? String ?? ""
                }
                if let text = event["text"] as? String { repeats.append(text) }
                var items = (event["response"] as? [String: Any])?["output"] as? [[String: Any]] ?? []
                if let item = event["item"] as? [String: Any] { items.append(item) }
                var parts = items.flatMap { $0["content"] as? [[String: Any]] ?? [] }
                if let part = event["part"] as? [String: Any] { parts.append(part) }
                repeats += parts.compactMap { $0["text"] as? String }.filter { !$0.isEmpty }
            case .messages: joined += (event["delta"] as? [String: Any])?["text"] as? String ?? ""
            }
        }
        return [joined] + repeats
    }
}

/// As a JSON string, every third character written as an escape.
func quoted(_ text: String) -> String {
    var out = "\""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || index % 3 == 2 {
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        } else {
            out.unicodeScalars.append(scalar)
        }
    }
    return out + "\""
}

/// Feeds a reply in these pieces.
func run(_ restorer: any ReplyRestorer, _ pieces: [[UInt8]], _ resolver: TestResolver = resolver) -> String {
    var restorer = restorer
    var out: [UInt8] = []
    for piece in pieces { out += restorer.feed(piece, restoring: resolver) }
    out += restorer.finish(restoring: resolver)
    return text(out)
}

func run(_ restorer: any ReplyRestorer, _ reply: String, _ resolver: TestResolver = resolver) -> String {
    run(restorer, [bytes(reply)], resolver)
}
