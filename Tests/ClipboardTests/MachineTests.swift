import Policy
import Testing

@testable import Clipboard

/// Drives a machine as a display would, and keeps the time.
struct Desk {
    var machine: ClipboardMachine
    var now: UInt64 = 1_000
    var content: [(name: String, bytes: [UInt8])] = []
    var requests = 0

    init(_ policy: ClipboardPolicy = ClipboardPolicy(), tellsRequestors: Bool = true) {
        machine = ClipboardMachine(rules: ClipboardRules(policy), tellsRequestors: tellsRequestors)
    }

    mutating func send(_ event: ClipboardEvent) -> [ClipboardAction] { machine.handle(event, at: now) }

    /// Somebody copies; returns what the machine does when all that it asks for was read.
    mutating func copy(
        _ content: [(String, String)], stamp: UInt32 = 7, selection: ClipboardSelection = .clipboard,
        program: String? = "editor"
    ) -> [ClipboardAction] {
        self.content = content.map { ($0.0, Array($0.1.utf8)) }
        let first = send(.changed(selection, .other(stamp: stamp, program: program)))
        guard let generation = Self.generation(of: first) else { return first }
        return read(send(.offered(generation: generation, self.content.map(\.name))))
    }

    /// Answers reads until something else is asked for.
    mutating func read(_ actions: [ClipboardAction]) -> [ClipboardAction] {
        guard case .read(_, let generation, let target, _) = actions.last else { return actions }
        let bytes = content.first { $0.name == target }?.bytes
        return read(
            send(.read(generation: generation, target: target, bytes.map { .bytes($0) } ?? .failed)))
    }

    /// A copy with a finding, all the way to ours.
    @discardableResult
    mutating func takeOver(
        _ content: [(String, String)] = [("UTF8_STRING", "key SECRET end")], stamp: UInt32 = 7,
        program: String? = "editor"
    ) throws -> Int {
        guard case .judgeCopy(let generation, let question) = copy(content, stamp: stamp, program: program).last else {
            throw Unexpected()
        }
        let verdict = Self.verdict(for: question, .coach)
        guard case .takeOver = read(send(.judged(generation: generation, verdict))).last else { throw Unexpected() }
        _ = send(.tookOver(generation: generation, true))
        return generation
    }

    struct Unexpected: Error {}

    /// Asks, judges if the machine wants it, and returns what is answered.
    mutating func ask(_ target: String?, _ requestor: Requestor, _ action: PolicyAction = .redact) -> ClipboardAction? {
        requests += 1
        let actions = send(
            .asked(ClipboardRequest(id: requests, selection: .clipboard, target: target, requestor: requestor)))
        guard case .judgeAnswer(let generation, let key, let question) = actions.last else { return actions.last }
        return send(.answered(generation: generation, key, Self.verdict(for: question, action))).first
    }

    static func generation(of actions: [ClipboardAction]) -> Int? {
        for case .askTargets(_, let generation) in actions { return generation }
        return nil
    }

    /// A line that finds the word SECRET, and knows "hidden" as one that it can't see.
    static func verdict(
        for question: ClipboardQuestion, _ action: PolicyAction, rules: ClipboardRules = ClipboardRules()
    ) -> ClipboardVerdict {
        var findings: [ClipboardFinding] = []
        var redacted: [[UInt8]] = []
        for (index, text) in question.texts.enumerated() {
            let string = String(decoding: text.text, as: UTF8.self)
            for _ in 0..<(string.components(of: "SECRET") - 1) {
                findings.append(ClipboardFinding(rule: "r", name: "Key", text: index, line: 1, action: action))
            }
            redacted.append(Array(string.replacing("SECRET", with: "[r-1]").utf8))
        }
        let strongest = findings.isEmpty ? PolicyAction.allow : action
        return ClipboardVerdict(
            action: strongest, findings: findings, redacted: strongest == .redact ? redacted : nil, event: "AB12",
            rules: rules)
    }
}

extension String {
    func components(of word: String) -> Int { split(separator: word, omittingEmptySubsequences: false).count }
}

