import Testing

@testable import Clipboard

@Suite("Requestors")
struct RequestorTests {
    private let programs = KnownPrograms(applications: ["Acme-Chat"], titles: ["Acme Assistant"])

    private func read(
        _ program: String?, process: Int32? = 10, classes: [String] = [], active: String? = nil, isActive: Bool = true,
        contained: Bool = false
    ) -> Requestor {
        Requestor(
            RequestorEvidence(
                process: process, program: program, isContained: contained,
                windows: classes.isEmpty ? [] : [.init(classes: classes, title: active ?? "")],
                active: active.map { .init(classes: classes, title: $0) }, isActive: isActive), among: programs)
    }

    @Test func anApplicationOfAProviderIsKnown() {
        #expect(read("claude-desktop").sort == .ai(surface: "claude-consumer"))
        #expect(read("electron", classes: ["chatgpt", "ChatGPT"]).sort == .ai(surface: "chatgpt-consumer"))
        #expect(read("acme-chat").sort == .ai(surface: nil))
        #expect(read("claude-desktop").grade == .known)
        #expect(read("claude-desktop", contained: true).grade == .likely)
    }

    @Test(arguments: [
        ("ChatGPT - Chromium", "chatgpt-consumer"), ("Fix the parser - Claude — Mozilla Firefox", "claude-consumer"),
        ("Google Gemini - Google Chrome", "gemini-apps"), ("Le Chat | Mistral AI - Brave", "le-chat"),
    ]) func aBrowserSpeaksByItsActiveWindow(title: String, surface: String) {
        let requestor = read("chromium", classes: ["chromium"], active: title)
        #expect(requestor.sort == .ai(surface: surface))
        #expect(requestor.grade == .likely)
    }

    @Test(arguments: ["Claude Monet - Wikipedia - Chromium", "Inbox - Mail", "", "gemini3 release notes - Chromium"])
    func aTitleThatOnlyContainsANameIsNoSite(title: String) {
        #expect(read("firefox", active: title) == Requestor(sort: .anyone, grade: .unknown, program: "firefox"))
    }

    @Test func aBrowserInTheBackgroundCantBeTold() {
        #expect(read("firefox", active: "ChatGPT", isActive: false).sort == .anyone)
    }

    @Test func bridgesContainersAndOtherMachinesCantBeTold() {
        for program in ["Xwayland", "gnome-shell", "sshd", "sway"] {
            #expect(read(program) == Requestor(sort: .anyone, grade: .unknown, program: program))
        }
        #expect(read(nil, process: nil).grade == .unknown)
        #expect(read("gedit", contained: true).sort == .anyone)
        #expect(read("gedit", process: nil, classes: ["gedit"]).sort == .anyone)
    }

    @Test func editorsTerminalsAndManagersAreTold() {
        #expect(read("gedit") == Requestor(sort: .local, grade: .known, program: "gedit"))
        #expect(read("xclip").sort == .local)
        #expect(read("copyq").sort == .manager)
    }

    @Test func targetsAreSorted() {
        for name in [
            "TARGETS", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY", "MULTIPLE", "TIMESTAMP",
        ] {
            #expect(Target(name).sort == .technical)
        }
        #expect(Target("text/plain;charset=UTF-8").sort == .plain(.utf8))
        #expect(Target("text/uri-list").sort == .files)
        #expect(Target("application/rtf").sort == .other)
        #expect(Target("chromium/x-web-custom-data").sort == .other)
        #expect(Target("x-kde-passwordManagerHint").sort == .concealed)
    }

    @Test func textsComeBackAsTheyWere() {
        let text = Array("naïve – 日本".utf8)
        #expect(Target("STRING").bytes(of: text) == nil)
        #expect(Target("STRING").bytes(of: Array("naïve".utf8)) == [0x6E, 0x61, 0xEF, 0x76, 0x65])
        #expect(Target("STRING").text(of: [0x6E, 0xEF]) == Array("nï".utf8))
        let wide = Target("text/plain;charset=utf-16")
        #expect(wide.text(of: wide.bytes(of: text) ?? []) == text)
        #expect(wide.text(of: [0xFE, 0xFF, 0x00, 0x61, 0x00]) == [0x61])
    }
}
