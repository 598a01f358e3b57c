import Policy

/// What can be learned of somebody who asks for a selection. All of it is evidence: a program can lie about each part.
public struct RequestorEvidence: Sendable, Hashable {
    /// A window as the window manager shows it.
    public struct Window: Sendable, Hashable {
        /// Both parts of WM_CLASS, or the application id.
        public var classes: [String]
        /// Its title.
        public var title: String

        /// Makes a window.
        public init(classes: [String], title: String) {
            self.classes = classes
            self.title = title
        }
    }

    /// Process of the client as the display server knows it; nil for one on another machine.
    public var process: Int32?
    /// Name of the process's program, without its folder.
    public var program: String?
    /// Whether the process is in a container, so that its name says little.
    public var isContained: Bool
    /// Top-level windows of the same client, and the window that asks if it has a class.
    public var windows: [Window]
    /// The active window, and whether it belongs to the same client or process.
    public var active: Window?
    /// Whether the active window is the requestor's.
    public var isActive: Bool

    /// Makes evidence.
    public init(
        process: Int32? = nil, program: String? = nil, isContained: Bool = false, windows: [Window] = [],
        active: Window? = nil, isActive: Bool = false
    ) {
        self.process = process
        self.program = program
        self.isContained = isContained
        self.windows = windows
        self.active = active
        self.isActive = isActive
    }
}

/// Who asks, as far as it can be told.
public struct Requestor: Sendable, Hashable {
    /// How certain it is.
    public enum Grade: String, Sendable, Hashable, Codable, CaseIterable {
        /// A client on this display with one purpose.
        case known
        /// A browser: one process for all its windows, of which only the active one's title speaks.
        case likely
        /// One behind a compositor, a container or another machine, or a browser whose title says nothing.
        case unknown
    }

    /// What sort of program it is.
    public enum Sort: Sendable, Hashable {
        /// An application or site of an AI provider: a surface of the catalogue, nil where it has several.
        case ai(surface: String?)
        /// Keeps a history of the clipboard.
        case manager
        /// An editor, a terminal, anything else on this machine.
        case local
        /// It can't be told.
        case anyone
    }

    /// What sort of program it is.
    public var sort: Sort
    /// How certain it is.
    public var grade: Grade
    /// Its program's name, for the record, where it is masked.
    public var program: String?

    /// Makes a requestor.
    public init(sort: Sort, grade: Grade, program: String? = nil) {
        self.sort = sort
        self.grade = grade
        self.program = program
    }

    /// Nobody in particular: a Wayland client.
    public static let anonymous = Requestor(sort: .anyone, grade: .unknown)

    /// Reads the evidence.
    public init(_ evidence: RequestorEvidence, among programs: KnownPrograms) {
        let names = ([evidence.program] + evidence.windows.flatMap(\.classes)).compactMap { $0?.lowercased() }
        let program = evidence.program
        // Bridges ask for others: whoever pastes stands behind them.
        if names.contains(where: programs.isBridge) || evidence.program == nil && evidence.windows.isEmpty {
            self.init(sort: .anyone, grade: .unknown, program: program)
        } else if let manager = names.first(where: programs.isManager) {
            self.init(sort: .manager, grade: .known, program: manager)
        } else if let entry = names.lazy.compactMap(programs.application).first {
            self.init(
                sort: .ai(surface: entry.surface), grade: evidence.isContained ? .likely : .known, program: program)
        } else if names.contains(where: programs.isBrowser) {
            let site = evidence.isActive ? evidence.active.flatMap { programs.site($0.title) } : nil
            guard let site else {
                self.init(sort: .anyone, grade: .unknown, program: program)
                return
            }
            self.init(sort: .ai(surface: site.surface), grade: .likely, program: program)
        } else if evidence.process == nil || evidence.isContained {
            self.init(sort: .anyone, grade: .unknown, program: program)
        } else {
            self.init(sort: .local, grade: .known, program: program)
        }
    }
}

/// Programs and titles by which requestors are recognised.
public struct KnownPrograms: Sendable {
    /// An AI application or site.
    public struct Entry: Sendable, Hashable {
        /// Name of the program, class of its window, or a part of the title; in lower case.
        public var name: String
        /// Surface of the catalogue; nil where the program speaks to several.
        public var surface: String?

        /// Makes an entry.
        public init(_ name: String, _ surface: String?) {
            self.name = name
            self.surface = surface
        }
    }

    private let applications: [String: Entry]
    private let sites: [String: Entry]

