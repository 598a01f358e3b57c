import Classifier
import Packs
import Primitives
import Synchronization

/// Scans files on several threads and hands on what they bring in the files' own order.
///
/// Threads take whole files; the segments of a large one are shared by all that have nothing else to do.
struct FileScan: Sendable {
    let rules: RuleSet
    let reporter: FindingReporter
    let limits: ScanLimits
    let evenBinary: Bool

    /// Most threads of one scan.
    static let maxThreads = 256
    /// Files that make it worth to start one more thread.
    private static let filesPerThread = 4
    /// Stands for standard input among paths.
    static let standardInput = "-"

    /// Scans `paths` and calls `handOn` once for each, in order, never at the same time.
    func run(_ paths: [ScanPath], threads: Int, handOn: @escaping @Sendable (FileOutcome) -> Void) {
        let queue = ScanQueue(paths, handOn: handOn)
        let crew = Crew(limit: threads - 1)
        let helpers = min(threads, (paths.count + Self.filesPerThread - 1) / Self.filesPerThread) - 1
        crew.fill(to: helpers) { work(queue, crew) }
        work(queue, crew)
        crew.join()
    }

    private func work(_ queue: ScanQueue, _ crew: Crew) {
        var scanner = Scanner(rules, limits: limits)
        while let job = queue.next() {
            switch job {
            case .file(let index, let path): scan(path, index, &scanner, queue, crew)
            case .share(let large): share(large, &scanner, queue)
            }
        }
    }

    private func scan(_ path: ScanPath, _ index: Int, _ scanner: inout Scanner, _ queue: ScanQueue, _ crew: Crew) {
        var outcome = FileOutcome(path: path.shown)
        do throws(FileProblem) {
            let reader = try SegmentReader(path)
            guard let first = try reader.next() else { return queue.done(index, outcome) }
            switch first.bytes.withUnsafeBytes({ FileKind.of($0) }) {
            case .binary(let what) where !evenBinary: outcome.binary = what
            case .utf16(let bigEndian):
                let whole =
                    first.isLast ? first.bytes : try reader.rest(after: first, max: InputText.maxUTF16Bytes)
                let input = InputText(utf16: whole, bigEndian: bigEndian)
                let result = input.withText { scanner.scan($0) }
                outcome.incomplete = result.incomplete
                outcome.findings = reporter.report(result.findings, in: input)
            case .binary, .text:
                var assembler = FileAssembler(reporter: reporter, limits: limits)
                _ = assembler.add(scanned(first, &scanner))
                if !first.isLast {
                    let large = LargeFile(index, outcome.path, reader, assembler, window: 2 * crew.limit + 4)
                    queue.add(large)
                    crew.fill(to: crew.limit) { work(queue, crew) }
                    return share(large, &scanner, queue)
                }
                outcome.findings = assembler.reported
                outcome.incomplete = assembler.incomplete
            }
        } catch {
            outcome.problem = error
        }
        queue.done(index, outcome)
    }

    /// Scans segments of a file until there are no more; whoever brings the last one hands on the file.
    private func share(_ large: LargeFile, _ scanner: inout Scanner, _ queue: ScanQueue) {
        while let segment = large.next() {
            if let outcome = large.add(scanned(segment, &scanner)) { queue.done(large.index, outcome) }
        }
        queue.remove(large)
        if let outcome = large.failed() { queue.done(large.index, outcome) }
    }

    private func scanned(_ segment: Segment, _ scanner: inout Scanner) -> ScannedSegment {
        var blocks: [BlockFindings] = []
        segment.bytes.withUnsafeBytes { raw in
            for block in stride(from: segment.own.lowerBound, to: segment.own.upperBound, by: Scanner.blockBytes) {
                blocks.append(scanner.scanBlock(raw, origin: segment.origin, block: block))
            }
        }
        return ScannedSegment(segment: segment, blocks: blocks)
    }
}

/// A file whose segments several threads scan.
final class LargeFile: Sendable {
    let index: Int
    private let path: String
    private let reader: Mutex<SegmentReader>
    private let assembling: Mutex<State>
    /// Segments that may be read and not yet assembled: a slow one must not make the others pile up.
    private let room: Semaphore

    private struct State {
        var assembler: FileAssembler
        /// Segments that were handed out and not brought back.
        var underWay = 0
        var problem: FileProblem?
        var isDone = false
    }

    init(_ index: Int, _ path: String, _ reader: SegmentReader, _ assembler: FileAssembler, window: Int) {
        self.index = index
        self.path = path
        self.reader = Mutex(reader)
        assembling = Mutex(State(assembler: assembler))
        room = Semaphore(window)
    }

    /// The next segment to scan; nil if there is none.
    func next() -> Segment? {
        room.wait()
        let segment: Segment? = reader.withLock { reader in
            do throws(FileProblem) {
                guard let segment = try reader.next() else { return nil }
                assembling.withLock { $0.underWay += 1 }
                return segment
            } catch {
                assembling.withLock { $0.problem = error }
                return nil
            }
        }
        if segment == nil { room.signal() }
        return segment
    }

    /// Takes what was found in a segment; returns the whole file's outcome if that was all.
    func add(_ scanned: ScannedSegment) -> FileOutcome? {
        let (taken, outcome) = assembling.withLock { state -> (Int, FileOutcome?) in
            state.underWay -= 1
            let taken = state.assembler.add(scanned)
            return (taken, state.assembler.isWhole ? finish(&state) : nil)
        }
        for _ in 0..<taken { room.signal() }
        return outcome
    }

    /// The outcome of a file whose reading failed, once no segment is under way.
    func failed() -> FileOutcome? {
        assembling.withLock { $0.problem != nil && $0.underWay == 0 ? finish(&$0) : nil }
    }

    private func finish(_ state: inout State) -> FileOutcome? {
        if state.isDone { return nil }
        state.isDone = true
        var outcome = FileOutcome(path: path)
        outcome.findings = state.assembler.reported
        outcome.incomplete = state.assembler.incomplete
        outcome.problem = state.problem
        return outcome
    }
}

/// Gives out work to threads and takes back what they bring, in any order; hands it on in the files' order.
final class ScanQueue: Sendable {
    enum Job {
        case file(Int, ScanPath)
        case share(LargeFile)
    }

    /// What is done but not yet handed on. A file that takes long holds back its successors' findings, which are few.
    private struct State {
        var nextToTake = 0
        var nextToHandOn = 0
        var large: [LargeFile] = []
        var done: [Int: FileOutcome] = [:]
    }

    private let paths: [ScanPath]
    private let handOn: @Sendable (FileOutcome) -> Void
    private let state = Mutex(State())

    init(_ paths: [ScanPath], handOn: @escaping @Sendable (FileOutcome) -> Void) {
        self.paths = paths
        self.handOn = handOn
    }

    /// The next piece of work: files that have begun before those that haven't.
    func next() -> Job? {
        state.withLock { state in
            if let large = state.large.first { return .share(large) }
            guard state.nextToTake < paths.count else { return nil }
            state.nextToTake += 1
            return .file(state.nextToTake - 1, paths[state.nextToTake - 1])
        }
    }

    func add(_ large: LargeFile) { state.withLock { $0.large.append(large) } }

    func remove(_ large: LargeFile) { state.withLock { $0.large.removeAll { $0 === large } } }

    func done(_ index: Int, _ outcome: FileOutcome) {
        state.withLock { state in
            state.done[index] = outcome
            while let next = state.done.removeValue(forKey: state.nextToHandOn) {
                handOn(next)
                state.nextToHandOn += 1
            }
        }
    }
}
