import Foundation
import Packs
import Testing

@testable import sluice

/// The program as a process: what scripts see of it.
struct ProgramTests {
    private static let rule = #"""
        [[rule]]
        id = "acme.token"
        name = "ACME token"
        kind = "secret"
        class = "credential"
        severity = "critical"
        anchors = ["acme_live_"]
        regex = '\bacme_live_[0-9a-f]{32}\b'
        public_prefix = "acme_live_"
        revoke = "https://acme.example/revoke"
        references = ["https://acme.example/tokens"]
        fingerprint = "org"
        hits = ["k=«acme_live_{hex:32}»"]
        misses = ["acme_live_x"]
        """#

    private let folder: TemporaryFolder
    private let token: String

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("rules/acme.toml", Self.rule)
        let text = try ExampleTemplate.expand("acme_live_{hex:32}", name: "program").text
        token = String(decoding: text, as: UTF8.self)
    }

    private struct Done {
        var status: Int32
        var output: Data
        var errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    private func run(_ arguments: String..., input: String = "", pack: Bool = true) throws -> Done {
        try run(arguments, input: Data(input.utf8), pack: pack)
    }

    private func run(_ arguments: [String], input: Data, pack: Bool) throws -> Done {
        let process = Process()
        let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = binary.appendingPathComponent("sluice")
        process.arguments = arguments
        process.environment = ["XDG_STATE_HOME": folder.path + "/state", "NO_COLOR": "1"]
        if pack { process.environment?["SLUICE_PACK"] = folder.path + "/rules" }
        // Files and not pipes: a pipe that is full would make both sides wait.
        let (into, out, err) = (folder.path + "/in", folder.path + "/out", folder.path + "/err")
        try input.write(to: URL(fileURLWithPath: into))
        for path in [out, err] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.standardInput = FileHandle(forReadingAtPath: into)
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(forWritingAtPath: err)
        try process.run()
        process.waitUntilExit()
        return Done(
            status: process.terminationStatus, output: try Data(contentsOf: URL(fileURLWithPath: out)),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: err)), as: UTF8.self))
    }

    private func json(_ done: Done) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: done.output) as? [String: Any])
    }

    @Test func statusTellsNothingFoundAndError() throws {
        try folder.write("clean", "nothing here\n")
        try folder.write("found", "x \(token)\n")
        #expect(try run("scan", folder.path + "/clean").status == 0)
        #expect(try run("scan", folder.path + "/found").status == 1)
        #expect(try run("scan", folder.path + "/absent").status == 2)
        #expect(try run("scan", folder.path + "/found", folder.path + "/absent").status == 2)
        #expect(try run("scan", "--no-such-flag").status == 2)
        #expect(try run("scan", "--pack", folder.path + "/absent", folder.path + "/clean").status == 2)
        #expect(try run("scan", "-", input: token).status == 1)
        #expect(try run("scan", "--help").status == 0)
    }

    @Test func theValueAppearsInNoFormat() throws {
        try folder.write("found", "token=\(token) \(token)\n")
        for arguments in [["scan"], ["scan", "--format", "json"], ["scan", "--format", "sarif"], ["explain"]] {
            let done = try run(arguments + [folder.path + "/found"], input: Data(), pack: true)
            #expect(done.output.count > 100)
            #expect(!done.text.contains(token.dropFirst(10)), "\(arguments)")
            #expect(!done.errors.contains(token.dropFirst(10)), "\(arguments)")
        }
    }

    @Test func aFindingInJSONHasEveryFieldOfTheContract() throws {
        try folder.write("found", "first\nñ token=\(token)\n")
        let report = try json(try run("scan", "--format", "json", folder.path + "/found"))
        let findings = try #require(report["findings"] as? [[String: Any]])
        let finding = try #require(findings.first)
        #expect(findings.count == 1)
        #expect(
            Set(finding.keys) == [
                "rule", "kind", "class", "severity", "confidence", "key", "path", "start", "end", "line", "column",
                "views",
                "fingerprint", "excerpt", "reasons",
            ])
        #expect(finding["start"] as? Int == 15)
        #expect(finding["end"] as? Int == 15 + token.utf8.count)
        #expect(finding["line"] as? Int == 2)
        #expect(finding["column"] as? Int == 9)
        #expect((finding["fingerprint"] as? String)?.utf8.count == 64)
    }

    @Test func sarifHasWhatItsStandardRequires() throws {
        try folder.write("a b.env", "A=\(token)\n")
        let report = try json(try run("scan", "--format", "sarif", folder.path + "/a b.env", folder.path + "/absent"))
        #expect(report["version"] as? String == "2.1.0")
        let run = try #require((report["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        #expect(driver["name"] as? String == "Sluice")
        let rules = try #require(driver["rules"] as? [[String: Any]])
        #expect(rules.first?["id"] as? String == "acme.token")
        #expect(rules.first?["helpUri"] as? String == "https://acme.example/revoke")
        #expect(run["columnKind"] as? String == "unicodeCodePoints")
        let results = try #require(run["results"] as? [[String: Any]])
        let result = try #require(results.first)
        #expect(results.count == 1)
        #expect(result["ruleId"] as? String == "acme.token")
        #expect(result["ruleIndex"] as? Int == 0)
        #expect(result["level"] as? String == "error")
        #expect((result["message"] as? [String: Any])?["text"] is String)
        let location = try #require(
            (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any])
        let uri = try #require((location["artifactLocation"] as? [String: Any])?["uri"] as? String)
        #expect(uri == "file://\(folder.path)/a%20b.env")
        let region = try #require(location["region"] as? [String: Int])
        #expect(region["startLine"] == 1 && region["startColumn"] == 3)
        #expect(region["endLine"] == 1 && region["endColumn"] == 3 + token.count)
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        #expect(invocation["executionSuccessful"] as? Bool == false)
        #expect((invocation["toolExecutionNotifications"] as? [Any])?.count == 1)
    }

    @Test func linesAreAnsweredInOrderAndBadOnesToo() throws {
        let lines = [#"{"id":"1","text":"clean"}"#, "not json", #"{"id":3,"text":"\#(token)"}"#, "", #"{"text":"x"}"#]
        let done = try run("scan", "--jsonl", input: lines.joined(separator: "\n"))
        #expect(done.status == 1)
        let answers = try done.text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        try #require(answers.count == 5)
        #expect(answers[0]["id"] as? String == "1")
        #expect((answers[0]["findings"] as? [Any])?.isEmpty == true)
        #expect(answers[1]["id"] is NSNull && answers[1]["error"] is String)
        #expect(answers[2]["id"] as? Int == 3)
        #expect((answers[2]["findings"] as? [Any])?.count == 1)
        #expect(answers[3]["id"] is NSNull && answers[3]["error"] as? String == "an empty line")
        #expect(answers[4]["id"] is NSNull)
        #expect(try run("scan", "--jsonl", input: lines[0] + "\n").status == 0)
        #expect(try run("scan", "--jsonl", "--format", "sarif", input: lines[0]).status == 2)
    }

    @Test func aLineOverTheLimitIsRefusedAndTheNextAnswered() throws {
        let long = #"{"id":1,"text":""# + String(repeating: "a", count: LineScan.maxLineBytes) + "\"}"
        let done = try run("scan", "--jsonl", input: long + "\n" + #"{"id":2,"text":""}"# + "\n")
        let answers = done.text.split(separator: "\n")
        #expect(answers.count == 2)
        #expect(answers.first?.contains("a line of more than 33554432 bytes") == true)
        #expect(answers.last == #"{"id":2,"findings":[]}"#)
    }

    @Test func redactedTextComesBackWithItsMap() throws {
        let map = folder.path + "/map.json"
        let text = "a \(token) b\r\n\(token)\n"
        let redacted = try run("redact", "--map-out", map, input: text)
        #expect(redacted.status == 0)
        #expect(!redacted.text.contains(token.dropFirst(10)))
        #expect(redacted.text.hasPrefix("a SLUICE_ACME_TOKEN_"))
        let back = try run("redact", "--restore", map, "-", input: redacted.text)
        #expect(back.text == text)
        #expect(try run("redact", "--restore", folder.path + "/none", input: "x").status == 2)
    }

    @Test func manyFilesAreReportedInOneOrderWhateverTheThreads() throws {
        for index in 0..<40 { try folder.write("many/\(index % 7)/\(index).log", "n\(index) \(token)\n") }
        let one = try run("scan", "--format", "json", "--threads", "1", folder.path + "/many")
        let eight = try run("scan", "--format", "json", "--threads", "8", folder.path + "/many")
        #expect(one.output == eight.output)
        #expect((try json(one)["findings"] as? [Any])?.count == 40)
    }

    @Test func binaryFilesAreRecognisedAndUTF16IsRead() throws {
        try folder.write("mixed/data.bin", [0x7F, 0x45, 0x4C, 0x46, 0] + Array(token.utf8))
        let wide = Array("\u{FEFF}k=\(token)".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        try folder.write("mixed/wide.txt", wide)
        let report = try json(try run("scan", "--format", "json", folder.path + "/mixed"))
        let findings = try #require(report["findings"] as? [[String: Any]])
        #expect(findings.count == 1)
        #expect(findings.first?["views"] as? [String] == ["utf16"])
        let (start, end) = (findings.first?["start"] as? Int ?? 0, findings.first?["end"] as? Int ?? 0)
        let bytes = wide[start..<end].enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        #expect(String(decoding: bytes, as: UTF8.self) == token)
        #expect((report["binary"] as? [[String: String]])?.first?["what"] == "a program")
        let both = try json(try run("scan", "--binary", "--format", "json", folder.path + "/mixed"))
        #expect((both["findings"] as? [Any])?.count == 2)
    }

    @Test func rulesAreProvenPackedAndListed() throws {
        let rules = folder.path + "/rules"
        let done = try run("rules", "test", "--pack", rules, rules)
        #expect(done.text.hasSuffix("all proven\n"), "\(done.errors)")
        #expect(try run("rules", "lint", "--pack", rules, rules).status == 0)
        let pack = folder.path + "/test.pack"
        #expect(try run("pack", "build", rules, "-o", pack).status == 0)
        #expect(try run("pack", "show", pack).text.contains("1 rule, 1 literal"))
        #expect(try run("rules", "list", "--pack", pack).text.contains("ACME token"))
        let example = try run("rules", "example", "acme.token", "--pack", pack).text
        #expect(try run("scan", "--pack", pack, "-", input: example).status == 1)
        #expect(try run("rules", "test", "--pack", pack).text == "1 rule, 1 hit, 1 miss: all proven\n")
    }

    @Test func aBrokenRuleFileIsNamedWithLineAndColumn() throws {
        try folder.write("bad/x.toml", Self.rule.replacing("severity", with: "severty"))
        let done = try run("pack", "build", folder.path + "/bad", "-o", folder.path + "/x.pack")
        #expect(done.status == 2)
        #expect(done.errors.contains(#"bad/x.toml:6:1: unknown key "severty" in [[rule]]; did you mean "severity"?"#))
        try folder.write("bad/x.toml", Self.rule.replacing("«acme_live_{hex:32}»", with: "acme_live_{hex:30}«ab»"))
        let failing = try run("rules", "test", "--pack", folder.path + "/rules", folder.path + "/bad/x.toml")
        #expect(failing.status == 1)
        #expect(failing.errors.contains("bad/x.toml:13:9: acme.token: hit 1: found"))
    }

    @Test func withoutAPackNothingIsScanned() throws {
        let done = try run(["scan", "--pack", folder.path + "/none.pack", "-"], input: Data(token.utf8), pack: false)
        #expect(done.status == 2)
        #expect(done.output.isEmpty)
        #expect(done.errors.contains("--pack can't be read"))
    }
}
