#if canImport(Glibc)
    import CLinux
    import Glibc
#endif

/// Closes the process to the rest of the user's programs: it holds values in memory that they are not to read.
enum Hardening {
    /// Files that are made are the owner's alone; no core dumps; no other process attaches. Returns why it could not be done.
    static func apply() -> String? {
        umask(0o077)
        #if os(Linux)
            guard clinux_close_memory() == 0 else { return String(cString: strerror(errno)) }
        #endif
        return nil
    }

    /// Whether the process can be dumped or attached to.
    static var isOpen: Bool {
        #if os(Linux)
            return clinux_is_dumpable() != 0
        #else
            return true
        #endif
    }

    /// Gives back to the system what the start needed: memory that is free again, and mapped pages of code.
    static func giveBackMemory() {
        #if os(Linux)
            clinux_give_back_memory()
        #endif
    }
}
