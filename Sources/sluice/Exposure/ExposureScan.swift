import Classifier
import Glibc
import Packs
import Primitives

/// What one source gave away: each value once.
struct Exposure: Sendable {
    /// Index of the rule.
    var rule: Int
    /// How often the value stands there.
    var count = 0
    /// Names of the sources that hold it.
    var sources: Set<String> = []
    /// Who received it.
    var providers: Set<String> = []
    /// First and last day on which it was written down, as "2026-03-14"; nil where no record says.
    var first: String?
    var last: String?
    /// One of the files, for the user to look at.
    var file: String
    /// Line in that file.
    var line: Int
}

/// Reads the records of assistants and shells. Nothing leaves the device, and nothing is kept: values are compared by a keyed hash that ends
/// with the program where the device has no key.
struct ExposureScan: ~Copyable {
    /// Longest record that is looked at as a whole, in bytes; a longer one is looked at in pieces that overlap by `overlapBytes`.
    static let maxRecordBytes = 8 << 20
    static let overlapBytes = 16 << 10
    private static let chunkBytes = 1 << 20

    private let rules: RuleSet
    private let key: DeviceKey
    private(set) var exposures: [[UInt8]: Exposure] = [:]
    private(set) var bytes = 0
    private(set) var files = 0
    private(set) var unread: [FileProblem] = []
    /// Files of which a part cost more than a scan may spend.
    private(set) var unfinished: Set<String> = []
    private var scanner: Scanner
    /// Called with the bytes read so far.
    private let progress: (Int) -> Void

    init(rules: RuleSet, key: DeviceKey, progress: @escaping (Int) -> Void) {
        self.rules = rules
        self.key = key
        self.progress = progress
        scanner = Scanner(rules)
    }

    /// Reads one file of a source.
    mutating func read(_ path: String, of source: ExposureSource) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            unread.append(FileProblem(path: path))
            return
        }
        defer { close(descriptor) }
        files += 1
        var status = stat()
        let written = fstat(descriptor, &status) == 0 ? Day.text(status.st_mtim.tv_sec) : nil
        var record: [UInt8] = []
        var line = 1
        var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += count
            progress(bytes)
            record += chunk[..<count]
            // Whole lines only; what is left waits for its end.
            if let end = record.lastIndex(of: 0x0A) {
                look(at: record[...end], path, source, written, &line)
                record.removeSubrange(...end)
            } else if record.count > Self.maxRecordBytes {
                look(at: record[...], path, source, written, &line)
                record.removeSubrange(..<(record.count - Self.overlapBytes))
            }
        }
        look(at: record[...], path, source, written, &line)
    }

    private mutating func look(
        at text: ArraySlice<UInt8>, _ path: String, _ source: ExposureSource, _ written: String?, _ line: inout Int
    ) {
        let result = text.withUnsafeBytes { scanner.scan($0) }
        if result.incomplete != nil { unfinished.insert(path) }
        var at = text.startIndex
        for finding in result.findings where rules.rules[finding.rule].kind == .secret {
            let start = text.startIndex + finding.span.start
            while at < start {
                if text[at] == 0x0A { line += 1 }
                at += 1
            }
            note(finding, text, start, path, source, written, line)
        }
        while at < text.endIndex {
            if text[at] == 0x0A { line += 1 }
            at += 1
        }
    }

    private mutating func note(
        _ finding: Finding, _ text: ArraySlice<UInt8>, _ start: Int, _ path: String, _ source: ExposureSource,
        _ written: String?, _ line: Int
    ) {
        let value = text[start..<(start + finding.span.count)]
        let print = key.digest(value, .fingerprint)
        let day = Day.near(text, start) ?? written
        var exposure = exposures[print] ?? Exposure(rule: finding.rule, file: path, line: line)
        exposure.count += 1
        exposure.sources.insert(source.name)
        if let provider = source.provider { exposure.providers.insert(provider) }
        if let day {
            exposure.first = min(exposure.first ?? day, day)
            if day >= exposure.last ?? day {
                exposure.last = day
                exposure.file = path
                exposure.line = line
            }
        }
        exposures[print] = exposure
    }
}

/// Days of records.
enum Day {
    /// Bytes around a finding in which the record's time is looked for.
    private static let reach = 256 << 10

    /// The day under `"timestamp":"` in the same line: the last before the place, else the first after it.
    static func near(_ text: ArraySlice<UInt8>, _ at: Int) -> String? {
        let begin =
            text[max(text.startIndex, at - reach)..<at].lastIndex(of: 0x0A).map { $0 + 1 }
            ?? max(text.startIndex, at - reach)
        let end = text[at..<min(text.endIndex, at + reach)].firstIndex(of: 0x0A) ?? min(text.endIndex, at + reach)
        let mark = Array("timestamp\"".utf8)
        let line = text[begin..<end]
        let before = line[..<at].lastRange(of: mark)
        guard let found = before ?? line[at...].firstRange(of: mark) else { return nil }
        let day = line[found.upperBound...].drop { $0 == 0x3A || $0 == 0x20 || $0 == 0x22 }.prefix(10)
        let isDay =
            day.count == 10
            && day.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7 ? byte == 0x2D : byte &- 0x30 < 10
            }
        return isDay ? String(decoding: day, as: UTF8.self) : nil
    }

    /// Seconds since 1970 as a day.
    static func text(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let two = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}

extension ArraySlice<UInt8> {
    /// The last place of some bytes.
    fileprivate func lastRange(of bytes: [UInt8]) -> Range<Int>? {
        guard count >= bytes.count else { return nil }
        var at = endIndex - bytes.count
        while at >= startIndex {
            if self[at] == bytes[0], self[at...].starts(with: bytes) { return at..<(at + bytes.count) }
            at -= 1
        }
        return nil
    }
}
