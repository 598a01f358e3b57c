import Glibc

/// Reading of folders and small files.
enum Folder {
    struct Entry {
        var name: String
        var path: String
        var isFolder: Bool
        var isLink: Bool
    }

    /// What stands in a folder, sorted; empty where it can't be read.
    static func entries(_ path: String) -> [Entry] {
        guard let open = opendir(path) else { return [] }
        defer { closedir(open) }
        var found: [Entry] = []
        while found.count < InventoryLimits.maxEntries, let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let full = path + "/" + name
            var type = Int32(entry.pointee.d_type)
            if type == Int32(DT_UNKNOWN) {
                var status = stat()
                guard lstat(full, &status) == 0 else { continue }
                type = Int32(status.st_mode & S_IFMT) >> 12
            }
            found.append(
                Entry(name: name, path: full, isFolder: type == Int32(DT_DIR), isLink: type == Int32(DT_LNK)))
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The first bytes of a file, at most `limit`; nil where it can't be read or is no plain file.
    static func start(of path: String, limit: Int) -> [UInt8]? {
        // A pipe under a model's name must not hold the walk.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let wanted = min(limit, Int(status.st_size))
        return [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let got = read(descriptor, buffer.baseAddress?.advanced(by: count), wanted - count)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                count += got
            }
        }
    }

    /// A file's bytes; 0 where there is none.
    static func size(of path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(max(status.st_size, 0)) : 0
    }

    /// Device and number of the file behind a path, so that two links to it count once.
    static func identity(of path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
}

struct FileIdentity: Hashable {
    var device: UInt64
    var number: UInt64
}
