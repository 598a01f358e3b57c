import Classifier
import Glibc
import Primitives
import Testing

@testable import sluice

struct RedactionTests {
    private let rules = [
        RuleDefinition(
            id: "acme.token.live", name: "ACME", anchors: [.literal([0x61], caseSensitive: true)], regex: "a"),
        RuleDefinition(id: "other", name: "Other", anchors: [.literal([0x61], caseSensitive: true)], regex: "a"),
    ]

    private func finding(_ start: Int, _ end: Int, rule: Int = 0) -> Finding {
        Finding(rule: rule, span: ByteSpan(start: start, end: end), confidence: 1)
    }

    private func key() -> DeviceKey { DeviceKey([UInt8](repeating: 7, count: DeviceKey.count)) }

    @Test func everyOtherByteSurvivesAndTheValuesComeBack() throws {
        let text: [UInt8] = [0xFF, 0x00] + Array("a=SECRETSECRET;b=word c=SECRETSECRET".utf8) + [0xC3]
        var redaction = Redaction(key: key())
        let result = redaction.redact(InputText(text), [finding(4, 16), finding(19, 23, rule: 1)], rules)
        #expect(result.places == 3, "the value is replaced where no rule saw it, too")
        #expect(redaction.map.values.count == 2)
        let shown = String(decoding: result.text, as: UTF8.self)
        #expect(!shown.contains("SECRET;") && !shown.contains("word"))
        #expect(shown.contains("SLUICE_ACME_TOKEN_") && shown.contains("SLUICE_OTHER_"))
        let back = redaction.map.restore(result.text)
        #expect(back.text == text)
        #expect(back.restored == 3 && back.unknown == 0)
    }

    @Test func placeholdersAreTheSameInEveryRunAndUnderAnotherKeyOthers() {
        let text = Array("SECRETSECRET".utf8)
        var results: [[UInt8]] = []
        for seed: UInt8 in [7, 7, 8] {
            var redaction = Redaction(key: DeviceKey([UInt8](repeating: seed, count: DeviceKey.count)))
            results.append(redaction.redact(InputText(text), [finding(0, 12)], rules).text)
        }
        #expect(results[0] == results[1])
        #expect(results[0] != results[2])
    }

    @Test func shortValuesAreNotLookedForElsewhere() {
        let text = Array("pin 1234 year 1234".utf8)
        var redaction = Redaction(key: key())
        let result = redaction.redact(InputText(text), [finding(4, 8)], rules)
        #expect(result.places == 1)
        #expect(result.text.suffix(4) == Array("1234".utf8)[...])
    }

    @Test func valuesInsideOneAnotherDontCollide() {
        let text = Array("abcdefghij abcdefgh abcdefghij".utf8)
        var redaction = Redaction(key: key())
        let result = redaction.redact(InputText(text), [finding(0, 10), finding(11, 19)], rules)
        #expect(result.places == 3)
        #expect(redaction.map.restore(result.text).text == text)
    }

    @Test func aMapIsReadByItsOwnerAloneAndOnlyIfItIsOne() throws {
        var template = Array("/tmp/sluice-map-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        let path = folder + "/map.json"
        defer {
            unlink(path)
            rmdir(folder)
        }
        var redaction = Redaction(key: key())
        _ = redaction.redact(InputText(Array("SECRETSECRET".utf8)), [finding(0, 12)], rules)
        try redaction.map.write(to: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try RestoreMap(file: path) == redaction.map)
        for bad in ["", "{}", "[]", #"{"format":"sluice-restore-map","version":2,"placeholders":{}}"#] {
            let file = open(path, O_WRONLY | O_TRUNC)
            #expect(Descriptor.write(Array(bad.utf8), to: file))
            close(file)
            #expect(throws: CommandFailure.self, "\(bad)") { try RestoreMap(file: path) }
        }
    }

    @Test func repeatsAreFoundInOnePassWithoutOverlap() {
        func places(_ values: [String], _ text: String) -> [ByteSpan] {
            var index = RepeatIndex(textCount: text.utf8.count)
            for value in values { index.add(Array(value.utf8)[...], kind: "k") }
            let bytes = Array(text.utf8)
            return index.places(in: bytes, from: 0, to: bytes.count).map(\.span)
        }
        let a = String(repeating: "a", count: 8)
        #expect(
            places([a], String(repeating: "a", count: 17)) == [ByteSpan(start: 0, end: 8), ByteSpan(start: 8, end: 16)])
        #expect(places([a], "aaaaaaa").isEmpty)
        #expect(places([a + "b", a], "x" + a + a + "b") == [ByteSpan(start: 1, end: 9), ByteSpan(start: 9, end: 18)])
        #expect(places([a + "b", a, a], a + "b") == [ByteSpan(start: 0, end: 9)])
        #expect(places([], a).isEmpty)
    }

    @Test func manyValuesInALongTextTakeOnePass() {
        // 5,000 values that begin alike in 130 kB: looked for one by one this would be six hundred million steps.
        let values = (0..<5_000).map { "value-\($0 + 100_000)" }
        let text = values.joined(separator: " ") + " " + values.reversed().joined(separator: ";")
        let findings = values.indices.map { finding($0 * 13, $0 * 13 + 12) }
        var redaction = Redaction(key: key())
        let result = redaction.redact(InputText(Array(text.utf8)), findings, rules)
        #expect(result.places == 10_000 && !redaction.isPartial)
        #expect(redaction.map.restore(result.text).text == Array(text.utf8))
    }

    @Test func aTextMadeToTakeForeverIsGivenUp() {
        let text = [UInt8](repeating: 0x61, count: 100_000)
        var index = RepeatIndex(textCount: text.count)
        for length in 8..<1_000 { index.add((text[..<length] + [0x62])[...], kind: "k") }
        _ = index.places(in: text, from: 0, to: text.count)
        #expect(index.gaveUp)
    }

    @Test func aRestoredWordMayGoOnAfterThePlaceholder() {
        var redaction = Redaction(key: key())
        let made = redaction.redact(InputText(Array("SECRETSECRET".utf8)), [finding(0, 12)], rules).text
        let text = Array("(".utf8) + made + Array("S) SLUICE_NOTHING".utf8)
        let back = redaction.map.restore(text)
        #expect(String(decoding: back.text, as: UTF8.self) == "(SECRETSECRETS) SLUICE_NOTHING")
    }
}
