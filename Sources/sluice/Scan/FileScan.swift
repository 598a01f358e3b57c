import Classifier
import Packs
import Primitives
import Synchronization

/// Scans files on several threads and hands on what they bring in the files' own order.
struct FileScan: Sendable {
    let rules: RuleSet
    let reporter: FindingReporter
    let limits: ScanLimits
    let evenBinary: Bool

    /// Most threads of one scan.
    static let maxThreads = 256
    /// Stands for standard input among paths.
    static let standardInput = "-"

    /// Scans `paths` and calls `handOn` once for each, in order, never at the same time.
    func run(_ paths: [String], threads: Int, handOn: @escaping @Sendable (FileOutcome) -> Void) async {
        guard threads > 1, paths.count > 1 else {
            var scanner = Scanner(rules, limits: limits)
            for path in paths { handOn(scan(path, &scanner)) }
            return
        }
        let queue = FileQueue(paths, handOn: handOn)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(threads, paths.count) {
                group.addTask {
                    var scanner = Scanner(rules, limits: limits)
                    while let (index, path) = queue.next() { queue.done(index, scan(path, &scanner)) }
                }
            }
        }
    }

    private func scan(_ path: String, _ scanner: inout Scanner) -> FileOutcome {
        var outcome = FileOutcome(path: path)
        do {
            let opened =
                path == Self.standardInput
                ? try InputText.standardInput(evenBinary: evenBinary)
                : try InputText.file(path, evenBinary: evenBinary)
            switch opened {
            case .binary(let what): outcome.binary = what
            case .text(let input):
                let result = input.withText { scanner.scan($0) }
                outcome.incomplete = result.incomplete
                outcome.findings = reporter.report(result.findings, in: input)
            }
        } catch {
            outcome.problem = error
        }
        return outcome
    }
}

/// Gives out files to threads and takes back what they bring, in any order; hands it on in the files' order.
private final class FileQueue: Sendable {
    /// What is done but not yet handed on. A file that takes long holds back its successors' findings, which are few.
    private struct State {
        var nextToTake = 0
        var nextToHandOn = 0
        var done: [Int: FileOutcome] = [:]
    }

    private let paths: [String]
    private let handOn: @Sendable (FileOutcome) -> Void
    private let state = Mutex(State())

    init(_ paths: [String], handOn: @escaping @Sendable (FileOutcome) -> Void) {
        self.paths = paths
        self.handOn = handOn
    }

    func next() -> (index: Int, path: String)? {
        state.withLock { state in
            guard state.nextToTake < paths.count else { return nil }
            state.nextToTake += 1
            return (state.nextToTake - 1, paths[state.nextToTake - 1])
        }
    }

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
