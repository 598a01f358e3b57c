import Primitives
import PromptFormats
import Testing

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

extension ParsedRequest {
    func segment(at path: String) throws -> RequestSegment { try #require(segments.first { $0.path == path }) }
    func text(at path: String) throws -> String { try PromptFormatsTests.text(segment(at: path).text) }

    /// Replaces every occurrence of `target` in every segment.
    func replacing(_ target: String, with new: String, in body: [UInt8]) -> String {
        var edits: [RequestEdit] = []
        for (index, segment) in segments.enumerated() {
            for start in segment.text.indices where segment.text[start...].starts(with: target.utf8) {
                let span = ByteSpan(start: start, end: start + target.utf8.count)
                edits.append(RequestEdit(segment: index, span: span, replacement: PromptFormatsTests.bytes(new)))
            }
        }
        return PromptFormatsTests.text(splice(edits, into: body))
    }
}

/// Repeatable pseudo-random numbers.
struct TestRandom: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
