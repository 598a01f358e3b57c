import CKernels

/// Which bytes of a chunk are digits, token bytes and so on, one bit a byte (`ckernels_classes_t`), and of some bytes behind it.
///
/// One scanner's: allocated in `init`, freed by `deallocate`. A word's index is below `wordCount`, an offset's distance from `start`
/// below `Kernels.chunkBytes + Literal.maxBytes`, and what is read from there on at most `reach` bytes more.
struct ClassMasks {
    let digits: UnsafeMutablePointer<UInt64>
    let separators: UnsafeMutablePointer<UInt64>
    let tokens: UnsafeMutablePointer<UInt64>
    let values: UnsafeMutablePointer<UInt64>
    let marks: UnsafeMutablePointer<UInt64>
    let high: UnsafeMutablePointer<UInt64>
    /// Offset in the text of the first bit.
    private(set) var start = 0

    /// How far behind a literal's end may be read, in bytes.
    static let reach = 192
    private static let extraWords = (Literal.maxBytes + reach) / 64 + 1
    private static let wordCount = Kernels.chunkBytes / 64 + extraWords

    init() {
        func words() -> UnsafeMutablePointer<UInt64> {
            let words = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.wordCount)
            words.initialize(repeating: 0, count: Self.wordCount)
            return words
        }
        (digits, separators, tokens) = (words(), words(), words())
        (values, marks, high) = (words(), words(), words())
    }

    func deallocate() {
        for words in [digits, separators, tokens, values, marks, high] { words.deallocate() }
    }

    /// Notes the classes of `text[from..<to]`, a chunk at most, and of what follows.
    mutating func fill(_ text: Text, from: Int, to: Int) {
        precondition(
            from >= 0 && to <= text.count && from <= to && to - from <= Kernels.chunkBytes, "a chunk of the text")
        start = from
        let out = ckernels_classes_t(
            digits: digits, separators: separators, tokens: tokens, values: values, marks: marks, high: high)
        ckernels_classes(
            text.base.assumingMemoryBound(to: UInt8.self) + from, text.count - from,
            Self.words(to - from) + Self.extraWords, out)
    }

    /// The words that a number of bytes takes.
    static func words(_ bytes: Int) -> Int { (bytes + 63) >> 6 }

    /// The bits of 64 bytes from an offset on.
    @inline(__always)
    func window(_ words: UnsafeMutablePointer<UInt64>, at offset: Int) -> UInt64 {
        let distance = offset - start
        let word = words + distance >> 6
        let shift = UInt64(truncatingIfNeeded: distance & 63)
        return word[0] &>> shift | (word[1] &<< 1) &<< (63 &- shift)
    }

    /// Whether the run of digits and single separators holds each byte of a word; `before` is whether a digit stands before the word.
    @inline(__always)
    func numberBits(_ index: Int, digitBefore before: UInt64) -> UInt64 {
        let own = digits[index]
        return own | separators[index] & (own &<< 1 | before) & (own &>> 1 | digits[index + 1] &<< 63)
    }
}

/// 128 bits, of which the low ones are asked about: enough for runs that begin in one word.
struct BitPair {
    var low: UInt64
    var high: UInt64

    /// Where each bit stood for so many in a row, it then stands for `shift` more. Precondition: `shift` is at most as many.
    @inline(__always)
    mutating func requireAlso(_ shift: UInt64) {
        low &= low &>> shift | high &<< (64 &- shift)
        high &= high &>> shift
    }
}
