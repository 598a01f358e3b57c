import Glibc
import Packs

/// The files below the paths that a user named, in the order of their names.
///
/// In a folder `.git` is left out; links to folders are not followed (so there is no loop), links to files are; what is neither
/// file nor folder (sockets, pipes, devices) is left out. A file reached twice is listed once. A path that the user named is
/// followed wherever it leads.
struct FileWalk {
    /// Most files of one scan.
    static let maxFiles = 1_000_000
    /// Deepest nesting of folders.
    static let maxDepth = 256

    private static let passedOver = [".", "..", ".git"].map { Array($0.utf8) }

    private(set) var files: [ScanPath] = []
    private(set) var problems: [FileProblem] = []
    private var seen: Set<Identity> = []

    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
    }

    init(_ paths: [ScanPath]) {
        for path in paths {
            var status = stat()
            guard path.withCString({ stat($0, &status) }) == 0 else {
                problems.append(FileProblem(path: path.shown))
                continue
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                folder(path, depth: 0)
            } else if isNew(status) {
                files.append(path)
            }
        }
    }

    private mutating func isNew(_ status: stat) -> Bool {
        seen.insert(Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted
    }

    private mutating func folder(_ path: ScanPath, depth: Int) {
        guard depth < Self.maxDepth else {
            problems.append(FileProblem(path: path.shown, reason: "folders nested more than \(Self.maxDepth) deep"))
            return
        }
        guard let open = path.withCString({ opendir($0) }) else {
            problems.append(FileProblem(path: path.shown))
            return
        }
        var names: [[UInt8]] = []
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in Array(raw.prefix { $0 != 0 }) }
            if !Self.passedOver.contains(name) { names.append(name) }
        }
        closedir(open)
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) { entry(path.appending(name), depth) }
    }

    private mutating func entry(_ path: ScanPath, _ depth: Int) {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else {
            problems.append(FileProblem(path: path.shown))
            return
        }
        var kind = status.st_mode & S_IFMT
        if kind == S_IFLNK {
            // A link that leads nowhere holds nothing that could leak.
            guard path.withCString({ stat($0, &status) }) == 0 else { return }
            kind = status.st_mode & S_IFMT
            if kind == S_IFDIR { return }
        }
        if kind == S_IFDIR {
            folder(path, depth: depth + 1)
        } else if kind == S_IFREG, isNew(status) {
            guard files.count < Self.maxFiles else {
                if problems.last?.code != E2BIG {
                    problems.append(FileProblem(path: path.shown, code: E2BIG))
                }
                return
            }
            files.append(path)
        }
    }
}
