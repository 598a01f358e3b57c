import Events
import Foundation

/// A filter as the query of a URL: the same names in the console and the API, so that a link can be shared and a page can be scripted.
///
/// `action`, `class`, `tier`, `provider`, `application`, `user`, `device` may stand several times; `q` searches; `since` and `until` are milliseconds since 1970;
/// `range` (`1h`, `24h`, `7d`, `30d`) is `since` counted back from now; `after` is the cursor of a page.
struct EventQuery: Sendable, Equatable {
    /// Pairs of one query that are read; further ones are ignored.
    static let maxPairs = 200

    /// A span of time counted back from now.
    enum Span: String, Sendable, CaseIterable {
        case hour = "1h", day = "24h", week = "7d", month = "30d"

        var milliseconds: UInt64 {
            switch self {
            case .hour: 3_600_000
            case .day: 86_400_000
            case .week: 7 * 86_400_000
            case .month: 30 * 86_400_000
            }
        }

        /// The name for people.
        var title: String {
            switch self {
            case .hour: "1 hour"
            case .day: "24 hours"
            case .week: "7 days"
            case .month: "30 days"
            }
        }
    }

    var values: [Facet: [String]] = [:]
    var span: Span?
    var since: UInt64?
    var until: UInt64?
    var search: String?
    var after: EventCursor?
    var limit: Int?

    init() {}

    /// Reads the part of a URL behind the question mark; what it does not know or can't read it ignores.
    init(_ query: String?) {
        for pair in (query ?? "").split(separator: "&").prefix(Self.maxPairs) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = Self.decode(parts[0]), let value = Self.decode(parts[1]), !value.isEmpty
            else { continue }
            switch name {
            case "range": span = Span(rawValue: value)
            case "since": since = UInt64(value).map { min($0, EventID.maxMilliseconds) }
            case "until": until = UInt64(value).map { min($0, EventID.maxMilliseconds) }
            case "after": after = EventCursor(value)
            case "limit": limit = Int(value)
            case "q":
                let text = String(decoding: value.utf8.prefix(EventFilter.maxSearchBytes), as: UTF8.self)
                search = text.trimmingCharacters(in: .whitespacesAndNewlines)
                if search?.isEmpty == true { search = nil }
            default:
                guard let facet = Facet(rawValue: name), (values[facet] ?? []).count < EventFilter.maxValues,
                    values[facet]?.contains(value) != true
                else { continue }
                values[facet, default: []].append(value)
            }
        }
    }

    /// The filter, with a relative span counted back from `now` (milliseconds since 1970).
    func filter(now: UInt64) -> EventFilter {
        let relative = span.map { now > $0.milliseconds ? now - $0.milliseconds : 0 }
        return EventFilter(
            values: values, since: [since, relative].compactMap { $0 }.max(), until: until, search: search)
    }

    /// Whether anything narrows the list.
    var isFiltered: Bool { !values.isEmpty || span != nil || since != nil || until != nil || search != nil }

    /// The query's text without its question mark, in a fixed order; empty when nothing is chosen.
    var text: String {
        pairs.map { "\(Self.encode($0.name))=\(Self.encode($0.value))" }.joined(separator: "&")
    }

    /// Names and values in a fixed order.
    var pairs: [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        if let search { pairs.append(("q", search)) }
        if let span { pairs.append(("range", span.rawValue)) }
        if let since { pairs.append(("since", String(since))) }
        if let until { pairs.append(("until", String(until))) }
        for facet in Facet.allCases {
            for value in values[facet] ?? [] { pairs.append((facet.rawValue, value)) }
        }
        if let after { pairs.append(("after", after.text)) }
        return pairs
    }

    /// The same filter from its first page, with one value of a facet chosen or no longer chosen.
    func toggling(_ facet: Facet, _ value: String) -> EventQuery {
        var query = self
        query.after = nil
        if let index = query.values[facet]?.firstIndex(of: value) {
            query.values[facet]?.remove(at: index)
            if query.values[facet]?.isEmpty == true { query.values[facet] = nil }
        } else {
            query.values[facet, default: []].append(value)
        }
        return query
    }

    /// The same filter from its first page over another span.
    func over(_ span: Span?) -> EventQuery {
        var query = self
        query.after = nil
        query.since = nil
        query.until = nil
        query.span = span
        return query
    }

    /// The address of the console's list with this query.
    var address: String { text.isEmpty ? "/console" : "/console?" + text }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
