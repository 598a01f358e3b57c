import Foundation
import Inspection
import Policy
import Primitives
import Testing

@testable import Gateway

/// Content codings of request bodies.
@Suite struct CodingTests {
    /// `{"a":"hello hello hello hello"}`, coded by the programs that people use (gzip 1.12, zlib, brotli 1.0.9, zstd 1.5.4).
    static let plain = #"{"a":"hello hello hello hello"}"#
    static let gzip = "H4sIAAAAAAACA6tWSlSyUspIzcnJV8AglWoBRpvYqx8AAAA="
    static let deflate = "eJyrVkpUslLKSM3JyVfAIJVqAaVUCsw="
    static let brotli = "Gx4A+J3J4+47iomFnGoRELa9FYZWOn1ZxvZWkggVB/SD1hE="
    static let zstd = "KLUv/QRYpQAAcHsiYSI6ImhlbGxvICJ9AQCZSxJz+ClZ"

    private func decode(_ fields: [String], _ body: [UInt8]) -> String? {
        ContentCodings(fields).decode(body).map { String(decoding: $0, as: UTF8.self) }
    }

    private func bytes(_ base64: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: base64))) }

    @Test func gzipAndDeflateAreUndone() throws {
        #expect(decode(["gzip"], try bytes(Self.gzip)) == Self.plain)
        #expect(decode(["X-GZIP"], try bytes(Self.gzip)) == Self.plain)
        #expect(decode(["deflate"], try bytes(Self.deflate)) == Self.plain)
        #expect(decode(["identity"], Array("x".utf8)) == "x")
        // A second member is part of the text.
        #expect(decode(["gzip"], try bytes(Self.gzip) + bytes(Self.gzip)) == Self.plain + Self.plain)
    }

    #if Codings
        @Test func brotliAndZstdAreUndone() throws {
            #expect(decode(["br"], try bytes(Self.brotli)) == Self.plain)
            #expect(decode(["zstd"], try bytes(Self.zstd)) == Self.plain)
            #expect(decode(["zstd"], try bytes(Self.zstd) + bytes(Self.zstd)) == Self.plain + Self.plain)
            for (name, whole) in [("br", try bytes(Self.brotli)), ("zstd", try bytes(Self.zstd))] {
                for count in 0..<whole.count { #expect(decode([name], Array(whole[..<count])) == nil) }
                #expect(decode([name], whole + [0x7B]) == nil)
            }
        }
    #endif

    @Test func whatIsCutOffDamagedOrFollowedByMoreIsNot() throws {
        for (name, whole) in [("gzip", try bytes(Self.gzip)), ("deflate", try bytes(Self.deflate))] {
            for count in 0..<whole.count { #expect(decode([name], Array(whole[..<count])) == nil) }
            #expect(decode([name], whole + Array("{}".utf8)) == nil)
            var damaged = whole
            damaged[whole.count - 3] ^= 1
            #expect(decode([name], damaged) == nil)
        }
        #expect(decode(["gzip"], try bytes(Self.deflate)) == nil)
        #expect(decode(["deflate"], try bytes(Self.gzip)) == nil)
        #expect(decode(["x-unknown"], try bytes(Self.gzip)) == nil)
        #expect(decode(["gzip,,"], try bytes(Self.gzip)) == nil)
        #expect(decode(["gzip", "gzip", "gzip", "gzip"], try bytes(Self.gzip)) == nil)
    }

    @Test func aBombStopsAtItsLimit() {
        let limit = 100_000
        // A stored block for each 65,535 bytes, behind a zlib header.
        let bomb = Self.stored([UInt8](repeating: 0x61, count: limit + 1))
        #expect(DeflateCoding.decode(bomb, limit: limit) == nil)
        #expect(DeflateCoding.decode(bomb, limit: limit + 1)?.count == limit + 1)
    }

    /// A zlib container that presses nothing.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x78, 0x01]
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(65_535)
            rest = rest.dropFirst(piece.count)
            let count = UInt16(piece.count)
            out += [
                rest.isEmpty ? 1 : 0, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8),
            ]
            out += piece
        } while !rest.isEmpty
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let sum = high << 16 | low
        return out + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
    }

    // MARK: On the wire

    private func ask(_ gate: TestGateway, _ body: [UInt8], coding: String) async throws -> WireReply {
        let client = try await gate.client()
        let head =
            "POST /openai/v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:\(gate.port)\r\nContent-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n\r\n"
        client.send(Array(head.utf8) + body)
        let reply = try await client.reply()
        await client.close()
        return reply
    }

    @Test func aCleanBodyGoesOnInItsOriginalBytesAndIsInspectedPlain() async throws {
        let gate = try await TestGateway()
        let body = Self.stored(Array(chat("hello").utf8))
        #expect(try await ask(gate, body, coding: "deflate").status == 200)
        let request = try #require(gate.standIn.requests.first)
        #expect(request.body == body && request.value("Content-Encoding") == "deflate")
        let prompt = try #require(gate.inspector.prompts.first)
        #expect(prompt.opaque.isEmpty && prompt.segments.contains { $0.text == Array("hello".utf8) })
        await gate.stop()
    }

    @Test func aRedactedBodyGoesOnPlain() async throws {
        let gate = try await TestGateway(
            ScriptedInspector { prompt in
                let index = prompt.segments.firstIndex { $0.text == Array("hello".utf8) } ?? 0
                return Verdict(
                    action: .redact,
                    edits: [
                        PromptEdit(segment: index, span: ByteSpan(start: 0, end: 5), replacement: Array("[X]".utf8))
                    ],
                    tier: .tolerated)
            })
        #expect(try await ask(gate, Self.stored(Array(chat("hello").utf8)), coding: "deflate").status == 200)
        let request = try #require(gate.standIn.requests.first)
        #expect(request.body == Array(chat("[X]").utf8) && request.value("Content-Encoding") == nil)
        #expect(request.value("Content-Length") == String(chat("[X]").utf8.count))
        await gate.stop()
    }

    @Test func whatCannotBeDecodedIsOpaque() async throws {
        let gate = try await TestGateway()
        _ = try await ask(gate, Array(chat("hello").utf8), coding: "gzip")
        #expect(gate.inspector.prompts.first?.opaque.map(\.reason) == [.encoding])
        await gate.stop()
    }
}
