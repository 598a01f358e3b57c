/// The names of all services whose keys are told by a label, found in the text by one look-up whatever their number.
///
/// A name is kept as its lower-case letters and digits; in the text its parts may be joined by `_`, `-`, `.`, a blank or a hump.
struct ServiceTable: Sendable {
    struct Service: Sendable {
        var name: [UInt8]
        /// Index of the rule.
        var rule: Int
        var forms: [ValueForm]
    }

    private var services: [Service] = []
    /// For each pair of first letters, the services that begin with it, longest name first.
    private var byPair: [[Int32]] = []

    /// One bit for each three letters that a name begins with, and for each three that one ends with.
    private var heads = [UInt64](repeating: 0, count: Self.alphabet * Self.alphabet * Self.alphabet / 64 + 1)
    private var tails = [UInt64](repeating: 0, count: Self.alphabet * Self.alphabet * Self.alphabet / 64 + 1)

    /// Shortest name, in bytes.
    static let minNameBytes = 3
    /// Names this short must stand alone.
    private static let maxWholeBytes = 4
    private static let alphabet = 36

    var isEmpty: Bool { services.isEmpty }

    /// The name as the table keeps it.
    static func normalised(_ name: String) -> [UInt8] {
        name.utf8.map(foldCase).filter { place($0) != nil }
    }

    mutating func add(_ names: [String], rule: Int, forms: [ValueForm]) {
        if byPair.isEmpty { byPair = Array(repeating: [], count: Self.alphabet * Self.alphabet) }
        for name in names.map(Self.normalised) where name.count >= Self.minNameBytes {
            guard let first = Self.place(name[0]), let second = Self.place(name[1]) else { continue }
            let pair = first * Self.alphabet + second
            let at = byPair[pair].firstIndex { services[Int($0)].name.count < name.count } ?? byPair[pair].count
            byPair[pair].insert(Int32(services.count), at: at)
            Self.mark(name[0], name[1], name[2], &heads)
            Self.mark(name[name.count - 3], name[name.count - 2], name[name.count - 1], &tails)
            services.append(Service(name: name, rule: rule, forms: forms))
        }
    }

    private static func place(_ byte: UInt8) -> Int? {
        let folded = foldCase(byte)
        if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(folded) { return Int(folded) - 97 }
        return isASCIIDigit(byte) ? Int(byte) - 48 + 26 : nil
    }

    private static func mark(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ bits: inout [UInt64]) {
        guard let first = place(first), let second = place(second), let third = place(third) else { return }
        let triple = (first * alphabet + second) * alphabet + third
        bits[triple >> 6] |= 1 << UInt64(triple & 63)
    }

    /// Whether the first three letters at `start` are those of a name.
    func mayStart(_ text: Text, at start: Int) -> Bool { hasTriple(text, from: start, step: 1, heads) }

    /// Whether the last three letters before `end` are those of a name.
    func mayEnd(_ text: Text, at end: Int) -> Bool { hasTriple(text, from: end - 1, step: -1, tails) }

    @inline(__always)
    private func hasTriple(_ text: Text, from start: Int, step: Int, _ bits: [UInt64]) -> Bool {
        var at = start
        guard let first = Self.place(text.at(at)) else { return false }
        at += step
        if Self.place(text.at(at)) == nil { at += step }
        guard let second = Self.place(text.at(at)) else { return false }
        at += step
        if Self.place(text.at(at)) == nil { at += step }
        guard let third = Self.place(text.at(at)) else { return false }
        let ends = step > 0 ? (first, third) : (third, first)
        let triple = (ends.0 * Self.alphabet + second) * Self.alphabet + ends.1
        return bits[triple >> 6] >> UInt64(triple & 63) & 1 == 1
    }

    /// A name found in the text.
    struct Match {
        var service: Service
        var end: Int
    }

    /// Calls `body` with each service whose name begins at `start`, until it returns true.
    @inline(__always)
    func visit(_ text: Text, at start: Int, _ body: (Match) -> Bool) -> Bool {
        guard mayStart(text, at: start), let first = Self.place(text.at(start)) else { return false }
        var next = start + 1
        if Self.place(text.at(next)) == nil { next += 1 }
        guard let second = Self.place(text.at(next)), !byPair.isEmpty else { return false }
        for index in byPair[first * Self.alphabet + second] {
            let service = services[Int(index)]
            guard let end = Self.end(of: service.name, text, at: start) else { continue }
            if body(Match(service: service, end: end)) { return true }
        }
        return false
    }

    /// Where the name that begins at `start` ends, if the text has it and no longer word.
    private static func end(of name: [UInt8], _ text: Text, at start: Int) -> Int? {
        var at = start
        for index in name.indices {
            if index > 0, isJoint(text.at(at)) { at += 1 }
            guard foldCase(text.at(at)) == name[index] else { return nil }
            at += 1
        }
        let next = text.at(at)
        let last = text[at - 1]
        if !isASCIILetter(next), !(isASCIIDigit(next) && name.count <= maxWholeBytes) { return at }
        if isASCIIDigit(last), name.count > maxWholeBytes { return at }
        let isHump = ByteSet.upper.contains(next) && ByteSet.lower.contains(last)
        if isHump, name.count > maxWholeBytes || ByteSet.lower.contains(text.at(at + 1)) { return at }
        return LabelWords.begins(text, at: at) ? at : nil
    }

    private static func isJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: ".")
    }

    /// Whether a name may begin here: at a word's beginning or at a hump.
    @inline(__always)
    static func mayBegin(_ text: Text, at index: Int) -> Bool {
        let byte = text[index]
        guard isASCIILetter(byte) || isASCIIDigit(byte) else { return false }
        let previous = text.at(index - 1)
        if !isASCIILetter(previous) { return isASCIILetter(byte) || !isASCIIDigit(previous) }
        return ByteSet.upper.contains(byte) && ByteSet.lower.contains(previous)
    }
}
