import Primitives

/// What a run of base64, base64url or hexadecimal stands for, where that is text.
///
/// The groups of four characters may begin at any of four places of the run: a prefix of other characters, or binary data
/// before the text, moves them. Three decoded bytes map to their four characters as a whole, and two hexadecimal digits to
/// their byte: a finding's span takes in every character that holds a bit of it.
enum TokenView {
    static let base64 = ViewKind(rawValue: "base64")
    static let base64url = ViewKind(rawValue: "base64url")
    static let hex = ViewKind(rawValue: "hex")

    /// Bytes around the run that the view takes in as they are, so that a key before it counts.
    static let margin = 128
    /// How far before the first text decoding begins, in bytes of the run.
    private static let maxBackBytes = 4096

    /// A part of a run to be decoded.
    struct Stretch {
        var run: TokenRun
        /// Index of the first byte, where a group begins.
        var start: Int
        /// Index up to which decoding goes on whatever comes: what is known to be text lies before it.
        var certain: Int
        var lane: TokenFilter.Lane

        var isHex: Bool { lane >= 4 }
    }

    /// The stretches of a run that hold text, each with a view of it; `open` returns the index at which decoding ended.
    static func stretches(_ text: Text, _ run: TokenRun, open: (Stretch) -> Int) {
        var done = (0..<TokenFilter.laneCount).map { $0 < 4 ? $0 : $0 - 4 }
        TokenFilter.scan(text, run) { lane, last in
            guard last >= done[lane] else { return }
            let unit = lane < 4 ? 4 : 2
            let first = last + 1 - (lane < 4 ? TokenFilter.minBase64 : TokenFilter.minHex)
            // The first group that lies within what fitted.
            let group = first + (lane - first % unit + 8) % unit
            guard isText(text, run, from: group, unit: unit) else { return }
            var start = max(done[lane], group - maxBackBytes)
            start += (lane - start % unit + 8) % unit
            if unit == 2 { start = hexStart(text, run, from: group, floor: start) }
            done[lane] = max(last + 1, open(Stretch(run: run, start: start, certain: last, lane: lane)))
        }
    }

    /// The index nearest to the run's start from which on all is hexadecimal, in steps of a pair.
    private static func hexStart(_ text: Text, _ run: TokenRun, from group: Int, floor: Int) -> Int {
        var at = group
        while at - 2 >= floor {
            var cursor = TokenRun.Cursor(run, at: at - 2)
            guard hexValue(text[cursor.next()]) != nil, hexValue(text[cursor.next()]) != nil else { break }
            at -= 2
        }
        return at
    }

    /// Whether nine bytes are printable, or every second one is and the others are NUL, as in UTF-16.
    private static func isText(_ text: Text, _ run: TokenRun, from group: Int, unit: Int) -> Bool {
        var cursor = TokenRun.Cursor(run, at: group)
        var decoded: [UInt8] = []
        while decoded.count < 9 {
            if unit == 2 {
                decoded.append((hexValue(text[cursor.next()]) ?? 0) << 4 | (hexValue(text[cursor.next()]) ?? 0))
            } else {
                var bits: UInt32 = 0
                for _ in 0..<4 { bits = bits << 6 | UInt32(TokenAlphabet.sextet(text[cursor.next()]) ?? 0) }
                for shift: UInt32 in [16, 8, 0] { decoded.append(UInt8(truncatingIfNeeded: bits >> shift)) }
            }
        }
        let printable = decoded.map(UTF16View.isPrintable)
        if printable.allSatisfy({ $0 }) { return true }
        return (0..<2).contains { parity in
            decoded.indices.allSatisfy { $0 % 2 == parity ? decoded[$0] == 0 : printable[$0] }
        }
    }

