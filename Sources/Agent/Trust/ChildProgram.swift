import Glibc

/// A program of the system that is run to its end, with what it said.
struct ChildProgram: Sendable {
    /// Longest time that a program may take, in seconds.
    static let maxSeconds = 120
    /// Most bytes of output that are kept; the rest is read and dropped.
    static let maxOutputBytes = 1 << 20

    /// How it ended.
    struct Result: Sendable {
        /// Exit status, or -1 when a signal ended it.
        var status: Int32
        /// Standard output and standard error.
        var output: [UInt8]

        /// Its last line that is not empty, for messages.
        var lastLine: String {
            output.split(separator: 0x0A).last.map { String(decoding: $0.prefix(300), as: UTF8.self) } ?? "no message"
        }
    }

    /// Where a program is: absolute, in `PATH`, or in the folders of system programs, which a user's `PATH` may lack.
    static func find(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        return (folders + ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"]).map { $0 + "/" + name }
            .first { access($0, X_OK) == 0 }
    }

    /// Runs a program. `input` must fit a pipe (64 KiB); an environment of nil is ours.
    static func run(
        _ path: String, _ arguments: [String], input: [UInt8] = [], environment: [String]? = nil,
        seconds: Int = maxSeconds
    ) throws(AgentProblem) -> Result {
        guard let inward = Pipe(), let outward = Pipe() else { throw AgentProblem("no pipe: \(reason())") }
        let pid = try spawn(path, arguments, environment, inward, outward)
        outward.closeWriter()
        inward.write(input)
        inward.closeReader()
        inward.closeWriter()
        let deadline = time(nil) + seconds
        var output: [UInt8] = []
        let isWhole = collect(outward.reader, until: deadline, &output)
        outward.closeReader()
        if !isWhole { kill(pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard isWhole else { throw AgentProblem("\(path) took longer than \(seconds) s, and was ended") }
        return Result(status: status & 0x7F == 0 ? (status >> 8) & 0xFF : -1, output: output)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String]?, _ inward: Pipe, _ outward: Pipe
    ) throws(AgentProblem) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inward.reader, 0)
        posix_spawn_file_actions_adddup2(&actions, outward.writer, 1)
        posix_spawn_file_actions_adddup2(&actions, outward.writer, 2)
        let words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?]? = environment.map { $0.map { strdup($0) } + [nil] }
        defer {
            for word in words { free(word) }
            for variable in variables ?? [] { free(variable) }
        }
        var pid: pid_t = 0
        let failure =
            if let variables {
                posix_spawn(&pid, path, &actions, nil, words, variables)
            } else {
                posix_spawn(&pid, path, &actions, nil, words, environ)
            }
        guard failure == 0 else {
            throw AgentProblem("\(path) can't be run: \(String(cString: strerror(failure)))")
        }
        return pid
    }

    /// False when the time ran out.
    private static func collect(_ descriptor: Int32, until deadline: time_t, _ output: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let left = deadline - time(nil)
            guard left > 0 else { return false }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, Int32(min(left, 3600) * 1000))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return false }
            let got = read(descriptor, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return true }
            output += buffer.prefix(min(got, maxOutputBytes - output.count))
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    private struct Pipe {
        let reader: Int32
        let writer: Int32

        init?() {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            reader = ends[0]
            writer = ends[1]
        }

        func write(_ bytes: [UInt8]) {
            guard !bytes.isEmpty else { return }
            _ = Glibc.write(writer, bytes, bytes.count)
        }

        func closeReader() { close(reader) }
        func closeWriter() { close(writer) }
    }
}
