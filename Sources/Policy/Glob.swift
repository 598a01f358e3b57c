/// A pattern in which `*` stands for any run of characters; ASCII case is disregarded.
struct Glob: Sendable {
    private let pattern: [UInt8]

    init(_ text: String) { pattern = text.utf8.map(Self.fold) }

    /// Length of the pattern, in bytes: the longer, the more it says.
    var length: Int { pattern.count }

    static func isPattern(_ text: String) -> Bool { text.utf8.contains(0x2A) }

    /// Lower-case bytes of a text, for `matches`.
    static func folded(_ text: String) -> [UInt8] { text.utf8.map(fold) }

    /// Whether all of the folded text fits. Linear in the product of both lengths at worst, without recursion.
    func matches(_ text: [UInt8]) -> Bool {
        var at = 0
        var place = 0
        var star: Int?
        var resume = 0
        while at < text.count {
            if place < pattern.count, pattern[place] == 0x2A {
                star = place
                resume = at
                place += 1
            } else if place < pattern.count, pattern[place] == text[at] {
                at += 1
                place += 1
            } else if let back = star {
                place = back + 1
                resume += 1
                at = resume
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == 0x2A }
    }

    private static func fold(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
}
