import Glibc

/// A program that runs models on this machine.
public struct LocalRunner: Sendable, Hashable {
    /// Name for people.
    public var name: String
    /// The program that is installed, where one was found.
    public var program: String?
    /// Numbers of its processes.
    public var processes: [Int]
    /// The loopback port on which something listens where this runner does by default; nil where nothing does.
    public var port: Int?

    struct Known: Sendable {
        var name: String
        var programs: [String]
        var port: Int?
    }

    /// What is known of runners: the names of their programs, and the port on which they listen by default, from each project's manual.
    static let known: [Known] = [
        Known(name: "Ollama", programs: ["ollama"], port: 11434),
        Known(name: "LM Studio", programs: ["lms", "lm-studio", "LM Studio"], port: 1234),
        Known(name: "llama.cpp", programs: ["llama-server", "llama-cli"], port: nil),
        Known(name: "llamafile", programs: ["llamafile"], port: nil),
        Known(name: "vLLM", programs: ["vllm"], port: nil),
        Known(name: "Jan", programs: ["jan", "Jan"], port: 1337),
        Known(name: "GPT4All", programs: ["gpt4all"], port: 4891),
        Known(name: "KoboldCpp", programs: ["koboldcpp"], port: 5001),
        Known(name: "LocalAI", programs: ["local-ai"], port: nil),
        Known(name: "Text Generation Inference", programs: ["text-generation-launcher"], port: nil),
    ]

    /// Those that are installed, running, or answered for by a listening port.
    static func found(searchPath: [String], proc: String) -> [LocalRunner] {
        let running = processes(proc)
        let listening = listeningPorts(proc)
        return known.compactMap { known in
            let program = known.programs.lazy.flatMap { name in searchPath.map { $0 + "/" + name } }
                .first { access($0, X_OK) == 0 }
            let processes = known.programs.flatMap { running[$0] ?? [] }.sorted()
            let port = known.port.flatMap { listening.contains($0) ? $0 : nil }
            // A port alone is no evidence: other programs listen there too.
            guard program != nil || !processes.isEmpty else { return nil }
            return LocalRunner(name: known.name, program: program, processes: processes, port: port)
        }
    }

    /// Processes by the name of their program.
    private static func processes(_ proc: String) -> [String: [Int]] {
        var found: [String: [Int]] = [:]
        for entry in Folder.entries(proc).lazy.filter({ Int($0.name) != nil }).prefix(InventoryLimits.maxProcesses) {
            // Files in /proc say a size of 0, so their first bytes are asked of the link and the command line.
            guard let number = Int(entry.name) else { continue }
            let program = Links.target(of: entry.path + "/exe").flatMap { $0.split(separator: "/").last }
            if let program { found[String(program), default: []].append(number) }
        }
        return found
    }

    /// TCP ports in state LISTEN (0A), IPv4 and IPv6 (proc_pid_net(5)).
    private static func listeningPorts(_ proc: String) -> Set<Int> {
        var ports: Set<Int> = []
        for table in ["/net/tcp", "/net/tcp6"] {
            for line in ProcText.lines(proc + table).dropFirst() {
                let fields = line.split(separator: " ", omittingEmptySubsequences: true)
                guard fields.count > 3, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":"),
                    let port = Int(fields[1][fields[1].index(after: colon)...], radix: 16)
                else { continue }
                ports.insert(port)
            }
        }
        return ports
    }
}

/// Files that the kernel makes while they are read: they say a size of 0.
enum ProcText {
    /// Bytes read at most.
    static let maxBytes = 1 << 20

    static func lines(_ path: String) -> [Substring] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maxBytes)
        let count = fread(&bytes, 1, maxBytes, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    }
}
