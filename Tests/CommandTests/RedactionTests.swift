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

    @Test func placesOfAValueAreFoundWithoutOverlap() {
        #expect(Redaction.places(of: Array("aa".utf8), in: Array("aaaaa".utf8)) == [0, 2])
        #expect(Redaction.places(of: Array("abc".utf8), in: Array("ab".utf8)).isEmpty)
        #expect(Redaction.places(of: Array("abcab".utf8), in: Array("xabcabcab".utf8)) == [1])
    }

    @Test func aRestoredWordMayGoOnAfterThePlaceholder() {
        var redaction = Redaction(key: key())
        let made = redaction.redact(InputText(Array("SECRETSECRET".utf8)), [finding(0, 12)], rules).text
        let text = Array("(".utf8) + made + Array("S) SLUICE_NOTHING".utf8)
        let back = redaction.map.restore(text)
        #expect(String(decoding: back.text, as: UTF8.self) == "(SECRETSECRETS) SLUICE_NOTHING")
    }
}
