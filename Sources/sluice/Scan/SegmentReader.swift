import Classifier
import Glibc
import Packs

/// A piece of an input, with what a scan must see around it.
struct Segment: Sendable {
    /// Counts from 0.
    var index: Int
    /// Absolute offset of the first of `bytes`.
    var origin: Int
    /// The part that is this segment's own.
    var own: Range<Int>
    var bytes: [UInt8]
    /// Whether the input ends with `own`.
    var isLast: Bool
}

/// Reads a file or pipe from front to end in segments; one thread at a time.
///
/// What is there when it is read is what is scanned: a file that shrinks meanwhile ends earlier, and one that grows, later.
/// Unchecked: whoever shares one between threads holds a lock around `next`.
final class SegmentReader: @unchecked Sendable {
    /// Bytes of a segment's own part: so many blocks that findings settle within the next segment.
    static let segmentBytes = 4 * Scanner.blockBytes
    /// Least bytes that are asked for at once.
    private static let minReadBytes = 4 << 10

    private let descriptor: Int32
    private let path: ScanPath
    private let closes: Bool
    /// Bytes that the file is said to have; nil for a pipe.
    private let size: Int?
    /// What was read and belongs to the next segment as well.
    private var carry: [UInt8] = []
    private var carryOrigin = 0
    private var index = 0
    private var isAtEnd = false

    /// Opens a file.
    init(_ path: ScanPath) throws(FileProblem) {
        self.path = path
        if path == .standardInput {
            descriptor = STDIN_FILENO
            closes = false
        } else {
            // Without O_NONBLOCK the opening of a named pipe would wait for a writer.
            descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
            closes = true
        }
        var status = stat()
        let isOpen = descriptor >= 0 && fstat(descriptor, &status) == 0
        let code = errno
        let kind = status.st_mode & S_IFMT
        size = isOpen && kind == S_IFREG ? Int(status.st_size) : nil
        // All is set, so deinit closes the descriptor if init throws from here on.
        guard isOpen else { throw FileProblem(path: path.shown, code: code) }
        if kind == S_IFDIR { throw FileProblem(path: path.shown, code: EISDIR) }
        guard kind == S_IFREG || path == .standardInput else {
            throw FileProblem(path: path.shown, reason: "not a file")
        }
        guard (size ?? 0) <= InputText.maxFileBytes else { throw Self.tooLarge(path) }
    }

    deinit { if closes, descriptor >= 0 { close(descriptor) } }

    private static func tooLarge(_ path: ScanPath) -> FileProblem {
        FileProblem(
            path: path.shown, reason: "larger than \(InputText.maxFileBytes) bytes, the most that is scanned")
    }

    /// The next segment; nil after the last. An empty input has one, and it is empty.
    func next() throws(FileProblem) -> Segment? {
        if isAtEnd { return nil }
        let start = index * Self.segmentBytes
        guard start < InputText.maxFileBytes else { throw Self.tooLarge(path) }
        let want = start + Self.segmentBytes + Scanner.blockTail
        var capacity = want - carryOrigin
        if let size {
            capacity = min(capacity, max(carry.count, size - carryOrigin) + Self.minReadBytes)
        }
        var (bytes, ended) = try read(carry, capacity)
        if !ended, bytes.count == capacity, carryOrigin + capacity < want {
            (bytes, ended) = try read(bytes, want - carryOrigin)
        }
        let end = carryOrigin + bytes.count
        isAtEnd = ended && end <= start + Self.segmentBytes
        let segment = Segment(
            index: index, origin: carryOrigin, own: start..<min(end, start + Self.segmentBytes), bytes: bytes,
            isLast: isAtEnd)
        index += 1
        if !isAtEnd {
            let keep = start + Self.segmentBytes - Scanner.blockLead
            carry = Array(bytes[(keep - carryOrigin)...])
            carryOrigin = keep
        }
        return segment
    }

    /// Everything from the front of the first segment on, for what has to be read as a whole.
    func rest(after first: Segment, max: Int) throws(FileProblem) -> [UInt8] {
        var bytes = first.bytes
        while true {
            guard bytes.count <= max else {
                throw FileProblem(
                    path: path.shown, reason: "larger than \(max) bytes, the most that is read as a whole")
            }
            let (more, ended) = try read([], 1 << 20)
            bytes += more
            if ended { return bytes }
        }
    }

    /// `head` and what follows, until there are `capacity` bytes or the input ends.
    private func read(_ head: [UInt8], _ capacity: Int) throws(FileProblem) -> (bytes: [UInt8], ended: Bool) {
        var failure: Int32 = 0
        var ended = false
        let descriptor = descriptor
        let bytes = [UInt8](unsafeUninitializedCapacity: max(capacity, head.count)) { buffer, count in
            head.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            count = head.count
            while count < capacity {
                let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), capacity - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 {
                    failure = errno
                    return
                }
                if got == 0 {
                    ended = true
                    return
                }
                count += got
            }
        }
        guard failure == 0 else { throw FileProblem(path: path.shown, code: failure) }
        return (bytes, ended)
    }
}
