#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few system calls that the journal needs.
enum Platform {
    /// Now, in milliseconds since 1970.
    static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(time.tv_sec, 0)) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Bytes that an ordinary user may still write on the volume of `path`; nil when it can't be told.
    static func freeBytes(_ path: String) -> Int64? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return Int64(clamping: UInt64(info.f_bavail) * UInt64(info.f_frsize))
    }

    /// Makes the folder and those above it, each with mode 0700; the error's text on failure.
    static func makeFolder(_ path: String) -> String? {
        var info = stat()
        if stat(path, &info) == 0 {
            return info.st_mode & S_IFMT == S_IFDIR ? nil : "\(path) is not a folder"
        }
        if let parent = parentFolder(path), parent != path, let failure = makeFolder(parent) { return failure }
        return mkdir(path, 0o700) == 0 || errno == EEXIST ? nil : "\(path): \(lastError())"
    }

    static func parentFolder(_ path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the file with mode 0600 if there is none, and takes away what others may do with it; the error's text on failure.
    static func preparePrivateFile(_ path: String) -> String? {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return errno == ELOOP ? "\(path) is a symbolic link" : "\(path): \(lastError())" }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { return "\(path): \(lastError())" }
        guard info.st_mode & S_IFMT == S_IFREG else { return "\(path) is not a file" }
        guard info.st_uid == geteuid() else { return "\(path) belongs to another user" }
        if info.st_mode & 0o077 != 0, fchmod(file, 0o600) != 0 { return "\(path): \(lastError())" }
        return nil
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func fileSize(_ path: String) -> Int64? {
        var info = stat()
        return stat(path, &info) == 0 ? Int64(info.st_size) : nil
    }

    /// Runs `body` while this process alone holds `path`, a file made for the purpose.
    static func withLock<Value>(_ path: String, _ body: () throws(JournalError) -> Value) throws(JournalError) -> Value
    {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw JournalError.cannotOpen(path: path, reason: lastError()) }
        defer { close(file) }
        while flock(file, LOCK_EX) != 0 {
            guard errno == EINTR else { throw JournalError.cannotOpen(path: path, reason: lastError()) }
        }
        return try body()
    }

    static func lastError() -> String { String(cString: strerror(errno)) }
}

extension Platform {
    /// Renames a file; the error's text on failure.
    static func rename(_ from: String, _ to: String) -> String? {
        #if canImport(Glibc)
            return Glibc.rename(from, to) == 0 ? nil : lastError()
        #elseif canImport(Musl)
            return Musl.rename(from, to) == 0 ? nil : lastError()
        #else
            return Darwin.rename(from, to) == 0 ? nil : lastError()
        #endif
    }
}
