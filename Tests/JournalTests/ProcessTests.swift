import Events
import Testing

@testable import Journal

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs `JournalWriterFixture`, which prints one line for each committed event.
struct WriterProcess {
    private let pid: pid_t
    private let output: Int32

    init(_ path: String, _ durability: String, count: Int) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        defer { posix_spawn_file_actions_destroy(&actions) }
        let program = try Self.program()
        var arguments: [UnsafeMutablePointer<CChar>?] = []
        for argument in [program, path, durability, String(count)] { arguments.append(strdup(argument)) }
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let code = posix_spawn(&pid, program, &actions, nil, arguments + [nil], environment)
        close(ends[1])
        try #require(code == 0)
        self.pid = pid
        output = ends[0]
    }

    /// The fixture stands beside the test program.
    private static func program() throws -> String {
        let resolved = try #require(realpath("/proc/self/exe", nil))
        defer { free(resolved) }
        let path = String(cString: resolved)
        let program = path.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/JournalWriterFixture"
        try #require(access(program, X_OK) == 0)
        return program
    }

    /// Reads until `bytes` have come (at least), then kills; returns every whole line that was printed.
    func kill(afterBytes bytes: Int) -> [String] {
        var text = readSome(until: bytes)
        killProcess(pid)
        text += readSome(until: .max)
        return finish(text)
    }

    /// Waits for the end by itself.
    func wait() -> [String] { finish(readSome(until: .max)) }

    private func readSome(until limit: Int) -> [UInt8] {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while text.count < limit {
            let count = read(output, &buffer, min(buffer.count, limit - text.count))
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return text
    }

    private func finish(_ text: [UInt8]) -> [String] {
        close(output)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }
}

private func killProcess(_ pid: pid_t) { _ = kill(pid, SIGKILL) }

@Suite(.serialized) struct ProcessTests {
    @Test(
        "kill -9 at any moment: every event that was reported as committed is in the file",
        arguments: ["full", "normal"])
    func killed(_ durability: String) throws {
        var generator = SplitMix(state: durability == "full" ? 1 : 2)
        let folder = try TestFolder()
        var reported: [String] = []
        // The same file each time, so that each start also recovers what the last kill has left.
        for _ in 0..<25 {
            let writer = try WriterProcess(folder.journal, durability, count: 0)
            reported += writer.kill(afterBytes: Int.random(in: 1...3000, using: &generator))
        }
        try expectWhole(folder.journal)
        var held: [String: UInt64] = [:]
        for event in try events(folder.journal) { held[event.content.id.description] = event.sequence }
        #expect(reported.count > 25)
        for line in reported {
            let parts = line.split(separator: " ")
            // The last line of a killed writer may be cut.
            guard parts.count == 2, parts[1].utf8.count == EventID.textBytes else { continue }
            #expect(held[String(parts[1])] == UInt64(parts[0]))
        }
    }

    @Test("two processes and this one append to the same file without a clash") func shared() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let one = try WriterProcess(folder.journal, "normal", count: 150)
        let two = try WriterProcess(folder.journal, "full", count: 150)
        for index in 0..<150 { _ = try await journal.append(draft("\(index)")) }
        let lines = one.wait() + two.wait()
        await journal.close()
        #expect(lines.count == 300)
        #expect(try events(folder.journal).map(\.sequence) == Array(1...450))
        #expect(Set(lines.compactMap { $0.split(separator: " ").first }).count == 300)
        try expectWhole(folder.journal)
    }
}
