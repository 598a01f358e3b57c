import Primitives

/// Values by their first bytes and lengths, to find all of them in one pass over a text, however many begin alike (as all JWTs do).
struct RepeatIndex {
    private static let keyBytes = Redaction.minRepeatBytes
    /// Bytes compared for each byte of text before the search gives up: only a text made for it needs as many.
    static let maxWorkPerByte = 64
    /// Bytes compared that any text may cost.
    private static let minWork = 1 << 20

    private struct Value: Hashable {
        var bytes: ArraySlice<UInt8>
        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    private var kinds: [Value: String] = [:]
    /// Lengths of the values that begin with these eight bytes, longest first: of two, one a part of the other, the whole one counts.
    private var lengths: [UInt64: [Int]] = [:]
    /// Whether any value begins with these two bytes; spares most places the look-up.
    private var isStart = [Bool](repeating: false, count: 1 << 16)
    private var work = 0
    private let maxWork: Int

    /// An empty index for a text of so many bytes.
    init(textCount: Int) { maxWork = textCount * Self.maxWorkPerByte + Self.minWork }

    /// Whether the search gave up; what it had found until then counts.
    var gaveUp: Bool { work > maxWork }

    /// Adds a value of at least `Redaction.minRepeatBytes` bytes; the same value again changes nothing.
    mutating func add(_ value: ArraySlice<UInt8>, kind: String) {
        precondition(value.count >= Self.keyBytes, "shorter values are not looked for")
        guard kinds.updateValue(kind, forKey: Value(bytes: value)) == nil else { return }
        let key = Self.key(value.prefix(Self.keyBytes))
        isStart[Int(key >> 48)] = true
        let known = lengths[key] ?? []
        let place = known.firstIndex { $0 <= value.count } ?? known.count
        if place == known.count || known[place] != value.count {
            lengths[key, default: []].insert(value.count, at: place)
        }
    }

    private static func key(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// Where values stand in `text[from..<to]`, in order and without overlaps.
    mutating func places(in text: [UInt8], from: Int, to: Int) -> [(span: ByteSpan, kind: String)] {
        guard !kinds.isEmpty, to - from >= Self.keyBytes else { return [] }
        var found: [(span: ByteSpan, kind: String)] = []
        var at = from
        var key = Self.key(text[from..<from + Self.keyBytes])
        while !gaveUp {
            if isStart[Int(key >> 48)], let (end, kind) = value(in: text, at, to, key) {
                found.append((ByteSpan(start: at, end: end), kind))
                at = end
                guard at + Self.keyBytes <= to else { break }
                key = Self.key(text[at..<at + Self.keyBytes])
                continue
            }
            guard at + Self.keyBytes < to else { break }
            key = key << 8 | UInt64(text[at + Self.keyBytes])
            at += 1
        }
        return found
    }

    private mutating func value(in text: [UInt8], _ at: Int, _ to: Int, _ key: UInt64) -> (end: Int, kind: String)? {
        guard let lengths = lengths[key] else { return nil }
        for length in lengths where at + length <= to {
            work += length
            if gaveUp { return nil }
            if let kind = kinds[Value(bytes: text[at..<at + length])] { return (at + length, kind) }
        }
        return nil
    }
}
