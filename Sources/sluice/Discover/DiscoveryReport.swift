import Agent
import Glibc
import Inventory

/// What was discovered, in the forms in which it is printed.
struct DiscoveryReport {
    var destinations: [SeenDestination]
    var inventory: MachineInventory

    func text(style: Style) -> String {
        var out = style.bold("Destinations") + "\n"
        if destinations.isEmpty {
            out += "  none seen\n"
        } else {
            var table = TextTable(["DESTINATION", "TIER", "PROGRAM", "BY", "PROMPTS", "STOPPED", "TUNNELS", "LAST"])
            for seen in destinations {
                table.add([
                    Printable.text(seen.name), seen.tier, Printable.text(seen.program.isEmpty ? "-" : seen.program),
                    seen.channel, "\(seen.prompts)", "\(seen.stopped)", "\(seen.tunnels)", LocalTime.text(seen.last),
                ])
            }
            out += table.text + "\n"
        }
        out += "\n" + style.bold("Runners on this machine") + "\n"
        if inventory.runners.isEmpty { out += "  none found\n" }
        for runner in inventory.runners {
            let state = runner.processes.isEmpty ? "installed, not running" : "running"
            let port = runner.port.map { ", listens on \($0)" } ?? ""
            out += "  \(runner.name): \(state)\(port)\(runner.program.map { " (\($0))" } ?? "")\n"
        }
        out += "\n" + style.bold("Models on this machine") + "\n"
        guard !inventory.models.isEmpty else { return out + "  none found\n" }
        var table = TextTable(["MODEL", "PUBLISHER", "LICENCE", "SIZE", "RUNS", "SHA-256", "WHERE"])
        for model in inventory.models {
            table.add([
                model.name, model.publisher ?? "-", String((model.licence ?? "-").prefix(40)), Self.size(model.bytes),
                model.remoteHost.map { "at \($0)" } ?? "here", model.sha256.map { String($0.prefix(12)) } ?? "-",
                Printable.text(model.path),
            ])
        }
        return out + table.text + "\n"
    }

    static func size(_ bytes: UInt64) -> String {
        switch bytes {
        case 0: "-"
        case ..<(1 << 20): "\(max(1, bytes >> 10)) KiB"
        case ..<(1 << 30): "\(bytes >> 20) MiB"
        default: "\(bytes >> 30).\((bytes >> 20 & 1023) * 10 >> 10) GiB"
        }
    }

    var json: [UInt8] {
        var out = JSONText()
        out.object { out in
            out.member("destinations") { $0.array { out in for seen in destinations { Self.write(seen, &out) } } }
            out.member("runners") { out in
                out.array { out in
                    for runner in inventory.runners {
                        out.object { out in
                            out.member("name", runner.name)
                            out.member("program", runner.program)
                            out.member("processes") { out in
                                out.array { out in for number in runner.processes { out.value(number) } }
                            }
                            out.member("port") { $0.literal(runner.port.map(String.init) ?? "null") }
                        }
                    }
                }
            }
            out.member("models") { $0.array { out in for model in inventory.models { Self.write(model, &out) } } }
            out.member("complete", inventory.isComplete)
        }
        return out.bytes
    }

    private static func write(_ seen: SeenDestination, _ out: inout JSONText) {
        out.object { out in
            out.member("destination", seen.surface)
            out.member("name", seen.name)
            out.member("provider", seen.provider)
            out.member("tier", seen.tier)
            out.member("program", seen.program.isEmpty ? nil : seen.program)
            out.member("channel", seen.channel)
            out.member("prompts", Int(clamping: seen.prompts))
            out.member("stopped", Int(clamping: seen.stopped))
            out.member("tunnels", Int(clamping: seen.tunnels))
            out.member("bytes_out", Int(clamping: seen.bytesOut))
            out.member("first", Int(clamping: seen.first))
            out.member("last", Int(clamping: seen.last))
            out.member("models", seen.models.keys.sorted())
        }
    }

    private static func write(_ model: LocalModel, _ out: inout JSONText) {
        out.object { out in
            out.member("name", model.name)
            out.member("store", model.store.rawValue)
            out.member("format", model.format.rawValue)
            out.member("publisher", model.publisher)
            out.member("licence", model.licence)
            out.member("architecture", model.architecture)
            out.member("sha256", model.sha256)
            out.member("bytes", Int(clamping: model.bytes))
            out.member("path", model.path)
            out.member("remote_host", model.remoteHost)
        }
    }

    /// `now` is in seconds since 1970.
    func cycloneDX(now: Int) -> [UInt8] {
        var uses: [String: ModelBOM.Remote] = [:]
        for seen in destinations {
            for (model, count) in seen.models {
                let key = seen.surface + "\u{0}" + model
                uses[key, default: remote(seen, model)].count += count
            }
        }
        let hex = Array("0123456789abcdef".utf8)
        var random = SystemRandomNumberGenerator()
        var serial = (0..<32).map { _ in hex[Int(random.next(upperBound: UInt8(16)))] }
        // Version 4 and its variant (RFC 9562, 5.4).
        serial[12] = UInt8(ascii: "4")
        serial[16] = hex[8 + Int(random.next(upperBound: UInt8(4)))]
        let bom = ModelBOM(
            productVersion: Sluice.version, timestamp: Self.timestamp(now),
            serial: String(decoding: serial, as: UTF8.self),
            local: inventory.models,
            remote: uses.values.sorted { ($0.surface, $0.model) < ($1.surface, $1.model) })
        var out = JSONText()
        out.value(bom.document)
        return out.bytes
    }

    private func remote(_ seen: SeenDestination, _ model: String) -> ModelBOM.Remote {
        ModelBOM.Remote(
            model: model, surface: seen.surface, surfaceName: seen.name, provider: seen.provider,
            jurisdiction: seen.jurisdiction, tier: seen.tier, count: 0)
    }

    private static func timestamp(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension JSONText {
    /// A document of values.
    mutating func value(_ value: BOMValue) {
        switch value {
        case .text(let text): self.value(text)
        case .number(let number): self.value(number)
        case .flag(let flag): literal(flag ? "true" : "false")
        case .array(let values): array { out in for value in values { out.value(value) } }
        case .object(let members):
            object { out in for (name, value) in members { out.member(name) { $0.value(value) } } }
        }
    }
}
