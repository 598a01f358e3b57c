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
    /// All names one after the other, and where each service's ends.
    private var letters: [UInt8] = []
    private var ends: [Int32] = []
    /// For each hash of three first letters, the services that begin with them, longest name first.
    private var byHead: [[Int32]] = []
    private static let headCount = 4096

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
        if byHead.isEmpty { byHead = Array(repeating: [], count: Self.headCount) }
        for name in names.map(Self.normalised) where name.count >= Self.minNameBytes {
            guard let head = Self.triple(name[0], name[1], name[2]),
                let tail = Self.triple(name[name.count - 3], name[name.count - 2], name[name.count - 1])
            else { continue }
            let bucket = head % Self.headCount
            let list = byHead[bucket]
            let at = list.firstIndex { services[Int($0)].name.count < name.count } ?? list.count
            byHead[bucket].insert(Int32(services.count), at: at)
            heads[head >> 6] |= 1 << UInt64(head & 63)
            tails[tail >> 6] |= 1 << UInt64(tail & 63)
            services.append(Service(name: name, rule: rule, forms: forms))
            letters += name
            ends.append(Int32(letters.count))
        }
    }

    private static func place(_ byte: UInt8) -> Int? {
        let folded = foldCase(byte)
        if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(folded) { return Int(folded) - 97 }
        return isASCIIDigit(byte) ? Int(byte) - 48 + 26 : nil
    }

    private static func triple(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
        guard let first = place(first), let second = place(second), let third = place(third) else { return nil }
        return (first * alphabet + second) * alphabet + third
    }

    /// Whether the first three letters at `start` are those of a name.
    func mayStart(_ text: Text, at start: Int) -> Bool { head(text, start) != nil }

    /// Whether the last three letters before `end` are those of a name.
    func mayEnd(_ text: Text, at end: Int) -> Bool {
        guard let (third, second, first) = Self.places(text, from: end - 1, step: -1) else { return false }
        let tail = (first * Self.alphabet + second) * Self.alphabet + third
        return tails[tail >> 6] >> UInt64(tail & 63) & 1 == 1
    }

    @inline(__always)
    private func head(_ text: Text, _ start: Int) -> Int? {
        guard let (first, second, third) = Self.places(text, from: start, step: 1) else { return nil }
        let head = (first * Self.alphabet + second) * Self.alphabet + third
        return heads[head >> 6] >> UInt64(head & 63) & 1 == 1 ? head : nil
    }

    /// Three letters or digits in a row, a joint between two of them left out.
    @inline(__always)
    private static func places(_ text: Text, from start: Int, step: Int) -> (Int, Int, Int)? {
        var at = start
        guard let first = place(text.at(at)) else { return nil }
        at += step
        if place(text.at(at)) == nil { at += step }
        guard let second = place(text.at(at)) else { return nil }
        at += step
        if place(text.at(at)) == nil { at += step }
        guard let third = place(text.at(at)) else { return nil }
        return (first, second, third)
    }

    /// A name found in the text.
    struct Match {
        var service: Service
        var end: Int
    }

    /// Calls `body` with each service whose name begins at `start`, until it returns true.
    @inline(__always)
    func visit(_ text: Text, at start: Int, _ body: (Match) -> Bool) -> Bool {
        guard let head = head(text, start) else { return false }
        for index in byHead[head % Self.headCount] {
            guard let end = end(of: Int(index), text, at: start) else { continue }
            if body(Match(service: services[Int(index)], end: end)) { return true }
        }
        return false
    }

    /// Where the name that begins at `start` ends, if the text has it and no longer word.
    private func end(of service: Int, _ text: Text, at start: Int) -> Int? {
        var at = start
        let begin = service == 0 ? 0 : Int(ends[service - 1])
        let count = Int(ends[service]) - begin
        for index in 0..<count {
            if index > 0, Self.isJoint(text.at(at)) { at += 1 }
            guard foldCase(text.at(at)) == letters[begin + index] else { return nil }
            at += 1
        }
        let next = text.at(at)
        let last = text[at - 1]
        if !isASCIILetter(next), !(isASCIIDigit(next) && count <= Self.maxWholeBytes) { return at }
        if isASCIIDigit(last), count > Self.maxWholeBytes { return at }
        let isHump = ByteSet.upper.contains(next) && ByteSet.lower.contains(last)
        if isHump, count > Self.maxWholeBytes || ByteSet.lower.contains(text.at(at + 1)) { return at }
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
