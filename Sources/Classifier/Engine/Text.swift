/// A stretch of bytes that matchers and scoring read; every access is checked.
///
/// Valid only during the call that hands it out, as the scanner's input is.
struct Text {
    let base: UnsafeRawPointer
    let count: Int

    subscript(index: Int) -> UInt8 {
        @inline(__always) get {
            precondition(index >= 0 && index < count, "offset outside the text")
            return base.load(fromByteOffset: index, as: UInt8.self)
        }
    }

    /// The byte there, or zero outside the text.
    @inline(__always)
    func at(_ index: Int) -> UInt8 {
        index >= 0 && index < count ? base.load(fromByteOffset: index, as: UInt8.self) : 0
    }

    /// Calls `body` with the bytes of a range within the text.
    @inline(__always)
    func withSpan<R>(_ range: Range<Int>, _ body: (Span<UInt8>) -> R) -> R {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the text")
        let bytes = UnsafeBufferPointer(
            start: base.assumingMemoryBound(to: UInt8.self) + range.lowerBound, count: range.count)
        return body(bytes.span)
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
    }

    /// Whether these lower-case bytes stand at `index`, without regard to ASCII case.
    func hasFolded(_ wanted: [UInt8], at index: Int) -> Bool {
        guard index >= 0, index + wanted.count <= count else { return false }
        for offset in wanted.indices where foldCase(self[index + offset]) != wanted[offset] { return false }
        return true
    }

    /// The same for a word of the source code, in lower case.
    func hasFolded(_ wanted: StaticString, at index: Int) -> Bool {
        let length = wanted.utf8CodeUnitCount
        guard index >= 0, index + length <= count else { return false }
        for offset in 0..<length where foldCase(self[index + offset]) != wanted.utf8Start[offset] { return false }
        return true
    }

    /// Whether the lower-case word occurs anywhere in the range, without regard to ASCII case.
    func containsFolded(_ wanted: StaticString, in range: Range<Int>) -> Bool { first(wanted, in: range) != nil }

    /// Where the lower-case word first occurs in the range, without regard to ASCII case.
    func first(_ wanted: StaticString, in range: Range<Int>) -> Int? {
        let last = range.upperBound - wanted.utf8CodeUnitCount
        guard range.lowerBound <= last else { return nil }
        let initial = wanted.utf8Start[0]
        for index in range.lowerBound...last where foldCase(self[index]) == initial {
            if hasFolded(wanted, at: index) { return index }
        }
        return nil
    }
}
