import Events

/// Words for people, in one place.
enum Wording {
    /// What became of the prompt, in the past tense; the key chooses colour and icon.
    static func action(_ action: RecordedAction?, kind: EventKind) -> (key: String, label: String) {
        switch (kind, action) {
        case (.gap, _): ("gap", "Gap")
        case (.health, _): ("health", "Health")
        case (.tamper, _): ("block", "Tampering")
        case (.usage, _): ("health", "Usage")
        case (.statement, _): ("coach", "Statement")
        case (.verdict, .allow?): ("allow", "Allowed")
        case (.verdict, .coach?): ("coach", "Coached")
        case (.verdict, .redact?): ("redact", "Redacted")
        case (.verdict, .justify?): ("justify", "Held")
        case (.verdict, .reroute?): ("reroute", "Rerouted")
        case (.verdict, .block?): ("block", "Blocked")
        case (.verdict, nil): ("health", "Recorded")
        }
    }

    static func actionLabel(_ raw: String) -> String {
        RecordedAction(rawValue: raw).map { action($0, kind: .verdict).label } ?? raw
    }

    /// One sentence on what became of the prompt.
    static func outcome(_ action: RecordedAction?, kind: EventKind) -> String {
        switch (kind, action) {
        case (.gap, _): "The device had to drop events before it could deliver them."
        case (.health, _), (.verdict, nil): "The agent reports on itself."
        case (.tamper, _): "A coding assistant tried to switch the gate off, or to speak for the user. It was refused."
        case (.usage, _): "Which programs used which destinations since the last report. Counts only."
        case (.statement, _): "The user said so: the trace holds what, where and why."
        case (.verdict, .allow?): "The prompt was sent as it was."
        case (.verdict, .coach?): "The prompt was sent as it was, and the user was told."
        case (.verdict, .redact?): "The prompt was sent with placeholders in place of what was found."
        case (.verdict, .justify?): "The prompt was held until the user gives a reason."
        case (.verdict, .reroute?): "The prompt was sent to the approved substitute."
        case (.verdict, .block?): "The prompt was stopped. Nothing of it left the device."
        }
    }

    /// The title without the verb that ends it: a badge beside it says the same.
    static func subject(_ title: String, kind: EventKind) -> String {
        guard kind == .verdict else { return title }
        let verbs = [" allowed", " let pass with a note", " redacted", " held", " rerouted", " stopped"]
        guard let verb = verbs.first(where: title.hasSuffix), title.count > verb.count else { return title }
        return String(title.dropLast(verb.count))
    }

    /// A reason for a score in words; `raw` is the classifier's name for it, with a detail behind a colon.
    static func reason(_ raw: String) -> String {
        let parts = raw.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count > 1 ? parts[1] : nil) {
        case ("pattern", nil): return "format matches"
        case ("validated", let name?): return "\(name) check passed"
        case ("context", let word?): return "near the word \u{201C}\(word)\u{201D}"
        case ("random", let hundredths?): return "looks random (\(hundredths) %)"
        case ("key", nil): return "assigned to a secret's name"
        case ("known-value", nil): return "value seen before"
        default: return raw.replacing("_", with: " ")
        }
    }

    /// A country's name before its code; anything but a known code as it is.
    static func jurisdiction(_ raw: String) -> String {
        let names = [
            "US": "United States", "CN": "China", "FR": "France", "DE": "Germany", "GB": "United Kingdom",
            "CA": "Canada",
            "CH": "Switzerland", "IE": "Ireland", "IL": "Israel", "IN": "India", "JP": "Japan", "KR": "South Korea",
            "NL": "Netherlands",
            "SE": "Sweden", "SG": "Singapore", "AE": "United Arab Emirates", "EU": "European Union", "HK": "Hong Kong",
            "RU": "Russia",
        ]
        return names[raw].map { "\($0) (\(raw))" } ?? raw
    }

    static func dataClass(_ raw: String) -> String {
        switch raw {
        case "credential": "Credential"
        case "personal": "Personal data"
        case "government-id": "Government ID"
        case "financial": "Financial"
        case "health": "Health"
        case "network": "Network"
        case "confidential": "Confidential"
        case "opaque": "Not inspectable"
        default: raw
        }
    }

    /// What a finding of this class means, and what is best done next.
    static func advice(_ dataClass: String) -> String {
        switch dataClass {
        case "credential":
            "Whoever holds it can act in its owner's name. If it was ever sent elsewhere, rotate it; removing it from the text is not enough."
        case "personal": "It concerns a person. Use it only where the purpose and the provider's terms allow."
        case "government-id": "A state gave it to one person for life. It can hardly be changed once it is out."
        case "financial": "It lets others charge, pay or identify an account."
        case "health": "It says something about a person's health, which the law protects most of all."
        case "network": "It tells how the inside of the network is laid out."
        case "confidential": "Its author marked it as not for outside."
        case "opaque": "It could not be read, so nothing is known about what it holds."
        default: "Your organisation has declared it as worth protecting."
        }
    }

    static func tier(_ raw: String) -> String {
        raw.isEmpty ? raw : raw.prefix(1).uppercased() + raw.dropFirst()
    }

    /// The closed set that has a colour; anything else is plain.
    static func tierKey(_ raw: String?) -> String {
        switch raw {
        case "approved"?, "tolerated"?, "unapproved"?, "forbidden"?: raw ?? "none"
        default: "none"
        }
    }

    static func standing(_ raw: String) -> (key: String, help: String) {
        switch raw {
        case "enforced": ("enforced", "put on the wire by Sluice, or refused")
        case "attested": ("attested", "vouched for by an administrator")
        case "assumed": ("assumed", "taken from the provider's terms")
        default: ("assumed", "")
        }
    }

    static func channel(_ raw: String) -> String {
        switch raw {
        case "gateway": "Base-URL gateway"
        case "proxy": "TLS proxy"
        case "clipboard": "Clipboard"
        case "hook": "Assistant hook"
        case "cli": "Command line"
        default: raw
        }
    }

    static func step(_ raw: String) -> String {
        switch raw {
        case "fact": "Fact"
        case "term": "Term"
        case "channel": "Channel"
        case "tier": "Tier"
        case "cell": "Rule of the table"
        case "override": "Override"
        case "floor": "Floor"
        case "suspend": "Suspended"
        case "result": "Result"
        default: raw
        }
    }

    static func trains(_ raw: String) -> String {
        switch raw {
        case "yes": "Yes"
        case "no": "No"
        case "opt-in": "No, unless turned on"
        case "opt-out": "Yes, unless opted out"
        case "unknown": "Not known"
        case "upstream": "Depends on who serves the model"
        case "per-plan": "Depends on the plan"
        default: raw
        }
    }

    /// "1 event", "12 events", with thin groups of digits.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(grouped(UInt64(max(number, 0)))) \(number == 1 ? one : many ?? one + "s")"
    }

    static func grouped(_ number: UInt64) -> String {
        let digits = Array(String(number))
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out += "\u{202F}" }
            out.append(digit)
        }
        return out
    }
}
