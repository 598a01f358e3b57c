public import Glibc

/// Why a file could not be read or written, in words.
public struct FileProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    /// `errno`, or 0 when the file was refused for its size or type.
    public var code: Int32
    public var reason: String

    /// Makes a problem of the current `errno`.
    public init(path: String, code: Int32 = errno) {
        self.path = path
        self.code = code
        reason = String(cString: strerror(code))
    }

    /// Makes a problem that no system call reported.
    public init(path: String, reason: String) {
        self.path = path
        code = 0
        self.reason = reason
    }

    public var description: String { "\(path): \(reason)" }
}

/// Whole files as bytes, with a limit, without Foundation (which would cost start time).
public enum FileBytes {
    /// Reads a regular file or pipe of at most `max` bytes.
    public static func read(_ path: String, max: Int) throws(FileProblem) -> [UInt8] {
        // Without O_NONBLOCK a named pipe that nobody writes to would hold up the agent for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileProblem(path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileProblem(path: path) }
        if status.st_mode & S_IFMT == S_IFIFO {
            // The shell's `<(command)` has a writer; a pipe with a name of its own may not.
            guard path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/") else {
                throw FileProblem(path: path, reason: "a named pipe is not read here; name a file")
            }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        }
        return try read(descriptor: descriptor, path: path, max: max)
    }

    /// Reads from an open descriptor to its end.
    public static func read(descriptor: Int32, path: String, max: Int) throws(FileProblem) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileProblem(path: path) }
        if status.st_mode & S_IFMT == S_IFDIR { throw FileProblem(path: path, code: EISDIR) }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        guard !isRegular || Int(status.st_size) <= max else { throw tooLarge(path, max) }
        var bytes: [UInt8] = []
        var capacity = isRegular ? Int(status.st_size) + 1 : 64 << 10
        while true {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                while true {
                    let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    if got < 0, errno == EINTR { continue }
                    if got < 0 { failure = errno }
                    count = Swift.max(0, got)
                    return
                }
            }
            guard failure == 0 else { throw FileProblem(path: path, code: failure) }
            if chunk.isEmpty { return bytes }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            guard bytes.count <= max else { throw tooLarge(path, max) }
            capacity = Swift.max(64 << 10, Swift.min(bytes.count, 8 << 20))
        }
    }

    private static func tooLarge(_ path: String, _ max: Int) -> FileProblem {
        FileProblem(path: path, reason: "larger than \(max) bytes, the most that is read here")
    }

    /// Writes a file as a whole: into a temporary file beside it, flushed, then renamed, so that no reader sees a half.
    public static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(FileProblem) {
        let temporary = "\(path).\(getpid()).tmp"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileProblem(path: path) }
        var failure: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let wrote = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
                if wrote < 0, errno == EINTR { continue }
                guard wrote >= 0 else {
                    failure = errno
                    return
                }
                done += wrote
            }
        }
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw FileProblem(path: path, code: failure)
        }
    }
}
