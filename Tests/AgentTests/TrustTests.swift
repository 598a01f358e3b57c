import Testing

@testable import Agent

@Suite struct FirefoxPolicyTests {
    private let path = "/usr/local/share/ca-certificates/sluice-device-ca.crt"

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [
        "{}\n", "", "{\"policies\": {}}", "{\"policies\": {\"DisableTelemetry\": true}}",
        "{\n  \"policies\": {\n    \"Certificates\": {\n      \"ImportEnterpriseRoots\": true\n    }\n  }\n}\n",
        "{\"policies\":{\"Certificates\":{\"Install\":[\"/etc/company.pem\"]}}}",
    ])
    func aCertificateIsAddedOnceAndTakenOutAgain(_ before: String) throws {
        let added = try FirefoxPolicy.adding(path, to: Array(before.utf8))
        #expect(try FirefoxPolicy.contains(path, in: added))
        #expect(try FirefoxPolicy.adding(path, to: added) == added)
        let removed = text(try FirefoxPolicy.removing(path, from: added))
        #expect(!removed.contains("sluice"))
        // What was there stays, up to white space.
        let plain = { (text: String) in text.filter { !$0.isWhitespace } }
        let empty = plain(before).isEmpty || plain(before) == "{\"policies\":{}}"
        #expect(plain(removed) == (empty ? "{}" : plain(before)))
    }

    @Test func whatIsOfAnotherKindIsNotOverwritten() {
        for text in ["{\"policies\": []}", "{\"policies\": {\"Certificates\": {\"Install\": \"x\"}}}", "[]", "{"] {
            #expect(throws: (any Error).self) { try FirefoxPolicy.adding(path, to: Array(text.utf8)) }
        }
    }
}

@Suite struct TrustTextTests {
    @Test func wordsAreQuotedAsAShellReadsThem() {
        #expect(Shell.word("/home/a/x.pem") == "/home/a/x.pem")
        #expect(Shell.word("/home/a b/x") == "'/home/a b/x'")
        #expect(Shell.word("it's; rm -rf $HOME") == "'it'\\''s; rm -rf $HOME'")
        #expect(Shell.word("") == "''")
    }

    @Test func whatTheUsersPartPrintsIsReadBack() {
        let lines = TrustChild.lines("ok    a thing\nFAIL  another\n      -> run this\nsluice: a word\n")
        #expect(lines.map(\.mark) == [.good, .problem, .note])
        #expect(lines.map(\.next) == ["", "run this", ""])
        #expect(lines.map(\.text) == ["a thing", "another", "sluice: a word"])
    }

    @Test func daysAreWrittenInUTC() {
        #expect(CertificateTime.day(0) == "1970-01-01")
        #expect(CertificateTime.day(1_790_000_000) == "2026-09-21")
    }
}

@Suite struct ChildProgramTests {
    @Test func outputAndStatusComeBack() throws {
        let result = try ChildProgram.run(
            "/bin/sh", ["-c", "cat; echo to-error >&2; exit 3"], input: Array("in\n".utf8))
        #expect(result.status == 3)
        #expect(result.lastLine == "to-error")
        #expect(String(decoding: result.output, as: UTF8.self).hasPrefix("in\n"))
    }

    @Test func aProgramThatHangsIsEnded() {
        #expect(throws: AgentProblem.self) { try ChildProgram.run("/bin/sleep", ["60"], seconds: 1) }
    }

    @Test func outputIsBounded() throws {
        let result = try ChildProgram.run("/bin/sh", ["-c", "head -c 3000000 /dev/zero"])
        #expect(result.output.count == ChildProgram.maxOutputBytes && result.status == 0)
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect(throws: AgentProblem.self) { try ChildProgram.run("/nonexistent/program", []) }
    }
}