    /// The known ones, and those that settings add: programs and titles of AI applications without a surface of their own.
    public init(applications: [String] = [], titles: [String] = []) {
        let programs = Self.knownApplications + applications.map { Entry($0.lowercased(), nil) }
        let sites = Self.knownSites + titles.map { Entry($0.lowercased(), nil) }
        self.applications = Dictionary(programs.map { ($0.name, $0) }) { first, _ in first }
        self.sites = Dictionary(sites.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Desktop applications of AI providers, by process or WM_CLASS.
    public static let knownApplications = [
        Entry("chatgpt", "chatgpt-consumer"), Entry("chatgpt-desktop", "chatgpt-consumer"),
        Entry("claude", "claude-consumer"), Entry("claude-desktop", "claude-consumer"),
        Entry("perplexity", "perplexity-web"), Entry("poe", "poe-web"), Entry("deepseek", "deepseek-web"),
        Entry("cherry-studio", nil), Entry("cherrystudio", nil), Entry("chatbox", nil), Entry("msty", nil),
        Entry("jan", nil), Entry("lm-studio", nil), Entry("lm studio", nil), Entry("anythingllm", nil),
        Entry("typingmind", nil), Entry("alpaca", nil), Entry("newelle", nil),
    ]

    /// Parts of a window's title, as they stand between dashes or bars.
    public static let knownSites = [
        Entry("chatgpt", "chatgpt-consumer"), Entry("claude", "claude-consumer"), Entry("gemini", "gemini-apps"),
        Entry("google gemini", "gemini-apps"), Entry("google ai studio", "ai-studio"),
        Entry("notebooklm", "gemini-apps"),
        Entry("perplexity", "perplexity-web"), Entry("deepseek", "deepseek-web"), Entry("grok", "grok-consumer"),
        Entry("le chat", "le-chat"), Entry("mistral ai", "le-chat"), Entry("microsoft copilot", "copilot-consumer"),
        Entry("copilot", "copilot-consumer"), Entry("m365 copilot", "m365-copilot"),
        Entry("microsoft 365 copilot", "m365-copilot"), Entry("meta ai", "meta-ai"), Entry("poe", "poe-web"),
        Entry("qwen chat", "qwen-chat"), Entry("qwen", "qwen-chat"), Entry("kimi", "kimi-web"),
        Entry("character.ai", "character-web"), Entry("huggingchat", nil), Entry("z.ai", nil), Entry("you.com", nil),
    ]

    private static let browsers: Set<String> = [
        "firefox", "firefox-esr", "firefox-bin", "navigator", "librewolf", "waterfox", "zen", "zen-bin", "floorp",
        "palemoon", "seamonkey", "chromium", "chromium-browser", "chrome", "google-chrome", "google-chrome-stable",
        "brave", "brave-browser", "msedge", "microsoft-edge", "opera", "vivaldi", "vivaldi-bin", "vivaldi-stable",
        "thorium", "epiphany", "gnome-web", "org.gnome.epiphany", "webkitwebprocess", "konqueror", "falkon",
        "qutebrowser", "midori", "minibrowser", "luakit", "nyxt", "surf", "min", "arc",
    ]

    private static let managers: Set<String> = [
        "copyq", "klipper", "plasmashell", "clipman", "xfce4-clipman", "parcellite", "clipit", "diodon",
        "gpaste-daemon", "greenclip", "clipmenud", "cliphist", "clipcatd", "xfce4-clipman-plugin", "anamnesis",
        "pasteur",
        "gnome-clipboard-daemon", "clipse", "mate-settings-daemon", "gsd-clipboard",
    ]

    /// Compositors, remote displays and proxies: their process is not the one that pastes.
    private static let bridges: Set<String> = [
        "xwayland", "sway", "mutter", "gnome-shell", "kwin_wayland", "kwin_x11", "weston", "hyprland", "river",
        "wayfire", "labwc", "niri", "cosmic-comp", "cage", "xwayland-satellite", "sshd", "sshd-session", "xpra", "xrdp",
        "xrdp-chansrv", "x0vncserver", "vncconfig", "x2goagent", "nxagent", "spice-vdagent", "vmtoolsd", "vboxclient",
        "waypipe", "barrier", "synergy", "input-leap",
    ]

    func isBrowser(_ name: String) -> Bool { Self.browsers.contains(name) }
    func isManager(_ name: String) -> Bool { Self.managers.contains(name) }
    func isBridge(_ name: String) -> Bool { Self.bridges.contains(name) }
    func application(_ name: String) -> Entry? { applications[name] }

    /// The site that a title names in one of its parts.
    func site(_ title: String) -> Entry? {
        for part in Self.parts(of: title) {
            if let entry = sites[part] { return entry }
        }
        return nil
    }

    /// The parts of a title, in lower case: what stands between a dash, a bar or a dot that spaces surround.
    private static func parts(of title: String) -> [String] {
        var parts: [[Substring]] = [[]]
        for word in title.lowercased().split(separator: " ") {
            if ["-", "–", "—", "|", "·", "•", ":"].contains(word) {
                parts.append([])
            } else {
                parts[parts.count - 1].append(word)
            }
        }
        return parts.map { $0.joined(separator: " ") }
    }
}
