import Agent
import ArgumentParser
import Glibc
import Packs

/// `sluice ca`
struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Let programs on this machine trust the proxy: the device's own certificate authority.",
        discussion: """
            The proxy reads what goes to the AI providers of the catalogue, and to them alone. For that, programs have to trust a root that is
            made on this device. What the agent holds is an intermediate that can vouch for the catalogue's hosts and nothing else: a stolen
            key opens no mail and no bank.

            Examples:
              sluice ca install          for your own programs: Chromium, Firefox profiles, a bundle for the rest
              sudo sluice ca install     the same, and the system's store, with the root's key where only root reads it
              eval "$(sluice ca env --proxy)"   this shell's programs trust the proxy and use it
              sluice ca status           where the root is trusted, and until when
              sluice ca renew            after the catalogue's hosts have changed
              sluice ca remove           take everything out again

            What each program needs: sluice doctor, and docs/certificates.md.
            """,
        subcommands: [Install.self, Status.self, Environment.self, Renew.self, Remove.self, Adopt.self])

    /// Which authority is meant.
    struct Place: ParsableArguments {
        @OptionGroup var agent: AgentCommand.Place

        @Option(
            help: ArgumentHelp(
                "Folder for the root's key, which only root may read; by default \(RootKeyStore.standardFolder).",
                visibility: .hidden))
        var rootDir: String?

        @Option(
            name: .customLong("user"),
            help:
                "With root: whose programs are meant, such as the system user that runs the agent; by default who called sudo."
        )
        var userName: String?

        /// Whose part root has done as that user; nil where this process does it itself.
        func user() throws -> InvokingUser? {
            guard let userName else { return InvokingUser.find() }
            guard geteuid() == 0 else { throw CommandFailure("--user is for root: run it with sudo") }
            guard let user = InvokingUser.find(named: userName) else {
                throw CommandFailure("there is no user \"\(userName)\" other than root")
            }
            return user
        }

        func trust() throws -> DeviceTrust {
            do {
                return try DeviceTrust(try agent.settings(), rootFolder: rootDir ?? RootKeyStore.standardFolder)
            } catch {
                throw CommandFailure("\(error)")
            }
        }
    }

    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install",
            abstract: "Make the authority if there is none, and put its root where programs look for roots.",
            discussion: """
                As a user: Chromium's certificate database, Firefox profiles, and a bundle for programs with roots of their own. The root's key is
                destroyed after use, so that nobody can sign with it again.

                With sudo: in addition the system's store and Firefox's policies, for all users. The root's key is kept where only root reads it,
                so that later renewals need no new root. What belongs to you is done as you.

                May be run again at any time: what is in place stays. It ends with 1 when something could not be done, and says which command does it.
                """)

        @OptionGroup var place: Place

        @Flag(help: "Leave the system's stores as they are.")
        var userOnly = false

        @Flag(name: .shortAndLong, help: "Change the system's stores without asking.")
        var yes = false

        func run() async throws {
            let trust = try place.trust()
            let lines: [TrustLine]
            do {
                if geteuid() == 0 {
                    lines = try CertificateSteps.asRoot(trust, place, userOnly: userOnly, yes: yes, force: false)
                } else {
                    lines = try trust.installUser() + CertificateSteps.systemHint(userOnly)
                }
            } catch { throw CertificateSteps.failure(error) }
            CertificateSteps.reloadAgent(place)
            try CertificateSteps.show(lines)
        }
    }

    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Sign a new intermediate when the catalogue's hosts have changed, or the old one ends soon.",
            discussion: """
                With a root made by sudo sluice ca install: run it with sudo; the root stays, and no program has to be told.
                Without: the root's key was destroyed, so there is a new root, which takes the old one's place in your stores.
                """)

        @OptionGroup var place: Place

        @Flag(help: "Also when the present one would do.")
        var force = false

        func run() async throws {
            let trust = try place.trust()
            let lines: [TrustLine]
            do {
                if geteuid() == 0, trust.hasSystemRoot {
                    lines = try CertificateSteps.asRoot(trust, place, userOnly: true, yes: true, force: force)
                } else {
                    lines = try trust.renewUser(force: force, program: PackLocator().executable)
                }
            } catch { throw CertificateSteps.failure(error) }
            CertificateSteps.reloadAgent(place)
            try CertificateSteps.show(lines)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Take the root out of every store that install put it into, and remove the authority.",
            discussion:
                "A human's decision: it is run on a terminal, or by root. What others put into the stores stays.")

        @OptionGroup var place: Place

        @Flag(help: "Leave the system's stores as they are.")
        var userOnly = false

        @Flag(name: .shortAndLong, help: "Do not ask.")
        var yes = false

        func run() async throws {
            guard
                isatty(STDIN_FILENO) == 1 || isatty(STDOUT_FILENO) == 1 || geteuid() == 0
                    || InvokingUser.isCalledByRoot
            else {
                throw CommandFailure("taking the authority away is a human's decision: run it on a terminal")
            }
            let trust = try place.trust()
            guard try yes || CertificateSteps.ask("The proxy can't be trusted without it. Remove the authority?") else {
                throw CommandFailure("nothing was changed; to remove it without a question: sluice ca remove --yes")
            }
            var lines: [TrustLine] = []
            do {
                if geteuid() == 0, !userOnly { lines += try trust.removeSystem() }
                if let user = try place.user() {
                    lines += try user.run(["ca", "remove", "--yes", "--user-only"])
                } else {
                    lines += try trust.removeUser()
                }
            } catch { throw CertificateSteps.failure(error) }
            if geteuid() != 0, !userOnly, trust.hasSystemRoot {
                lines.append(
                    TrustLine(
                        mark: .problem, text: "The system's stores still trust the root.",
                        next: "Run: sudo \(PackLocator().executable) ca remove"))
            }
            CertificateSteps.reloadAgent(place)
            try CertificateSteps.show(lines)
        }
    }

    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "adopt", abstract: "Take an authority that root signed, from standard input.",
            shouldDisplay: false)

        @OptionGroup var place: Place

        @Flag var force = false

        func run() async throws {
            let trust = try place.trust()
            let lines: [TrustLine]
            do {
                let pem = try FileBytes.read(descriptor: STDIN_FILENO, path: "standard input", max: 1 << 20)
                lines = try trust.adopt(pem: pem, force: force)
            } catch { throw CertificateSteps.failure(error) }
            CertificateSteps.reloadAgent(place)
            try CertificateSteps.show(lines)
        }
    }
}
