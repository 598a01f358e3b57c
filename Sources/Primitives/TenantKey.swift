/// What an organisation is called at a vendor that refuses other tenants by a header: the keys of `[tenants]` in a policy.
public enum TenantKey: String, Sendable, Codable, CaseIterable, Comparable {
    /// Workspaces of ChatGPT.
    case chatGPTWorkspaces = "chatgpt-workspaces"
    /// Organisations of the OpenAI platform.
    case openAIOrganizations = "openai-organizations"
    /// Organisations at Anthropic: claude.ai and the API.
    case anthropicOrganizations = "anthropic-organizations"
    /// Domains of Google Workspace.
    case googleDomains = "google-domains"
    /// Domains whose accounts may use Gemini Code Assist.
    case codeAssistDomains = "gemini-code-assist-domains"
    /// `<tenant id>:<policy id>` of Microsoft Entra's tenant restrictions, version 2.
    case microsoftPolicy = "microsoft-policy"
    /// Tenants of Microsoft Entra, version 1.
    case microsoftTenants = "microsoft-tenants"
    /// The own directory's id, which goes with `microsoft-tenants`.
    case microsoftDirectory = "microsoft-directory"
    /// `restrict-msa`, which keeps personal Microsoft accounts out.
    case microsoftPersonal = "microsoft-personal"
    /// Enterprise at GitHub whose managed users may sign in.
    case gitHubEnterprise = "github-enterprise"

    /// Orders by name.
    public static func < (a: TenantKey, b: TenantKey) -> Bool { a.rawValue < b.rawValue }
}
