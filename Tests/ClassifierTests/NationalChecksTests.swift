import Testing

@testable import Classifier

/// Published examples of each national number, and what must not pass.
@Suite struct NationalChecksTests {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var good: [String]
        var bad: [String]
        /// Whether the algorithm catches every change of one digit.
        var catches = true
        var description: String { name }
    }

    static let cases: [Case] = [
        Case(name: "pl-nip", good: ["123-456-32-18", "PL1234563218"], bad: ["1234563217", "0234563218", "123456321"]),
        Case(name: "gr-afm", good: ["094259216", "EL094259216"], bad: ["094259217", "000000000"], catches: false),
        Case(name: "ro-cnp", good: ["1800101221144"], bad: ["1800101221145", "1801301221144", "180010122114"]),
        Case(name: "bg-egn", good: ["7523169263"], bad: ["7523169264", "7513329263"], catches: false),
        Case(
            name: "cz-rodne-cislo", good: ["710319/2745"],
            bad: ["710319/2746", "711319/2745", "110311556"], catches: false),
        Case(name: "ee-isikukood", good: ["37605030299"], bad: ["37605030298", "37613030299"], catches: false),
        Case(name: "lv-personas-kods", good: ["161175-19997"], bad: ["161175-19996", "161375-19997"], catches: false),
        Case(name: "jmbg", good: ["0101006500006"], bad: ["0101006500007", "3201006500006"], catches: false),
        Case(name: "si-davcna", good: ["15012557", "SI15012557"], bad: ["15012556", "05012557"], catches: false),
        Case(name: "ru-snils", good: ["112-233-445 95"], bad: ["112-233-445 94", "000-000-000 00"]),
        Case(name: "ru-inn", good: ["500100732259"], bad: ["500100732258", "000000000000"], catches: false),
        Case(name: "de-svnr", good: ["15 070649 C103"], bad: ["15 070649 C102", "15 071349 C103"]),
        Case(
            name: "de-id-card", good: ["L01X00T471", "C01X00T478", "C01X00T47"], bad: ["L01X00T472", "ABCDEFGHI"],
            catches: false),
        Case(name: "de-kvnr", good: ["A123456780"], bad: ["A123456781", "1123456780"]),
        Case(name: "de-vat", good: ["DE136695976", "136 695 976"], bad: ["DE136695978", "DE036695976"]),
        Case(
            name: "pt-nif", good: ["123456789", "PT123456789"], bad: ["123456788"],
            catches: false),
        Case(name: "ie-pps", good: ["1234567T", "1234567FA"], bad: ["1234567U", "1234567FB", "1234567"]),
        Case(name: "lu-matricule", good: ["1893120105732"], bad: ["1893120105733", "1893130105732"]),
        Case(name: "es-nuss", good: ["281234567840"], bad: ["281234567841", "28123456784"]),
        Case(
            name: "fi-hetu", good: ["131052-308T", "010101-0101"], bad: ["131052-308U", "131352-308T", "131052_308T"]),
        Case(name: "no-fodselsnummer", good: ["15108695088"], bad: ["15108695089", "15138695088"]),
        Case(name: "it-piva", good: ["00743110157", "IT00743110157"], bad: ["00743110158", "00000000000"]),
        Case(name: "us-npi", good: ["1234567893"], bad: ["1234567890", "3234567893"]),
        Case(
            name: "us-dea", good: ["AB1234563", "F91234563"], bad: ["AB1234564", "A#1234563", "AB123456"],
            catches: false),
        Case(name: "cl-rut", good: ["12.531.909-2", "76086428-5"], bad: ["12.531.909-3", "12.531.909-K"]),
        Case(name: "ar-cuit", good: ["20-05536168-2"], bad: ["20-05536168-3", "99-05536168-2"]),
        Case(name: "tr-tckn", good: ["10000000146"], bad: ["10000000145", "00000000146"]),
        Case(name: "th-id", good: ["1101700230708"], bad: ["1101700230709", "0101700230708"], catches: false),
        Case(
            name: "kr-rrn", good: ["960121-1021413", "911124-5678906"], bad: ["960121-1021414", "961321-1021413"],
            catches: false),
        Case(name: "kr-brn", good: ["104-86-56659"], bad: ["104-86-56658", "000-00-00000"]),
        Case(name: "jp-my-number", good: ["123456789018"], bad: ["123456789019", "111111111111"], catches: false),
        Case(name: "hk-id", good: ["A123456(3)", "A1234563"], bad: ["A123456(4)", "1234563"]),
        Case(name: "tw-id", good: ["A123456789"], bad: ["A123456788", "1123456789"], catches: false),
        Case(name: "za-id", good: ["8001015009087"], bad: ["8001015009086", "8013015009087"]),
        Case(name: "au-medicare", good: ["2950123481"], bad: ["2950123471", "1950123481"], catches: false),
        Case(name: "au-abn", good: ["51 824 753 556"], bad: ["52 824 753 556", "5182475355"]),
        Case(name: "au-acn", good: ["004 085 616"], bad: ["004 085 617", "000000000"], catches: false),
        Case(
            name: "wif", good: ["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"],
            bad: ["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK", "5Hue"], catches: false),
    ]

    private func accepts(_ validator: Validator, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return validator.accepts(bytes.span)
    }

    @Test("a published number passes and a false one does not", arguments: cases)
    func published(_ example: Case) throws {
        let validator = try #require(Validators.named(example.name))
        for text in example.good { #expect(accepts(validator, text), "\(text)") }
        for text in example.bad { #expect(!accepts(validator, text), "\(text)") }
        for text in ["", "0", "Å", String(repeating: "9", count: 200)] { #expect(!accepts(validator, text)) }
    }

    @Test("where the algorithm promises it, every change of one digit is caught", arguments: cases.filter(\.catches))
    func singleChanges(_ example: Case) throws {
        let validator = try #require(Validators.named(example.name))
        for text in example.good {
            var bytes = Array(text.utf8)
            for place in bytes.indices where (0x30...0x39).contains(bytes[place]) {
                let digit = bytes[place]
                for other in UInt8(0x30)...0x39 where other != digit {
                    bytes[place] = other
                    let text = String(decoding: bytes, as: UTF8.self)
                    #expect(!accepts(validator, text), "\(text)")
                }
                bytes[place] = digit
            }
        }
    }

    @Test func theMachineReadableZoneOfICAOsSamplePassesAndEachBrokenCheckDoesNot() throws {
        let validator = try #require(Validators.named("mrz-td3"))
        let upper = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
        let lower = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
        #expect(accepts(validator, upper + "\n" + lower))
        for place in [9, 19, 27, 43] {
            var bytes = Array(lower.utf8)
            bytes[place] = bytes[place] == UInt8(ascii: "9") ? UInt8(ascii: "8") : UInt8(ascii: "9")
            #expect(!accepts(validator, upper + "\n" + String(decoding: bytes, as: UTF8.self)))
        }
    }

    @Test func anAtlassianTokenWithAWrongChecksumIsRefused() throws {
        let validator = try #require(Validators.named("atlassian-crc32"))
        // CRC-32 of the body as zlib computes it.
        let body = "123456789="
        let check = "58ACD258"
        #expect(accepts(validator, body + check))
        #expect(!accepts(validator, body + check.lowercased()))
        #expect(!accepts(validator, body + "00000000"))
        #expect(!accepts(validator, "123456789-" + check))
    }
}
