import Policy
import PromptFormats

/// What replies have shown of accounts, by client, credential and provider: in memory only, and forgotten with the agent.
struct AccountMemory: Sendable {
    /// Most accounts that are remembered.
    static let maxAccounts = 4_096

    private struct Key: Hashable, Sendable {
        var client: String
        var credential: [UInt8]
        /// Surfaces of one provider share their accounts.
        var provider: Substring
    }

    private let table = GenerationTable<Key, ShownTerms>(maxEntries: AccountMemory.maxAccounts)

    private func key(_ scope: RestoreScope) -> Key {
        Key(
            client: scope.client, credential: scope.credential,
            provider: scope.destination.prefix { $0 != "/" })
    }

    /// Adds what a reply showed to what is known already.
    func store(_ shown: ShownTerms, within scope: RestoreScope) {
        guard !shown.isEmpty else { return }
        let key = key(scope)
        var known = table.value(for: key) ?? ShownTerms()
        known.training = shown.training ?? known.training
        known.zeroRetention = shown.zeroRetention ?? known.zeroRetention
        known.organisation = shown.organisation ?? known.organisation
        known.plan = shown.plan ?? known.plan
        table.store(known, for: key)
    }

    /// The prompt with what is known of its account, where the request itself does not say.
    func completing(_ prompt: Prompt) -> Prompt {
        guard let known = table.value(for: key(prompt.scope)) else { return prompt }
        var prompt = prompt
        var account = prompt.destination.account ?? AccountEvidence()
        account.organisation = account.organisation ?? known.organisation
        account.plan = account.plan ?? known.plan
        account.training = known.training
        account.zeroRetention = known.zeroRetention
        prompt.destination.account = account
        return prompt
    }
}
