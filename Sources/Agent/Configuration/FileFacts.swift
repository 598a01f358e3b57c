import Glibc

/// What the system says of a file.
struct FileFacts {
    /// Whose it is.
    var uid: UInt32
    /// Its permissions, the lowest twelve bits.
    var mode: UInt32
    /// Seconds since 1970 of its last change.
    var changed: Int
    /// Whether it is a plain file: no folder, pipe or device.
    var isRegular: Bool

    /// Of the file itself, or of what a link leads to; nil where there is none.
    init?(_ path: String, followingLinks: Bool) {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    /// Of an open file; nil where the system does not say.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        uid = status.st_uid
        mode = status.st_mode & 0o7777
        changed = status.st_mtim.tv_sec
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }
}
