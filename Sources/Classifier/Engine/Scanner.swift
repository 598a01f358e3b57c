import Primitives

/// Finds what a rule set looks for. One thread at a time; keeps its scratch memory between scans.
///
/// The input is worked through in blocks on the absolute 64 KiB grid. Anchors that begin in a block belong to it, and what they
/// lead to rests on the bytes within `maxLookBack` before and `ScanLimits.maxWindowBytes` after them alone. Whole inputs and
/// streams take the same blocks, so that no way of cutting a stream changes what is found.
public struct Scanner: ~Copyable {
    /// Size of a block on the absolute grid, in bytes: the unit of budgets and of streaming.
    public static let blockBytes = 64 << 10
    /// How far before an anchor anything is looked at, in bytes.
    public static let maxLookBack = 4 << 10
    /// How far after a block's end its slice reaches: a window, and room for a key before it.
    static let lookAhead = ScanLimits.maxWindowBytes + 1024
    /// What `scanBlock` wants to see before a block, in bytes.
    public static let blockLead = maxLookBack
    /// What `scanBlock` wants to see after a block, in bytes.
    public static let blockTail = lookAhead

    let rules: RuleSet
    let limits: ScanLimits
    let regex: RegexMemory
    var scratch: Scratch
    var work = Work()
    var pending: [Candidate] = []
    private var settler: BlockSettler

    /// The stream's bytes from `bufferStart` on that may still be looked at.
    private var buffer: [UInt8] = []
    private var bufferStart = 0
    private var nextBlock = 0
    /// Compressed data that goes on in the next block.
    var held: ContainerReader?

    /// Work done in the current block.
    struct Work {
        var windows = 0
        /// States that lazily built automata had to make.
        var states = 0
        var regexBytes = 0
        var viewBytes = 0
        /// Bytes looked at for keys that stand apart from their values.
        var keyBytes = 0
        /// Decompressed bytes of all layers.
        var inflatedBytes = 0
        var incomplete: IncompleteReason?
    }

    /// Makes a scanner.
    public init(_ rules: RuleSet, limits: ScanLimits = .standard) {
        self.rules = rules
        self.limits = limits
        regex = RegexMemory(matchLimit: limits.matchLimit)
        settler = BlockSettler(limits)
        scratch = Scratch(rules)
    }

    /// Scans one whole input. Any stream under way is forgotten.
    public mutating func scan(_ bytes: UnsafeRawBufferPointer) -> ScanResult {
        reset()
        var findings: [Finding] = []
        guard let base = bytes.baseAddress else { return ScanResult(findings: []) }
        var start = 0
        while start < bytes.count {
            scanBlock(base, origin: 0, available: bytes.count, block: start)
            start += Self.blockBytes
            settle(frontier: frontier(start)) { findings.append($0) }
        }
        finishHeld()
        settle(frontier: .max) { findings.append($0) }
        let reason = settler.incomplete
        reset()
        return ScanResult(findings: findings, incomplete: reason)
    }

    /// Takes the next piece of a stream and emits every finding that no later byte can change, in order.
    ///
    /// The findings are the same for every way of cutting the stream, and the same as those of `scan`. At most
    /// `blockBytes` and what surrounds a block are kept.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer, emit: (Finding) -> Void) {
        var taken = 0
        while taken < bytes.count {
            let piece = min(bytes.count - taken, Self.blockBytes)
            buffer.append(contentsOf: bytes[taken..<taken + piece])
            taken += piece
            while bufferStart + buffer.count >= nextBlock + Self.blockBytes + Self.lookAhead { scanNextBlock(emit) }
        }
    }

    /// Ends the stream, emits what is left, and makes the scanner ready for the next one.
    public mutating func finish(emit: (Finding) -> Void) -> IncompleteReason? {
        while nextBlock < bufferStart + buffer.count { scanNextBlock(emit) }
        finishHeld()
        settle(frontier: .max, emit)
        let reason = settler.incomplete
        reset()
        return reason
    }

    private mutating func scanNextBlock(_ emit: (Finding) -> Void) {
        // The buffer is moved out so that its bytes and the rest of the scanner can be used side by side.
        let bytes = buffer
        buffer = []
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            scanBlock(base, origin: bufferStart, available: raw.count, block: nextBlock)
        }
        buffer = bytes
        nextBlock += Self.blockBytes
        settle(frontier: frontier(nextBlock), emit)
        let keep = nextBlock - Self.maxLookBack
        if keep > bufferStart {
            buffer.removeFirst(min(keep - bufferStart, buffer.count))
            bufferStart = keep
        }
    }

    /// Scans the block that begins at absolute offset `block`; `base` holds `available` bytes from absolute `origin` on.
    private mutating func scanBlock(_ base: UnsafeRawPointer, origin: Int, available: Int, block: Int) {
        let start = max(0, block - Self.maxLookBack)
        let end = min(origin + available, block + Self.blockBytes + Self.lookAhead)
        let hits = block - start..<min(block + Self.blockBytes, origin + available) - start
        work = Work()
        let slice = Slice(
            text: Text(base: base + (start - origin), count: end - start), hits: hits, origin: start, frame: nil)
        continueHeld(slice)
        scan(slice)
    }

    /// Where a later finding may still begin: what is looked at before the next block, and what is held.
    private func frontier(_ nextBlock: Int) -> Int {
        min(nextBlock - Self.maxLookBack, held?.start ?? .max)
    }

    private mutating func settle(frontier: Int, _ emit: (Finding) -> Void) {
        settler.take(&pending, work.incomplete, frontier: frontier, emit: emit)
        work.incomplete = nil
    }

    /// Scans one block and leaves what it brings unsettled, so that several threads can share an input; a `BlockSettler` puts
    /// their blocks together. Any stream under way is forgotten.
    ///
    /// `bytes` stand at absolute offset `origin` and reach from `blockLead` before the block to `blockTail` after it, or as far as the
    /// input does. Precondition: `block` is a multiple of `blockBytes` and lies in them.
    public mutating func scanBlock(_ bytes: UnsafeRawBufferPointer, origin: Int, block: Int) -> BlockFindings {
        precondition(block % Self.blockBytes == 0 && block >= origin && block < origin + bytes.count)
        reset()
        guard let base = bytes.baseAddress else { return BlockFindings(candidates: [], incomplete: nil) }
        scanBlock(base, origin: origin, available: bytes.count, block: block)
        // What goes on in the next block is out of reach for a block alone.
        if held != nil { note(.views) }
        let findings = BlockFindings(candidates: pending, incomplete: work.incomplete)
        reset()
        return findings
    }

    private mutating func reset() {
        pending.removeAll(keepingCapacity: true)
        settler = BlockSettler(limits)
        work = Work()
        buffer.removeAll(keepingCapacity: true)
        bufferStart = 0
        nextBlock = 0
        held = nil
    }
}

