import Glibc
import Packs
import Primitives

/// The text of a file or of standard input, ready to be scanned, and the way back to its own bytes.
struct InputText: Sendable {
    /// Largest file that is scanned, and most bytes that are taken from a pipe; they are read in pieces.
    static let maxFileBytes = 1 << 40
    /// Largest text that is read as a whole, in bytes: by redact and explain, which give it back or show it.
    static let maxWholeBytes = 1 << 30
    /// Largest UTF-16 file, in bytes; it is decoded in memory.
    static let maxUTF16Bytes = 256 << 20
    /// Bytes that are looked at to tell text from binary.
    static let probeBytes = 8 << 10

    private let bytes: [UInt8]
    /// The way from decoded text to the file's bytes; nil where they are the same.
    private let utf16: UTF16Text?

    /// What a file turns out to be.
    enum Outcome: Sendable {
        case text(InputText)
        /// Not text; why.
        case binary(String)
    }

    /// Opens a file. `evenBinary` takes any bytes for text.
    static func file(_ path: String, evenBinary: Bool) throws(FileProblem) -> Outcome {
        // Without O_NONBLOCK the opening of a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileProblem(path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileProblem(path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileProblem(path: path, reason: "not a file")
        }
        return try judge(try FileBytes.read(descriptor: descriptor, path: path, max: maxWholeBytes), path, evenBinary)
    }

    /// Reads standard input to its end.
    static func standardInput(evenBinary: Bool) throws(FileProblem) -> Outcome {
        let bytes = try FileBytes.read(descriptor: STDIN_FILENO, path: "standard input", max: maxWholeBytes)
        return try judge(bytes, "-", evenBinary)
    }

    private static func judge(
        _ bytes: [UInt8], _ path: String, _ evenBinary: Bool
    ) throws(FileProblem) -> Outcome {
        switch bytes.withUnsafeBytes({ FileKind.of($0) }) {
        case .utf16(let bigEndian):
            guard bytes.count <= maxUTF16Bytes else {
                throw FileProblem(
                    path: path, reason: "UTF-16 of more than \(maxUTF16Bytes) bytes, the most that is decoded")
            }
            return .text(InputText(utf16: bytes, bigEndian: bigEndian))
        case .binary(let what) where !evenBinary: return .binary(what)
        case .binary, .text: return .text(InputText(bytes))
        }
    }

    /// Text that is in memory already.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        utf16 = nil
    }

    /// UTF-16 with its byte order mark, which is decoded.
    init(utf16 bytes: [UInt8], bigEndian: Bool) {
        self.bytes = bytes
        utf16 = bytes.withUnsafeBytes { UTF16Text($0, bigEndian: bigEndian) }
    }

    /// Whether the file is UTF-16, and of which byte order.
    var utf16IsBigEndian: Bool? { utf16?.bigEndian }

    /// The text to scan, as UTF-8.
    func withText<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let utf16 { return try utf16.text.withBytes(body) }
        return try withOriginal(body)
    }

    /// The file's own bytes.
    func withOriginal<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(body)
    }

    /// The file's bytes behind a span of the text.
    func original(of span: ByteSpan) -> ByteSpan { utf16?.original(of: span) ?? span }
}

extension Array where Element == UInt8 {
    /// `withUnsafeBytes` that keeps the type of the error.
    fileprivate func withBytes<Output, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Output
    ) throws(Failure) -> Output {
        let outcome: Result<Output, Failure> = withUnsafeBytes { bytes in
            do throws(Failure) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

/// What the first bytes of a file say about it.
enum FileKind: Equatable {
    case text
    case utf16(bigEndian: Bool)
    case binary(String)

    private static let magics: [([UInt8], String)] = [
        ([0x7F, 0x45, 0x4C, 0x46], "a program"), ([0x1F, 0x8B], "gzip"), ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
        ([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], "PDF"), ([0x89, 0x50, 0x4E, 0x47], "an image"),
        ([0xFF, 0xD8, 0xFF], "an image"),
        ([0x47, 0x49, 0x46, 0x38], "an image"),
        (Array("SQLite format 3\0".utf8), "a SQLite database"),
    ]

    static func of(_ bytes: UnsafeRawBufferPointer) -> FileKind {
        let probe = bytes.prefix(InputText.probeBytes)
        if let magic = magics.first(where: { probe.starts(with: $0.0) }) { return .binary(magic.1) }
        if probe.starts(with: [0xFF, 0xFE, 0, 0]) || probe.starts(with: [0, 0, 0xFE, 0xFF]) {
            return .binary("UTF-32")
        }
        if probe.starts(with: [0xFF, 0xFE]) { return .utf16(bigEndian: false) }
        if probe.starts(with: [0xFE, 0xFF]) { return .utf16(bigEndian: true) }
        return probe.contains(0) ? .binary("binary") : .text
    }
}
