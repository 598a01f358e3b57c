/// Values that are the whole text: a copied number, a prompt of one line. Nothing around them speaks against them, which is a
/// context of its own kind and takes the place of a required word.
///
/// Only the input itself counts, never a part of it or a view: a column of numbers or one leaf of a document stands among others.
extension Scanner {
    /// Longest text that may be one value or a list of them, in bytes.
    static let maxAloneBytes = 256
    /// Most values of a list.
    private static let maxAloneItems = 8

    mutating func scanAlone(_ slice: Slice) {
        guard !rules.shapes.alone.isEmpty, slice.frame == nil, slice.origin == 0, slice.hits.lowerBound == 0,
            slice.text.count <= Self.maxAloneBytes
        else { return }
        let text = slice.text
        let whole = trimmed(text, 0..<text.count)
        guard !whole.isEmpty else { return }
        if scratch.aloneLengths.isEmpty { scratch.aloneLengths = rules.shapes.alone.map(Self.lengths) }
        for (index, rule) in rules.shapes.alone.enumerated() {
            if case .matcher(.seedPhrase) = rule.engine {
                let start = whole.lowerBound..<whole.lowerBound
                if SeedPhrase.values(text, near: start) == [whole] { accept(rule, value: whole, slice, isAlone: true) }
            }
            tryAlone(rule, scratch.aloneLengths[index], [whole], slice)
        }
        for isSeparator in [Self.isListSeparator, Self.isListSpace] {
            let items = whole.split(text, isSeparator).map { trimmed(text, $0) }.filter { !isAnd(text, $0) }
            guard items.count > 1, items.count <= Self.maxAloneItems, items.allSatisfy({ !$0.isEmpty }) else {
                continue
            }
            // One stranger among them and it is no list of such values: check digits agree by chance too often.
            for (index, rule) in rules.shapes.alone.enumerated() {
                tryAlone(rule, scratch.aloneLengths[index], items, slice)
            }
        }
    }

    /// Reports the items if the rule takes each of them whole.
    private mutating func tryAlone(
        _ rule: CompiledRule, _ lengths: ClosedRange<Int>, _ items: [Range<Int>], _ slice: Slice
    ) {
        guard case .regex(let plan) = rule.engine, items.allSatisfy({ lengths.contains($0.count) }) else { return }
        guard let code = plan.regex.compiled() else {
            note(.rule)
            return
        }
        for item in items {
            guard spend(bytes: item.count) else { return }
            let outcome = regex.match(
                code, slice.text.base + item.lowerBound, from: 0, lastStart: plan.anchorOffset == nil ? 0 : nil,
                to: item.count, group: plan.group, isPartial: false)
            guard case .match(_, let value) = outcome, value == 0..<item.count else { return }
            for validator in rule.validators where !slice.text.withSpan(item, validator.accepts) { return }
        }
        for item in items { accept(rule, value: item, slice, isAlone: true) }
    }

    /// How long a rule's value may be, in bytes; it spares most rules their regex.
    private static func lengths(_ rule: CompiledRule) -> ClosedRange<Int> {
        guard let pattern = rule.pattern else { return 1...maxAloneBytes }
        let least = max(1, pattern.minLength)
        return least...max(least, pattern.maxLength ?? maxAloneBytes)
    }

    /// Without blanks, quotes and a full stop around it.
    private func trimmed(_ text: Text, _ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, Self.isEdge(text[low]) { low += 1 }
        while low < high, Self.isEdge(text[high - 1]) || text[high - 1] == UInt8(ascii: ".") { high -= 1 }
        return low..<high
    }

    private func isAnd(_ text: Text, _ item: Range<Int>) -> Bool {
        item.count == 3 && (text.hasFolded("and", at: item.lowerBound) || text.hasFolded("und", at: item.lowerBound))
    }

    private static func isEdge(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    private static func isListSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x09 || byte == 0x0A
    }

    private static func isListSpace(_ byte: UInt8) -> Bool { isListSeparator(byte) || byte == 0x20 }
}

extension Range<Int> {
    /// The pieces between separators; empty ones are left out.
    fileprivate func split(_ text: Text, _ isSeparator: (UInt8) -> Bool) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = lowerBound
        for at in self where isSeparator(text[at]) {
            if at > start { pieces.append(start..<at) }
            start = at + 1
        }
        if start < upperBound { pieces.append(start..<upperBound) }
        return pieces
    }
}
