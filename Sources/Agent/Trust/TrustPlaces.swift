import DeviceCA
import Glibc

/// The stores of one installation, and the changes to them that are recorded.
struct TrustPlaces: Sendable {
    let stores: [any TrustStore]
    let recordFile: String

    /// The stores that a user changes himself.
    static func user(home: String, _ store: AuthorityStore) -> TrustPlaces {
        TrustPlaces(stores: NSSStore.find(home: home), recordFile: store.recordFile)
    }

    /// The stores that root changes.
    static func system(_ store: RootKeyStore) -> TrustPlaces {
        let system = SystemStore.find()
        var stores: [any TrustStore] = []
        if let system {
            stores.append(system)
            if let firefox = FirefoxPolicy.find(certificate: system.place) { stores.append(firefox) }
        }
        return TrustPlaces(stores: stores, recordFile: store.recordFile)
    }

    /// Puts the root into each store that lacks it, and takes earlier roots of ours out.
    func install(_ root: RootCertificate) throws(AgentProblem) -> [TrustLine] {
        var record = try TrustRecord.load(recordFile)
        var lines = removeEntries(of: &record) { $0.fingerprint != root.fingerprint }
        for store in stores {
            if store.standing(root) == .trusted {
                lines.append(
                    TrustLine(mark: .good, text: "\(store.title) trusts it already (\(store.place)).", next: ""))
                continue
            }
            do throws(TrustFailure) {
                var entry = try store.install(root)
                let earlier = record.entries.first { $0.kind == entry.kind && $0.place == entry.place }
                entry.isPlaceOurs = entry.isPlaceOurs || earlier?.isPlaceOurs == true
                record.entries.removeAll { $0.kind == entry.kind && $0.place == entry.place }
                record.entries.append(entry)
                // After each, so that what an interrupted run did can be undone.
                try save(record)
                lines.append(TrustLine(mark: .good, text: "\(store.title) trusts it now (\(store.place)).", next: ""))
            } catch {
                lines.append(
                    TrustLine(
                        mark: .problem, text: "\(store.title) was not changed: \(error.reason)", next: error.command))
            }
        }
        return lines
    }

    /// Takes out what was put in.
    func remove() throws(AgentProblem) -> [TrustLine] {
        var record = try TrustRecord.load(recordFile)
        return removeEntries(of: &record) { _ in true }
    }

    private func removeEntries(
        of record: inout TrustRecord, where isMeant: (TrustRecord.Entry) -> Bool
    ) -> [TrustLine] {
        var lines: [TrustLine] = []
        for entry in record.entries where isMeant(entry) {
            guard let store = stores.first(where: { $0.kind == entry.kind && $0.place == entry.place }) else {
                // A profile that has gone took its database with it.
                guard access(entry.place, F_OK) == 0 else {
                    record.entries.removeAll { $0 == entry }
                    continue
                }
                lines.append(
                    TrustLine(
                        mark: .problem, text: "\(entry.name) is still in \(entry.place): nothing here can change that",
                        next: "Take it out by hand (docs/certificates.md)."))
                continue
            }
            do throws(TrustFailure) {
                try store.remove(entry)
                record.entries.removeAll { $0 == entry }
                try save(record)
                lines.append(
                    TrustLine(mark: .good, text: "\(store.title): \(entry.name) taken out (\(entry.place)).", next: ""))
            } catch {
                lines.append(
                    TrustLine(
                        mark: .problem, text: "\(store.title): \(entry.name) is still there: \(error.reason)",
                        next: error.command))
            }
        }
        return lines
    }

    private func save(_ record: TrustRecord) throws(TrustFailure) {
        do throws(AgentProblem) { try record.save(recordFile) } catch {
            throw TrustFailure(reason: "\(error)", command: "")
        }
    }
}
