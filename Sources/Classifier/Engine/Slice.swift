import Primitives

/// A part of the input, or of a view of it, that is scanned in one go.
///
/// Every decision about a hit at `p` rests on bytes of the slice within `Scanner.maxLookBack` before and
/// `ScanLimits.maxWindowBytes` after it, which the slice always holds unless the input ends there.
struct Slice {
    let text: Text
    /// Anchors that begin here belong to this slice; those outside are a neighbour's.
    var hits: Range<Int>
    /// Where the slice's first byte stands in the input, or in the view's decoded bytes.
    let origin: Int
    /// The view that these bytes come from; nil for the input itself.
    let frame: ViewFrame?

    var depth: Int { frame?.depth ?? 0 }
    /// The decoders, by their places in `ViewDecoders.all`, whose escapes an outer view has resolved or comes to resolve.
    var closedViews: UInt16 { frame?.closed ?? 0 }
    var views: [ViewKind] { frame?.views ?? [] }

    /// The bytes of the input that stand for a span of the slice.
    func original(_ range: Range<Int>) -> ByteSpan {
        var span = ByteSpan(start: range.lowerBound + origin, end: range.upperBound + origin)
        var frame = self.frame
        while let view = frame {
            span = view.map.original(of: span)
            span = ByteSpan(start: span.start + view.parentOrigin, end: span.end + view.parentOrigin)
            frame = view.parent
        }
        return span
    }
}

/// One layer of decoding and the way back from it.
final class ViewFrame {
    let kind: ViewKind
    /// From the decoded bytes to offsets in the parent slice.
    let map: OffsetMap
    let parent: ViewFrame?
    let parentOrigin: Int
    /// The text that the view was opened over; valid while the view is scanned. Nil for one that was put together from several.
    let parentText: Text?
    let depth: Int
    /// See `Slice.closedViews`.
    let closed: UInt16

    init(kind: ViewKind, map: OffsetMap, within slice: Slice, closed: UInt16) {
        self.kind = kind
        self.map = map
        self.closed = closed
        parent = slice.frame
        parentOrigin = slice.origin
        parentText = slice.text
        depth = slice.depth + 1
    }

    /// A layer over all of another one.
    init(kind: ViewKind, map: OffsetMap, parent: ViewFrame?, closed: UInt16) {
        self.kind = kind
        self.map = map
        self.closed = closed
        self.parent = parent
        parentOrigin = 0
        parentText = nil
        depth = (parent?.depth ?? 0) + 1
    }

    /// Outermost first.
    var views: [ViewKind] { (parent?.views ?? []) + [kind] }
}
