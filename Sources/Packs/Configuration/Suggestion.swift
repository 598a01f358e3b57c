/// "Did you mean …?" for names.
enum Suggestion {
    /// A candidate this many edits away is still taken for a slip of the finger.
    private static let maxEdits = 3

    /// The nearest candidate, if one is near enough to `name` to be meant.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let limit = min(maxEdits, max(1, name.utf8.count / 3))
        var best: (name: String, edits: Int)?
        for candidate in candidates {
            let edits = distance(Array(name.lowercased().utf8), Array(candidate.lowercased().utf8))
            let isPrefix = name.utf8.count >= 4 && candidate.hasPrefix(name)
            guard edits <= limit || isPrefix else { continue }
            if best.map({ edits < $0.edits }) ?? true { best = (candidate, edits) }
        }
        return best?.name
    }

    /// `did you mean "x"?`, or the list of what is known when it is short, or nothing.
    static func mend(_ name: String, among candidates: [String]) -> String {
        if let near = nearest(to: name, among: candidates) { return "did you mean \"\(near)\"?" }
        return "known are: " + candidates.sorted().joined(separator: ", ")
    }

    /// Levenshtein distance with transposition of neighbours counted as one edit.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
