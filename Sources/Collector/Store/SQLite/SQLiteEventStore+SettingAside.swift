import Foundation
import GRDB
import Logging

extension SQLiteEventStore {
    /// Opens the store; a file that is no database, or a damaged one, is renamed to `<path>.corrupt-<seconds>`, reported, and a new one takes its place:
    /// devices can go on delivering, and the old file stays for repair.
    static func openOrSetAside(
        path: String, limits: CollectorLimits, logger: Logger
    ) throws(StoreFailure) -> SQLiteEventStore {
        do throws(StoreFailure) { return try SQLiteEventStore(path: path, limits: limits) } catch {
            guard error.isDamage else { throw error }
            let aside = "\(path).corrupt-\(Int(Date().timeIntervalSince1970))"
            for suffix in ["", "-wal", "-shm"] {
                // The log and the index go with their file: left behind they would be taken for the new one's.
                guard FileManager.default.fileExists(atPath: path + suffix) else { continue }
                do { try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix) } catch {
                    throw .database("\(path) is damaged and can't be set aside")
                }
            }
            logger.error(
                "The database is damaged; it was set aside and a new one begun",
                metadata: ["aside": "\(aside)", "reason": "\(error)"])
            return try SQLiteEventStore(path: path, limits: limits)
        }
    }
}

extension StoreFailure {
    /// Whether the file itself is bad (SQLITE_CORRUPT 11, SQLITE_NOTADB 26), rather than its disk, its lock or its rights.
    var isDamage: Bool {
        guard case .database(let reason) = self else { return false }
        return reason.hasPrefix("11 ") || reason.hasPrefix("26 ")
    }
}
