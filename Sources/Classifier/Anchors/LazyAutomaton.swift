/// A deterministic walk through a `PositionAutomaton`, its states made when they are first reached and kept for later.
///
/// One thread's. The states that are kept only save time: dropping them changes no answer. The memory is allocated in `init` and
/// `grow` and freed in `deinit`; a state is an index below `members.count <= capacity`, a class one below `classCount`.
final class LazyAutomaton {
    private let positions: PositionAutomaton
    /// The class of each byte; bytes that no position tells apart share one.
    private let classes: UnsafeMutablePointer<UInt8>
    private let classCount: Int
    /// For each class the start positions that take its bytes.
    private let startsOfClass: [[Int32]]
    private let membersOfClass: [UInt8]

    /// `next[row + class]`, where a state's row is its number times `classCount`: twice the next state's row, plus one if rules end there;
    /// -1 when not yet made.
    @exclusivity(unchecked) private var next: UnsafeMutablePointer<Int32>
    private var capacity = 64
    @exclusivity(unchecked) private var members: [[Int32]] = []
    @exclusivity(unchecked) private var ended: [[Int32]] = []
    /// Whether no match is under way in the state, though one may begin.
    @exclusivity(unchecked) private var isFresh: [Bool] = []
    private let starts: Set<Int32>
    /// The rows of the states.
    private var ids: [[Int32]: Int32] = [:]

    /// States kept at most; when there are more, all are dropped and made anew.
    static let maxStates = 8192

    init?(_ positions: PositionAutomaton) {
        guard !positions.starts.isEmpty else { return nil }
        self.positions = positions
        starts = Set(positions.starts)
        var ids: [[Bool]: UInt8] = [:]
        classes = .allocate(capacity: 256)
        var representatives: [UInt8] = []
        let distinct = Array(Set(positions.sets))
        for byte in UInt8.min...UInt8.max {
            let signature = distinct.map { $0.contains(byte) }
            let known = ids[signature] ?? UInt8(ids.count)
            if ids[signature] == nil {
                ids[signature] = known
                representatives.append(byte)
            }
            (classes + Int(byte)).initialize(to: known)
        }
        membersOfClass = representatives
        classCount = representatives.count
        startsOfClass = representatives.map { byte in
            positions.starts.filter { positions.sets[Int($0)].contains(byte) }
        }
        next = .allocate(capacity: capacity * classCount)
        clear()
    }

    deinit {
        classes.deallocate()
        next.deallocate()
    }

    private func clear() {
        members.removeAll(keepingCapacity: true)
        ended.removeAll(keepingCapacity: true)
        isFresh.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        // At the start of the text no byte stands before a match: all the lead positions are taken as passed.
        _ = id(of: [])
        _ = id(of: positions.starts)
    }

    private func id(of set: [Int32]) -> Int32 {
        if let known = ids[set] { return known }
        if members.count == capacity { grow() }
        let id = Int32(members.count * classCount)
        ids[set] = id
        members.append(set)
        var rules: [Int32] = []
        for position in set where positions.accepts[Int(position)] >= 0 {
            rules.append(positions.accepts[Int(position)])
        }
        ended.append(rules)
        isFresh.append(set.allSatisfy { starts.contains($0) })
        (next + Int(id)).initialize(repeating: -1, count: classCount)
        return id
    }

    private func grow() {
        let old = next
        next = .allocate(capacity: 2 * capacity * classCount)
        next.moveInitialize(from: old, count: capacity * classCount)
        old.deallocate()
        capacity *= 2
    }

    /// A walk's place: hand it back to go on from there.
    struct Place {
        fileprivate var row: Int32
        /// Offset of the next byte.
        var offset: Int
    }

    /// Begins at `offset`, having seen the byte before it. The second state is that of the text's start.
    func place(at offset: Int) -> Place {
        offset > 0 ? Place(row: 0, offset: offset - 1) : Place(row: Int32(classCount), offset: 0)
    }

    /// Walks to `end`, and calls `found` with each rule whose match may end at an offset, in rising order of offsets.
    ///
    /// Returns how many states had to be made: the work beyond reading. Precondition: `end <= text.count`.
    @inline(__always)
    func walk(_ text: Text, _ place: inout Place, to end: Int, found: (_ rule: Int, _ end: Int) -> Void) -> Int {
        precondition(end <= text.count, "offset outside the text")
        var made = 0
        var row = place.row
        var at = place.offset
        while at < end {
            let kind = Int(classes[Int(text.base.load(fromByteOffset: at, as: UInt8.self))])
            var target = next[Int(row) &+ kind]
            if target < 0 {
                made += 1
                target = make(&row, kind)
            }
            row = target >> 1
            if target & 1 == 1 { for rule in ended[Int(row) / classCount] { found(Int(rule), at) } }
            at += 1
        }
        if end == text.count { reportEndings(row, end, found) }
        place = Place(row: row, offset: max(at, place.offset))
        return made
    }

    /// Walks as `walk` does, but only after matches that begin before `lastStart`: it ends when none of them can go on.
    @inline(__always)
    func walk(
        _ text: Text, from start: Int, lastStart: Int, to end: Int, found: (_ rule: Int, _ end: Int) -> Void
    ) -> Int {
        precondition(end <= text.count, "offset outside the text")
        var made = 0
        let place = place(at: start)
        var row = place.row
        var at = place.offset
        while at < end {
            if at > lastStart, isFresh[Int(row) / classCount] { return made }
            let kind = Int(classes[Int(text.base.load(fromByteOffset: at, as: UInt8.self))])
            var target = next[Int(row) &+ kind]
            if target < 0 {
                made += 1
                target = make(&row, kind)
            }
            row = target >> 1
            if target & 1 == 1 { for rule in ended[Int(row) / classCount] { found(Int(rule), at) } }
            at += 1
        }
        if end == text.count { reportEndings(row, end, found) }
        return made
    }

    private func reportEndings(_ row: Int32, _ end: Int, _ found: (_ rule: Int, _ end: Int) -> Void) {
        for position in members[Int(row) / classCount] where positions.endings[Int(position)] >= 0 {
            found(Int(positions.endings[Int(position)]), end)
        }
    }

    private func make(_ row: inout Int32, _ kind: Int) -> Int32 {
        let byte = membersOfClass[kind]
        var set = Set(startsOfClass[kind])
        for position in members[Int(row) / classCount] {
            for target in positions.follow[Int(position)] where positions.sets[Int(target)].contains(byte) {
                set.insert(target)
            }
        }
        if members.count >= Self.maxStates {
            let current = members[Int(row) / classCount]
            clear()
            row = id(of: current)
        }
        let target = id(of: set.sorted())
        let value = target << 1 | (ended[Int(target) / classCount].isEmpty ? 0 : 1)
        next[Int(row) + kind] = value
        return value
    }
}
