import FoundationEssentials

/// What was put where, so that exactly that is undone.
struct TrustRecord: Codable, Sendable, Equatable {
    /// One place that trusts a root of ours.
    struct Entry: Codable, Sendable, Hashable {
        /// Kind of the store: see `TrustStore.kind`.
        var kind: String
        /// Folder or file.
        var place: String
        /// Name of the certificate there.
        var name: String
        /// SHA-256 of the root.
        var fingerprint: String
        /// Whether the place was made for us, too.
        var isPlaceOurs: Bool
    }

    /// Who holds the root's key.
    enum RootKey: String, Codable, Sendable {
        /// Nobody: it was never written, and is gone.
        case destroyed
        /// The system's administrator.
        case kept
    }

    var entries: [Entry] = []
    var rootKey = RootKey.destroyed

    /// Largest record that is read, in bytes.
    static let maxBytes = 1 << 20

    static func load(_ path: String) throws(AgentProblem) -> TrustRecord {
        guard let bytes = try PrivateFile.read(path, max: maxBytes) else { return TrustRecord() }
        do {
            return try JSONDecoder().decode(TrustRecord.self, from: Data(bytes))
        } catch {
            throw AgentProblem("\(path) is damaged; remove it, and what it listed by hand (docs/certificates.md)")
        }
    }

    func save(_ path: String) throws(AgentProblem) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        guard let bytes = try? encoder.encode(self) else { throw AgentProblem("\(path) can't be written") }
        try PrivateFile.write(Array(bytes), to: path)
    }
}
