import Policy

/// Something that happened.
public enum ClipboardEvent: Sendable {
    /// A selection has another owner: a program of somebody's, ourselves, or none. `stamp` is the display's time of it.
    case changed(ClipboardSelection, ClipboardOwner)
    /// The names under which the owner offers its content; empty where it gave none.
    case offered(generation: Int, [String])
    /// Content came, or did not.
    case read(generation: Int, target: String, ClipboardReading)
    /// The copy is judged; nil where nobody can judge.
    case judged(generation: Int, ClipboardVerdict?)
    /// Whether we own the selection now.
    case tookOver(generation: Int, Bool)
    /// Somebody asks us for the content.
    case asked(ClipboardRequest)
    /// The judgement for a destination; nil where nobody can judge.
    case answered(generation: Int, AnswerKey, ClipboardVerdict?)
    /// A human lets the content pass, until a time in milliseconds.
    case released(until: UInt64)
    /// The deadline that was set has passed.
    case deadline(generation: Int)
    /// Policy changed.
    case rules(ClipboardRules)
}

/// Who owns a selection now.
public enum ClipboardOwner: Sendable, Hashable {
    case ours, nobody
    /// With the display's time at which he took it, and his program's name if it is known.
    case other(stamp: UInt32, program: String?)
}

/// What became of reading one target.
public enum ClipboardReading: Sendable, Hashable {
    case bytes([UInt8])
    case failed
    case tooLarge
}

/// A request for our content.
public struct ClipboardRequest: Sendable, Hashable {
    /// Number by which the backend knows it.
    public var id: Int
    /// Which selection.
    public var selection: ClipboardSelection
    /// The target; nil for the list of them.
    public var target: String?
    /// Who asks.
    public var requestor: Requestor

    /// Makes a request.
    public init(id: Int, selection: ClipboardSelection, target: String?, requestor: Requestor) {
        self.id = id
        self.selection = selection
        self.target = target
        self.requestor = requestor
    }
}

/// For whom an answer holds.
public struct AnswerKey: Sendable, Hashable {
    /// Surface of the catalogue; nil for an unknown one.
    public var surface: String?
    /// How certain that is.
    public var grade: Requestor.Grade
    /// What policy lets him have.
    public var answer: ClipboardPolicy.Answer
    /// His program.
    public var program: String?
}

/// Something to do.
public enum ClipboardAction: Sendable, Hashable {
    /// Ask the owner for the names of what it offers.
    case askTargets(ClipboardSelection, generation: Int)
    /// Ask the owner for one target, at most so many bytes.
    case read(ClipboardSelection, generation: Int, target: String, maxBytes: Int)
    /// Have the copy judged.
    case judgeCopy(generation: Int, ClipboardQuestion)
    /// Have an answer judged.
    case judgeAnswer(generation: Int, AnswerKey, ClipboardQuestion)
    /// Become owner, unless another took it after `stamp`.
    case takeOver(ClipboardSelection, generation: Int, stamp: UInt32, targets: [String])
    /// Offer the same content anew, so that programs look again.
    case offerAnew(ClipboardSelection, generation: Int, targets: [String])
    /// Answer a request with content.
    case give(request: Int, target: String, [UInt8])
    /// Answer a request with the list of names.
    case giveNames(request: Int, [String])
    /// Answer a request with no.
    case refuse(request: Int)
    /// Report `deadline` after so many milliseconds; a further one takes its place.
    case setDeadline(generation: Int, milliseconds: UInt64)
    /// Forget reads and deadline of a generation.
    case drop(generation: Int)
    /// Tell the user.
    case notify(ClipboardNotice)
}

/// The clipboard's rules of conduct: events in, actions out. Knows no library and no clock.
///
/// A copy is looked at once; a clean one is never touched. One with a finding is copied in full, within limits, and then taken over, unless
/// its owner changed meanwhile. Whoever asks afterwards gets what policy lets him have.
public struct ClipboardMachine: Sendable {
    /// Whether requestors can be told apart. Where they can't, everybody gets placeholders until a human releases the text.
    public let tellsRequestors: Bool
    /// The rules in force.
    public private(set) var rules: ClipboardRules
    /// Whether takeovers have been lost so often that they were given up.
    public private(set) var hasGivenUp = false