/// Memory that scans reuse.
struct Scratch: ~Copyable {
    /// Offsets that a kernel noted; room for a chunk's worth.
    let offsets: UnsafeMutablePointer<UInt32>
    let sweep: UnsafeMutablePointer<UInt32>
    /// The classes of the chunk's bytes.
    var masks = ClassMasks()
    let cells: UnsafeMutablePointer<UInt8>
    /// Rules that a digit run may be for.
    let candidates: UnsafeMutablePointer<UInt16>
    /// For each rule, the offset up to which a digit run is near one of its context words.
    let contextUntil: UnsafeMutablePointer<Int>
    /// For each rule whose value may stand alone, its length; empty until a text is short enough to ask.
    var aloneLengths: [ClosedRange<Int>] = []
    /// For each rule, the end of its last match in this slice: an anchor before it is part of that match.
    let resume: UnsafeMutablePointer<Int>
    /// For each rule, the start of the last digit run that it was tried at.
    let tried: UnsafeMutablePointer<Int>
    /// The same for token runs.
    let triedTokens: UnsafeMutablePointer<Int>
    private let ruleCount: Int
    /// Tells which rules' shapes the digits of a run have. Owned here, as are the next two.
    let numbers: Unmanaged<LazyAutomaton>?
    /// The same for stretches of letters and digits, and for whole token runs.
    let plainTokens: Unmanaged<LazyAutomaton>?
    let mixedTokens: Unmanaged<LazyAutomaton>?
    /// `WideEdges` of numbers: 256 masks for the byte before a run, then 256 for the one behind. The same of tokens.
    let numberEdges: UnsafeMutablePointer<UInt64>
    let tokenEdges: UnsafeMutablePointer<UInt64>
    /// Tell at a literal whether its rule is worth a run.
    let gates: Gates

    static let sweepBytes = 1024
    static let cellCount = (Scanner.maxLookBack + Scanner.blockBytes + Scanner.lookAhead) / Kernels.cellBytes + 2

    init(_ rules: RuleSet) {
        ruleCount = rules.rules.count
        numbers = LazyAutomaton(rules.numbers.shapes).map { .passRetained($0) }
        plainTokens = LazyAutomaton(rules.tokens.plain).map { .passRetained($0) }
        mixedTokens = LazyAutomaton(rules.tokens.mixed).map { .passRetained($0) }
        numberEdges = Self.copy(rules.numbers.edges)
        tokenEdges = Self.copy(rules.tokens.edges)
        gates = Gates(rules)
        offsets = .allocate(capacity: Kernels.chunkBytes + Literal.maxBytes + 64)
        sweep = .allocate(capacity: Self.sweepBytes + 64)
        cells = .allocate(capacity: Self.cellCount)
        candidates = .allocate(capacity: ruleCount + 1)
        contextUntil = .allocate(capacity: ruleCount + 1)
        resume = .allocate(capacity: ruleCount + 1)
        tried = .allocate(capacity: ruleCount + 1)
        triedTokens = .allocate(capacity: ruleCount + 1)
        forgetPlaces()
    }

    private static func copy(_ edges: WideEdges) -> UnsafeMutablePointer<UInt64> {
        let table = UnsafeMutablePointer<UInt64>.allocate(capacity: 512)
        for byte in 0..<256 {
            (table + byte).initialize(to: edges.before[byte])
            (table + 256 + byte).initialize(to: edges.behind[byte])
        }
        return table
    }

    /// Makes the notes about rules ready for the next slice.
    func forgetPlaces() {
        contextUntil.initialize(repeating: -1, count: ruleCount)
        resume.initialize(repeating: 0, count: ruleCount)
        tried.initialize(repeating: -1, count: ruleCount)
        triedTokens.initialize(repeating: -1, count: ruleCount)
    }

    deinit {
        offsets.deallocate()
        sweep.deallocate()
        masks.deallocate()
        cells.deallocate()
        candidates.deallocate()
        contextUntil.deallocate()
        resume.deallocate()
        tried.deallocate()
        triedTokens.deallocate()
        numberEdges.deallocate()
        tokenEdges.deallocate()
        numbers?.release()
        plainTokens?.release()
        mixedTokens?.release()
    }
}
