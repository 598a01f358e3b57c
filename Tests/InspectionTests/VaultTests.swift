import Classifier
import Primitives
import PromptFormats
import Testing

@testable import Inspection

@Suite struct VaultTests {
    private func rule(_ index: Int = 0) -> KnownRule {
        KnownRule(Line.rules[index], placeholderKind: PlaceholderKind.name(of: Line.rules[index]))
    }

    @Test("A placeholder depends on device key, scope and value only, so that it survives a restart")
    func derived() {
        let value = Array(Line.token().utf8)
        let first = Vault(deviceKey: Line.deviceKey).placeholder(for: value, of: rule(), in: Line.scope())
        let again = Vault(deviceKey: Line.deviceKey).placeholder(for: value, of: rule(), in: Line.scope())
        #expect(first == again)
        let otherKey = Vault(deviceKey: [UInt8](repeating: 8, count: 32))
        #expect(otherKey.placeholder(for: value, of: rule(), in: Line.scope()) != first)
        #expect(Vault(deviceKey: Line.deviceKey).placeholder(for: value + [65], of: rule(), in: Line.scope()) != first)
        let empty = RestoreScope(client: "editor", credential: [1], destination: "vendor/fair-api", conversation: "")
        #expect(Vault(deviceKey: Line.deviceKey).placeholder(for: value, of: rule(), in: empty) != first)
    }

    @Test("The vault keeps to its bytes and forgets what was not used for longest")
    func bounded() {
        let limit = 64 * (2 * 37 + Vault.overheadBytes + Vault.placeholderBytes)
        let vault = Vault(deviceKey: Line.deviceKey, maxBytes: limit)
        let values = (0..<200).map { _ in Array(Line.token().utf8) }
        let keeper = vault.placeholder(for: values[0], of: rule(), in: Line.scope())
        for value in values.dropFirst() {
            _ = vault.placeholder(for: value, of: rule(), in: Line.scope())
            #expect(vault.load.bytes <= limit)
            #expect(vault.resolver(for: Line.scope()).value(for: keeper.bytes, in: .prose) == values[0])
        }
        #expect(vault.load.values <= 64)
        // Old values are indexed anew, without those that were forgotten, when enough new ones have come.
        let found = { (value: [UInt8]) in vault.matchers(for: "editor").flatMap { $0.matches(in: value) }.count }
        #expect(found(values[199]) == 1)
        #expect(found(values[1]) == 0)
        vault.removeAll()
        #expect(vault.load == (0, 0))
        #expect(vault.matchers(for: "editor").isEmpty)
    }

    @Test("All values are found, those of long ago and those of a moment ago", arguments: [1, 127, 128, 129, 300])
    func generations(count: Int) {
        let vault = Vault(deviceKey: Line.deviceKey)
        let values = (0..<count).map { _ in Array(Line.token().utf8) }
        for (index, value) in values.enumerated() {
            vault.remember(value, of: rule(), for: "c")
            // Looking in between makes the index grow in steps.
            if index % 50 == 0 { _ = vault.matchers(for: "c") }
        }
        let text = values.joined(separator: [0x20])
        #expect(vault.matchers(for: "c").flatMap { $0.matches(in: Array(text)) }.count == count)
    }

    @Test("A value keeps a bounded number of scopes, the newest")
    func manyScopes() {
        let vault = Vault(deviceKey: Line.deviceKey)
        let value = Array(Line.token().utf8)
        let scopes = (0...Vault.maxScopesPerValue).map { Line.scope(conversation: "\($0)") }
        for scope in scopes { _ = vault.placeholder(for: value, of: rule(), in: scope) }
        #expect(scopes.map { vault.resolver(for: $0).isEmpty } == [true] + scopes.dropFirst().map { _ in false })
        let most = 2 * value.count + Vault.overheadBytes + Vault.maxScopesPerValue * Vault.placeholderBytes
        #expect(vault.load == (1, most))
    }

