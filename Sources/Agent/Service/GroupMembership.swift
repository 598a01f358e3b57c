import Glibc
import Synchronization

/// The groups of the system's directory that the agent's user belongs to. Only names of groups are held, and nothing is stored.
public final class GroupMembership: Sendable {
    /// After so many seconds the directory is asked again, when somebody wants to know.
    public static let maxAgeSeconds: Int64 = 300
    /// Most groups that are looked at.
    public static let maxGroups = 1_024

    private struct State {
        var names: [String]
        var asked: Int64
        var isAsking = false
    }

    private let state: Mutex<State>
    private let lookUp: @Sendable () -> [String]

    /// Asks the directory at once.
    public convenience init() { self.init { Self.names() } }

    init(lookUp: @escaping @Sendable () -> [String]) {
        self.lookUp = lookUp
        state = Mutex(State(names: lookUp(), asked: Self.seconds()))
    }

    /// The groups as they were known at most some minutes ago. Never waits: a directory may be far away.
    public func current() -> [String] {
        let now = Self.seconds()
        let (names, mustAsk) = state.withLock { state -> ([String], Bool) in
            let isOld = now - state.asked >= Self.maxAgeSeconds
            guard isOld, !state.isAsking else { return (state.names, false) }
            state.isAsking = true
            return (state.names, true)
        }
        if mustAsk { Task.detached { self.refresh() } }
        return names
    }

    /// Asks the directory again, and waits for it.
    public func refresh() {
        let names = lookUp()
        state.withLock { $0 = State(names: names, asked: Self.seconds()) }
    }

    private static func seconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec)
    }

    /// Names of the user's groups, by getgrouplist(3): local files, LDAP, SSSD, whatever the system is set up for.
    static func names() -> [String] {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else { return [] }
        var count = Int32(maxGroups)
        var ids = [gid_t](repeating: 0, count: maxGroups)
        guard getgrouplist(name, entry.pw_gid, &ids, &count) >= 0 else { return [] }
        return ids.prefix(Int(count)).compactMap(Self.name)
    }

    private static func name(of id: gid_t) -> String? {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 64 << 10)
        guard getgrgid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.gr_name else {
            return nil
        }
        return String(cString: name)
    }
}
