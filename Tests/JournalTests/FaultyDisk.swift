import CSQLite
import Synchronization

// SQLITE_IOERR_WRITE and SQLITE_IOERR_FSYNC, which the importer leaves out.
let failedWrite = SQLITE_IOERR | 3 << 8
let failedSync = SQLITE_IOERR | 4 << 8

/// A SQLite VFS over the system's that fails on command: the k-th write or sync from now on, once or for good.
///
/// It wraps each file: the wrapper's methods look at the plan, then call the real ones.
final class FaultyDisk: Sendable {
    struct Plan {
        /// Operations (writes, syncs, truncations) until the fault; nil: none.
        var countdown: Int?
        /// SQLite's code for the fault.
        var code: Int32 = failedWrite
        /// Whether every operation after it fails too.
        var isLasting = false
        /// Operations seen.
        var operations = 0
    }

    static let name = "sluice-faulty"
    static let plan = Mutex(Plan())

    /// Registers the VFS; later calls do nothing.
    static func register() { _ = registered }

    private static let registered: Bool = {
        guard let system = sqlite3_vfs_find(nil) else { return false }
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: system.pointee)
        realFileSize = Int(system.pointee.szOsFile)
        realOpen = system.pointee.xOpen
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafePointer(strdup(name))
        vfs.pointee.szOsFile = system.pointee.szOsFile + Int32(headerSize)
        vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let file, let open = realOpen else { return SQLITE_ERROR }
            file.pointee.pMethods = nil
            let code = open(vfs, name, realFile(file), flags, outFlags)
            // The real file's methods stay where SQLite does not look; ours stand in front.
            if realFile(file).pointee.pMethods != nil { file.pointee.pMethods = UnsafePointer(methods) }
            return code
        }
        return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
    }()

    /// The fault that is due now, if any.
    fileprivate static func fault() -> Int32? {
        plan.withLock { plan in
            plan.operations += 1
            guard let left = plan.countdown else { return nil }
            guard left <= 1 else {
                plan.countdown = left - 1
                return nil
            }
            if !plan.isLasting { plan.countdown = nil }
            return plan.code
        }
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// Written once, at registration, before any file is opened.
nonisolated(unsafe) private var realFileSize = 0
nonisolated(unsafe) private var realOpen:
    (
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, UnsafeMutablePointer<sqlite3_file>?, Int32,
            UnsafeMutablePointer<Int32>?
        ) -> Int32
    )?

/// Our header before the real file: one pointer, kept at sixteen bytes for alignment.
private let headerSize = 16

private func realFile(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file) + headerSize).assumingMemoryBound(to: sqlite3_file.self)
}

private func real(
    _ file: UnsafeMutablePointer<sqlite3_file>?
) -> (file: UnsafeMutablePointer<sqlite3_file>, methods: sqlite3_io_methods)? {
    guard let file else { return nil }
    let inner = realFile(file)
    guard let methods = inner.pointee.pMethods else { return nil }
    return (inner, methods.pointee)
}

nonisolated(unsafe) private let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    var table = sqlite3_io_methods()
    // Version 2: shared memory for the log, but no memory-mapped pages, so that every page goes through xWrite.
    table.iVersion = 2
    table.xClose = { file in real(file).map { $0.methods.xClose($0.file) } ?? SQLITE_OK }
    table.xRead = { file, to, count, at in real(file).map { $0.methods.xRead($0.file, to, count, at) } ?? SQLITE_ERROR }
    table.xWrite = { file, from, count, at in
        if let code = FaultyDisk.fault() { return code }
        return real(file).map { $0.methods.xWrite($0.file, from, count, at) } ?? SQLITE_ERROR
    }
    table.xTruncate = { file, size in
        if let code = FaultyDisk.fault() { return code }
        return real(file).map { $0.methods.xTruncate($0.file, size) } ?? SQLITE_ERROR
    }
    table.xSync = { file, flags in
        if let code = FaultyDisk.fault() { return code }
        return real(file).map { $0.methods.xSync($0.file, flags) } ?? SQLITE_ERROR
    }
    table.xFileSize = { file, size in real(file).map { $0.methods.xFileSize($0.file, size) } ?? SQLITE_ERROR }
    table.xLock = { file, level in real(file).map { $0.methods.xLock($0.file, level) } ?? SQLITE_ERROR }
    table.xUnlock = { file, level in real(file).map { $0.methods.xUnlock($0.file, level) } ?? SQLITE_ERROR }
    table.xCheckReservedLock = { file, out in
        real(file).map { $0.methods.xCheckReservedLock($0.file, out) } ?? SQLITE_ERROR
    }
    table.xFileControl = { file, operation, argument in
        real(file).map { $0.methods.xFileControl($0.file, operation, argument) } ?? SQLITE_ERROR
    }
    table.xSectorSize = { file in real(file).map { $0.methods.xSectorSize($0.file) } ?? 4096 }
    table.xDeviceCharacteristics = { file in real(file).map { $0.methods.xDeviceCharacteristics($0.file) } ?? 0 }
    table.xShmMap = { file, region, size, extends, out in
        real(file).map { $0.methods.xShmMap($0.file, region, size, extends, out) } ?? SQLITE_ERROR
    }
    table.xShmLock = { file, offset, count, flags in
        real(file).map { $0.methods.xShmLock($0.file, offset, count, flags) } ?? SQLITE_ERROR
    }
    table.xShmBarrier = { file in if let real = real(file) { real.methods.xShmBarrier(real.file) } }
    table.xShmUnmap = { file, deletes in real(file).map { $0.methods.xShmUnmap($0.file, deletes) } ?? SQLITE_OK }
    methods.initialize(to: table)
    return methods
}()
