import Classifier
import Events
import Policy
import Primitives
import PromptFormats
import Testing

@testable import Inspection

@Suite struct InspectorTests {
    @Test("A clean prompt passes, and nothing is recorded")
    func clean() async throws {
        let line = try Line()
        let verdict = await line.inspector.inspect(Line.prompt(["why is the sky blue?"]))
        #expect(verdict.action == .allow)
        #expect(verdict.recorded == .notNeeded)
        #expect(verdict.message.isEmpty && verdict.eventID == nil && verdict.edits.isEmpty)
        #expect(line.journal.drafts.isEmpty)
    }

    @Test("What is redacted is replaced exactly, recorded first, and comes back through the scope's resolver")
    func redact() async throws {
        let line = try Line()
        let token = Line.token()
        let prompt = Line.prompt(["hello", "use \(token), then \(token)."])
        let verdict = await line.inspector.inspect(prompt)
        #expect(verdict.action == .redact)
        #expect(verdict.recorded == .committed)
        #expect(line.journal.durable == [false])
        let sent = verdict.applied(to: prompt)
        #expect(sent[0] == "hello")
        let found = Placeholder.scan(Array(sent[1].utf8))
        #expect(found.count == 2 && found[0].placeholder == found[1].placeholder)
        let placeholder = try #require(found.first?.placeholder)
        #expect(placeholder.kind == "ACME_TOKEN")
        #expect(sent[1] == "use \(placeholder), then \(placeholder).")
        let resolver = line.vault.resolver(for: prompt.scope)
        #expect(!resolver.isEmpty)
        #expect(resolver.value(for: placeholder.bytes, in: .prose) == Array(token.utf8))
        for context in [.url, .htmlAttribute, .toolArguments(name: "fetch")] as [RestoreContext] {
            #expect(resolver.value(for: placeholder.bytes, in: context) == nil)
        }
        #expect(resolver.restoredCount == 1)
        #expect(line.journal.drafts.first?.findings.first?.count == 2)
    }

