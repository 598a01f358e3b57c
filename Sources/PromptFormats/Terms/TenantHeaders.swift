import Primitives

/// Headers by which vendors refuse other tenants than an organisation's own, and where they belong.
///
/// Sources: those of the catalogue's tenant headers; Microsoft https://learn.microsoft.com/entra/identity/enterprise-apps/tenant-restrictions,
/// GitHub https://docs.github.com/enterprise-cloud (restricting access with a corporate proxy).
public enum TenantHeaders {
    fileprivate struct Header: Sendable {
        var key: TenantKey
        var name: String
        /// Hosts that it is sent to, `*.` for any subdomain.
        var hosts: [String]
        /// Provider whose requests carry it where the host is none of the vendor's, as with a private endpoint.
        var provider: String
        /// A segment that the path then has, or must not have.
        var onPath: String?
        var notOnPath: String?
    }

    private static let all: [Header] = [
        Header(
            key: .chatGPTWorkspaces, name: "ChatGPT-Allowed-Workspace-Id", hosts: ["chatgpt.com"], provider: "openai",
            onPath: "backend-api"),
        Header(
            key: .openAIOrganizations, name: "OpenAI-Allowed-Organization-Ids",
            hosts: ["api.openai.com", "*.api.openai.com"], provider: "openai", notOnPath: "backend-api"),
        Header(
            key: .anthropicOrganizations, name: "anthropic-allowed-org-ids",
            hosts: ["claude.ai", "claude.com", "anthropic.com", "api.anthropic.com", "platform.claude.com"],
            provider: "anthropic"),
        Header(
            key: .codeAssistDomains, name: "X-GeminiCodeAssist-Allowed-Domains",
            hosts: ["cloudcode-pa.googleapis.com", "daily-cloudcode-pa.googleapis.com"], provider: "google",
            onPath: "v1internal"),
        Header(
            key: .googleDomains, name: "X-GoogApps-Allowed-Domains", hosts: ["google.com", "*.google.com"],
            provider: "google", notOnPath: "v1internal"),
        Header(
            key: .microsoftPolicy, name: "sec-Restrict-Tenant-Access-Policy", hosts: entra, provider: "microsoft",
            onPath: "oauth2"),
        Header(
            key: .microsoftPersonal, name: "sec-Restrict-Tenant-Access-Policy", hosts: ["login.live.com"],
            provider: "microsoft", onPath: "oauth20_authorize.srf"),
        Header(
            key: .microsoftTenants, name: "Restrict-Access-To-Tenants", hosts: entra, provider: "microsoft",
            onPath: "oauth2"),
        Header(
            key: .microsoftDirectory, name: "Restrict-Access-Context", hosts: entra, provider: "microsoft",
            onPath: "oauth2"),
        Header(
            key: .gitHubEnterprise, name: "sec-GitHub-allowed-enterprise",
            hosts: ["github.com", "api.github.com", "*.githubcopilot.com"], provider: "github-copilot"),
    ]

    private static let entra = ["login.microsoftonline.com", "login.microsoft.com", "login.windows.net"]

    /// Hosts of sign-in services that a tenant header belongs on. Only headers are touched there; bodies are never read.
    public static let signInHosts: [String] =
        entra + ["login.live.com", "accounts.google.com", "github.com", "api.github.com"]

    /// The name of the header that a key of the policy stands for.
    public static func name(of key: TenantKey) -> String { all.first { $0.key == key }?.name ?? key.rawValue }

    /// The headers that a request to this host gets, and the names that are taken out of it whoever sent them.
    ///
    /// `isVendors` says that the catalogue or the list above knows the host; a request to any other host of the provider gets what its path
    /// asks for.
    public static func demands(
        _ identities: [TenantKey: [String]], provider: String, host: String, isVendors: Bool, path: String
    ) -> (claims: [TenantClaim], stripped: [String]) {
        guard !identities.isEmpty else { return ([], []) }
        let segments = RequestPath.segments(path)
        var claims: [TenantClaim] = []
        var stripped: [String] = []
        for header in all {
            guard let values = identities[header.key] else { continue }
            if !stripped.contains(header.name) { stripped.append(header.name) }
            let isOurs = header.hosts.contains { matches($0, host) }
            guard isOurs || (!isVendors && header.provider == provider && header.isAsked(by: segments)),
                !claims.contains(where: { $0.name == header.name })
            else { continue }
            claims.append(TenantClaim(name: header.name, value: values.joined(separator: ",")))
        }
        return (claims, stripped)
    }

    /// Whether the host is one that a tenant header belongs on.
    public static func knows(_ host: String) -> Bool {
        all.contains { $0.hosts.contains { matches($0, host) } }
    }

    private static func matches(_ pattern: String, _ host: String) -> Bool {
        let host = host.lowercased()
        guard pattern.hasPrefix("*.") else { return host == pattern }
        return host.hasSuffix(pattern.dropFirst())
    }
}

extension TenantHeaders.Header {
    /// Method names of Google's stand behind a colon: `v1internal:generateContent`.
    fileprivate func isAsked(by path: [String]) -> Bool {
        let names = path.map { $0.prefix { $0 != ":" } }
        if let onPath { return names.contains(Substring(onPath)) }
        if let notOnPath { return !names.contains(Substring(notOnPath)) }
        return true
    }
}
