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

    private(set) var files: [String] = []
    private(set) var problems: [FileProblem] = []
    private var seen: Set<Identity> = []

    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
    }

    init(_ paths: [String]) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else {
                problems.append(FileProblem(path: path))
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

    private mutating func folder(_ path: String, depth: Int) {
        guard depth < Self.maxDepth else {
            problems.append(FileProblem(path: path, reason: "folders nested more than \(Self.maxDepth) deep"))
            return
        }
        guard let open = opendir(path) else {
            problems.append(FileProblem(path: path))
            return
        }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != "..", name != ".git" { names.append(name) }
        }
        closedir(open)
        let base = path.hasSuffix("/") ? path : path + "/"
        for name in names.sorted() { entry(base + name, depth) }
    }

    private mutating func entry(_ path: String, _ depth: Int) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            problems.append(FileProblem(path: path))
            return
        }
        var kind = status.st_mode & S_IFMT
        if kind == S_IFLNK {
            // A link that leads nowhere holds nothing that could leak.
            guard stat(path, &status) == 0 else { return }
            kind = status.st_mode & S_IFMT
            if kind == S_IFDIR { return }
        }
        if kind == S_IFDIR {
            folder(path, depth: depth + 1)
        } else if kind == S_IFREG, isNew(status) {
            guard files.count < Self.maxFiles else {
                if problems.last?.code != E2BIG {
                    problems.append(FileProblem(path: path, code: E2BIG))
                }
                return
            }
            files.append(path)
        }
    }
}
