/// A deterministic walk through a `PositionAutomaton`, its states made when they are first reached and kept for later.
///
/// One thread's. The states that are kept only save time: dropping them changes no answer.
struct LazyAutomaton {
    private let positions: PositionAutomaton
    /// The class of each byte; bytes that no position tells apart share one.
    private let classes: [UInt8]
    private let classCount: Int
    /// For each class the start positions that take its bytes.
    private let startsOfClass: [[Int32]]
    private let membersOfClass: [UInt8]

    /// `next[state * classCount + class]`: twice the next state, plus one if rules end there; -1 when not yet made.
    private var next: [Int32] = []
    private var members: [[Int32]] = []
    private var ended: [[Int32]] = []
    private var ids: [[Int32]: Int32] = [:]

    /// States kept at most; when there are more, all are dropped and made anew.
    static let maxStates = 32_768
    private static let start: Int32 = 0
    private static let textStart: Int32 = 1

    init?(_ positions: PositionAutomaton) {
        guard !positions.starts.isEmpty else { return nil }
        self.positions = positions
        var ids: [[Bool]: UInt8] = [:]
        var classes = [UInt8](repeating: 0, count: 256)
        var representatives: [UInt8] = []
        let distinct = Array(Set(positions.sets))
        for byte in UInt8.min...UInt8.max {
            let signature = distinct.map { $0.contains(byte) }
            if let known = ids[signature] {
                classes[Int(byte)] = known
            } else {
                classes[Int(byte)] = UInt8(ids.count)
                ids[signature] = UInt8(ids.count)
                representatives.append(byte)
            }
        }
        self.classes = classes
        membersOfClass = representatives
        classCount = representatives.count
        startsOfClass = representatives.map { byte in
            positions.starts.filter { positions.sets[Int($0)].contains(byte) }
        }
        clear()
    }

    private mutating func clear() {
        next.removeAll(keepingCapacity: true)
        members.removeAll(keepingCapacity: true)
        ended.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        // At the start of the text no byte stands before a match: all the lead positions are taken as passed.
        _ = id(of: [])
        _ = id(of: positions.starts)
    }

    private mutating func id(of set: [Int32]) -> Int32 {
        if let known = ids[set] { return known }
        let id = Int32(members.count)
        ids[set] = id
        members.append(set)
        var rules: [Int32] = []
        for position in set where positions.accepts[Int(position)] >= 0 {
            rules.append(positions.accepts[Int(position)])
        }
        ended.append(rules)
        next.append(contentsOf: repeatElement(-1, count: classCount))
        return id
    }

    /// A walk's place: hand it back to go on from there.
    struct Place {
        var state: Int32
        /// Offset of the next byte.
        var offset: Int
    }

    /// Begins at `offset`, having seen the byte before it.
    static func place(at offset: Int) -> Place {
        offset > 0 ? Place(state: start, offset: offset - 1) : Place(state: textStart, offset: 0)
    }

    /// Walks to `end`, and calls `found` with each rule whose match may end at an offset, in rising order of offsets.
    ///
    /// Returns how many states had to be made: the work beyond reading. Precondition: `end <= text.count`.
    mutating func walk(
        _ text: Text, _ place: inout Place, to end: Int, found: (_ rule: Int, _ end: Int) -> Void
    ) -> Int {
        var made = 0
        var state = place.state
        var at = place.offset
        while at < end {
            let kind = Int(classes[Int(text[at])])
            var target = next[Int(state) * classCount + kind]
            if target < 0 {
                made += 1
                target = make(&state, kind)
            }
            state = target >> 1
            if target & 1 == 1 { for rule in ended[Int(state)] { found(Int(rule), at) } }
            at += 1
        }
        if end == text.count {
            for position in members[Int(state)] where positions.endings[Int(position)] >= 0 {
                found(Int(positions.endings[Int(position)]), end)
            }
        }
        place = Place(state: state, offset: max(at, place.offset))
        return made
    }

    private mutating func make(_ state: inout Int32, _ kind: Int) -> Int32 {
        let byte = membersOfClass[kind]
        var set = Set(startsOfClass[kind])
        for position in members[Int(state)] {
            for target in positions.follow[Int(position)] where positions.sets[Int(target)].contains(byte) {
                set.insert(target)
            }
        }
        if members.count >= Self.maxStates {
            let current = members[Int(state)]
            clear()
            state = id(of: current)
        }
        let target = id(of: set.sorted())
        let value = target << 1 | (ended[Int(target)].isEmpty ? 0 : 1)
        next[Int(state) * classCount + kind] = value
        return value
    }
}
