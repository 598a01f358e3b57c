import Glibc
import Synchronization

/// Why a command can't go on, in words for the user. Ends the program with status 2.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Results, collected and written in large pieces.
///
/// A reader that closes the pipe ends the program by SIGPIPE, as it ends every filter.
final class StandardOutput: Sendable {
    static let shared = StandardOutput()
    private static let flushBytes = 64 << 10
    private let buffer = Mutex<[UInt8]>([])

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        buffer.withLock { buffer in
            buffer += bytes
            if buffer.count >= Self.flushBytes { Self.drain(&buffer) }
        }
    }

    /// Writes what was collected.
    func flush() { buffer.withLock { Self.drain(&$0) } }

    private static func drain(_ buffer: inout [UInt8]) {
        if !Descriptor.write(buffer, to: STDOUT_FILENO) {
            let reason = String(cString: strerror(errno))
            StandardError.write("sluice: standard output: \(reason)\n")
            exit(Program.errorStatus)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Messages.
enum StandardError {
    static func write(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }

    /// One line with the program's name before it.
    static func note(_ text: String) { write("sluice: \(text)\n") }
}

enum Descriptor {
    /// Writes all bytes; false with `errno` set if that fails.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let wrote = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
                if wrote < 0, errno == EINTR { continue }
                guard wrote >= 0 else { return false }
                done += wrote
            }
            return true
        }
    }
}
