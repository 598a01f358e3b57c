import Glibc

/// A path as the file system has it: bytes. Not every file name is UTF-8.
struct ScanPath: Sendable, Hashable {
    /// The path's bytes, without the NUL at their end.
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(_ path: String) { bytes = Array(path.utf8) }

    /// Stands for standard input.
    static let standardInput = ScanPath("-")

    /// As people and reports see it: itself where it is UTF-8, else with `\xNN` for each byte that belongs to no character.
    var shown: String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var shown = ""
        var at = 0
        while at < bytes.count {
            let width = (1...4).first { width in
                at + width <= bytes.count
                    && String(validating: bytes[at..<at + width], as: UTF8.self)?.unicodeScalars.count == 1
            }
            if let width {
                shown += String(decoding: bytes[at..<at + width], as: UTF8.self)
                at += width
            } else {
                let hex = String(bytes[at], radix: 16, uppercase: true)
                shown += "\\x" + (hex.utf8.count == 1 ? "0" : "") + hex
                at += 1
            }
        }
        return shown
    }

    func appending(_ name: [UInt8]) -> ScanPath {
        ScanPath(bytes: bytes.last == UInt8(ascii: "/") ? bytes + name : bytes + [UInt8(ascii: "/")] + name)
    }

    /// Calls `body` with the path as C functions want it.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes + [0]).withUnsafeBytes { raw in
            body(raw.assumingMemoryBound(to: CChar.self).baseAddress.unsafelyUnwrapped)
        }
    }

    /// The paths of a command line as they were given: Swift's own arguments have U+FFFD where bytes are no UTF-8.
    static func arguments(_ paths: [String]) -> [ScanPath] {
        var raw: [String: [UInt8]] = [:]
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            if String(validating: bytes, as: UTF8.self) == nil { raw[String(decoding: bytes, as: UTF8.self)] = bytes }
        }
        return paths.map { path in raw[path].map { ScanPath(bytes: $0) } ?? ScanPath(path) }
    }
}
