import Events
import Policy
import Primitives
import PromptFormats
import Testing

@testable import Inspection

@Suite struct WireHoldingTests {
    private func line(_ wire: [WireLine], _ change: (inout PolicyDocument) -> Void = { _ in }) throws -> Line {
        try Line {
            $0.wire = wire
            change(&$0)
        }
    }

    private func controls(_ line: Line) -> [String] {
        (line.journal.drafts.last?.destination?.controls ?? []).map { "\($0.outcome) \($0.name)" }
    }

    @Test("A denied feature stops the prompt, which is recorded with its reason")
    func denied() async throws {
        let line = try line([WireLine(name: "no background", deny: [.background])])
        let verdict = await line.inspector.inspect(try Line.request(#"{"background":true,"input":"hi"}"#))
        #expect(verdict.action == .block && verdict.recorded == .committed)
        #expect(verdict.message.contains("asks for background processing"))
        #expect(verdict.trace.contains { $0.step == .wire && $0.text.contains("no background") })
        #expect(controls(line) == ["refused background"])
        let clean = await line.inspector.inspect(try Line.request(#"{"input":"hi"}"#))
        #expect(clean.action == .allow && clean.wire.isEmpty)
    }

    @Test("A term that must hold is carried, vouched for, or refused")
    func required() async throws {
        let wire = [WireLine(name: "nothing kept", require: [.noStore])]
        let refused = await (try line(wire)).inspector.inspect(try Line.request(#"{"input":"hi"}"#))
        #expect(refused.action == .block && refused.message.contains("policy demands no-store".dropFirst()))
        let day = try #require(PolicyDate("2027-06-30"))
        let vouched = try line(wire) {
            $0.attestations = [Attestation(surface: "fair-api", terms: [.noStore], by: "x", expires: day)]
        }
        #expect(await vouched.inspector.inspect(try Line.request(#"{"input":"hi"}"#)).action == .allow)
        let agreement = try line([WireLine(name: "contract", require: [.agreement])])
        let other = await agreement.inspector.inspect(try Line.request(#"{"input":"hi"}"#))
        #expect(other.message.contains("agreement, and nobody vouches for it"))
        // A request without a body hands nothing over.
        #expect(await agreement.inspector.inspect(try Line.request("")).action == .allow)
    }

    @Test("A body that can't be read can't be held to anything")
    func unreadable() async throws {
        let line = try line([WireLine(name: "a", inject: [.noStore])])
        let verdict = await line.inspector.inspect(try Line.request("", isReadable: false))
        #expect(verdict.action == .block && controls(line) == ["refused content-encoding"])
    }

    @Test("A channel that sends nothing itself is held to nothing")
    func otherChannels() async throws {
        let line = try line([WireLine(name: "a", require: [.agreement])])
        #expect(await line.inspector.inspect(Line.prompt(["hi"])).action == .allow)
    }

    @Test("A suspended model's request goes to the substitute, redacted as the substitute needs it")
    func reroute() async throws {
        let line = try line([]) {
            $0.suspensions = [
                Suspension(model: "old-*", substituteModel: "new-1", reroutes: true, reason: "withdrawn")
            ]
        }
        let token = Line.token()
        let prompt = try Line.request(#"{"model" : "old-7","input":"use \#(token) now"}"#)
        let verdict = await line.inspector.inspect(prompt)
        #expect(verdict.action == .reroute)
        let sent = verdict.body(of: prompt)
        #expect(sent.hasPrefix(#"{"model" : "new-1","input":"use SLUICE_"#) && !sent.contains(token))
        #expect(line.journal.drafts.last?.action == .reroute)
        #expect(verdict.message.contains("new-1") && verdict.message.contains("withdrawn"))
        let clean = await line.inspector.inspect(try Line.request(#"{"model":"old-7","input":"hi"}"#))
        #expect(clean.action == .reroute && clean.eventID != nil)
        // Where the path names the model, or no request is at hand, it is refused with the substitute's name.
        let path = try Line.request(#"{"model":"old-7","input":"hi"}"#, path: "/openai/deployments/old-7/responses")
        let refused = await line.inspector.inspect(path)
        #expect(refused.action == .block && refused.message.contains("Use new-1 instead"))
    }

    @Test("What a reply shows of an account counts for the requests that follow, of that credential alone")
    func observed() async throws {
        let line = try line([])
        var shown = ShownTerms(
            ofReply: ReplyHead(status: 200, headers: [("x-zero-data-retention", "true")]), provider: "xai")
        shown.organisation = "o1"
        line.inspector.observe(shown, within: Line.scope())
        line.inspector.observe(ShownTerms(), within: Line.scope())
        let mine = await line.inspector.inspect(Line.prompt(["hi"]))
        #expect(mine.terms.contains(HeldTerm(.zeroRetention, .attested)))
        let other = await line.inspector.inspect(Line.prompt(["hi"], scope: Line.scope(credential: [2])))
        #expect(!other.terms.contains { $0.term == .zeroRetention })
    }
}
