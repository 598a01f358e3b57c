#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

enum Output {
    /// One write a line, past every buffer: what was written before a kill, the reader gets.
    static func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else { exit(1) }
    }
}
