import Agent
import ArgumentParser
import Events
import Glibc
import Journal
import Primitives

/// `sluice journal`
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "See what was recorded on this device, and that nobody has changed it.",
        discussion: """
            Every verdict with a finding is an event in the journal before its prompt
            goes anywhere. No event holds a found value: excerpts are masked by shape.

            Examples:
              sluice journal list                      the newest events
              sluice journal list --action block       what was stopped
              sluice journal export > events.jsonl     all of them, as OCSF
              sluice journal verify                    is the chain of events whole?
            """,
        subcommands: [List.self, Export.self, Verify.self])

    /// Which journal is meant.
    struct Place: ParsableArguments {
        @Option(help: "Journal file; by default journal.db in the state folder.")
        var journal: String?

        @Option(help: "Folder for journal and device key.")
        var stateDir: String?

        var paths: AgentPaths {
            var paths = AgentPaths()
            if let stateDir { paths.state = stateDir }
            return paths
        }

        func open() throws -> JournalReader {
            let path = journal ?? paths.journal
            guard access(path, F_OK) == 0 else {
                throw CommandFailure("there is no journal at \(path) yet; it begins with the agent's first start")
            }
            do throws(JournalError) {
                return try JournalReader(path: path)
            } catch { throw CommandFailure(error.description) }
        }
    }

    /// Narrows down which events are shown.
    struct Filter: ParsableArguments {
        @Option(help: "Only events with this action: allow, coach, redact, justify, reroute or block.")
        var action: String?

        @Option(help: "Only the event with this id, or whose id ends so (\"7F3K\").")
        var event: String?

        func validate() throws {
            if let action, RecordedAction(rawValue: action) == nil {
                throw ValidationError(
                    "there is no action \"\(action)\": use \(RecordedAction.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
        }

        var isOpen: Bool { action == nil && event == nil }

        func includes(_ event: Event) -> Bool {
            if let action, event.action?.rawValue != action { return false }
            guard let wanted = self.event?.uppercased() else { return true }
            return event.finding.description.hasSuffix(wanted) || event.content.id.description.hasSuffix(wanted)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the newest events, the newest last.",
            discussion: """
                Columns: time, event, action, how often, destination and its tier, what
                was found, program, whether the collector has it. With --json each event
                is one line of OCSF JSON, as in export.

                Example:
                  sluice journal list --limit 5
                """)

        @Option(help: "Show at most this many events.")
        var limit = 25

        @Flag(help: "One JSON object a line.")
        var json = false

        @OptionGroup var filter: Filter
        @OptionGroup var place: Place

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 100000") }
        }

        func run() throws {
            let reader = try place.open()
            do throws(JournalError) {
                try list(reader)
            } catch { throw CommandFailure(error.description) }
        }

        private func list(_ reader: JournalReader) throws(JournalError) {
            let status = try reader.status()
            var rows: [(event: Event, body: [UInt8])] = []
            var counts: [EventID: UInt64] = [:]
            // An update stands for the event that it counts, and is no row of its own.
            try reader.eachBackwards { stored throws(JournalError) in
                guard let event = try? EventCoding.decode(stored.body) else { return true }
                counts[event.finding] = max(counts[event.finding] ?? 1, event.count)
                if filter.includes(event), json || event.updates == nil { rows.append((event, stored.body)) }
                return rows.count < limit
            }
            rows.reverse()
            if json {
                for row in rows { StandardOutput.shared.write(row.body + [0x0A]) }
                return
            }
            guard !rows.isEmpty else {
                StandardError.note(filter.isOpen ? "nothing was recorded yet" : "no event fits")
                return
            }
            var table = TextTable(["TIME", "EVENT", "ACTION", "TIMES", "DESTINATION", "WHAT", "PROGRAM", "DELIVERED"])
            for row in rows { table.add(cells(row.event, counts[row.event.content.id] ?? 1, status)) }
            StandardOutput.shared.write(table.text + "\n")
            let waiting = status.last - min(status.acknowledged, status.last)
            StandardError.note("\(counted(Int(clamping: status.last), "event")) so far, \(waiting) not delivered")
        }

        private func cells(_ event: Event, _ count: UInt64, _ status: JournalStatus) -> [String] {
            var destination = "-"
            if let known = event.destination {
                destination = "\(known.surfaceName ?? known.surface) (\(known.tier))"
            }
            return [
                LocalTime.text(event.milliseconds), event.content.id.short,
                event.action?.rawValue ?? event.kind.rawValue,
                String(count), destination, event.title, event.origin?.application?.value ?? "-",
                event.sequence <= status.acknowledged ? "yes" : "no",
            ].map(Printable.text)
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write all events as OCSF, one JSON object a line.",
            discussion: """
                Each line is an OCSF 1.5 Data Security Finding (class_uid 2006), byte for
                byte what the hash in the next event covers. The schema is
                agent-config/schema/event.schema.json.

                Example:
                  sluice journal export --after 120 | jq .finding_info.title
                """)

        @Option(help: "Only events with a higher sequence number.")
        var after: UInt64 = 0

        @OptionGroup var filter: Filter
        @OptionGroup var place: Place

        func run() throws {
            let reader = try place.open()
            do throws(JournalError) {
                try reader.each(after: after) { stored throws(JournalError) in
                    if !filter.isOpen {
                        guard let event = try? EventCoding.decode(stored.body), filter.includes(event) else {
                            return true
                        }
                    }
                    StandardOutput.shared.write(stored.body + [0x0A])
                    return true
                }
            } catch { throw CommandFailure(error.description) }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check that no event was changed, removed or added.",
            discussion: """
                Every event carries the hash of the one before. Evicted events are named
                by gap events, which are signed with the device's key. Whoever can read
                that key could write a new chain; what the collector has received, he
                can't change.

                Ends with 0 when the journal is whole, 1 when it is not, 2 when it can't be read.
                """)

        @OptionGroup var place: Place

        func run() throws {
            let key = place.paths.journalKey()
            let reader = try place.open()
            let result: JournalVerification
            do throws(JournalError) {
                result = try reader.verify(signingKey: key)
            } catch { throw CommandFailure(error.description) }
            let say = { (line: String) in StandardOutput.shared.write(line + "\n") }
            if let first = result.first, let last = result.last {
                say(
                    "\(counted(Int(clamping: result.events), "event")), from \(first) to \(last); head \(result.head.prefix(16))…"
                )
            } else {
                say("no events")
            }
            for gap in result.gaps { say("gap: events \(gap.first) to \(gap.last)") }
            if key == nil, !result.gaps.isEmpty { StandardError.note("without the device's key, gaps are not checked") }
            guard result.problems.isEmpty else {
                for problem in result.problems { say("problem: \(problem)") }
                throw ExitCode(1)
            }
            say("whole: every event follows on the one before")
        }
    }
}

/// Times for people.
enum LocalTime {
    /// "2026-05-01 10:00:00" in the machine's time zone.
    static func text(_ milliseconds: UInt64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return "-" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}
