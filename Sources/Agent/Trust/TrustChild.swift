import Glibc

/// Our own program, run as another user by root.
public enum TrustChild {
    /// Runs it with the user's groups and no privilege, by util-linux's runuser; its lines become ours. Throws when it does not run or fails.
    public static func run(
        asUser user: String, program: String, _ arguments: [String], environment: [String], input: [UInt8]
    ) throws(AgentProblem) -> [TrustLine] {
        guard let runuser = ChildProgram.find("runuser") else {
            throw AgentProblem("runuser (util-linux) is not installed: as \(user), run: sluice ca install")
        }
        let result = try ChildProgram.run(
            runuser, ["-u", user, "--", program] + arguments, input: input, environment: environment)
        guard result.status == 0 || result.status == 1 else {
            throw AgentProblem("as \(user): \(result.lastLine)")
        }
        return lines(String(decoding: result.output, as: UTF8.self))
    }

    /// Reads back what `sluice ca` prints.
    static func lines(_ text: String) -> [TrustLine] {
        var lines: [TrustLine] = []
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("      -> "), let last = lines.popLast() {
                lines.append(TrustLine(mark: last.mark, text: last.text, next: String(line.dropFirst(9))))
                continue
            }
            let mark: TrustLine.Mark? =
                switch line.prefix(6) {
                case "ok    ": .good
                case "note  ": .note
                case "FAIL  ": .problem
                default: nil
                }
            lines.append(TrustLine(mark: mark ?? .note, text: mark == nil ? line : String(line.dropFirst(6)), next: ""))
        }
        return lines
    }
}
