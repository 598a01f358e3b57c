import ArgumentParser
import Classifier
import Glibc
import Packs

/// `sluice redact`
struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Replace secrets and personal data in a text by placeholders, and put them back.",
        discussion: """
            Every byte but the values found is written as it came. The same value gets the same placeholder.

            Examples:
              journalctl -u api | sluice redact > for-the-model.txt
              sluice redact --map-out map.json app.log > redacted.log
              sluice redact --restore map.json answer.txt   puts the values back

            The map holds the values themselves and is readable by you alone (mode 0600): delete it when you are done.
            Exit status: 0 done, 2 an error. A text that could not be looked at in full is not written.
            """)

    @Option(name: .customLong("map-out"), help: "Write a restore map to this file.")
    var mapOut: String?

    @Option(help: "Turn the placeholders of this restore map back.")
    var restore: String?

    @OptionGroup var rules: RuleOptions

    @Option(name: .customLong("min-confidence"), help: "Leave alone what scores lower, from 0 to 1.")
    var minConfidence = 0.5

    @Flag(name: .customLong("allow-incomplete"), help: "Write the text even if it could not be looked at in full.")
    var allowIncomplete = false

    @Argument(help: "A file, or - for standard input.")
    var path = FileScan.standardInput

    func validate() throws {
        guard (0...1).contains(minConfidence) else { throw ValidationError("--min-confidence is a number from 0 to 1") }
        guard restore == nil || mapOut == nil else {
            throw ValidationError("--restore and --map-out exclude each other")
        }
    }

    func run() throws {
        if let restore { return try putBack(try RestoreMap(file: restore)) }
        let loaded = try rules.load()
        let input = try text()
        var limits = ScanLimits.standard
        limits.minConfidence = minConfidence
        var scanner = Scanner(try compiled(loaded), limits: limits)
        let result = input.withText { scanner.scan($0) }
        if let reason = result.incomplete {
            guard allowIncomplete else {
                throw CommandFailure(
                    "the text could not be looked at in full (\(reason.rawValue)); nothing was written"
                        + " (--allow-incomplete writes it all the same)")
            }
            StandardError.note("the text could not be looked at in full (\(reason.rawValue))")
        }
        var redaction = Redaction(key: DeviceKey.load() ?? .passing())
        let (text, places) = redaction.redact(input, result.findings, loaded.active.map(\.definition))
        if redaction.isPartial, !allowIncomplete {
            throw CommandFailure(
                "the text repeats itself too much to look for every value everywhere; nothing was written"
                    + " (--allow-incomplete writes it all the same)")
        }
        // The map first: a text whose values nobody can put back helps no one.
        if let mapOut {
            // An older map may be the only copy of the values that it holds.
            guard access(mapOut, F_OK) != 0 else {
                throw CommandFailure(
                    "\(mapOut) exists already; name another file for the map, or remove that one first")
            }
            try redaction.map.write(to: mapOut)
        }
        StandardOutput.shared.write(text)
        StandardOutput.shared.flush()
        StandardError.note("replaced \(counted(redaction.map.values.count, "value")) in \(counted(places, "place"))")
    }

    private func text() throws -> InputText {
        if path == FileScan.standardInput, isatty(STDIN_FILENO) == 1 {
            StandardError.note("reading from the terminal; end with Ctrl-D")
        }
        do {
            let outcome =
                path == FileScan.standardInput
                ? try InputText.standardInput(evenBinary: false) : try InputText.file(path, evenBinary: false)
            switch outcome {
            case .text(let input): return input
            case .binary(let what): throw CommandFailure("\(path): not text (\(what)), nothing was written")
            }
        } catch let failure as FileProblem { throw CommandFailure(failure.description) }
    }

    private func putBack(_ map: RestoreMap) throws {
        let input = try text()
        guard input.utf16IsBigEndian == nil else {
            throw CommandFailure("--restore reads UTF-8; convert the text first (iconv -f UTF-16 -t UTF-8)")
        }
        let (text, restored, unknown) = map.restore(input.withOriginal { Array($0) })
        StandardOutput.shared.write(text)
        StandardOutput.shared.flush()
        var note = "put back \(counted(restored, "value"))"
        if unknown > 0 { note += "; \(counted(unknown, "placeholder")) not in this map" }
        StandardError.note(note)
    }
}
