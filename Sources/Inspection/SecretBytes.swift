import Glibc

/// A value that must not outlive its use: wiped when the last holder lets go, and unreadable in descriptions.
///
/// Copies that Swift made on the way here, in arrays and registers, are beyond its reach.
final class SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
    // Written in the initialiser only, so that sharing is safe.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

    init(_ bytes: some Collection<UInt8>) {
        storage = .allocate(byteCount: bytes.count, alignment: 1)
        storage.copyBytes(from: bytes)
    }

    deinit {
        if let base = storage.baseAddress { explicit_bzero(base, storage.count) }
        storage.deallocate()
    }

    var count: Int { storage.count }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(storage))
    }

    var bytes: [UInt8] { withBytes { Array($0) } }

    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        guard other.count == count else { return false }
        guard let a = storage.baseAddress, let b = other.baseAddress else { return true }
        defer { withExtendedLifetime(self) {} }
        return memcmp(a, b, count) == 0
    }

    var description: String { "<\(count) bytes>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
