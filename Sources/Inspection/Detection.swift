import Classifier
import Events
import Policy
import Primitives

/// What has to be known of a rule after the rule set may have been replaced.
struct KnownRule: Sendable, Hashable {
    var id: String
    var name: String
    var kind: FindingKind
    var dataClass: DataClass
    var severity: Severity
    var placeholderKind: String
    var publicPrefix: String?
    var revoke: String?
    var isComparable: Bool

    init(_ rule: RuleDefinition, placeholderKind: String) {
        id = rule.id
        name = rule.name
        kind = rule.kind
        dataClass = rule.dataClass
        severity = rule.severity
        self.placeholderKind = placeholderKind
        publicPrefix = rule.publicPrefix
        revoke = rule.revoke
        isComparable = rule.fingerprint == .org
    }
}

/// Bytes of one segment.
struct Piece: Sendable, Hashable, Comparable {
    var segment: Int
    var span: ByteSpan

    static func < (a: Piece, b: Piece) -> Bool {
        a.segment != b.segment ? a.segment < b.segment : a.span < b.span
    }
}

/// One value found in a prompt, by whatever found it.
struct Detection: Sendable {
    /// Where it stands; several adjacent pieces when it is split over parts of a message.
    var pieces: [Piece]
    var rule: KnownRule
    var confidence: Double
    var reasons: [String]
    var views: [ViewKind]
    var key: String?
    var action = PolicyAction.allow

    var first: Piece { pieces[0] }
    var count: Int { pieces.reduce(0) { $0 + $1.span.count } }

    var item: PolicyItem {
        PolicyItem(
            dataClass: rule.dataClass, ruleID: rule.id, kind: rule.kind, severity: rule.severity,
            confidence: confidence)
    }

    func value(in segments: [PromptSegment]) -> [UInt8] {
        pieces.flatMap { segments[$0.segment].text[$0.span.range] }
    }
}

extension [Detection] {
    /// Of what overlaps, the stronger action stands, then the longer; what is left of the others stands beside it. Sorted by place.
    ///
    /// Linear but for sorting, as only a few scans can overlap at one place: those of the part, of the joined parts and of the vault.
    func withoutOverlaps() -> [Detection] {
        let neighbours = overlappingPieces()
        guard !neighbours.isEmpty else { return sorted { $0.first < $1.first } }
        let ranked = indices.sorted {
            if self[$0].action != self[$1].action { return self[$0].action > self[$1].action }
            if self[$0].count != self[$1].count { return self[$0].count > self[$1].count }
            if self[$0].confidence != self[$1].confidence { return self[$0].confidence > self[$1].confidence }
            return $0 < $1
        }
        var taken: [PieceID: [ByteSpan]] = [:]
        var kept: [Detection] = []
        for index in ranked {
            let detection = self[index]
            var free: [Piece] = []
            for (number, piece) in detection.pieces.enumerated() {
                let id = PieceID(detection: index, piece: number)
                let before = (neighbours[id] ?? []).flatMap { taken[$0] ?? [] }
                let spans = Self.subtract(before, from: piece.span)
                taken[id] = spans
                free += spans.map { Piece(segment: piece.segment, span: $0) }
            }
            if free == detection.pieces {
                kept.append(detection)
            } else {
                for piece in free {
                    var rest = detection
                    rest.pieces = [piece]
                    kept.append(rest)
                }
            }
        }
        return kept.sorted { $0.first < $1.first }
    }

    private struct PieceID: Hashable {
        var detection: Int
        var piece: Int
    }

    /// For every piece that overlaps another, the others.
    private func overlappingPieces() -> [PieceID: [PieceID]] {
        var places: [(piece: Piece, id: PieceID)] = []
        for (index, detection) in enumerated() {
            for (number, piece) in detection.pieces.enumerated() {
                places.append((piece, PieceID(detection: index, piece: number)))
            }
        }
        places.sort { $0.piece < $1.piece }
        var pairs: [PieceID: [PieceID]] = [:]
        var open: [(piece: Piece, id: PieceID)] = []
        for place in places {
            open.removeAll {
                $0.piece.segment != place.piece.segment || $0.piece.span.end <= place.piece.span.start
            }
            for other in open where other.piece.span.overlaps(place.piece.span) {
                pairs[place.id, default: []].append(other.id)
                pairs[other.id, default: []].append(place.id)
            }
            open.append(place)
        }
        return pairs
    }

    private static func subtract(_ taken: [ByteSpan], from span: ByteSpan) -> [ByteSpan] {
        var free = [span]
        for other in taken where other.overlaps(span) {
            free = free.flatMap { part -> [ByteSpan] in
                guard part.overlaps(other) else { return [part] }
                var rest: [ByteSpan] = []
                if part.start < other.start { rest.append(ByteSpan(start: part.start, end: other.start)) }
                if other.end < part.end { rest.append(ByteSpan(start: other.end, end: part.end)) }
                return rest
            }
        }
        return free
    }
}
