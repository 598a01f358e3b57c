import Gateway
import Glibc
import Logging
import Packs
import Testing

@testable import Agent

@Suite struct SettingsTests {
    private func layer(_ text: String) throws -> AgentSettings.Layer {
        try AgentSettings.layer(Array(text.utf8), named: "agent.toml")
    }

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try layer(text)
            return []
        } catch let mistakes as SourceMistakes {
            return mistakes.mistakes.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func everySettingIsRead() throws {
        let layer = try layer(
            """
            port = 7001
            pack = "/p/default.pack"
            policy = "/p/policy.toml"
            state_dir = "/s"
            runtime_dir = "/r"
            upstream_ca_file = "/ca.pem"
            log_level = "debug"
            [scan]
            locales = ["de", "fr"]
            without_locales = ["us"]
            rules_on = ["pii.ipv4"]
            rules_off = ["pii.email"]
            [upstream]
            openai = "https://llm.example.com/openai/"
            [collector]
            url = "https://collector.example.com"
            enrolment_token_file = "/t"
            """)
        var settings = AgentSettings(paths: AgentPaths(environment: { _ in nil }))
        settings.apply(layer)
        #expect(settings.port == 7001 && settings.pack == "/p/default.pack" && settings.policy == "/p/policy.toml")
        #expect(settings.paths.socket == "/r/agent.sock" && settings.paths.journal == "/s/journal.db")
        #expect(settings.selection.locales == ["de", "fr"] && settings.selection.withoutLocales == ["us"])
        #expect(settings.selection.on == ["pii.ipv4"] && settings.selection.off == ["pii.email"])
        #expect(settings.upstreams["openai"]?.description == "https://llm.example.com/openai")
        #expect(settings.collector?.description == "https://collector.example.com")
        #expect(
            settings.enrolmentTokenFile == "/t" && settings.upstreamCAFile == "/ca.pem" && settings.logLevel == .debug)
    }

    @Test(arguments: [
        ("port = 70000", "agent.toml:1:8"), ("\nprot = 1", "agent.toml:2:1"), ("port = \"x\"", "agent.toml:1:8"),
        ("[upstream]\nopenai = \"http://llm.example.com\"", "agent.toml:2:10"),
        ("[upstream]\nopenai = \"ftp://x\"", "agent.toml:2:10"),
        ("[collector]\nurl = \"https://user@host\"", "agent.toml:2:7"), ("state_dir = \"relative\"", "agent.toml:1:13"),
        ("log_level = \"loud\"", "agent.toml:1:13"), ("port = ", "agent.toml:1:"),
        ("[scan]\nlocales = [\"DE\"]", "agent.toml:2:12"), ("[scan]\nrules = []", "agent.toml:2:1"),
    ])
    func aMistakeIsNamedWithLineAndColumn(_ text: String, _ place: String) throws {
        let found = try #require(mistakes(text).first)
        #expect(found.hasPrefix(place), "\(found)")
    }

    @Test func flagsGoOverTheFileAndSilenceChangesNothing() {
        var settings = AgentSettings(paths: AgentPaths(environment: { _ in nil }))
        var file = AgentSettings.Layer()
        file.port = 1
        file.pack = "file"
        var flags = AgentSettings.Layer()
        flags.port = 2
        settings.apply(file)
        settings.apply(flags)
        #expect(settings.port == 2 && settings.pack == "file")
    }

    @Test func foldersFollowTheEnvironmentAndRelativeOnesDoNotCount() {
        let environment = ["HOME": "/h", "XDG_STATE_HOME": "relative", "XDG_RUNTIME_DIR": "/run/x"]
        let paths = AgentPaths(environment: { environment[$0] })
        #expect(paths.state == "/h/.local/state/sluice")
        #expect(paths.configuration == "/h/.config/sluice")
        #expect(paths.runtime == "/run/x/sluice" && !paths.runtimeIsSubstitute)
    }

    @Test(arguments: [
        ("https://api.openai.com", "https://api.openai.com"), ("https://API.openai.com:443/", "https://api.openai.com"),
        ("https://h:8443/a/b//", "https://h:8443/a/b"), ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:80/x", "http://[::1]/x"), ("http://127.9.9.9", "http://127.9.9.9"),
    ])
    func baseURLsAreRead(_ text: String, _ canonical: String) throws {
        #expect(try UpstreamAddress(text).description == canonical)
    }

    @Test(arguments: [
        "", "api.openai.com", "https://", "http://api.openai.com", "http://127.0.0.1.evil.example", "http://128.0.0.1",
        "https://h:0", "https://h:65536",
        "https://h:x", "https://u:p@h", "https://h/?q", "https://h#f", "https://h/../x", "https://[::1", "https://h h",
        "ftp://h",
    ])
    func otherBaseURLsAreRefused(_ text: String) {
        #expect(throws: UpstreamAddress.Problem.self) { try UpstreamAddress(text) }
    }
}

@Suite struct FileTests {
    private func folder() -> String {
        var template = Array("/tmp/sluice-agent-XXXXXX".utf8CString)
        return String(cString: mkdtemp(&template))
    }

    @Test func aDeviceKeyIsMadeOnceAndIsTheOwnersAlone() throws {
        let path = folder() + "/device.key"
        let first = try DeviceKeyFile.load(path)
        #expect(first.count == DeviceKeyFile.byteCount && Set(first).count > 4)
        #expect(try DeviceKeyFile.load(path) == first)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func aDeviceKeyThatIsOpenOrCutIsRefused() throws {
        let path = folder() + "/device.key"
        _ = try DeviceKeyFile.load(path)
        chmod(path, 0o644)
        #expect(throws: AgentProblem.self) { try DeviceKeyFile.load(path) }
        chmod(path, 0o600)
        truncate(path, 31)
        #expect(throws: AgentProblem.self) { try DeviceKeyFile.load(path) }
    }

    @Test func aSecondInstanceIsRefusedUntilTheFirstEnds() throws {
        var paths = AgentPaths(environment: { _ in nil })
        paths.runtime = folder()
        try PortFile.write(7788, to: paths.port)
        var first: InstanceLock? = try InstanceLock(paths)
        #expect(first != nil)
        do {
            _ = try InstanceLock(paths)
            Issue.record("two at once")
        } catch {
            #expect(error.description.contains("running already on port 7788"))
        }
        first = nil
        _ = try InstanceLock(paths)
    }

    @Test func aFolderThatIsOpenToOthersIsClosed() throws {
        let path = folder() + "/a/b"
        try PrivateFiles.makeFolder(path)
        chmod(path, 0o755)
        try PrivateFiles.makeFolder(path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o700)
    }

    @Test func anEnrolmentTokenIsReadWithoutItsLineEnd() throws {
        let path = folder() + "/token"
        var settings = AgentSettings(paths: AgentPaths(environment: { _ in nil }))
        #expect(try settings.enrolmentToken() == nil)
        settings.enrolmentTokenFile = path
        #expect(throws: AgentProblem.self) { try settings.enrolmentToken() }
        try FileBytes.write(Array("abc-1\r\n".utf8), to: path, mode: 0o600)
        #expect(try settings.enrolmentToken() == "abc-1")
        try FileBytes.write(Array("\n".utf8), to: path, mode: 0o600)
        #expect(throws: AgentProblem.self) { try settings.enrolmentToken() }
        try FileBytes.write([UInt8](repeating: 0x61, count: 4097), to: path, mode: 0o600)
        #expect(throws: AgentProblem.self) { try settings.enrolmentToken() }
    }
}