    private var sides: [ClipboardSelection: ClipboardSide] = [:]
    private var generations = 0

    /// Starts with nothing seen.
    public init(rules: ClipboardRules, tellsRequestors: Bool) {
        self.rules = rules
        self.tellsRequestors = tellsRequestors
        for selection in ClipboardSelection.allCases { sides[selection] = ClipboardSide() }
    }

    /// Takes what happened at a time in milliseconds, and returns what to do, in order.
    public mutating func handle(_ event: ClipboardEvent, at now: UInt64) -> [ClipboardAction] {
        switch event {
        case .changed(let selection, let owner): return changed(selection, owner, now)
        case .offered(let generation, let names): return offered(generation, names)
        case .read(let generation, let target, let reading): return read(generation, target, reading)
        case .judged(let generation, let verdict): return judged(generation, verdict)
        case .tookOver(let generation, let isOurs): return tookOver(generation, isOurs, now)
        case .asked(let request): return asked(request, now)
        case .answered(let generation, let key, let verdict): return answered(generation, key, verdict, now)
        case .released(let until): return released(until, now)
        case .deadline(let generation): return deadline(generation)
        case .rules(let rules):
            self.rules = rules
            return []
        }
    }

    /// Whether a selection is ours now.
    public func owns(_ selection: ClipboardSelection) -> Bool { sides[selection]?.holding != nil }

    /// What was found in the content that is held, and the event that tells of it.
    public var heldVerdict: ClipboardVerdict? {
        sides[.clipboard]?.holding?.verdict ?? sides[.primary]?.holding?.verdict
    }

    // MARK: A copy

    private mutating func changed(
        _ selection: ClipboardSelection, _ owner: ClipboardOwner, _ now: UInt64
    ) -> [ClipboardAction] {
        guard owner != .ours, var side = sides[selection] else { return [] }
        let holding = side.holding
        var actions = side.leave()
        if let holding, case .other = owner {
            side.lost = holding
            side.wasQuick = now < holding.since + ClipboardLimits.lostMilliseconds
        } else {
            side.lost = nil
            side.wasQuick = false
        }
        guard case .other(let stamp, let program) = owner, selection == .clipboard || rules.primary else {
            sides[selection] = side
            return actions
        }
        generations += 1
        side.phase = .asking(Copy(generation: generations, stamp: stamp, program: program))
        sides[selection] = side
        actions.append(.setDeadline(generation: generations, milliseconds: ClipboardLimits.copyMilliseconds))
        actions.append(.askTargets(selection, generation: generations))
        return actions
    }

    private mutating func offered(_ generation: Int, _ names: [String]) -> [ClipboardAction] {
        guard let selection = selection(of: generation), case .asking(var copy) = sides[selection]?.phase else {
            return []
        }
        // Another of our kind guards it, or its owner wants nobody to look.
        let targets = names.map(Target.init)
        if names.contains(Target.ownMark) || targets.contains(where: { $0.sort == .concealed }) {
            return forget(selection)
        }
        copy.take(targets)
        guard !copy.toRead.isEmpty || !copy.parts.isEmpty else { return forget(selection) }
        return next(selection, copy)
    }

    /// Reads the next text, or has the copy judged when there is none left.
    private mutating func next(_ selection: ClipboardSelection, _ given: Copy) -> [ClipboardAction] {
        var copy = given
        if !copy.toRead.isEmpty {
            let target = copy.toRead.removeFirst()
            copy.reading = target
            sides[selection]?.phase = copy.verdict == nil ? .reading(copy) : .copying(copy)
            return [
                .read(
                    selection, generation: copy.generation, target: target.name,
                    maxBytes: ClipboardLimits.maxClipboardBytes - copy.bytes)
            ]
        }
        copy.reading = nil
        guard copy.verdict != nil else {
            guard !copy.texts.isEmpty || !copy.parts.isEmpty else { return forget(selection) }
            sides[selection]?.phase = .judging(copy)
            return [
                .judgeCopy(
                    generation: copy.generation,
                    ClipboardQuestion(purpose: .copy, texts: copy.texts, parts: copy.parts, program: copy.program))
            ]
        }
        sides[selection]?.phase = .taking(copy)
        return [.takeOver(selection, generation: copy.generation, stamp: copy.stamp, targets: offer(of: copy))]
    }

