import Events
import GRDB

/// A batch made ready for its tables.
struct PreparedBatch: Sendable {
    var batch: EventBatch
    var events: [PreparedEvent]
    /// Milliseconds since 1970.
    var now: UInt64
}

/// Puts waiting batches into one transaction: while one commit waits for the disk, the next group gathers.
actor CommitQueue {
    private struct Waiting {
        var batch: PreparedBatch
        var answer: CheckedContinuation<Result<Committed, StoreFailure>, Never>
    }

    private let pool: DatabasePool
    private let writer: EventWriter
    private let names: NameTable
    private let facetIndex: FacetIndex
    private let limits: CollectorLimits
    private var waiting: [Waiting] = []
    private var drain: Task<Void, Never>?
    private var isClosed = false

    init(pool: DatabasePool, writer: EventWriter, names: NameTable, facetIndex: FacetIndex, limits: CollectorLimits) {
        self.pool = pool
        self.writer = writer
        self.names = names
        self.facetIndex = facetIndex
        self.limits = limits
    }

    /// Answers when the batch is on the disk.
    func append(_ batch: PreparedBatch) async throws(StoreFailure) -> Committed {
        guard !isClosed else { throw .closed }
        // The server lets no more in than this; the store keeps its own word too.
        guard waiting.count < 4 * limits.maxBatchesPerCommit else { throw .busy }
        let result = await withCheckedContinuation { continuation in
            waiting.append(Waiting(batch: batch, answer: continuation))
            if drain == nil { drain = Task { await self.run() } }
        }
        return try result.get()
    }

    /// Takes nothing more, and ends when all that was accepted is written.
    func close() async {
        isClosed = true
        await drain?.value
    }

    private func run() async {
        while !waiting.isEmpty {
            let group = Array(waiting.prefix(limits.maxBatchesPerCommit))
            waiting.removeFirst(group.count)
            let result = await commit(group.map(\.batch))
            for (index, member) in group.enumerated() { member.answer.resume(returning: result.map { $0[index] }) }
        }
        drain = nil
    }

    private func commit(_ batches: [PreparedBatch]) async -> Result<[Committed], StoreFailure> {
        let writer = writer
        do {
            let (answers, added) = try await pool.write { db in
                var added: [(id: Int64, row: FacetIndex.Row)] = []
                let answers = try batches.map { try writer.write($0, added: &added, in: db) }
                try writer.prune(in: db)
                return (answers, added)
            }
            writer.committed(added: added.count)
            facetIndex.append(added)
            return .success(answers)
        } catch {
            names.forget()
            writer.rolledBack()
            return .failure(SQLiteEventStore.failure(error))
        }
    }
}
