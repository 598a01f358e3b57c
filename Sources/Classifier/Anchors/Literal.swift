/// A literal anchor as the table stores it, with what its rules allow around it.
struct Literal: Sendable, Hashable {
    /// In lower case unless case matters.
    var bytes: [UInt8]
    var isCaseSensitive: Bool
    /// What may stand before it; the beginning of the text always may.
    var lead: ByteSet = .all
    /// What may stand after it, place by place; the end of the text may only where every byte may.
    var tail: [ByteSet] = [ByteSet](repeating: .all, count: tailCount)

    /// Places after a literal that are looked at.
    static let tailCount = 3
    /// Shortest literal accepted, in bytes.
    static let minBytes = 2
    /// Longest literal accepted, in bytes.
    static let maxBytes = 64
    /// Below this length the bytes around a literal must tell it apart, or it would trigger everywhere.
    static let minPlainBytes = 3

    struct Key: Hashable {
        var bytes: [UInt8]
        var isCaseSensitive: Bool
    }

    var key: Key { Key(bytes: bytes, isCaseSensitive: isCaseSensitive) }

    /// Takes in what another rule with the same literal allows.
    mutating func widen(lead other: ByteSet, tail others: [ByteSet]) {
        lead = lead.union(other)
        for index in tail.indices { tail[index] = tail[index].union(others[index]) }
    }

    /// The bytes, in both cases, that may stand at a place counted from the literal's start.
    func allowed(at place: Int) -> ByteSet {
        if place < -1 || place >= bytes.count + Self.tailCount { return .all }
        if place == -1 { return lead }
        return place < bytes.count ? ByteSet([bytes[place]]) : tail[place - bytes.count]
    }
}
