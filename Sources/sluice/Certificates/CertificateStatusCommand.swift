import Agent
import ArgumentParser
import Glibc
import Packs

extension CertificateCommand {
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show the authority, and where its root is trusted. Ends with 1 when there is none.")

        @OptionGroup var place: Place

        @Flag(help: "As JSON.")
        var json = false

        func run() throws {
            let trust = try place.trust()
            let status = trust.status()
            let standings = trust.standings()
            if json {
                StandardOutput.shared.write(Self.json(status, standings))
            } else {
                Self.show(status)
                try CertificateSteps.show(standings, failing: false)
            }
            if status.problem != nil { throw ExitCode(1) }
        }

        private static func show(_ status: CertificateStatus) {
            var rows: [(String, String)] = []
            if let fingerprint = status.fingerprint { rows.append(("root", "SHA-256 \(fingerprint)")) }
            if let day = status.lastDay { rows.append(("until", day)) }
            if status.names > 0 { rows.append(("names", "\(status.names), with all below each")) }
            if let problem = status.problem { rows.append(("authority", problem)) }
            for (name, value) in rows {
                StandardOutput.shared.write(TextTable.pad(name, 11) + Printable.text(value) + "\n")
            }
        }

        private static func json(_ status: CertificateStatus, _ lines: [TrustLine]) -> [UInt8] {
            var text = JSONText()
            text.object { text in
                text.member("fingerprint", status.fingerprint)
                text.member("not_after", status.lastDay)
                text.member("names", status.names)
                text.member("problem", status.problem)
                text.member("places") { text in
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
            }
            return text.bytes + [0x0A]
        }
    }

    struct Environment: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "env",
            abstract: "Print the lines by which a shell's programs trust the proxy.",
            discussion: """
                Programs with roots of their own (Node, Python's requests, git, curl, Cargo, cloud tools) are told by environment variables.

                Examples:
                  eval "$(sluice ca env)"                     trust the proxy
                  eval "$(sluice ca env --proxy)"             trust it and use it
                  sluice ca env --shell fish --proxy | source
                  sluice ca env --shell plain > ~/.config/environment.d/60-sluice.conf    programs started from the desktop
                """)

        @OptionGroup var place: Place

        @Flag(help: "Also the variables that lead through the proxy.")
        var proxy = false

        @Option(help: "How the lines are written: sh, fish, plain or json.")
        var shell = "sh"

        func run() throws {
            let names = ClientVariables.Form.allCases.map(\.rawValue)
            guard let form = ClientVariables.Form(rawValue: shell) else {
                throw CommandFailure("--shell must be one of: \(names.joined(separator: ", "))")
            }
            let trust = try place.trust()
            if let problem = trust.status().problem { throw CommandFailure("the certificate authority: \(problem)") }
            let port = proxy ? try place.agent.settings().currentPort : nil
            StandardOutput.shared.write(ClientVariables(trust.store, proxyPort: port).text(form))
        }
    }
}
