import Policy

/// Where one selection stands.
struct ClipboardSide: Sendable {
    enum Phase: Sendable {
        case idle
        case asking(Copy)
        case reading(Copy)
        case judging(Copy)
        case copying(Copy)
        case taking(Copy)
        case owning(Holding)
    }

    var phase = Phase.idle
    var lostInARow = 0
    /// What of ours somebody has just taken over, and whether he did at once.
    var lost: Holding?
    var wasQuick = false

    /// Whether the copy undoes a takeover. A program that copies anew does not; another one that takes the same text, or any at once, does.
    func isLoss(_ copy: Copy) -> Bool {
        guard let lost else { return false }
        guard let before = lost.copy.program, let after = copy.program else { return wasQuick }
        return before != after && (wasQuick || copy.texts.contains { lost.texts.contains($0.text) })
    }

    var generation: Int? {
        switch phase {
        case .idle: nil
        case .asking(let copy), .reading(let copy), .judging(let copy), .copying(let copy), .taking(let copy):
            copy.generation
        case .owning(let holding): holding.copy.generation
        }
    }

    var holding: Holding? {
        if case .owning(let holding) = phase { return holding }
        return nil
    }

    /// Goes back to idle. Whoever still waits is told no.
    mutating func leave() -> [ClipboardAction] {
        guard let generation else { return [] }
        let waiting = holding?.waiting.values.flatMap { $0 } ?? []
        phase = .idle
        return [.drop(generation: generation)] + waiting.map { .refuse(request: $0.id) }.sorted { "\($0)" < "\($1)" }
    }
}

/// The content of one selection, as far as it was copied.
struct Copy: Sendable {
    let generation: Int
    let stamp: UInt32
    let program: String?
    /// Names in the owner's order.
    var targets: [Target] = []
    var contents: [String: [UInt8]] = [:]
    var bytes = 0
    /// What is still to be read, and what is being read.
    var toRead: [Target] = []
    var reading: Target?
    var texts: [ClipboardText] = []
    var parts: [ClipboardPart] = []
    var verdict: ClipboardVerdict?
    /// Whether nothing was too large or too slow.
    var isWhole = true

    init(generation: Int, stamp: UInt32, program: String?) {
        self.generation = generation
        self.stamp = stamp
        self.program = program
    }

    /// Takes the owner's names: the best plain text and the HTML are read first.
    mutating func take(_ named: [Target]) {
        var seen: Set<String> = []
        targets = named.prefix(ClipboardLimits.maxTargets).filter {
            $0.sort != .technical && $0.name.utf8.count <= ClipboardLimits.maxTargetNameBytes
                && seen.insert($0.name).inserted
        }
        // More formats than anybody needs: what can't be copied whole is not taken over.
        if named.count > ClipboardLimits.maxTargets { isWhole = false }
        let plain = targets.filter { $0.readingRank != nil }.min { ($0.readingRank ?? 9) < ($1.readingRank ?? 9) }
        toRead = [plain, targets.first { $0.sort == .markup }].compactMap { $0 }
        if toRead.isEmpty, let other = targets.first(where: { $0.sort == .other }) { toRead = [other] }
        if let media = targets.first(where: { $0.sort == .media }) {
            parts.append(ClipboardPart(.image, target: media.name))
        }
        if let files = targets.first(where: { $0.sort == .files }) {
            // A list of addresses is text; of files, their names.
            if toRead.isEmpty { parts.append(ClipboardPart(.file, target: files.name)) }
        }
    }

    /// What is not copied yet. Of pictures one format is enough: programs offer the same one in a dozen.
    var remaining: [Target] {
        let pictures = targets.filter { $0.sort == .media }
        let picture = pictures.first { $0.name == "image/png" } ?? pictures.first
        return targets.filter {
            contents[$0.name] == nil && ($0.sort != .media || $0 == picture) && !tried.contains($0.name)
        }
    }

    private var tried: Set<String> = []