    /// Writes what surrounds the stretch and what it stands for; returns the index at which decoding ended, and the encoding.
    static func decode(_ text: Text, _ stretch: Stretch, into view: inout ViewText) -> (end: Int, kind: ViewKind) {
        let run = stretch.run
        let first = TokenRun.Cursor(run, at: stretch.start).position
        if stretch.start < 4 {
            view.copy(text, max(0, run.lowerBound - margin)..<run.lowerBound)
            // What belongs to no group must not touch the first decoded byte.
            if first > run.lowerBound { view.replace(original: first - run.lowerBound, byte: 0x20) }
        }
        let result = stretch.isHex ? decodePairs(text, stretch, into: &view) : decodeGroups(text, stretch, into: &view)
        if result.end == run.count {
            var end = view.map.originalEnd
            if end < run.upperBound { view.replace(original: run.upperBound - end, byte: 0x20) }
            end = run.upperBound
            while end < min(text.count, run.upperBound + 2), text[end] == UInt8(ascii: "=") { end += 1 }
            view.skip(original: end - run.upperBound)
            view.copy(text, end..<min(text.count, end + margin))
        }
        return result
    }

    /// Where the decoding of a stretch begins in the text.
    static func start(of stretch: Stretch) -> Int {
        stretch.start < 4
            ? max(0, stretch.run.lowerBound - margin) : TokenRun.Cursor(stretch.run, at: stretch.start).position
    }

    private static func decodePairs(
        _ text: Text, _ stretch: Stretch, into view: inout ViewText
    ) -> (end: Int, kind: ViewKind) {
        var cursor = TokenRun.Cursor(stretch.run, at: stretch.start)
        var index = stretch.start
        while index + 2 <= stretch.run.count {
            view.skip(original: cursor.position - view.map.originalEnd)
            let first = cursor.next()
            let second = cursor.next()
            guard let high = hexValue(text[first]), let low = hexValue(text[second]) else { break }
            view.replace(original: second + 1 - first, byte: high << 4 | low)
            index += 2
        }
        return (index == stretch.run.count - 1 ? index + 1 : index, hex)
    }

    private static func decodeGroups(
        _ text: Text, _ stretch: Stretch, into view: inout ViewText
    ) -> (end: Int, kind: ViewKind) {
        let run = stretch.run
        var cursor = TokenRun.Cursor(run, at: stretch.start)
        var index = stretch.start
        var isURL = false
        var badness = Badness()
        while index + 1 < run.count, index <= stretch.certain || badness.isLow {
            if index <= stretch.certain { badness = Badness() }
            let group = min(4, run.count - index)
            // A line break between two groups belongs to neither.
            view.skip(original: cursor.position - view.map.originalEnd)
            var bits: UInt32 = 0
            var last = 0
            for _ in 0..<group {
                last = cursor.next()
                let byte = text[last]
                if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") { isURL = true }
                bits = bits << 6 | UInt32(TokenAlphabet.sextet(byte) ?? 0)
            }
            let length = group - 1
            bits <<= UInt32(6 * (4 - group))
            view.replace(original: last + 1 - view.map.originalEnd, bits: bits, count: length)
            for place in 0..<length { badness.add(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place))) }
            index += group
        }
        return (index >= run.count - 1 ? run.count : index, isURL ? base64url : base64)
    }

    /// Tells where text ends and binary data begins.
    private struct Badness {
        private var score = 0
        /// Continuation bytes that the last lead byte of UTF-8 still calls for.
        private var wanted = 0
        private static let limit = 96

        var isLow: Bool { score <= Self.limit }

        mutating func add(_ byte: UInt8) {
            if byte < 0x80 {
                wanted = 0
                if UTF16View.isPrintable(byte) { score = max(0, score - 1) } else if byte != 0 { score += 2 }
            } else if byte < 0xC0 {
                score += wanted > 0 ? 0 : 2
                wanted = max(0, wanted - 1)
            } else {
                wanted = byte < 0xC2 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : byte < 0xF5 ? 3 : 0
                if wanted == 0 { score += 2 }
            }
        }
    }
}
