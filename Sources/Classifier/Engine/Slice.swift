import Primitives

/// A part of the input, or of a view of it, that is scanned in one go.
///
/// Every decision about a hit at `p` rests on bytes of the slice within `Scanner.maxLookBack` before and
/// `ScanLimits.maxWindowBytes` after it, which the slice always holds unless the input ends there.
struct Slice {
    let text: Text
    /// Anchors that begin here belong to this slice; those outside are a neighbour's.
    var hits: Range<Int>
    /// Where the slice's first byte stands in the input. Meaningful for the raw slice alone.
    let origin: Int
    /// The view that these bytes come from; nil for the input itself.
    let frame: ViewFrame?

    var depth: Int { frame?.depth ?? 0 }
    var views: [ViewKind] { frame?.views ?? [] }

    /// The bytes of the input that stand for a span of the slice.
    func original(_ range: Range<Int>) -> ByteSpan {
        var span = ByteSpan(start: range.lowerBound, end: range.upperBound)
        var frame = self.frame
        var origin = self.origin
        while let view = frame {
            span = view.map.original(of: span)
            origin = view.parentOrigin
            frame = view.parent
        }
        return ByteSpan(start: span.start + origin, end: span.end + origin)
    }
}

/// One layer of decoding and the way back from it.
final class ViewFrame {
    let kind: ViewKind
    /// From the decoded bytes to offsets in the parent slice.
    let map: OffsetMap
    let parent: ViewFrame?
    let parentOrigin: Int
    let depth: Int

    init(kind: ViewKind, map: OffsetMap, within slice: Slice) {
        self.kind = kind
        self.map = map
        parent = slice.frame
        parentOrigin = slice.origin
        depth = slice.depth + 1
    }

    /// Outermost first.
    var views: [ViewKind] { (parent?.views ?? []) + [kind] }
}
