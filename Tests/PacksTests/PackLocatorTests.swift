import Classifier
import Glibc
import Testing

@testable import Packs

struct PackLocatorTests {
    /// A folder that goes away with the test.
    private final class Folder {
        let path: String
        init() throws {
            var template = Array("/tmp/sluice-packs-XXXXXX".utf8CString)
            path = String(cString: try #require(mkdtemp(&template)))
        }
        deinit { remove(path) }

        func write(_ name: String, _ bytes: [UInt8]) throws {
            var folder = path
            for part in name.split(separator: "/").dropLast() {
                folder += "/" + part
                mkdir(folder, 0o700)
            }
            try FileBytes.write(bytes, to: path + "/" + name, mode: 0o600)
        }

        private func remove(_ path: String) {
            if let open = opendir(path) {
                while let entry = readdir(open) {
                    let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                    }
                    if name != ".", name != ".." { remove(path + "/" + name) }
                }
                closedir(open)
                rmdir(path)
            } else {
                unlink(path)
            }
        }
    }

    private let rule = """
        [[rule]]
        id = "acme.token"
        name = "ACME token"
        kind = "secret"
        class = "credential"
        severity = "high"
        anchors = ["acme_"]
        regex = 'acme_[0-9a-f]{32}'
        hits = ["«acme_{hex:32}»"]
        misses = ["acme_"]
        """

    @Test func theOrderIsFlagVariableInstalledSharedCheckout() throws {
        let folder = try Folder()
        let pack = try Pack(PackTests.sources(1)).encoded()
        let bin = folder.path + "/.build/x86_64/release/sluice"
        var locator = PackLocator(executable: bin, installed: folder.path + "/installed.pack")
        #expect(throws: PackProblem.self) { try locator.load() }

        try folder.write("rules/acme.toml", Array(rule.utf8))
        let compiled = try locator.load()
        #expect(compiled.origin == folder.path + "/rules")
        #expect(compiled.notes.count == 1, "the user is told that sources were compiled")
        #expect(locator.checkoutRules == folder.path + "/rules")

        try folder.write(".build/default.pack", pack)
        #expect(try locator.load().origin == folder.path + "/.build/default.pack")
        try folder.write(".build/x86_64/share/sluice/default.pack", pack)
        #expect(try locator.load().origin == folder.path + "/.build/x86_64/share/sluice/default.pack")
        try folder.write("installed.pack", pack)
        #expect(try locator.load().origin == folder.path + "/installed.pack")
        try folder.write("env.pack", pack)
        locator.fromEnvironment = folder.path + "/env.pack"
        #expect(try locator.load().origin == folder.path + "/env.pack")
        #expect(try locator.load(folder.path + "/rules").pack.sources.map(\.definition.id) == ["acme.token"])
    }

    @Test func aPackThatIsNamedButUnusableIsAnErrorAndNothingElseIsTaken() throws {
        let folder = try Folder()
        let pack = try Pack(PackTests.sources(1)).encoded()
        try folder.write("share/sluice/default.pack", pack)
        try folder.write("empty.pack", try Pack([]).encoded())
        try folder.write("broken.pack", Array(pack.dropLast()))
        var locator = PackLocator(executable: folder.path + "/bin/sluice", installed: folder.path + "/none")
        for name in ["absent.pack", "empty.pack", "broken.pack"] {
            #expect(throws: PackProblem.self) { try locator.load(folder.path + "/" + name) }
        }
        locator.fromEnvironment = folder.path + "/broken.pack"
        #expect(throws: PackProblem.self) { try locator.load() }
    }

    @Test func filesOverTheLimitAreRefused() throws {
        let folder = try Folder()
        try folder.write("ten", [UInt8](repeating: 1, count: 10))
        #expect(try FileBytes.read(folder.path + "/ten", max: 10).count == 10)
        #expect(throws: FileProblem.self) { try FileBytes.read(folder.path + "/ten", max: 9) }
        #expect(throws: FileProblem.self) { try FileBytes.read(folder.path, max: 9) }
    }
}
