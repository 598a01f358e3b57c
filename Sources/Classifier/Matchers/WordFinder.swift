/// Looks for any of several words of the source code in a stretch of text, without regard to ASCII case.
///
/// The hash of three bytes rules nearly every place out before a word is compared.
struct WordFinder: Sendable {
    private let words: [StaticString]
    /// One bit for each hash of the three bytes that a word begins with.
    private let heads: [UInt64]

    private static let hashCount = 4096
    private static let headBytes = 3

    /// Makes a finder of words in lower case, of three bytes at least.
    init(_ words: [StaticString]) {
        var heads = [UInt64](repeating: 0, count: Self.hashCount / 64)
        for word in words {
            precondition(word.utf8CodeUnitCount >= Self.headBytes, "words of three bytes at least")
            let hash = Self.hash(word.utf8Start[0], word.utf8Start[1], word.utf8Start[2])
            heads[hash >> 6] |= 1 << UInt64(hash & 63)
        }
        self.words = words
        self.heads = heads
    }

    @inline(__always)
    private static func hash(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let folded = (Int(first | 0x20), Int(second | 0x20), Int(third | 0x20))
        return (folded.0 &* 0x9E37 &+ folded.1 &* 0x6A5D &+ folded.2 &* 0x3B1) >> 3 & (hashCount - 1)
    }

    /// Whether `isHit` takes a word that stands in the range. Precondition: the range lies within the text.
    @inline(__always)
    func occurs(in text: Text, _ range: Range<Int>, where isHit: (StaticString) -> Bool) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "range outside the text")
        let last = range.upperBound - Self.headBytes
        guard range.lowerBound <= last else { return false }
        return heads.withUnsafeBufferPointer { heads in
            @inline(__always) func byte(_ at: Int) -> UInt8 { text.base.load(fromByteOffset: at, as: UInt8.self) }
            for index in range.lowerBound...last {
                let hash = Self.hash(byte(index), byte(index + 1), byte(index + 2))
                guard heads[hash >> 6] >> UInt64(hash & 63) & 1 == 1 else { continue }
                for word in words
                where index + word.utf8CodeUnitCount <= range.upperBound && text.hasFolded(word, at: index) {
                    if isHit(word) { return true }
                }
            }
            return false
        }
    }

    /// Whether one of the words stands in the range.
    func occurs(in text: Text, _ range: Range<Int>) -> Bool { occurs(in: text, range) { _ in true } }
}
