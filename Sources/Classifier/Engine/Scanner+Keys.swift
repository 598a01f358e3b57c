import Primitives

extension Scanner {
    /// Bytes looked at in one block for keys that stand apart from their values; beyond that only what assigns them
    /// directly is found.
    static let maxKeyBytesPerBlock = 512 << 10

    /// The key before a view, for a value that has none within it.
    mutating func outerKey(_ value: Int, _ slice: Slice) -> String? {
        var at = value + slice.origin
        var frame = slice.frame
        while let view = frame {
            at = view.map.original(of: ByteSpan(start: at, end: at)).start
            if let text = view.parentText, at <= text.count {
                let key = KeyFinder.key(
                    in: text, before: at, work: &work.keyBytes, budget: Self.maxKeyBytesPerBlock)
                if let key { return text.string(key) }
            }
            at += view.parentOrigin
            frame = view.parent
        }
        return nil
    }
}
