import Crypto
import Primitives
public import PromptFormats
import Synchronization

/// Placeholder <-> value, in memory only, each within its scope; also knows its values again wherever they reappear.
///
/// Placeholders are derived: a truncated HMAC-SHA-256 of the value under the device key and the scope. So none can be forged or
/// linked, the same value gets the same one again, and a vault that forgot or was restarted fills itself from the resent conversation.
public final class Vault: Sendable {
    /// What all values together may take, in bytes, `overheadBytes` a value included; the longest unused are forgotten first.
    public static let maxVaultBytes = 16 << 20
    /// Longest value that can be put back, in bytes. A longer one is replaced all the same, for good.
    public static let maxValueBytes = 64 << 10
    /// Values put back into one reply at most.
    public static let maxRestoresPerReply = 1_024
    static let overheadBytes = 512
    /// What a placeholder takes besides, in bytes.
    static let placeholderBytes = 256
    /// Scopes in which one value can be put back; of more the oldest is forgotten.
    static let maxScopesPerValue = 64
    /// Values that are looked for in a pass of their own, so that a new one does not make all be indexed anew.
    static let maxFreshValues = 128

    private struct Entry {
        var secret: SecretBytes
        var rule: KnownRule
        var client: String
        var digest: [UInt8]
        var lastUse: UInt64
        var placeholders: [(scope: RestoreScope, text: [UInt8])] = []
        var weight: Int {
            2 * secret.count + Vault.overheadBytes + placeholders.count * Vault.placeholderBytes
        }
    }

    private struct Client {
        var byDigest: [[UInt8]: Int] = [:]
        /// Values that came since `sealed` was made.
        var fresh: [Int] = []
        var freshMatcher: VaultMatcher?
        var sealedMatcher: VaultMatcher?
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var clients: [String: Client] = [:]
        var scopes: [RestoreScope: [[UInt8]: Int]] = [:]
        var nextID = 0
        var tick: UInt64 = 0
        var bytes = 0
    }

    private let state = Mutex(State())
    private let maxBytes: Int
    private let placeholderKey: SymmetricKey
    private let digestKey: SymmetricKey

    /// Makes an empty vault. `deviceKey` is the device's secret, at least 16 bytes.
    public init(deviceKey: [UInt8], maxBytes: Int = Vault.maxVaultBytes) {
        precondition(deviceKey.count >= 16, "a device key has at least 16 bytes")
        self.maxBytes = maxBytes
        placeholderKey = Hashing.key(deviceKey, "sluice placeholder")
        digestKey = Hashing.key(deviceKey, "sluice vault digest")
    }

    /// The placeholder of a value, which is held from now on.
    func placeholder(for value: [UInt8], of rule: KnownRule, in scope: RestoreScope) -> Placeholder {
        let scopeKey = SymmetricKey(data: Hashing.mac(scope.parts, placeholderKey))
        let code = Hashing.mac([value], scopeKey)
        let short = Placeholder.make(kind: rule.placeholderKind, digest: code)
        guard value.count <= Self.maxValueBytes else { return short }
        let digest = Hashing.mac([value], digestKey)
        return state.withLock { state in
            let id = Self.hold(value, digest, rule, scope.client, &state)
            var placeholder = short
            if let other = state.scopes[scope]?[short.bytes], other != id {
                placeholder = Placeholder.make(kind: rule.placeholderKind, digest: code, long: true)
            }
            if state.scopes[scope, default: [:]].updateValue(id, forKey: placeholder.bytes) == nil {
                Self.note(placeholder.bytes, scope, id, &state)
            }
            Self.shrink(&state, to: maxBytes)
            return placeholder
        }
    }

    /// Holds a value so that it is known again, without a placeholder: what was refused once is refused without its context too.
    func remember(_ value: [UInt8], of rule: KnownRule, for client: String) {
        guard value.count <= Self.maxValueBytes else { return }
        let digest = Hashing.mac([value], digestKey)
        state.withLock { state in
            _ = Self.hold(value, digest, rule, client, &state)
            Self.shrink(&state, to: maxBytes)
        }
    }

    /// Finds the client's values in texts; empty where none is held. A value that was forgotten a moment ago may still be found.
    func matchers(for client: String) -> [VaultMatcher] {
        state.withLock { state in
            guard var held = state.clients[client] else { return [] }
            func values(_ ids: some Sequence<Int>) -> [(secret: SecretBytes, rule: KnownRule)] {
                ids.compactMap { id in state.entries[id].map { ($0.secret, $0.rule) } }
            }
            if held.fresh.count > Self.maxFreshValues {
                held.sealedMatcher = VaultMatcher(values(held.byDigest.values))
                held.fresh = []
                held.freshMatcher = nil
            } else if held.freshMatcher == nil, !held.fresh.isEmpty {
                held.freshMatcher = VaultMatcher(values(held.fresh))
            }
            state.clients[client] = held
            return [held.sealedMatcher, held.freshMatcher].compactMap { $0 }
        }
    }

