/// What is done with a prompt, or with one finding in it. Ordered from weakest to strongest.
public enum PolicyAction: String, Sendable, Codable, CaseIterable, Comparable {
    /// Passes unchanged.
    case allow
    /// Passes unchanged; the user is told.
    case coach
    /// Passes with placeholders in place of what was found.
    case redact
    /// Is held until the user gives a reason.
    case justify
    /// Goes to the approved substitute instead.
    case reroute
    /// Is refused.
    case block

    private var rank: Int {
        switch self {
        case .allow: 0
        case .coach: 1
        case .redact: 2
        case .justify: 3
        case .reroute: 4
        case .block: 5
        }
    }

    /// Orders from weakest to strongest.
    public static func < (a: PolicyAction, b: PolicyAction) -> Bool { a.rank < b.rank }
}

/// How far the organisation trusts a destination: a column of the decision table.
public enum Tier: String, Sendable, Codable, CaseIterable, Comparable {
    /// Contract and settings are in order.
    case approved
    /// Usable for what is harmless.
    case tolerated
    /// Nobody has looked at it, or it failed.
    case unapproved
    /// Must not be used at all.
    case forbidden

    private var rank: Int {
        switch self {
        case .approved: 0
        case .tolerated: 1
        case .unapproved: 2
        case .forbidden: 3
        }
    }

    /// Orders from most to least trusted.
    public static func < (a: Tier, b: Tier) -> Bool { a.rank < b.rank }
}