    mutating func take(_ reading: ClipboardReading, of target: Target) {
        tried.insert(target.name)
        switch reading {
        case .failed: break
        case .tooLarge:
            isWhole = false
            if verdict == nil { parts.append(ClipboardPart(.tooLarge, target: target.name)) }
        case .bytes(let content):
            contents[target.name] = content
            bytes += content.count
            if verdict == nil {
                texts.append(ClipboardText(target: target.name, text: target.text(of: content)))
            }
        }
    }

    /// The names of what is held, in the owner's order.
    var names: [String] { targets.map(\.name).filter { contents[$0] != nil } }

    /// Whether a redacted text can be said in this target.
    func isRewritable(_ target: Target) -> Bool {
        switch target.sort {
        case .plain(.compound): false
        case .plain: texts.contains { Target($0.target).readingRank != nil }
        case .markup, .other: texts.contains { $0.target == target.name }
        default: false
        }
    }
}

extension Target {
    /// Whether it holds no text: it passes whoever asks.
    var isHarmless: Bool { sort == .media || sort == .files }
}

/// What one destination gets.
struct HeldAnswer: Sendable {
    /// What he is offered; nil for the original.
    var offer: [(name: String, bytes: [UInt8])]?
    /// When it has to be judged anew, in milliseconds.
    var until: UInt64

    /// From the verdict; where there is none, nobody could judge, and no text is given.
    init(_ verdict: ClipboardVerdict?, _ answer: ClipboardPolicy.Answer, _ copy: Copy, until: UInt64) {
        self.until = until
        if let verdict, verdict.action < .redact { return }
        var texts: [(target: Target, text: [UInt8])] = []
        if let redacted = verdict?.redacted, answer == .redact {
            texts = zip(copy.texts, redacted).map { (Target($0.target), $1) }
        }
        let found = { (index: Int) in
            (verdict?.findings ?? []).filter { $0.text == index && $0.action >= .redact }.map(\.rule).sorted()
        }
        let plain = texts.first { $0.target.readingRank != nil }
        offer = copy.targets.compactMap { target in
            if target.isHarmless { return copy.contents[target.name].map { (target.name, $0) } }
            guard copy.contents[target.name] != nil else { return nil }
            if case .plain = target.sort {
                return plain.flatMap { target.bytes(of: $0.text) }.map { (target.name, $0) }
            }
            guard let index = texts.firstIndex(where: { $0.target == target }) else { return nil }
            // Markup may cut a value so that no rule knows it: it must show at least what the plain text shows.
            let isComplete = plain == nil || index == 0 || Self.covers(found(index), found(0))
            return isComplete ? target.bytes(of: texts[index].text).map { (target.name, $0) } : nil
        }
    }

    /// Whether the first list holds everything of the second, each as often.
    static func covers(_ all: [String], _ part: [String]) -> Bool {
        var left = all
        for rule in part {
            guard let index = left.firstIndex(of: rule) else { return false }
            left.remove(at: index)
        }
        return true
    }
}

/// A selection that is ours, with its content.
struct Holding: Sendable {
    let copy: Copy
    let verdict: ClipboardVerdict
    /// Since when, in milliseconds.
    let since: UInt64
    var releasedUntil: UInt64?
    var answers: [AnswerKey: HeldAnswer] = [:]
    var waiting: [AnswerKey: [ClipboardRequest]] = [:]
    /// Of whom the user has been told.
    var told: Set<AnswerKey> = []

    /// The texts that were given to anybody: by them a copy of ours is known again.
    var texts: [[UInt8]] {
        copy.texts.map(\.text) + answers.values.flatMap { ($0.offer ?? []).map(\.bytes) }
    }

    func original(_ request: ClipboardRequest) -> ClipboardAction {
        guard let name = request.target else { return .giveNames(request: request.id, copy.names) }
        guard let bytes = copy.contents[name] else { return .refuse(request: request.id) }
        return .give(request: request.id, target: name, bytes)
    }

    func answer(_ request: ClipboardRequest, _ answer: HeldAnswer) -> ClipboardAction {
        guard let offer = answer.offer else { return original(request) }
        guard let name = request.target else { return .giveNames(request: request.id, offer.map(\.name)) }
        guard let bytes = offer.first(where: { $0.name == name })?.bytes else { return .refuse(request: request.id) }
        return .give(request: request.id, target: name, bytes)
    }
}
