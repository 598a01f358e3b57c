import Packs

@testable import Classifier

/// What the parser says of a pattern holds for every match that PCRE2 finds: length, alphabet, anchors.
enum PatternTarget {
    static func run(_ input: [UInt8]) {
        // Pattern, a byte that no UTF-8 holds, then a text to match in.
        let cut = input.firstIndex(of: 0xFF) ?? input.count
        guard let pattern = String(validating: input[..<cut], as: UTF8.self), pattern.utf8.count <= 512 else { return }
        let node = PatternParser.parse(pattern)
        let choice = AnchorFinder.anchors(of: pattern)
        guard (try? LazyRegex.check(pattern)) != nil, let node else { return }
        let text = Array(input[min(cut + 1, input.count)...].prefix(2_048))
        guard !text.isEmpty else { return }
        let regex = LazyRegex(pattern, isAnchored: false, isOpenEnded: false)
        guard let code = regex.compiled() else { return }
        let memory = RegexMemory(matchLimit: 20_000)
        let outcome = text.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                memory.match(code, $0, from: 0, lastStart: nil, to: bytes.count, group: 0, isPartial: false)
            }
        }
        // \K and look-behind assertions move where a match begins and what it rests on.
        guard case .match(let whole, _)? = outcome, !pattern.contains("\\K") else { return }
        let match = text[whole]
        if match.count < node.minLength { stop("\(match.count) bytes where at least \(node.minLength) were expected") }
        if let most = node.maxLength, match.count > most {
            stop("\(match.count) bytes where at most \(most) were expected")
        }
        let alphabet = node.alphabet
        if let other = match.first(where: { !alphabet.contains($0) }) { stop("byte \(other) is not of the alphabet") }
        guard let choice else { return }
        let folded = match.map(foldCase)
        let held = choice.anchors.contains { anchor in
            guard case .literal(let literal, let isCaseSensitive) = anchor else { return false }
            return holds(isCaseSensitive ? Array(match) : folded, literal)
        }
        if !held { stop("a match without any of its anchors") }
    }

    private static func holds(_ text: [UInt8], _ literal: [UInt8]) -> Bool {
        guard text.count >= literal.count else { return false }
        return (0...text.count - literal.count).contains { text[$0...].starts(with: literal) }
    }
}

/// No value makes a validator trap, and the answer is the same each time.
enum ValidatorTarget {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let value = Array(input.dropFirst().prefix(4_096))
        let all = Validators.all
        // One validator that the input chooses, so that it can learn its alphabet; each now and then.
        let chosen = first == 0 ? all : [all[Int(first) % all.count]]
        for validator in chosen where validator.accepts(value.span) != validator.accepts(value.span) {
            stop("\(validator.name) changes its mind")
        }
    }
}
