import Agent
import ArgumentParser
import Gateway
import Glibc
import Logging
import Packs

/// `sluice agent`
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run the agent, and see how it stands.",
        discussion: """
            The agent is a gateway on this machine's loopback address. Tools that are pointed at it send their prompts through Sluice:

              sluice agent run
              export OPENAI_BASE_URL=http://127.0.0.1:7788/openai/v1
              export ANTHROPIC_BASE_URL=http://127.0.0.1:7788/anthropic

            Settings are read from ~/.config/sluice/agent.toml; flags go over them.
            """,
        subcommands: [Run.self, Status.self, Doctor.self, Reload.self])

    /// What every subcommand needs to find the agent.
    struct Place: ParsableArguments {
        @Option(help: "Settings file; by default ~/.config/sluice/agent.toml.")
        var config: String?

        @Option(help: "Folder for journal and device key.")
        var stateDir: String?

        @Option(help: "Folder for the control socket and the port file.")
        var runtimeDir: String?

        func settings(_ layer: AgentSettings.Layer = .init()) throws -> AgentSettings {
            var layer = layer
            layer.stateFolder = stateDir
            layer.runtimeFolder = runtimeDir
            return try AgentSettings.load(file: config, flags: layer)
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Run the agent until Ctrl-C.",
            discussion: """
                Prints one line on standard output when it is ready: sluice agent ready on http://127.0.0.1:PORT

                Examples:
                  sluice agent run
                  sluice agent run --port 0 --collector http://127.0.0.1:7790 --enrolment-token-file token
                  sluice agent run --upstream openai=https://llm.example.com/openai
                  sluice agent run --upstream api.openai.com=http://127.0.0.1:9999
                """)

        @OptionGroup var place: Place

        @Option(help: "Port of the gateway; 0 takes any free one. By default 7788.")
        var port: Int?

        @Option(help: "Pack file, or a folder of rule sources.")
        var pack: String?

        @Option(help: "Policy file.")
        var policy: String?

        @Option(help: "Base URL of the collector.")
        var collector: String?

        @Option(help: "File that holds the collector's enrolment token.")
        var enrolmentTokenFile: String?

        @Option(
            help: ArgumentHelp(
                "Base URL of a provider, or of a catalogue host that clients of the proxy ask for; may be repeated.",
                valueName: "provider=url"))
        var upstream: [String] = []

        @Option(help: "PEM file with certificate authorities to trust besides the system's.")
        var upstreamCaFile: String?

        @Option(help: "What is logged: trace, debug, info, notice, warning, error or critical.")
        var logLevel: String?

        func run() async throws {
            do {
                try await AgentProgram.run(try place.settings(try layer()))
            } catch let error as CommandFailure {
                throw error
            } catch {
                throw CommandFailure("\(error)")
            }
        }

        private func layer() throws -> AgentSettings.Layer {
            var layer = AgentSettings.Layer()
            if let port {
                guard (0...65_535).contains(port) else { throw CommandFailure("--port must be from 0 to 65535") }
                layer.port = port
            }
            layer.pack = pack
            layer.policy = policy
            layer.enrolmentTokenFile = enrolmentTokenFile
            layer.upstreamCAFile = upstreamCaFile
            if let collector { layer.collector = try address(collector, "--collector") }
            for text in upstream {
                let provider = text.prefix { $0 != "=" }
                guard provider.count < text.count, !provider.isEmpty else {
                    throw CommandFailure("--upstream \(text): write it as provider=https://host")
                }
                layer.upstreams[String(provider)] = try address(
                    String(text.dropFirst(provider.count + 1)), "--upstream \(provider)")
            }
            if let logLevel {
                guard let level = Logger.Level(rawValue: logLevel) else {
                    let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                    throw CommandFailure("--log-level must be one of: \(names)")
                }
                layer.logLevel = level
            }
            return layer
        }

        private func address(_ text: String, _ flag: String) throws -> UpstreamAddress {
            do throws(UpstreamAddress.Problem) {
                return try UpstreamAddress(text)
            } catch {
                throw CommandFailure("\(flag): \(error)")
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show how the running agent stands. Ends with 1 when none runs.")

        @OptionGroup var place: Place

        @Flag(help: "As JSON.")
        var json = false

        @Option(help: "One field alone: port, preset, pid, policy, pack, rules, snapshot, delivery, version.")
        var field: String?

        func run() throws {
            let status = try Self.ask(place)
            if json { return StandardOutput.shared.write(try status.json + "\n") }
            if let field {
                guard let value = status.fields.first(where: { $0.name == field })?.value else {
                    let names = status.fields.map(\.name).joined(separator: ", ")
                    throw CommandFailure("no field \"\(field)\"; there are: \(names)")
                }
                return StandardOutput.shared.write(value + "\n")
            }
            let width = status.fields.map(\.name.count).max() ?? 0
            for (name, value) in status.fields {
                let padding = String(repeating: " ", count: width - name.count + 2)
                StandardOutput.shared.write(name + padding + Printable.text(value) + "\n")
            }
        }

        static func ask(_ place: Place) throws -> AgentStatus {
            let socket = try place.settings().paths.socket
            do {
                guard let status = try ControlClient(path: socket).ask(ControlQuestion(.status)).status else {
                    throw CommandFailure("the agent gave no status; is it another version?")
                }
                return status
            } catch let error as ControlClient.NotRunning {
                StandardError.note("\(error)")
                throw ExitCode(1)
            }
        }
    }

    struct Reload: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reload",
            abstract: "Make the running agent load pack and policy again. When that fails, the old ones stay in force.")

        @OptionGroup var place: Place

        func run() throws {
            let socket = try place.settings().paths.socket
            do {
                let answer = try ControlClient(path: socket).ask(ControlQuestion(.reload))
                StandardOutput.shared.write("reloaded: \(answer.reloaded ?? "done")\n")
            } catch let error as AgentProblem {
                throw CommandFailure("reload failed, the old pack and policy stay in force:\n\(error)")
            } catch let error as ControlClient.NotRunning {
                throw CommandFailure("\(error)")
            }
        }
    }

    struct Doctor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "doctor",
            abstract:
                "Examine the installation and this machine's doors; each line that is not in order says what to do. Ends with 1 when one is not.",
            discussion: """
                For each kind of program on this machine (curl, git, Python, Node, Go, Rust, Java, browsers, editors) it says whether the program
                would trust the proxy and send its requests there, as this shell would start it, and what to do if not.

                A door is a way by which text can leave for a model: the clipboard, a coding assistant, a browser, a variable. An open door is
                no error of the installation: it is told, with the command that closes it.

                Examples:
                  sluice doctor
                  sluice doctor --json
                """)

        @OptionGroup var place: Place

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let doctor = Agent.Doctor(try place.settings())
            let lines = await doctor.examine()
            let doors = doctor.doors()
            if json {
                StandardOutput.shared.write(Self.json(lines, doctor.clientStacks(), doors))
            } else {
                try CertificateSteps.show(lines, failing: false)
                Self.show(doors)
            }
            if lines.contains(where: { $0.mark == .problem }) { throw ExitCode(1) }
        }

        private static func show(_ doors: [Door]) {
            let style = Style.of(STDOUT_FILENO)
            StandardOutput.shared.write("\nDoors\n")
            for door in doors {
                let mark =
                    switch door.state {
                    case .covered: style.green("covered")
                    case .partly: style.dim("partly ")
                    case .open: style.red("open   ")
                    }
                StandardOutput.shared.write("\(mark)  \(Printable.text(door.name)): \(Printable.text(door.why))\n")
                if !door.close.isEmpty {
                    StandardOutput.shared.write("         \(style.dim("-> " + Printable.text(door.close)))\n")
                }
            }
        }

        private static func json(_ lines: [TrustLine], _ stacks: [ClientStack], _ doors: [Door]) -> [UInt8] {
            var text = JSONText()
            text.object { text in
                text.member("lines") { text in
                    text.array { text in
                        for line in lines {
                            text.object { text in
                                text.member("mark", line.mark.rawValue)
                                text.member("text", line.text)
                                text.member("next", line.next)
                            }
                        }
                    }
                }
                text.member("clients") { text in
                    text.array { text in
                        for stack in stacks { Self.write(stack, to: &text) }
                    }
                }
                text.member("doors") { text in
                    text.array { text in
                        for door in doors {
                            text.object { text in
                                text.member("id", door.id)
                                text.member("name", door.name)
                                text.member("state", door.state.rawValue)
                                text.member("why", door.why)
                                text.member("close", door.close)
                            }
                        }
                    }
                }
            }
            return text.bytes + [0x0A]
        }

        private static func write(_ stack: ClientStack, to text: inout JSONText) {
            let word = { (value: Bool?) in value.map { $0 ? "yes" : "no" } ?? "unknown" }
            text.object { text in
                text.member("id", stack.id)
                text.member("name", stack.name)
                text.member("path", stack.path)
                text.member("trusts", word(stack.trusts))
                text.member("roots", stack.roots)
                text.member("uses_proxy", word(stack.usesProxy))
                text.member("pinned", stack.isPinned)
                text.member("next", stack.next)
            }
        }
    }
}
