import Events

/// What the list can be narrowed by. The raw value is the name in a URL.
enum Facet: String, Sendable, CaseIterable {
    case action, dataClass = "class", tier, provider, application, user, device

    /// The name for people.
    var title: String {
        switch self {
        case .action: "Action"
        case .dataClass: "Data class"
        case .tier: "Tier"
        case .provider: "Provider"
        case .application: "Application"
        case .user: "User"
        case .device: "Device"
        }
    }
}

/// Which events are asked for. Values of one facet are alternatives; facets narrow each other.
struct EventFilter: Sendable, Equatable {
    /// Values of one facet in one filter; further ones are dropped.
    static let maxValues = 32
    /// Search text, in bytes; longer ones are cut.
    static let maxSearchBytes = 100

    /// The chosen values. A facet with no value narrows nothing.
    var values: [Facet: [String]] = [:]
    /// Earliest time, in milliseconds since 1970.
    var since: UInt64?
    /// Time before which, in milliseconds since 1970.
    var until: UInt64?
    /// An event's id, its last four characters, or words of title and rule.
    var search: String?

    var isEmpty: Bool { values.isEmpty && since == nil && until == nil && search == nil }
}

/// What a search text asks for.
enum SearchTerm: Equatable {
    case id(EventID)
    /// Every event whose id ends so; upper case. Words of four letters are looked for as well.
    case short(String)
    /// All of these, lower case, within title, rules and names.
    case words([String])

    init?(_ text: String) {
        let trimmed = text.split(whereSeparator: \.isWhitespace)
        guard !trimmed.isEmpty else { return nil }
        if trimmed.count == 1, let id = EventID(trimmed[0]) {
            self = .id(id)
        } else if trimmed.count == 1, trimmed[0].utf8.count == 4,
            trimmed[0].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) })
        {
            self = .short(trimmed[0].uppercased())
        } else {
            self = .words(trimmed.map { $0.lowercased() })
        }
    }
}