    private mutating func read(_ generation: Int, _ name: String, _ reading: ClipboardReading) -> [ClipboardAction] {
        guard let selection = selection(of: generation), let phase = sides[selection]?.phase else { return [] }
        switch phase {
        case .reading(var copy) where copy.reading?.name == name:
            copy.take(reading, of: Target(name))
            return next(selection, copy)
        case .copying(var copy) where copy.reading?.name == name:
            copy.take(reading, of: Target(name))
            if copy.isWhole { return next(selection, copy) }
            return notGuarded(selection, copy, "it is larger than \(ClipboardLimits.maxClipboardBytes >> 20) MiB")
        default: return []
        }
    }

    private mutating func judged(_ generation: Int, _ verdict: ClipboardVerdict?) -> [ClipboardAction] {
        guard let selection = selection(of: generation), case .judging(var copy) = sides[selection]?.phase else {
            return []
        }
        guard let verdict else { return forget(selection) }
        rules = verdict.rules
        countLost(selection, copy)
        guard verdict.findings.contains(where: { $0.text != nil && $0.action > .allow }) else {
            return forget(selection)
        }
        switch rules.mode {
        case .observe: return forget(selection)
        case .coach: return forget(selection) + [.notify(.found(verdict))]
        case .guarded: break
        }
        copy.verdict = verdict
        if hasGivenUp {
            return notGuarded(selection, copy, "another program takes the clipboard back each time")
        }
        guard copy.isWhole else {
            return notGuarded(selection, copy, "it is larger than \(ClipboardLimits.maxClipboardBytes >> 20) MiB")
        }
        copy.toRead = copy.remaining
        return next(selection, copy)
    }

    private mutating func countLost(_ selection: ClipboardSelection, _ copy: Copy) {
        guard var side = sides[selection] else { return }
        side.lostInARow = side.isLoss(copy) ? side.lostInARow + 1 : 0
        side.lost = nil
        side.wasQuick = false
        if side.lostInARow >= ClipboardLimits.maxLostTakeovers { hasGivenUp = true }
        sides[selection] = side
    }

    private mutating func notGuarded(
        _ selection: ClipboardSelection, _ copy: Copy, _ reason: String
    ) -> [ClipboardAction] {
        let actions = forget(selection)
        guard let verdict = copy.verdict else { return actions }
        return actions + [.notify(.notGuarded(verdict, reason: reason))]
    }

    private mutating func forget(_ selection: ClipboardSelection) -> [ClipboardAction] {
        sides[selection]?.leave() ?? []
    }

    private mutating func deadline(_ generation: Int) -> [ClipboardAction] {
        guard let selection = selection(of: generation), let phase = sides[selection]?.phase else { return [] }
        switch phase {
        case .idle, .judging, .taking: return []
        case .asking: return forget(selection)
        case .reading(var copy):
            // A text that does not come in time is not known to be clean: that is recorded.
            let slow = copy.reading
            copy.toRead = []
            copy.isWhole = false
            if let slow { copy.parts.append(ClipboardPart(.budget, target: slow.name)) }
            return [.drop(generation: generation)] + next(selection, copy)
        case .copying(let copy):
            return notGuarded(selection, copy, "its program does not hand it over in time")
        case .owning(var holding):
            guard holding.releasedUntil != nil else { return [] }
            holding.releasedUntil = nil
            sides[selection]?.phase = .owning(holding)
            return tellsRequestors ? [] : [anew(selection, holding)]
        }
    }

    // MARK: Ours

    private mutating func tookOver(_ generation: Int, _ isOurs: Bool, _ now: UInt64) -> [ClipboardAction] {
        guard let selection = selection(of: generation), case .taking(let copy) = sides[selection]?.phase,
            let verdict = copy.verdict
        else { return [] }
        guard isOurs else { return forget(selection) }
        sides[selection]?.phase = .owning(Holding(copy: copy, verdict: verdict, since: now))
        return [.drop(generation: generation)] + (tellsRequestors ? [] : [.notify(.replaced(verdict))])
    }

