/// The names of all services whose keys are told by a label, found in the text by one look-up whatever their number.
///
/// A name is kept as its lower-case letters and digits; in the text its parts may be joined by `_`, `-`, `.`, a blank or a hump.
final class ServiceTable: Sendable {
    struct Service: Sendable {
        var name: [UInt8]
        /// Index of the rule.
        var rule: Int
        var forms: [ValueForm]
    }

    private let services: [Service]
    /// All names one after the other, and where each service's ends.
    private let letters: [UInt8]
    private let ends: [Int32]
    /// For each service the first eight letters of its name, and which of them it has.
    private let firstLetters: [(letters: UInt64, mask: UInt64)]
    /// For each hash of three first letters, the services that begin with them, longest name first.
    private let byHead: [[Int32]]
    private static let headCount = 4096

    /// One bit for each three letters that a name begins with, and for each three that one ends with.
    private let heads: [UInt64]
    private let tails: [UInt64]
    /// One bit for each hash of four letters that a name begins with, whatever the fourth is behind a name of three.
    private let quads: [UInt64]

    /// Shortest name, in bytes.
    static let minNameBytes = 3
    /// Names this short must stand alone.
    private static let maxWholeBytes = 4
    private static let alphabet = 36
    private static let quadCount = 1 << 15
    private static let tripleWords = alphabet * alphabet * alphabet / 64 + 1
    /// For each byte its place in the alphabet, 255 for one that is not of it.
    private static let places: [UInt8] = (0...255).map { byte in place(UInt8(byte)).map { UInt8($0) } ?? 255 }

    var isEmpty: Bool { services.isEmpty }

    /// The name as the table keeps it.
    static func normalised(_ name: String) -> [UInt8] {
        name.utf8.map(foldCase).filter { place($0) != nil }
    }

    /// Gathers names before a table is made of them.
    struct Builder {
        fileprivate var services: [Service] = []
        fileprivate var letters: [UInt8] = []
        fileprivate var ends: [Int32] = []
        fileprivate var firstLetters: [(letters: UInt64, mask: UInt64)] = []
        fileprivate var byHead: [[Int32]] = []
        fileprivate var heads = [UInt64](repeating: 0, count: ServiceTable.tripleWords)
        fileprivate var tails = [UInt64](repeating: 0, count: ServiceTable.tripleWords)
        fileprivate var quads = [UInt64](repeating: 0, count: ServiceTable.quadCount / 64)

        mutating func add(_ names: [String], rule: Int, forms: [ValueForm]) {
            if byHead.isEmpty { byHead = Array(repeating: [], count: ServiceTable.headCount) }
            for name in names.map(ServiceTable.normalised) where name.count >= ServiceTable.minNameBytes {
                guard let head = ServiceTable.triple(name[0], name[1], name[2]),
                    let tail = ServiceTable.triple(name[name.count - 3], name[name.count - 2], name[name.count - 1])
                else { continue }
                let bucket = head % ServiceTable.headCount
                let list = byHead[bucket]
                let at = list.firstIndex { services[Int($0)].name.count < name.count } ?? list.count
                byHead[bucket].insert(Int32(services.count), at: at)
                heads[head >> 6] |= 1 << UInt64(head & 63)
                let fourths = name.count > 3 ? [ServiceTable.places[Int(name[3])]] : Array(0...36) + [255]
                for fourth in fourths {
                    let quad = ServiceTable.quad(head, fourth)
                    quads[quad >> 6] |= 1 << UInt64(quad & 63)
                }
                tails[tail >> 6] |= 1 << UInt64(tail & 63)
                services.append(Service(name: name, rule: rule, forms: forms))
                letters += name
                firstLetters.append(ServiceTable.packed(name))
                ends.append(Int32(letters.count))
            }
        }
    }

    init(_ builder: Builder = Builder()) {
        services = builder.services
        letters = builder.letters
        ends = builder.ends
        firstLetters = builder.firstLetters
        byHead = builder.byHead
        heads = builder.heads
        tails = builder.tails
        quads = builder.quads
    }