    @Test("A value past the limit is replaced and not held")
    func tooLong() {
        let vault = Vault(deviceKey: Line.deviceKey)
        let value = { [UInt8](repeating: 65, count: $0) }
        let held = vault.placeholder(for: value(Vault.maxValueBytes), of: rule(), in: Line.scope())
        #expect(vault.resolver(for: Line.scope()).value(for: held.bytes, in: .prose) != nil)
        let lost = vault.placeholder(for: value(Vault.maxValueBytes + 1), of: rule(), in: Line.scope())
        #expect(vault.resolver(for: Line.scope()).value(for: lost.bytes, in: .prose) == nil)
        #expect(vault.load.values == 1)
    }

    @Test("Values are found wherever they stand, and short or personal ones as words only")
    func matching() {
        let vault = Vault(deviceKey: Line.deviceKey)
        vault.remember(Array("hunter2".utf8), of: rule(1), for: "c")
        vault.remember(Array("correct horse".utf8), of: rule(1), for: "c")
        vault.remember(Array("a.b@example.org".utf8), of: rule(2), for: "c")
        vault.remember(Array("abc".utf8), of: rule(1), for: "c")
        let found = { (text: String) -> [String] in
            let bytes = Array(text.utf8)
            return vault.matchers(for: "c").flatMap { $0.matches(in: bytes) }.map {
                String(decoding: bytes[$0.span.range], as: UTF8.self)
            }
        }
        #expect(found("use hunter2, hunter2") == ["hunter2", "hunter2"])
        #expect(found("hunter23 xhunter2 Hunter2") == [])
        #expect(found("xcorrect horsey") == ["correct horse"])
        #expect(found("<a.b@example.org> aa.b@example.org") == ["a.b@example.org"])
        #expect(found("abc") == [])
        #expect(vault.matchers(for: "other").isEmpty)
    }

    @Test("Every coding of a value is found with all that depends on it", arguments: 0..<3)
    func codings(phase: Int) {
        let vault = Vault(deviceKey: Line.deviceKey)
        let value = Line.token() + "\"\\/?"
        vault.remember(Array(value.utf8), of: rule(), for: "c")
        let matcher = vault.matchers(for: "c").first
        let text = Array((String(repeating: "#", count: phase) + value + "~~~").utf8)
        let encoded = Base64Reference.encode(text)
        let matches = matcher?.matches(in: encoded) ?? []
        #expect(matches.count == 1)
        guard let span = matches.first?.span else { return }
        var rest = encoded
        rest.removeSubrange(span.range)
        #expect(rest.count <= 4 * 3)
        #expect(matches.first?.views == [ViewKind(rawValue: "base64")])
        let hex = text.flatMap {
            Array("0123456789abcdef".utf8)[Int($0 >> 4)...Int($0 >> 4)]
                + Array("0123456789abcdef".utf8)[Int($0 & 15)...Int($0 & 15)]
        }
        #expect(matcher?.matches(in: hex).first?.views == [ViewKind(rawValue: "hex")])
        #expect(matcher?.matches(in: JSONStringCodec.encode(text)).first?.views == [.json])
    }

    @Test("Neither the vault's description nor a value's own shows bytes")
    func descriptions() {
        let secret = SecretBytes(Array("planted-value".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("planted") && !"\(secret)".contains("planted"))
        #expect(!String(reflecting: secret).contains("planted"))
    }
}

extension VaultMatcher {
    fileprivate func matches(in text: [UInt8]) -> [VaultMatch] { text.withUnsafeBytes { matches(in: $0) } }
}

/// A plain encoder to compare with.
private enum Base64Reference {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let group = (0..<3).map { at + $0 < bytes.count ? UInt32(bytes[at + $0]) : 0 }
            let word = group[0] << 16 | group[1] << 8 | group[2]
            for index in 0..<min(4, bytes.count - at + 1) {
                out.append(alphabet[Int(word >> UInt32(18 - 6 * index)) & 63])
            }
            at += 3
        }
        return out
    }
}
