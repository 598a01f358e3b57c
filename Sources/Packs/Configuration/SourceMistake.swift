/// A place in a text file. Lines and columns count from 1, columns in Unicode scalars.
public struct SourcePosition: Sendable, Hashable, Comparable {
    public var line: Int
    public var column: Int

    /// Makes a position.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Orders as one reads.
    public static func < (a: SourcePosition, b: SourcePosition) -> Bool {
        a.line != b.line ? a.line < b.line : a.column < b.column
    }
}

/// One mistake in a file that a person wrote: where, what is wrong, and how to mend it.
public struct SourceMistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it.
    public var file: String
    /// Nil when the whole file is at fault (unreadable, too large).
    public var position: SourcePosition?
    /// What is wrong. Never quotes a value that could be a secret.
    public var what: String
    /// What to do about it; empty when `what` says it already.
    public var mend: String

    /// Makes a mistake.
    public init(file: String, position: SourcePosition?, what: String, mend: String = "") {
        self.file = file
        self.position = position
        self.what = what
        self.mend = mend
    }

    /// `rules/acme.toml:3:1: unknown key "anchor"; did you mean "anchors"?`
    public var description: String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return mend.isEmpty ? "\(place): \(what)" : "\(place): \(what); \(mend)"
    }
}

/// All mistakes that reading found, in reading order; never empty when thrown.
public struct SourceMistakes: Error, Sendable, Hashable, CustomStringConvertible {
    public var mistakes: [SourceMistake]

    /// Makes the error.
    public init(_ mistakes: [SourceMistake]) { self.mistakes = mistakes }

    /// One mistake a line.
    public var description: String { mistakes.map(\.description).joined(separator: "\n") }
}

/// Collects mistakes while reading goes on, so that one run names them all.
public final class MistakeList {
    /// Most mistakes kept; the rest would drown the first.
    public static let maxMistakes = 100

    /// What was found so far.
    public private(set) var mistakes: [SourceMistake] = []
    /// The file that is being read.
    public let file: String

    /// Starts an empty list for `file`.
    public init(file: String) { self.file = file }

    /// Adds one.
    public func add(_ position: SourcePosition?, _ what: String, mend: String = "") {
        guard mistakes.count < Self.maxMistakes else { return }
        mistakes.append(SourceMistake(file: file, position: position, what: what, mend: mend))
    }

    /// Throws what was found, if anything.
    public func check() throws(SourceMistakes) {
        guard !mistakes.isEmpty else { return }
        let start = SourcePosition(line: 0, column: 0)
        throw SourceMistakes(mistakes.sorted { ($0.position ?? start) < ($1.position ?? start) })
    }
}
