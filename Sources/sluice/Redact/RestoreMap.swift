import FoundationEssentials
import Glibc
import Packs
import Primitives

/// Which placeholder stands for which bytes: what `sluice redact --map-out` writes and `--restore` reads.
///
/// The file holds the secrets themselves (in base64, as they need not be UTF-8), so only its owner may read it.
struct RestoreMap: Sendable, Equatable {
    /// Largest map that is read, in bytes.
    static let maxMapBytes = 256 << 20
    static let mode: mode_t = 0o600

    /// Placeholders in their canonical form.
    var values: [Placeholder: [UInt8]] = [:]

    private struct Document: Codable {
        var format: String
        var version: Int
        var placeholders: [String: Data]
    }

    private static let format = "sluice-restore-map"
    private static let version = 1

    init() {}

    /// Reads a map's file.
    init(file: String) throws {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(file, max: Self.maxMapBytes)
        } catch { throw CommandFailure("the restore map can't be read: \(error)") }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
            document.format == Self.format
        else { throw CommandFailure("\(file) is no restore map") }
        guard document.version == Self.version else {
            throw CommandFailure(
                "\(file) is a restore map of version \(document.version), this program reads \(Self.version)")
        }
        for (name, value) in document.placeholders {
            guard let placeholder = Placeholder.parse(Array(name.utf8)) else {
                throw CommandFailure("\(file) holds a placeholder that is none")
            }
            values[placeholder] = Array(value)
        }
    }

    /// Writes the map as a whole, readable by its owner alone.
    func write(to file: String) throws {
        let document = Document(
            format: Self.format, version: Self.version,
            placeholders: Dictionary(
                values.map { ($0.key.description, Data($0.value)) }, uniquingKeysWith: { first, _ in first }))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let data = try encoder.encode(document)
        do {
            try FileBytes.write(Array(data) + [0x0A], to: file, mode: Self.mode)
        } catch { throw CommandFailure("the restore map can't be written: \(error)") }
    }

    /// The text with every known placeholder turned back. Unknown ones stay, and are counted.
    func restore(_ text: [UInt8]) -> (text: [UInt8], restored: Int, unknown: Int) {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var restored = 0
        var unknown = 0
        var at = 0
        while at < text.count {
            guard text[at] | 0x20 == UInt8(ascii: "s"),
                case .found(let readings) = Placeholder.match(in: text, at: at, isComplete: true)
            else {
                out.append(text[at])
                at += 1
                continue
            }
            // A word that goes on after the code can be read in more than one way; the map knows which was meant.
            if let known = readings.first(where: { values[$0.placeholder] != nil }),
                let value = values[known.placeholder]
            {
                out += value
                at = known.span.end
                restored += 1
            } else {
                out.append(text[at])
                at += 1
                unknown += 1
            }
        }
        return (out, restored, unknown)
    }
}