    private static func packed(_ name: [UInt8]) -> (letters: UInt64, mask: UInt64) {
        var packed: (letters: UInt64, mask: UInt64) = (0, 0)
        for (index, letter) in name.prefix(8).enumerated() {
            packed.letters |= UInt64(letter) << UInt64(8 * index)
            packed.mask |= 0xFF << UInt64(8 * index)
        }
        return packed
    }

    @inline(__always)
    private static func place(_ byte: UInt8) -> Int? {
        let letter = (byte | 0x20) &- 0x61
        if letter < 26 { return Int(letter) }
        let digit = byte &- 0x30
        return digit < 10 ? Int(digit) + 26 : nil
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

    /// Calls `body` with each place from `high` down to `low` at which a name may begin, as far as its first three letters tell.
    ///
    /// Precondition: `0 <= low`, and six bytes of the text begin at `high`.
    @inline(__always)
    func forEachStart(_ text: Text, from high: Int, downTo low: Int, _ body: (Int) -> Void) {
        guard low <= high else { return }
        precondition(low >= 0 && high + 6 <= text.count, "places in the text")
        Self.places.withUnsafeBufferPointer { places in
            @inline(__always) func byte(_ at: Int) -> UInt8 { text.base.load(fromByteOffset: at, as: UInt8.self) }
            @inline(__always) func place(_ at: Int) -> UInt8 { places[Int(byte(at))] }
            heads.withUnsafeBufferPointer { heads in
                var at = high
                var own = place(high)
                while at >= low {
                    let start = at
                    let first = own
                    let before = at > 0 ? byte(at - 1) : 0
                    own = places[Int(before)]
                    at -= 1
                    guard first < 255 else { continue }
                    // At a word's beginning or at a hump, as `mayBegin` says.
                    if own < 26 {
                        guard first < 26, byte(start) & 0x20 == 0, before & 0x20 != 0 else { continue }
                    } else if first >= 26, own < 255 {
                        continue
                    }
                    var next = start + 1
                    if place(next) == 255 { next += 1 }
                    let second = place(next)
                    guard second < 255 else { continue }
                    next += 1
                    if place(next) == 255 { next += 1 }
                    let third = place(next)
                    guard third < 255 else { continue }
                    let head = (Int(first) * Self.alphabet + Int(second)) * Self.alphabet + Int(third)
                    guard heads[head >> 6] >> UInt64(head & 63) & 1 == 1 else { continue }
                    next += 1
                    if next < text.count, place(next) == 255 { next += 1 }
                    let quad = Self.quad(head, next < text.count ? place(next) : 255)
                    if quads[quad >> 6] >> UInt64(quad & 63) & 1 == 1 { body(start) }
                }
            }
        }
    }

    @inline(__always)
    private static func quad(_ head: Int, _ fourth: UInt8) -> Int {
        (head &* 37 &+ Int(fourth) &* 0x9E5) & (quadCount - 1)
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
        let bucket = byHead[head % Self.headCount]
        if bucket.isEmpty { return false }
        let first = Self.firstLetters(text, at: start)
        for index in bucket {
            let name = firstLetters[Int(index)]
            guard first & name.mask == name.letters, let end = end(of: Int(index), text, at: start) else { continue }
            if body(Match(service: services[Int(index)], end: end)) { return true }
        }
        return false
    }

    /// The next eight letters as a name keeps them, each with at most one joint before it; what comes behind a name's end is without meaning.
    private static func firstLetters(_ text: Text, at start: Int) -> UInt64 {
        var at = start
        var packed: UInt64 = 0
        for index in 0..<8 {
            var byte = text.at(at)
            if index > 0, isJoint(byte) {
                at += 1
                byte = text.at(at)
            }
            packed |= UInt64(foldCase(byte)) << UInt64(8 * index)
            at += 1
        }
        return packed
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