private let editor = Requestor(sort: .local, grade: .known, program: "gedit")
private let ai = Requestor(sort: .ai(surface: "chatgpt-consumer"), grade: .known, program: "chatgpt")
private let site = Requestor(sort: .ai(surface: "claude-consumer"), grade: .likely, program: "firefox")
private let stranger = Requestor(sort: .anyone, grade: .unknown)
private let history = Requestor(sort: .manager, grade: .known, program: "copyq")

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite("Clipboard machine")
struct MachineTests {
    @Test func aCleanCopyIsReadOnceAndNotTouched() throws {
        var desk = Desk()
        let last = desk.copy([("UTF8_STRING", "hello"), ("STRING", "hello"), ("image/png", "x")]).last
        guard case .judgeCopy(let generation, let question) = last else {
            Issue.record("\(String(describing: last))")
            return
        }
        #expect(question.texts == [ClipboardText(target: "UTF8_STRING", text: bytes("hello"))])
        let after = desk.send(.judged(generation: generation, Desk.verdict(for: question, .coach)))
        #expect(after == [.drop(generation: generation)])
        #expect(!desk.machine.owns(.clipboard))
    }

    @Test func aFindingIsTakenOverWithEveryFormatAndTheOwnersTime() throws {
        var desk = Desk()
        let copied = desk.copy(
            [
                ("TARGETS", ""), ("DELETE", ""), ("STRING", "SECRET"), ("text/html", "<b>SECRET</b>"),
                ("UTF8_STRING", "SECRET"),
                ("image/bmp", "b"), ("image/png", "p"), ("text/rtf", "{SECRET}"),
            ], stamp: 99)
        guard case .judgeCopy(let generation, let question) = copied.last else { throw Unexpected() }
        #expect(question.texts.map(\.target) == ["UTF8_STRING", "text/html"])
        let last = desk.read(desk.send(.judged(generation: generation, Desk.verdict(for: question, .coach)))).last
        #expect(
            last
                == .takeOver(
                    .clipboard, generation: generation, stamp: 99,
                    targets: ["STRING", "text/html", "UTF8_STRING", "image/png", "text/rtf"]))
        _ = desk.send(.tookOver(generation: generation, true))
        #expect(desk.machine.owns(.clipboard))
        #expect(desk.ask("text/rtf", editor) == .give(request: 1, target: "text/rtf", bytes("{SECRET}")))
    }

    @Test func eachRequestorGetsWhatIsHis() throws {
        var desk = Desk()
        try desk.takeOver([
            ("STRING", "a SECRET"), ("UTF8_STRING", "a SECRET"), ("COMPOUND_TEXT", "a SECRET"),
            ("text/html", "<i>a SECRET</i>"), ("text/rtf", "{SECRET}"), ("image/png", "p"),
            ("application/x-openoffice", "SECRET"),
        ])
        #expect(desk.ask("UTF8_STRING", editor) == .give(request: 1, target: "UTF8_STRING", bytes("a SECRET")))
        let names = ["STRING", "UTF8_STRING", "text/html", "image/png"]
        for requestor in [ai, site, history] {
            #expect(desk.ask(nil, requestor) == .giveNames(request: desk.requests, names))
            #expect(
                desk.ask("STRING", requestor) == .give(request: desk.requests, target: "STRING", bytes("a [r-1]")))
            #expect(
                desk.ask("text/html", requestor)
                    == .give(request: desk.requests, target: "text/html", bytes("<i>a [r-1]</i>")))
            for withheld in ["COMPOUND_TEXT", "text/rtf", "application/x-openoffice"] {
                #expect(desk.ask(withheld, requestor) == .refuse(request: desk.requests))
            }
            #expect(desk.ask("image/png", requestor) == .give(request: desk.requests, target: "image/png", bytes("p")))
        }
        #expect(
            desk.ask("UTF8_STRING", stranger) == .give(request: desk.requests, target: "UTF8_STRING", bytes("a SECRET"))
        )
    }

    @Test func policySaysWhatTheLikelyAndTheUnknownGet() throws {
        var desk = Desk()
        guard case .judgeCopy(let generation, let question) = desk.copy([("UTF8_STRING", "SECRET")]).last else {
            throw Unexpected()
        }
        let rules = ClipboardRules(
            ClipboardPolicy(mode: .guarded, application: .refuse, likely: .original, unknown: .redact))
        _ = desk.read(
            desk.send(.judged(generation: generation, Desk.verdict(for: question, .coach, rules: rules))))
        _ = desk.send(.tookOver(generation: generation, true))
        let known = desk.send(
            .asked(ClipboardRequest(id: 1, selection: .clipboard, target: "UTF8_STRING", requestor: site)))
        #expect(known == [.give(request: 1, target: "UTF8_STRING", bytes("SECRET"))])
        let asked = desk.send(
            .asked(ClipboardRequest(id: 2, selection: .clipboard, target: "UTF8_STRING", requestor: ai)))
        guard case .judgeAnswer(_, let key, let refusing) = asked.last else { throw Unexpected() }
        #expect(refusing.purpose == .paste(surface: "chatgpt-consumer", grade: .known, answer: .refuse))
        let verdict = Desk.verdict(for: refusing, .redact, rules: rules)
        #expect(desk.send(.answered(generation: generation, key, verdict)).first == .refuse(request: 2))
    }

    @Test func withoutAJudgementNobodyGetsTheText() throws {
        var desk = Desk()
        let generation = try desk.takeOver([("UTF8_STRING", "SECRET"), ("image/png", "p")])
        let asked = desk.send(
            .asked(ClipboardRequest(id: 1, selection: .clipboard, target: "UTF8_STRING", requestor: ai)))
        guard case .judgeAnswer(_, let key, _) = asked.last else { throw Unexpected() }
        #expect(desk.send(.answered(generation: generation, key, nil)) == [.refuse(request: 1)])
        #expect(desk.ask("image/png", ai) == .give(request: 1, target: "image/png", bytes("p")))
    }

    @Test func markupThatHidesAValueIsWithheld() throws {
        var desk = Desk()
        try desk.takeOver([("UTF8_STRING", "SECRET SECRET"), ("text/html", "SECRET SEC<b>RET</b>")])
        #expect(desk.ask("text/html", ai) == .refuse(request: 1))
        #expect(desk.ask("UTF8_STRING", ai) == .give(request: 2, target: "UTF8_STRING", bytes("[r-1] [r-1]")))
    }

    @Test func concealedAndForeignOffersAreNotRead() {
        for mark in ["x-kde-passwordManagerHint", Target.ownMark] {
            var desk = Desk()
            let actions = desk.copy([("UTF8_STRING", "SECRET"), (mark, "secret")])
            #expect(actions == [.drop(generation: 1)])
        }
    }

    @Test func anOwnerThatChangedMeanwhileKeepsTheSelection() throws {
        var desk = Desk()
        guard case .judgeCopy(let first, let question) = desk.copy([("UTF8_STRING", "SECRET")], stamp: 5).last else {
            throw Unexpected()
        }
        // A new copy while the first is judged: its verdict comes too late.
        guard case .judgeCopy(let second, _) = desk.copy([("UTF8_STRING", "clean")], stamp: 6).last else {
            throw Unexpected()
        }
        #expect(desk.send(.judged(generation: first, Desk.verdict(for: question, .coach))).isEmpty)
        #expect(second != first)
        // And where the display refuses, since somebody was quicker.
        var other = Desk()
        guard case .judgeCopy(let generation, let asked) = other.copy([("UTF8_STRING", "SECRET")]).last else {
            throw Unexpected()
        }
        _ = other.read(other.send(.judged(generation: generation, Desk.verdict(for: asked, .coach))))
        _ = other.send(.tookOver(generation: generation, false))
        #expect(!other.machine.owns(.clipboard))
    }

    @Test(arguments: ["copyq", nil]) func twoLostTakeoversInARowEndThem(program: String?) throws {
        var desk = Desk()
        try desk.takeOver()
        desk.now += 100
        try desk.takeOver(program: program)
        #expect(!desk.machine.hasGivenUp)
        desk.now += 100
        // The manager's own text, which differs: what counts is that it comes at once.
        guard
            case .judgeCopy(let generation, let question) = desk.copy(
                [("UTF8_STRING", "key SECRET")], program: "other"
            ).last
        else { throw Unexpected() }
        let actions = desk.send(.judged(generation: generation, Desk.verdict(for: question, .coach)))
        #expect(desk.machine.hasGivenUp)
        guard case .notify(.notGuarded) = actions.last else { throw Unexpected() }
        #expect(!actions.contains { if case .takeOver = $0 { true } else { false } })
    }

    @Test func anotherProgramWithOurTextIsALossHoweverLate() throws {
        var desk = Desk()
        try desk.takeOver()
        for program in ["copyq", "klipper"] {
            desk.now += 60_000
            guard
                case .judgeCopy(let generation, let question) = desk.copy(
                    [("UTF8_STRING", "key SECRET end")], program: program
                ).last
            else { throw Unexpected() }
            _ = desk.read(desk.send(.judged(generation: generation, Desk.verdict(for: question, .coach))))
            _ = desk.send(.tookOver(generation: generation, true))
        }
        #expect(desk.machine.hasGivenUp)
    }

    @Test func copyingAnewIsNoLoss() throws {
        var desk = Desk()
        for _ in 0..<5 {
            // The same program, the same text, at once: a user who presses the keys again.
            try desk.takeOver()
            desk.now += 10
        }
        for index in 0..<5 {
            desk.now += ClipboardLimits.lostMilliseconds
            try desk.takeOver([("UTF8_STRING", "SECRET number \(index)")], program: "program \(index)")
        }
        #expect(!desk.machine.hasGivenUp)
    }

    @Test func modesDoWhatTheySay() throws {
        for (mode, expected) in [(ClipboardPolicy.Mode.observe, 1), (.coach, 2)] {
            var desk = Desk()
            guard case .judgeCopy(let generation, let question) = desk.copy([("UTF8_STRING", "SECRET")]).last else {
                throw Unexpected()
            }
            let rules = ClipboardRules(ClipboardPolicy(mode: mode))
            let verdict = Desk.verdict(for: question, .coach, rules: rules)
            let actions = desk.send(.judged(generation: generation, verdict))
            #expect(actions.count == expected)
            #expect(actions.contains(.notify(.found(verdict))) == (mode == .coach))
            #expect(!desk.machine.owns(.clipboard))
        }
    }

    @Test func primaryIsLeftAloneUnlessPolicyWantsIt() {
        var desk = Desk()
        #expect(desk.copy([("UTF8_STRING", "SECRET")], selection: .primary).isEmpty)
        var strict = Desk(ClipboardPolicy(primary: true))
        guard case .judgeCopy = strict.copy([("UTF8_STRING", "SECRET")], selection: .primary).last else {
            Issue.record("not judged")
            return
        }
    }

    @Test func whatIsTooLargeIsNotTakenOver() throws {
        var desk = Desk()
        let first = desk.send(.changed(.clipboard, .other(stamp: 1, program: nil)))
        let generation = try #require(Desk.generation(of: first))
        let reading = desk.send(.offered(generation: generation, ["UTF8_STRING", "text/rtf"]))
        #expect(
            reading == [
                .read(
                    .clipboard, generation: generation, target: "UTF8_STRING",
                    maxBytes: ClipboardLimits.maxClipboardBytes)
            ])
        guard
            case .judgeCopy(_, let question) = desk.send(
                .read(generation: generation, target: "UTF8_STRING", .bytes(bytes("SECRET")))
            ).last
        else { throw Unexpected() }
        let more = desk.send(.judged(generation: generation, Desk.verdict(for: question, .coach)))
        guard case .read(_, _, "text/rtf", let most) = more.last else { throw Unexpected() }
        #expect(most == ClipboardLimits.maxClipboardBytes - 6)
        let end = desk.send(.read(generation: generation, target: "text/rtf", .tooLarge))
        guard case .notify(.notGuarded(_, let reason)) = end.last else { throw Unexpected() }
        #expect(reason.contains("64 MiB"))
    }

    @Test func aSlowOwnerIsNotWaitedFor() throws {
        var desk = Desk()
        let first = desk.send(.changed(.clipboard, .other(stamp: 1, program: nil)))
        #expect(first.contains(.setDeadline(generation: 1, milliseconds: ClipboardLimits.copyMilliseconds)))
        _ = desk.send(.offered(generation: 1, ["UTF8_STRING"]))
        guard case .judgeCopy(_, let question) = desk.send(.deadline(generation: 1)).last else { throw Unexpected() }
        #expect(question.parts == [ClipboardPart(.budget, target: "UTF8_STRING")])
        #expect(question.texts.isEmpty)
    }

    @Test func whoWaitsIsAnsweredWhenTheSelectionGoes() throws {
        var desk = Desk()
        try desk.takeOver()
        for id in 1...2 {
            _ = desk.send(
                .asked(ClipboardRequest(id: id, selection: .clipboard, target: "UTF8_STRING", requestor: ai)))
        }
        let actions = desk.send(.changed(.clipboard, .nobody))
        #expect(actions == [.drop(generation: 1), .refuse(request: 1), .refuse(request: 2)])
        #expect(desk.ask("UTF8_STRING", editor) == .refuse(request: 1))
    }

    @Test func soManyWaitAndNoMore() throws {
        var desk = Desk()
        try desk.takeOver()
        var refused = 0
        for id in 1...(ClipboardLimits.maxWaiting + 1) {
            let actions = desk.send(
                .asked(ClipboardRequest(id: id, selection: .clipboard, target: nil, requestor: ai)))
            refused += actions == [.refuse(request: id)] ? 1 : 0
        }
        #expect(refused == 1)
    }

    @Test func aReleaseEndsByItself() throws {
        var desk = Desk()
        let generation = try desk.takeOver()
        let until = desk.now + ClipboardLimits.releaseMilliseconds
        #expect(
            desk.send(.released(until: until))
                == [.setDeadline(generation: generation, milliseconds: ClipboardLimits.releaseMilliseconds)])
        #expect(desk.ask("UTF8_STRING", ai) == .give(request: 1, target: "UTF8_STRING", bytes("key SECRET end")))
        desk.now = until
        #expect(desk.ask("UTF8_STRING", ai) == .give(request: 2, target: "UTF8_STRING", bytes("key [r-1] end")))
    }

    @Test func whereNobodyCanBeToldEverybodyGetsPlaceholders() throws {
        var desk = Desk(tellsRequestors: false)
        let content = [("text/plain;charset=utf-8", "SECRET"), ("text/rtf", "{SECRET}"), ("image/png", "p")]
        guard case .judgeCopy(let generation, let question) = desk.copy(content).last else { throw Unexpected() }
        let verdict = Desk.verdict(for: question, .coach)
        let taking = desk.read(desk.send(.judged(generation: generation, verdict))).last
        #expect(
            taking
                == .takeOver(
                    .clipboard, generation: generation, stamp: 7,
                    targets: ["text/plain;charset=utf-8", "image/png"]))
        #expect(desk.send(.tookOver(generation: generation, true)).contains(.notify(.replaced(verdict))))
        #expect(
            desk.ask("text/plain;charset=utf-8", .anonymous)
                == .give(request: 1, target: "text/plain;charset=utf-8", bytes("[r-1]")))
        let released = desk.send(.released(until: desk.now + 1_000))
        #expect(
            released.last
                == .offerAnew(
                    .clipboard, generation: generation,
                    targets: ["text/plain;charset=utf-8", "text/rtf", "image/png"]))
        #expect(
            desk.ask("text/plain;charset=utf-8", .anonymous)
                == .give(request: 2, target: "text/plain;charset=utf-8", bytes("SECRET")))
        desk.now += 1_000
        #expect(
            desk.send(.deadline(generation: generation))
                == [
                    .offerAnew(
                        .clipboard, generation: generation, targets: ["text/plain;charset=utf-8", "image/png"])
                ])
    }
}

private typealias Unexpected = Desk.Unexpected
