import Primitives

extension Scanner {
    /// Bytes looked at in one block for keys that stand apart from their values; beyond that only what assigns them
    /// directly is found. No finding depends on it.
    static let maxKeyBytesPerBlock = 64 << 10

    /// The key of a value that nothing assigns directly: in its own text, else before the view that it stands in.
    mutating func distantKey(_ value: Int, _ slice: Slice) -> String? {
        let budget = Self.maxKeyBytesPerBlock
        if let key = KeyFinder.distant(in: slice.text, before: value, work: &work.keyBytes, budget: budget) {
            return slice.text.string(key)
        }
        var at = value + slice.origin
        var frame = slice.frame
        while let view = frame {
            at = view.map.original(of: ByteSpan(start: at, end: at)).start
            if let text = view.parentText, at <= text.count,
                let key = KeyFinder.key(in: text, before: at, work: &work.keyBytes, budget: budget)
            {
                return text.string(key)
            }
            at += view.parentOrigin
            frame = view.parent
        }
        return nil
    }
}
