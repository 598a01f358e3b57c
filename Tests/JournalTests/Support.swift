import Events
import Primitives
import Synchronization
import Testing

@testable import Journal

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder of its own, removed with the last reference.
final class TestFolder: Sendable {
    let path: String

    /// - Parameter inMemory: where there is a memory file system, use that: syncs cost nothing there.
    init(inMemory: Bool = false) throws {
        let name = String(UInt64.random(in: 0 ... .max), radix: 36)
        let memory = "/dev/shm"
        path = (inMemory && access(memory, W_OK) == 0 ? memory : "/tmp") + "/sluice-journal-\(name)"
        try #require(mkdir(path, 0o700) == 0)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    var journal: String { path + "/journal.db" }
}

func readFile(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY)
    try #require(file >= 0)
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(file, &buffer, buffer.count)
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
    }
}

func writeFile(_ path: String, _ bytes: [UInt8], at offset: Int = 0) throws {
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    try #require(pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count)
}

func fileMode(_ path: String) -> mode_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
}

func testOptions() -> JournalOptions {
    var options = JournalOptions(device: DeviceRecord(uid: "device-1"), productVersion: "0.1.0")
    options.freeBytes = { _ in 1 << 40 }
    return options
}

/// A draft of about `padding` bytes more than the smallest.
func draft(_ title: String = "t", milliseconds: UInt64 = 1_790_000_000_000, padding: Int = 0) -> EventDraft {
    let step = TraceStep(step: "cell", text: String(repeating: "p", count: EventLimits.maxLineBytes))
    return EventDraft(
        id: EventID(milliseconds: milliseconds), milliseconds: milliseconds, title: title, severity: .high,
        action: .block,
        policy: PolicyRecord(name: "balanced", trace: Array(repeating: step, count: padding / EventLimits.maxLineBytes))
    )
}

/// The events of a journal, in order.
func events(_ path: String) throws -> [Event] {
    var list: [Event] = []
    try JournalReader(path: path).each { stored throws(JournalError) in
        guard let event = try? EventCoding.decode(stored.body) else { throw .eventTooLarge }
        list.append(event)
        return true
    }
    return list
}

func expectWhole(
    _ path: String, signingKey: [UInt8]? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let result = try JournalReader(path: path).verify(signingKey: signingKey)
    #expect(result.problems.isEmpty, sourceLocation: sourceLocation)
}

/// A number that tests set, read from other threads: a clock, or free bytes.
final class SharedNumber: Sendable {
    private let number: Mutex<UInt64>

    init(_ number: UInt64) { self.number = Mutex(number) }

    var value: UInt64 { number.withLock { $0 } }
    func advance(_ by: UInt64) { number.withLock { $0 += by } }
    func set(_ value: UInt64) { number.withLock { $0 = value } }
}

/// Holds threads until it is opened.
final class ThreadGate: Sendable {
    private let queue = WorkQueue<Int>(capacity: 1)

    func wait() { _ = queue.take(limit: 1, deadline: nil) }
    func open() { queue.close() }
}
