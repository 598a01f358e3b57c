import Crypto
import Events
import FoundationEssentials
import Primitives

/// An event made ready for its tables outside of the transaction: encoded anew from what was understood of it, never the bytes that came in.
struct PreparedEvent: Sendable {
    /// Search text of one event, in bytes.
    static let maxWordsBytes = 600
    /// How far a device's clock may lead before its events are sorted by arrival, in milliseconds: or one with a wrong year would
    /// stand on top of the list for ever.
    static let maxClockLead: UInt64 = 5 * 60 * 1000

    var event: Event
    var json: Data
    var digest: Data
    var words: String
    var classes: String?
    /// The finding that the list shows.
    var lead: FindingRecord?

    init(_ event: Event) throws {
        self.event = event
        json = Data(try EventCoding.encode(event))
        digest = Data(SHA256.hash(data: json))
        var seen: Set<String> = []
        var parts = [event.title]
        for finding in event.findings {
            for part in [finding.name, finding.rule] where seen.insert(part).inserted { parts.append(part) }
        }
        if let destination = event.destination {
            parts += [destination.providerName, destination.surfaceName].compactMap { $0 }
        }
        words = Self.cut(parts.joined(separator: " ").lowercased())
        let names = Set(event.findings.map(\.dataClass.rawValue) + (event.opaque.isEmpty ? [] : ["opaque"]))
        classes = names.isEmpty ? nil : names.sorted().joined(separator: ",")
        // The one that the title names: the strongest action, then the gravest; the first of equals.
        lead = event.findings.max { ($0.action, $0.severity) < ($1.action, $1.severity) }
    }

    /// The time that the list sorts by.
    func sortTime(now: UInt64) -> UInt64 { min(event.milliseconds, now + Self.maxClockLead) }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > maxWordsBytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: maxWordsBytes)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