    @Test("A block is on the disk before it is told, and says what, where and what to do")
    func block() async throws {
        let line = try Line { $0.table["credential"]?.tolerated = .block }
        let log = (1...20).map { "2026-11-24 10:00:\($0 + 10) ERROR request \($0) failed" }
        let token = Line.token()
        let text = (log.prefix(13) + ["2026-11-24 10:01:00 DEBUG auth \(token)"] + log.suffix(3)).joined(
            separator: "\n")
        let verdict = await line.inspector.inspect(Line.prompt(["hi", "there", text]))
        #expect(verdict.action == .block)
        #expect(verdict.edits.isEmpty)
        #expect(line.journal.durable == [true])
        let id = try #require(verdict.eventID)
        #expect(
            verdict.message
                == "Sluice stopped this prompt: Acme token in message 3, line 14 (log output) may not go to Fair API "
                + "(tier: tolerated). Remove it or send it redacted (the README says how). Already sent elsewhere? Rotate it: "
                + "https://acme.example/tokens. Event \(id).")
        let draft = try #require(line.journal.drafts.first)
        #expect(draft.id.short == id)
        #expect(draft.title == "Acme token stopped")
        #expect(draft.destination?.facts?.source == "https://vendor.example/terms")
        #expect(draft.destination?.host == "vendor.example")
        #expect(draft.findings.first?.place.line == 14)
        #expect(draft.findings.first?.fingerprint?.scope == "device")
    }

    @Test("Each thing that was found is named, the same kind in the same place once, and the rest is counted")
    func severalFindings() async throws {
        let line = try Line { $0.table["credential"]?.tolerated = .block }
        let two = await line.inspector.inspect(Line.prompt(["\(Line.token())", "x\n\(Line.token()) \(Line.token())"]))
        #expect(two.message.contains("Acme token in message 1, line 1"))
        #expect(two.message.contains("; 2 times Acme token in message 2, line 2"))
        #expect(
            two.message.contains(
                " and after may not go to Fair API (tier: tolerated). Remove them or send them redacted"))
        let many = await line.inspector.inspect(Line.prompt((1...5).map { _ in Line.token() }))
        #expect(many.message.contains("Acme token in message 3, line 1"))
        #expect(!many.message.contains("message 4"))
        #expect(many.message.contains("; and 2 more may not go"))
    }

    @Test("The same text to an approved, then to a forbidden destination: the second is blocked")
    func verdictsAreNotCached() async throws {
        let line = try Line()
        let texts = ["deploy with \(Line.token())"]
        let first = await line.inspector.inspect(Line.prompt(texts, to: "good-api"))
        #expect(first.action == .allow)
        #expect(first.findings.count == 1)
        #expect(first.recorded == .committed)
        let second = await line.inspector.inspect(Line.prompt(texts, to: "bad-api"))
        #expect(second.action == .block)
        let clean = await line.inspector.inspect(Line.prompt(["hello"], to: "bad-api"))
        #expect(clean.action == .block)
        #expect(clean.message.hasPrefix("Sluice stopped this prompt: bad-api may not be used (tier: forbidden)."))
    }

    @Test("A reload with other rules looks at a known text anew")
    func reload() async throws {
        let line = try Line()
        let prompt = Line.prompt(["write to jane.doe@example.org"])
        #expect(await line.inspector.inspect(prompt).action == .redact)
        line.holder.replace(with: try Line.snapshot(rules: Array(Line.rules.prefix(2)), digest: [9]))
        let client = Line.scope(client: "another program")
        #expect(
            await line.inspector.inspect(Line.prompt(["write to jane.doe@example.org"], scope: client)).action == .allow
        )
    }

    @Test("A repeat is counted with the first event; what is new gets an event of its own; a block always does")
    func repeats() async throws {
        let line = try Line()
        let first = "use \(Line.token())"
        let one = await line.inspector.inspect(Line.prompt([first]))
        let two = await line.inspector.inspect(Line.prompt([first]))
        #expect(one.eventID == two.eventID)
        #expect(line.journal.drafts.count == 1)
        #expect(await line.journal.repeats(1) == line.journal.drafts.map(\.id))
        let three = await line.inspector.inspect(Line.prompt([first, "and \(Line.token())"]))
        #expect(three.eventID != one.eventID)
        #expect(three.edits.count == 2)
        #expect(line.journal.drafts.map(\.findings.count) == [1, 1])
        #expect(await line.journal.repeats(2).count == 2)
        let other = await line.inspector.inspect(Line.prompt([first], scope: Line.scope(client: "other")))
        #expect(other.eventID != one.eventID)
        for _ in 0..<2 { _ = await line.inspector.inspect(Line.prompt([first], to: "bad-api")) }
        #expect(line.journal.drafts.count == 5)
    }

    @Test("What is suspended is refused with the reason and the substitute, also where nothing was found")
    func suspended() async throws {
        let line = try Line {
            $0.suspensions = [
                Suspension(model: "gpt-4o", substitute: "gpt-5 on Good API", reason: "withdrawn"),
                Suspension(surface: "dim-api", reason: "under attack"),
            ]
        }
        let model = await line.inspector.inspect(Line.prompt(["hello"]))
        #expect(model.action == .block && model.tier == .forbidden)
        #expect(
            model.message.hasPrefix(
                "Sluice stopped this prompt: this model is suspended (withdrawn). Use gpt-5 on Good API instead. Event")
        )
        var prompt = Line.prompt(["hello"], to: "dim-api")
        prompt.destination.model = nil
        let surface = await line.inspector.inspect(prompt)
        #expect(
            surface.message.hasPrefix(
                "Sluice stopped this prompt: dim-api is suspended (under attack). Ask for a substitute. Event"))
    }

    @Test("A prompt of very many short parts is judged like any other")
    func manyParts() async throws {
        let line = try Line()
        let token = Line.token()
        let texts = (0..<2_000).map { $0 == 1_500 ? "use \(token)" : "part \($0)" }
        let prompt = Line.prompt(texts)
        let verdict = await line.inspector.inspect(prompt)
        #expect(verdict.edits.map(\.segment) == [1_500])
        #expect(verdict.message.contains("in message 1501, line 1"))
    }

    @Test("A placeholder is no finding, even where a value would be one")
    func placeholderAsValue() async throws {
        let line = try Line()
        let prompt = Line.prompt(["password: \(Line.token().dropFirst(5))"])
        let sent = await line.inspector.inspect(prompt).applied(to: prompt)[0]
        #expect(sent.hasPrefix("password: SLUICE_PASSWORD_"))
        #expect(await line.inspector.inspect(Line.prompt([sent])).action == .allow)
    }

    @Test("The repeat of an event that the journal has evicted becomes an event again")
    func evicted() async throws {
        let line = try Line()
        let prompt = Line.prompt(["use \(Line.token())"])
        let first = await line.inspector.inspect(prompt)
        line.journal.forget()
        var again = first
        // The journal's answer is not waited for, so it may take effect some repeats later.
        while again.eventID == first.eventID { again = await line.inspector.inspect(prompt) }
        #expect(line.journal.drafts.count == 2)
    }

    @Test("A failing journal changes no verdict: blocks stay blocks and say that they are unrecorded")
    func journalFails() async throws {
        let line = try Line()
        line.journal.fail(true)
        let texts = ["use \(Line.token())"]
        let block = await line.inspector.inspect(Line.prompt(texts, to: "bad-api"))
        #expect(block.action == .block)
        #expect(block.recorded == .unrecorded)
        #expect(block.message.hasSuffix("(unrecorded)."))
        let redact = await line.inspector.inspect(Line.prompt(texts))
        #expect(redact.action == .redact && redact.recorded == .unrecorded && redact.edits.count == 1)
        // What could not be recorded is no repeat of anything: the next one is tried anew.
        line.journal.fail(false)
        #expect(await line.inspector.inspect(Line.prompt(texts)).recorded == .committed)
        #expect(line.journal.drafts.count == 1)
    }

    @Test("What can't be rewritten is blocked where it would be redacted, and the trace says so")
    func fixedParts() async throws {
        let line = try Line()
        let token = Line.token()
        let fixed = await line.inspector.inspect(Line.prompt(["use \(token)"], rewritable: false))
        #expect(fixed.action == .block)
        #expect(fixed.trace.contains { $0.step == .channel })
        var prompt = Line.prompt(["\"\(token)\":\"value\""])
        prompt.segments[0].editable = [ByteSpan(start: 41, end: 46)]
        #expect(await line.inspector.inspect(prompt).action == .block)
        prompt.segments[0].editable = [ByteSpan(start: 1, end: 38), ByteSpan(start: 41, end: 46)]
        #expect(await line.inspector.inspect(prompt).action == .redact)
    }

    @Test("What the channel can't do becomes a block", arguments: [PolicyAction.justify, .reroute])
    func impossible(action: PolicyAction) async throws {
        let line = try Line { $0.table["credential"]?.tolerated = action }
        let verdict = await line.inspector.inspect(Line.prompt(["use \(Line.token())"]))
        #expect(verdict.action == .block)
        #expect(verdict.trace.last?.text == "the gateway can't \(action.rawValue): block")
    }

    @Test("What could not be inspected is judged like a finding, and counted when it repeats")
    func opaque() async throws {
        let line = try Line()
        let image = OpaqueItem(reason: .image, place: Place(path: "messages[0].content[1]", message: 1))
        let coach = await line.inspector.inspect(Line.prompt(["look"], opaque: [image]))
        #expect(coach.action == .coach)
        _ = await line.inspector.inspect(Line.prompt(["look"], opaque: [image]))
        #expect(line.journal.drafts.count == 1)
        #expect(await line.journal.repeats(1) == line.journal.drafts.map(\.id))
        let allowed = await line.inspector.inspect(Line.prompt(["look"], to: "good-api", opaque: [image]))
        #expect(allowed.action == .allow && allowed.recorded == .notNeeded)
        let blocked = await line.inspector.inspect(Line.prompt(["look"], to: "dim-api", opaque: [image]))
        #expect(blocked.action == .block)
        #expect(
            blocked.message.hasPrefix(
                "Sluice stopped this prompt: an image that can't be inspected in message 1 may not go to dim-api "
                    + "(tier: unapproved). Remove it. Event"))
        #expect(line.journal.drafts.map(\.opaque) == [["image"], ["image"]])
    }

    @Test("A scan that ran out of its budget counts as opaque")
    func budget() async throws {
        var limits = ScanLimits.standard
        limits.maxFindings = 3
        let line = try Line(limits: limits)
        let text = (0..<8).map { _ in Line.token() }.joined(separator: "\n")
        let verdict = await line.inspector.inspect(Line.prompt([text], to: "dim-api"))
        #expect(verdict.findings.contains { $0.dataClass == .opaque && $0.ruleID == "budget" })
    }

    @Test("Several findings are named, the gravest first")
    func folded() async throws {
        let line = try Line()
        let texts = ["mail a.b@example.org", "\(Line.token()) \(Line.token())", "password = tr0ub4dor&3"]
        let verdict = await line.inspector.inspect(Line.prompt(texts, to: "bad-api"))
        #expect(
            verdict.message.contains(
                "2 times Acme token in message 2, line 1 and after; Password in message 3, line 1; E-mail address in message 1, "
                    + "line 1 may not go to bad-api"))
    }

    @Test("Nothing of a prompt stands in event, message or trace, whether a rule knows it or not")
    func nothingLeaks() async throws {
        let line = try Line()
        let token = Line.token()
        let unknown = ["zephyrquartz", "velvetmarmot77", "Ω-кедр", "tangerine9lagoon"]
        let text = "INFO user=\(unknown[0]) \(unknown[1]) \(token) note \(unknown[2])\npassword: \(unknown[3])!"
        var prompt = Line.prompt([text])
        prompt.segments[0].place.path = "messages[0].\(unknown[0])"
        prompt.application = unknown[1]
        prompt.destination.model = unknown[0]
        for surface in ["good-api", "fair-api", "bad-api"] {
            prompt.destination.surface = surface
            let verdict = await line.inspector.inspect(prompt)
            let told = verdict.message + verdict.trace.map(\.text).joined() + "\(verdict.findings)"
            for value in unknown + [token, String(token.dropFirst(5))] { #expect(!told.contains(value)) }
        }
        let stored = try line.journal.bytes()
        for value in unknown + [token, String(token.dropFirst(5))] { #expect(!stored.contains(value)) }
        #expect(stored.contains("acme_xx") || stored.contains("acme_"))
        #expect(!"\(line.vault)".contains(token) && !String(reflecting: line.vault).contains(token))
    }
}
