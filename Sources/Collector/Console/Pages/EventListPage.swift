import Events

/// The list of events with its filters.
struct EventListPage {
    /// Characters shown before the finding in a row's excerpt: a long lead would push the finding out of sight.
    static let leadCharacters = 30
    /// Bars of the activity strip.
    static let activityBuckets = 60

    let query: EventQuery
    let page: SummaryPage
    let facets: Facets
    let activity: [ActivityBucket]
    let span: Range<UInt64>
    let maxFacetValues: Int
    let counted: Int
    let now: UInt64

    /// The time that the activity strip covers: the filter's own, or the last day.
    static func activitySpan(_ filter: EventFilter, query: EventQuery, now: UInt64) -> Range<UInt64> {
        let until = filter.until ?? now + 1
        let since =
            filter.since ?? (until > EventQuery.Span.day.milliseconds ? until - EventQuery.Span.day.milliseconds : 0)
        return since < until ? since..<until : until..<until + 1
    }

    var view: View {
        var view = Self.frame
        view["rows"] = page.events.map { row($0) }
        view["hasRows"] = !page.events.isEmpty
        view["isFirstPage"] = query.after == nil
        view["isFiltered"] = query.isFiltered
        view["isTruly"] = page.events.isEmpty && !query.isFiltered && query.after == nil
        view["search"] = query.search ?? ""
        view["hidden"] = query.pairs.filter { $0.name != "q" && $0.name != "after" }
            .map { ["name": $0.name, "value": $0.value] as View }
        view["headline"] = headline
        view["chips"] = chips
        view["spans"] = spans
        view["facets"] = Facet.allCases.compactMap(facetView)
        view["chosenCount"] = query.values.values.reduce(0) { $0 + $1.count }
        view["hasChosen"] = !query.values.isEmpty
        view["activity"] = activityView
        if let next = page.next {
            var following = query
            following.after = next
            view["next"] = following.address
        }
        if query.after != nil {
            var first = query
            first.after = nil
            view["first"] = first.address
        }
        return view
    }

    /// What every page's frame needs.
    static var frame: View { ["style": ConsoleAssets.style.address, "script": ConsoleAssets.script.address] }

    private var headline: String {
        facets.isPartial && facets.matching > 0
            ? "\(Wording.grouped(UInt64(facets.matching))) of the newest \(Wording.count(counted, "event"))"
            : Wording.count(facets.matching, "event")
    }

    private func row(_ event: EventSummary) -> View {
        let action = Wording.action(event.action, kind: event.kind)
        var view: View = [
            "id": event.id.description, "short": event.id.short, "action": action.key, "actionLabel": action.label,
            "title": Wording.subject(event.title, kind: event.kind), "device": event.device,
            "made": Moment.view(event.milliseconds),
            "classes": event.classes.map { ["label": Wording.dataClass($0)] as View },
        ]
        if let destination = event.destination ?? event.provider {
            view["destination"] = ["name": destination, "tier": tier(event.tier)] as View
        }
        view["severity"] = event.severity
        view["application"] = event.application
        view["user"] = event.user
        view["repeats"] = event.count > 1 ? "×\(Wording.grouped(event.count))" : nil
        if let excerpt = event.excerpt {
            view["excerpt"] = Excerpt(text: excerpt, mark: event.mark).view(lead: Self.leadCharacters)
        }
        return view
    }

    private func tier(_ raw: String?) -> Any {
        guard let raw else { return false }
        return ["key": Wording.tierKey(raw), "label": Wording.tier(raw)] as View
    }

    private var chips: [View] {
        var out: [View] = []
        for facet in Facet.allCases {
            for value in query.values[facet] ?? [] {
                let label = facets.counts[facet]?.first { $0.value == value }?.label ?? value
                out.append([
                    "facet": facet.title, "value": Self.label(facet, value, label: label),
                    "remove": query.toggling(facet, value).address,
                ])
            }
        }
        if query.since != nil || query.until != nil {
            let from = query.since.map { Moment(milliseconds: $0) }.map { "from \($0.date) \($0.time)" }
            let to = query.until.map { Moment(milliseconds: $0) }.map { "until \($0.date) \($0.time)" }
            out.append([
                "facet": "Time", "value": [from, to].compactMap { $0 }.joined(separator: " ") + " UTC",
                "remove": query.over(nil).address,
            ])
        }
        if let search = query.search {
            var without = query
            without.search = nil
            without.after = nil
            out.append(["facet": "Search", "value": search, "remove": without.address])
        }
        return out
    }

    private var spans: [View] {
        let all: View = [
            "title": "All", "address": query.over(nil).address,
            "chosen": query.span == nil && query.since == nil && query.until == nil,
        ]
        return EventQuery.Span.allCases.map { span in
            ["title": span.title, "address": query.over(span).address, "chosen": query.span == span] as View
        } + [all]
    }

