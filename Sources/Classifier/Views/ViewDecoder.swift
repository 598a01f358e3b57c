import Primitives

/// A decoder of one encoding, opened over regions that hold at least one of its escapes.
///
/// To add a view: a mark that opens it, a decoder, a place in `ViewDecoders.all`.
protocol ViewDecoder: SendableMetatype {
    static var kind: ViewKind { get }
    /// The `ViewMark` of the cells in which an escape may begin.
    static var mark: UInt8 { get }
    /// The first escape that begins at or after `from` and before `to`; it may end after `to`.
    static func next(_ text: Text, from: Int, to: Int) -> Int?
    /// Whether escapes that begin in a cell open the view.
    static func opens(_ text: Text, from: Int, to: Int) -> Bool
    /// Writes the region's decoded bytes.
    static func decode(_ text: Text, _ region: Range<Int>, into view: inout ViewText)
    /// What stands at an escape, for `view`; returns its length, 0 if it is none after all. Bytes that are no escape of this
    /// encoding are copied by the caller.
    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int
}

extension ViewDecoder {
    static func opens(_ text: Text, from: Int, to: Int) -> Bool { next(text, from: from, to: to) != nil }

    /// Writes the region's decoded bytes.
    static func decode(_ text: Text, _ region: Range<Int>, into view: inout ViewText) {
        var plain = region.lowerBound
        var at = plain
        while let escape = next(text, from: at, to: region.upperBound) {
            view.copy(text, plain..<escape)
            let length = replace(text, at: escape, end: region.upperBound, into: &view)
            plain = escape + length
            at = max(plain, escape + 1)
            if length == 0 { plain = escape }
        }
        if plain < region.upperBound { view.copy(text, plain..<region.upperBound) }
    }
}

/// The decoders, in the order in which views are nested.
///
/// Where escapes of two kinds stand side by side, decoding one and then the other gives the same text either way: only the
/// ascending order is tried. In the view of a decoder the earlier ones, and itself, are closed unless decoding brought forth
/// bytes that they may begin with.
enum ViewDecoders {
    static let all: [any ViewDecoder.Type] = [
        PercentView.self, EntityView.self, JSONStringView.self, UnicodePlusView.self, QuotedPrintableView.self,
        UTF16View.self, ANSIView.self, LookAlikeView.self,
    ]

    /// The decoders, by their places in `all`, that a view leaves closed: what comes before or is `index`, but for what was brought forth.
    static func closed(_ parent: UInt16, behind index: Int, produced: UInt8) -> UInt16 {
        var closed = parent | (1 << UInt16(index + 1) - 1)
        for (place, decoder) in all.enumerated() where decoder.mark & produced != 0 { closed &= ~(1 << UInt16(place)) }
        return closed
    }
}
