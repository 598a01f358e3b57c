import Glibc
import Packs
import Testing

@testable import sluice

struct FileWalkTests {
    @Test func aFolderIsWalkedOnceInOrder() throws {
        let folder = try TemporaryFolder()
        for name in ["b/2.txt", "a.txt", "b/1.txt", ".git/config", ".env", "c/.git/x", "c/d/e.txt"] {
            try folder.write(name, "x")
        }
        symlink(folder.path, folder.path + "/b/loop")
        symlink(folder.path + "/a.txt", folder.path + "/z-link.txt")
        symlink("/nowhere/at/all", folder.path + "/dangling")
        mkfifo(folder.path + "/pipe", 0o600)
        let walk = FileWalk([ScanPath(folder.path)])
        let names = walk.files.map { String($0.shown.dropFirst(folder.path.count + 1)) }
        #expect(names == [".env", "a.txt", "b/1.txt", "b/2.txt", "c/d/e.txt"])
        #expect(walk.problems.isEmpty)
    }

    @Test func aPathThatIsNotThereIsNamedAndTheRestGoesOn() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.txt", "x")
        let walk = FileWalk(["/absent", "/a.txt", ""].map { ScanPath(folder.path + $0) })
        #expect(walk.problems.map(\.path) == [folder.path + "/absent"])
        #expect(walk.files.map(\.shown) == [folder.path + "/a.txt"], "named twice, listed once")
    }

    @Test func aNameThatIsNotUTF8IsWalkedAndShownEscaped() throws {
        let folder = try TemporaryFolder()
        let path = ScanPath(folder.path).appending([0x61, 0xFF, 0xC3, 0xA9, 0xC3])
        let descriptor = path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL, 0o600) }
        try #require(descriptor >= 0)
        close(descriptor)
        let walk = FileWalk([ScanPath(folder.path)])
        #expect(walk.files == [path])
        #expect(walk.files.first?.shown == folder.path + "/a\\xFFé\\xC3")
        try #require(path.withCString { unlink($0) } == 0)
    }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/sluice-command-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { Self.remove(path) }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
        try FileBytes.write(bytes, to: path + "/" + name, mode: 0o600)
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let open = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        closedir(open)
        rmdir(path)
    }
}