    private func facetView(_ facet: Facet) -> View? {
        let chosen = query.values[facet] ?? []
        var counts = facets.counts[facet] ?? []
        // A chosen value stays in sight although nothing matches it, or it could not be un-chosen here.
        counts += chosen.filter { value in !counts.contains { $0.value == value } }
            .map { FacetCount(value: $0, label: $0, count: 0) }
        let sorted = facet == .action || facet == .tier ? ranked(facet, counts) : counts
        let shown = sorted.enumerated().filter { $0.offset < maxFacetValues || chosen.contains($0.element.value) }
        guard !shown.isEmpty else { return nil }
        return [
            "name": facet.rawValue, "title": facet.title,
            "more": optional(counts.count > shown.count ? "and \(counts.count - shown.count) more" : nil),
            "values": shown.map { _, item in
                [
                    "label": Self.label(facet, item.value, label: item.label),
                    "count": Wording.grouped(UInt64(item.count)),
                    "address": query.toggling(facet, item.value).address, "chosen": chosen.contains(item.value),
                    "tier": optional(facet == .tier ? Wording.tierKey(item.value) : nil),
                    "icon": optional(
                        facet == .action && RecordedAction(rawValue: item.value) != nil ? item.value : nil),
                ] as View
            },
        ]
    }

    /// Strongest first: these have an order of their own.
    private func ranked(_ facet: Facet, _ counts: [FacetCount]) -> [FacetCount] {
        let order =
            facet == .action
            ? RecordedAction.allCases.reversed().map(\.rawValue) : ["forbidden", "unapproved", "tolerated", "approved"]
        return counts.sorted {
            (order.firstIndex(of: $0.value) ?? order.count, $0.value)
                < (order.firstIndex(of: $1.value) ?? order.count, $1.value)
        }
    }

    private static func label(_ facet: Facet, _ value: String, label: String) -> String {
        switch facet {
        case .action: Wording.actionLabel(value)
        case .dataClass: Wording.dataClass(value)
        case .tier: Wording.tier(value)
        case .provider, .application, .user, .device: label
        }
    }

    private var activityView: Any {
        let highest = activity.map(\.total).max() ?? 0
        guard highest > 0 else { return false }
        let height = 36
        let width = UInt64(span.upperBound - span.lowerBound) / UInt64(max(activity.count, 1))
        let bars = activity.enumerated().map { index, bucket -> View in
            let scale = { (part: Int) in part == 0 ? 0 : max(2, part * height / highest) }
            let (blocked, redacted, other) = (scale(bucket.blocked), scale(bucket.redacted), scale(bucket.other))
            let from = span.lowerBound + UInt64(index) * width
            var zoom = query
            (zoom.after, zoom.span, zoom.since, zoom.until) = (nil, nil, from, from + max(width, 1))
            let moment = Moment(milliseconds: from)
            return [
                "x": index * 10, "blocked": blocked, "redacted": redacted, "other": other,
                "blockedY": height - blocked, "redactedY": height - blocked - redacted,
                "otherY": height - blocked - redacted - other, "address": zoom.address, "any": bucket.total > 0,
                "label": "\(Wording.count(bucket.total, "event")) from \(moment.shortDate) \(moment.time) UTC",
            ]
        }
        return [
            "bars": bars, "width": activity.count * 10, "from": Moment.view(span.lowerBound),
            "to": Moment.view(span.upperBound),
        ] as View
    }
}

/// A masked excerpt, cut in three at its mark.
struct Excerpt {
    let before: String, found: String, after: String

    /// A mark that does not lie within the text, or cuts a character, marks nothing.
    init(text: String, mark: Range<Int>?) {
        let utf8 = text.utf8
        guard let mark, mark.lowerBound >= 0, mark.upperBound <= utf8.count else {
            (before, found, after) = (text, "", "")
            return
        }
        let start = utf8.index(utf8.startIndex, offsetBy: mark.lowerBound)
        let end = utf8.index(utf8.startIndex, offsetBy: mark.upperBound)
        guard start.samePosition(in: text.unicodeScalars) != nil, end.samePosition(in: text.unicodeScalars) != nil
        else {
            (before, found, after) = (text, "", "")
            return
        }
        before = String(text[..<start])
        found = String(text[start..<end])
        after = String(text[end...])
    }

    var view: View { ["before": before, "found": found, "after": after] }

    /// The same with at most `lead` characters before what was found.
    func view(lead: Int) -> View {
        var view = view
        if !found.isEmpty, before.count > lead { view["before"] = "…" + before.suffix(lead) }
        return view
    }
}
