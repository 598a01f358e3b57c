import Glibc

/// What the system says of a file.
struct FileFacts {
    /// Whose it is.
    var uid: UInt32
    /// Its permissions, the lowest twelve bits.
    var mode: UInt32
    /// Seconds since 1970 of its last change.
    var changed: Int

    /// Of the file itself, or of what a link leads to; nil where there is none.
    init?(_ path: String, followingLinks: Bool) {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        uid = status.st_uid
        mode = status.st_mode & 0o7777
        changed = status.st_mtim.tv_sec
    }
}
