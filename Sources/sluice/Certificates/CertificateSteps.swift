import Agent
import ArgumentParser
import Glibc
import Packs

/// What the subcommands of `sluice ca` share.
enum CertificateSteps {
    /// Root's part, then the user's as the user.
    static func asRoot(
        _ trust: DeviceTrust, _ place: CertificateCommand.Place, userOnly: Bool, yes: Bool, force: Bool
    ) throws -> [TrustLine] {
        let wanted = userOnly ? [] : trust.systemStoresToChange()
        var change = !userOnly
        if !wanted.isEmpty, !yes {
            change = try ask(
                "Every program of every user will trust the root: \(wanted.joined(separator: ", ")). Go on?")
        }
        var (lines, authority) = try trust.installSystem(changeStores: change)
        if !change, !userOnly {
            lines.append(
                TrustLine(
                    mark: .note, text: "The system's stores were not changed.",
                    next: "To change them without a question: sluice ca install --yes"))
        }
        let adopt = ["ca", "adopt"] + (force ? ["--force"] : [])
        if let user = try place.user() {
            lines += try user.run(adopt, input: Array(authority.utf8))
        } else {
            lines += try trust.adopt(pem: Array(authority.utf8), force: force)
        }
        return lines
    }

    /// What a user is told who can't change the system's store.
    static func systemHint(_ userOnly: Bool) -> [TrustLine] {
        guard !userOnly else { return [] }
        return [
            TrustLine(
                mark: .note,
                text: "The system's store is root's: git, curl, Go and others that read it do not trust the root yet.",
                next: "Run: sudo \(PackLocator().executable) ca install")
        ]
    }

    /// Asks on the terminal; without one the answer is no.
    static func ask(_ question: String) throws -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return false }
        StandardOutput.shared.flush()
        StandardError.write("\(question) [y/N] ")
        let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    /// Prints what was done; ends with 1 when something could not be.
    static func show(_ lines: [TrustLine], failing: Bool = true) throws {
        let style = Style.of(STDOUT_FILENO)
        for line in lines {
            let mark =
                switch line.mark {
                case .good: style.green("ok  ")
                case .note: style.dim("note")
                case .problem: style.red("FAIL")
                }
            StandardOutput.shared.write("\(mark)  \(Printable.text(line.text))\n")
            if !line.next.isEmpty {
                StandardOutput.shared.write("      \(style.dim("-> " + Printable.text(line.next)))\n")
            }
        }
        if failing, lines.contains(where: { $0.mark == .problem }) { throw ExitCode(1) }
    }

    /// A running agent takes the new certificates at once; where none runs there is nothing to do.
    static func reloadAgent(_ place: CertificateCommand.Place) {
        guard let socket = try? place.agent.settings().paths.socket else { return }
        do {
            _ = try ControlClient(path: socket).ask(ControlQuestion(.reload))
        } catch is ControlClient.NotRunning {
        } catch {
            StandardError.note("the running agent did not take the change up: \(error)")
        }
    }

    static func failure(_ error: any Error) -> any Error {
        error is ExitCode || error is CommandFailure ? error : CommandFailure("\(error)")
    }
}

/// The user who called sudo: what belongs to him is done as him.
struct InvokingUser {
    let name: String
    let home: String
    let uid: UInt32

    /// Nil where root itself called.
    static func find() -> InvokingUser? {
        guard geteuid() == 0, let text = getenv("SUDO_UID"), let uid = UInt32(String(cString: text)), uid != 0,
            let entry = getpwuid(uid), let name = entry.pointee.pw_name, let home = entry.pointee.pw_dir
        else { return nil }
        return InvokingUser(name: String(cString: name), home: String(cString: home), uid: uid)
    }

    /// A user by name; nil where there is none, and for root.
    static func find(named name: String) -> InvokingUser? {
        guard let entry = getpwnam(name), entry.pointee.pw_uid != 0, let home = entry.pointee.pw_dir else { return nil }
        return InvokingUser(name: name, home: String(cString: home), uid: entry.pointee.pw_uid)
    }

    /// Whether root runs this program as the user, as `run` does. What has lost its parent belongs to the system's first process, and does not count.
    static var isCalledByRoot: Bool {
        let parent = getppid()
        var status = stat()
        return parent > 1 && stat("/proc/\(parent)", &status) == 0 && status.st_uid == 0
    }

    /// Runs this program as the user, and shows what it says among the lines.
    func run(_ arguments: [String], input: [UInt8] = []) throws -> [TrustLine] {
        var environment = [
            "HOME=\(home)", "USER=\(name)", "LOGNAME=\(name)", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "NO_COLOR=1",
        ]
        if access("/run/user/\(uid)", F_OK) == 0 { environment.append("XDG_RUNTIME_DIR=/run/user/\(uid)") }
        for variable in ["SLUICE_CONFIG", "SLUICE_PACK"] {
            if let value = getenv(variable) { environment.append("\(variable)=\(String(cString: value))") }
        }
        return try TrustChild.run(
            asUser: name, program: PackLocator().executable, arguments, environment: environment, input: input)
    }
}