    private mutating func asked(_ request: ClipboardRequest, _ now: UInt64) -> [ClipboardAction] {
        guard case .owning(var holding) = sides[request.selection]?.phase else { return [.refuse(request: request.id)] }
        if holding.releasedUntil.map({ now < $0 }) == true { return [holding.original(request)] }
        guard let key = key(for: request.requestor) else { return [holding.original(request)] }
        if let answer = holding.answers[key], now < answer.until { return [holding.answer(request, answer)] }
        guard holding.waiting.values.reduce(0, { $0 + $1.count }) < ClipboardLimits.maxWaiting else {
            return [.refuse(request: request.id)]
        }
        let isFirst = holding.waiting[key] == nil
        holding.waiting[key, default: []].append(request)
        sides[request.selection]?.phase = .owning(holding)
        guard isFirst else { return [] }
        let question = ClipboardQuestion(
            purpose: .paste(surface: key.surface, grade: key.grade, answer: key.answer), texts: holding.copy.texts,
            program: key.program)
        return [.judgeAnswer(generation: holding.copy.generation, key, question)]
    }

    /// For whom a judgement is needed; nil where the original is his.
    private func key(for requestor: Requestor) -> AnswerKey? {
        if !tellsRequestors { return AnswerKey(surface: nil, grade: .unknown, answer: .redact, program: nil) }
        let answer: ClipboardPolicy.Answer
        var surface: String?
        switch requestor.sort {
        case .local: return nil
        case .ai(let named):
            surface = named
            answer = requestor.grade == .known ? rules.application : rules.likely
        // A history outlives the paste, and offers the text to everybody.
        case .manager: answer = .redact
        case .anyone: answer = rules.unknown
        }
        guard answer != .original else { return nil }
        return AnswerKey(surface: surface, grade: requestor.grade, answer: answer, program: requestor.program)
    }

    private mutating func answered(
        _ generation: Int, _ key: AnswerKey, _ verdict: ClipboardVerdict?, _ now: UInt64
    ) -> [ClipboardAction] {
        guard let selection = selection(of: generation), case .owning(var holding) = sides[selection]?.phase else {
            return []
        }
        if let verdict { rules = verdict.rules }
        let answer = HeldAnswer(
            verdict, key.answer, holding.copy, until: now + ClipboardLimits.answerMilliseconds)
        holding.answers[key] = answer
        let waiting = holding.waiting.removeValue(forKey: key) ?? []
        sides[selection]?.phase = .owning(holding)
        var actions = waiting.map { holding.answer($0, answer) }
        let isTold = tellsRequestors && holding.told.insert(key).inserted
        sides[selection]?.phase = .owning(holding)
        if let verdict, answer.offer != nil, isTold {
            actions.append(.notify(.answered(verdict, refused: verdict.redacted == nil)))
        }
        return actions
    }

    private mutating func released(_ until: UInt64, _ now: UInt64) -> [ClipboardAction] {
        var actions: [ClipboardAction] = []
        for selection in ClipboardSelection.allCases {
            guard case .owning(var holding) = sides[selection]?.phase, until > now else { continue }
            holding.releasedUntil = until
            sides[selection]?.phase = .owning(holding)
            actions.append(.setDeadline(generation: holding.copy.generation, milliseconds: until - now))
            if !tellsRequestors { actions.append(anew(selection, holding)) }
        }
        return actions
    }

    private func anew(_ selection: ClipboardSelection, _ holding: Holding) -> ClipboardAction {
        .offerAnew(
            selection, generation: holding.copy.generation,
            targets: holding.releasedUntil == nil ? offer(of: holding.copy) : holding.copy.names)
    }

    /// The names that are offered before it is known who asks.
    private func offer(of copy: Copy) -> [String] {
        tellsRequestors ? copy.names : copy.names.filter { copy.isRewritable(Target($0)) || Target($0).isHarmless }
    }

    private func selection(of generation: Int) -> ClipboardSelection? {
        sides.first { $0.value.generation == generation }?.key
    }
}