    /// What turns the scope's placeholders back in one reply. Make one for each reply: it counts.
    public func resolver(for scope: RestoreScope) -> VaultResolver { VaultResolver(self, scope) }

    /// Number of values held and what they take in bytes.
    public var load: (values: Int, bytes: Int) { state.withLock { ($0.entries.count, $0.bytes) } }

    /// Forgets everything.
    public func removeAll() { state.withLock { $0 = State() } }

    fileprivate func value(_ placeholder: [UInt8], in scope: RestoreScope) -> [UInt8]? {
        state.withLock { state in
            guard let id = state.scopes[scope]?[placeholder] else { return nil }
            state.tick += 1
            state.entries[id]?.lastUse = state.tick
            return state.entries[id]?.secret.bytes
        }
    }

    fileprivate func isEmpty(_ scope: RestoreScope) -> Bool { state.withLock { $0.scopes[scope]?.isEmpty ?? true } }

    private static func hold(
        _ value: [UInt8], _ digest: [UInt8], _ rule: KnownRule, _ client: String, _ state: inout State
    ) -> Int {
        state.tick += 1
        if let id = state.clients[client]?.byDigest[digest] {
            state.entries[id]?.lastUse = state.tick
            return id
        }
        let id = state.nextID
        state.nextID += 1
        let entry = Entry(
            secret: SecretBytes(value), rule: rule, client: client, digest: digest, lastUse: state.tick)
        state.bytes += entry.weight
        state.entries[id] = entry
        state.clients[client, default: Client()].byDigest[digest] = id
        state.clients[client]?.fresh.append(id)
        state.clients[client]?.freshMatcher = nil
        return id
    }

    /// Notes a placeholder with its value, and forgets the value's oldest one when it has too many.
    private static func note(_ placeholder: [UInt8], _ scope: RestoreScope, _ id: Int, _ state: inout State) {
        state.entries[id]?.placeholders.append((scope, placeholder))
        state.bytes += placeholderBytes
        guard let entry = state.entries[id], entry.placeholders.count > maxScopesPerValue else { return }
        let oldest = entry.placeholders[0]
        state.entries[id]?.placeholders.removeFirst()
        state.bytes -= placeholderBytes
        drop(oldest.text, oldest.scope, &state)
    }

    private static func drop(_ placeholder: [UInt8], _ scope: RestoreScope, _ state: inout State) {
        state.scopes[scope]?[placeholder] = nil
        if state.scopes[scope]?.isEmpty == true { state.scopes[scope] = nil }
    }

    /// Forgets the longest unused until a quarter is free, so that this is not to be done again at once.
    private static func shrink(_ state: inout State, to maxBytes: Int) {
        guard state.bytes > maxBytes else { return }
        for (id, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard state.bytes > maxBytes / 4 * 3 else { return }
            state.bytes -= entry.weight
            state.entries[id] = nil
            for place in entry.placeholders { drop(place.text, place.scope, &state) }
            state.clients[entry.client]?.byDigest[entry.digest] = nil
            if state.clients[entry.client]?.byDigest.isEmpty == true { state.clients[entry.client] = nil }
        }
    }
}

extension Vault: CustomStringConvertible, CustomReflectable {
    /// How much is held, never what.
    public var description: String { "vault of \(load.values) values" }
    /// Nothing to be seen.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Turns the placeholders of one scope back, in one reply. Values go into prose only: never into a URL, an HTML tag or the arguments
/// of a tool, for the reply is hostile text.
public final class VaultResolver: PlaceholderResolving {
    private let vault: Vault
    private let scope: RestoreScope
    private let restores = Atomic<Int>(0)

    init(_ vault: Vault, _ scope: RestoreScope) {
        self.vault = vault
        self.scope = scope
    }

    /// True while the scope has no placeholder.
    public var isEmpty: Bool { vault.isEmpty(scope) }

    /// How many values were given out; at most `Vault.maxRestoresPerReply`.
    public var restoredCount: Int { min(restores.load(ordering: .relaxed), Vault.maxRestoresPerReply) }

    /// The value of a placeholder in canonical form; nil where it may not go, is not this scope's, or the reply had enough.
    public func value(for placeholder: [UInt8], in context: RestoreContext) -> [UInt8]? {
        guard context == .prose, let value = vault.value(placeholder, in: scope) else { return nil }
        guard restores.add(1, ordering: .relaxed).newValue <= Vault.maxRestoresPerReply else { return nil }
        return value
    }
}

extension RestoreScope {
    var parts: [[UInt8]] {
        [Array(client.utf8), credential, Array(destination.utf8), Array((conversation ?? "").utf8)]
            + (conversation == nil ? [] : [[1]])
    }
}
