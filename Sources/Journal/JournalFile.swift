import Events
import Primitives

/// Opening a journal whatever state its file is in.
enum JournalFile {
    /// Opens the journal; a damaged file is renamed and a new one made, which begins with an event about it.
    ///
    /// - Returns: the store, and the damaged file's new path if one was set aside.
    static func open(
        _ path: String, _ options: JournalOptions
    ) throws(JournalError) -> (store: JournalStore, setAside: String?) {
        do throws(JournalError) {
            return (try JournalStore(path: path, options: options), nil)
        } catch {
            guard error.isCorruption else { throw error }
        }
        return try replaceDamaged(path, options)
    }

    /// Sets the file aside under a lock, unless another process has done so already.
    static func replaceDamaged(
        _ path: String, _ options: JournalOptions
    ) throws(JournalError) -> (store: JournalStore, setAside: String?) {
        try Platform.withLock(path + ".lock") { () throws(JournalError) in
            do throws(JournalError) {
                return (try JournalStore(path: path, options: options, isSuspect: true), nil)
            } catch {
                guard error.isCorruption else { throw error }
            }
            let aside = try setAside(path, now: options.now())
            let store = try JournalStore(path: path, options: options)
            let now = options.now()
            let title = "The journal's file was damaged; it was set aside and a new one begun"
            let draft = EventDraft(
                id: EventID(milliseconds: now), kind: .health, milliseconds: now, title: title, severity: .high)
            _ = try store.write(.full) { state throws(JournalError) in try store.append(draft, to: &state) }
            return (store, aside)
        }
    }

    /// Renames the file and what belongs to it to `.corrupt-<milliseconds>`; returns the new path.
    static func setAside(_ path: String, now: UInt64) throws(JournalError) -> String {
        let aside = "\(path).corrupt-\(now)"
        // The log goes first: left behind, it would be played into the new file.
        for suffix in ["-wal", "-shm", ""] where Platform.exists(path + suffix) {
            if let failure = Platform.rename(path + suffix, aside + suffix) {
                throw .cannotOpen(path: path, reason: "damaged, and it can't be set aside: \(failure)")
            }
        }
        return aside
    }
}
