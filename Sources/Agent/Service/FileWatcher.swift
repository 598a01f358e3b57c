import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Tells when files change, come or go: by inotify(7), on the event loop, so that nothing wakes up while nothing happens.
///
/// Folders are watched, not files: a file is often replaced by another of its name. Where a file's folder is not there, the nearest one above it
/// is watched until it is.
final class FileWatcher: Sendable {
    /// Milliseconds from the first sign of a change to the call, in which further signs are waited for.
    static let settleMilliseconds: Int64 = 100

    private struct State: Sendable {
        /// Names that count, by watch.
        var names: [Int32: Set<String>] = [:]
        var pending = false
        var channel: (any Channel)?
    }

    private let descriptor: Int32
    private let paths: [String]
    private let changed: @Sendable () -> Void
    private let state = NIOLockedValueBox(State())

    /// Watches for files at these paths. Throws when the system has no more watches to give.
    init(_ paths: [String], changed: @escaping @Sendable () -> Void) throws(AgentProblem) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else {
            throw AgentProblem("changes of the policy can't be watched: \(String(cString: strerror(errno)))")
        }
        self.paths = paths
        self.changed = changed
        arm()
    }

    /// Takes the descriptor onto an event loop; it is closed with the returned watcher's `stop`.
    func start(on group: any EventLoopGroup) async throws {
        let channel = try await NIOPipeBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(watcher: self))
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor).get()
        state.withLockedValue { $0.channel = channel }
        // What changed before the loop listened.
        arm()
    }

    /// Ends watching.
    func stop() async {
        let channel = state.withLockedValue { $0.channel }
        try? await channel?.close()
    }

    /// Sets the watches anew. A folder that is watched already keeps its watch.
    private func arm() {
        var names: [Int32: Set<String>] = [:]
        for path in paths + paths.compactMap(Self.target) {
            guard let (folder, name) = Self.place(of: path) else { continue }
            let mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR
            let watch = inotify_add_watch(descriptor, folder, UInt32(mask))
            if watch >= 0 { names[watch, default: []].insert(name) }
        }
        state.withLockedValue { $0.names = names }
    }

    /// What a link points to: its own folder may never change.
    private static func target(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        let text = String(cString: real)
        return text == path ? nil : text
    }

    /// The nearest folder that is there, and the name in it that leads to the path.
    static func place(of path: String) -> (folder: String, name: String)? {
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/") {
            let name = String(rest[rest.index(after: slash)...])
            let folder = slash == rest.startIndex ? "/" : String(rest[..<slash])
            if access(folder + "/.", F_OK) == 0 { return (folder, name) }
            rest = rest[..<slash]
        }
        return nil
    }

    /// Whether any of the signs that the kernel gave concerns a watched file. `struct inotify_event` has 16 bytes before the name.
    static func concerns(_ bytes: [UInt8], _ names: [Int32: Set<String>]) -> Bool {
        var at = 0
        while at + 16 <= bytes.count {
            let (watch, mask, length) = bytes.withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: at, as: Int32.self),
                    $0.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self),
                    Int($0.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
                )
            }
            let end = min(at + 16 + length, bytes.count)
            let name = String(decoding: bytes[(at + 16)..<end].prefix { $0 != 0 }, as: UTF8.self)
            // Signs were lost, or a watch went with its folder: either may have been the one.
            if mask & UInt32(IN_Q_OVERFLOW | IN_IGNORED) != 0 || names[watch]?.contains(name) == true { return true }
            at = end
        }
        return false
    }

    private func take(_ bytes: [UInt8], on loop: any EventLoop) {
        let mustCall = state.withLockedValue { state in
            guard Self.concerns(bytes, state.names), !state.pending else { return false }
            state.pending = true
            return true
        }
        guard mustCall else { return }
        loop.scheduleTask(in: .milliseconds(Self.settleMilliseconds)) {
            self.state.withLockedValue { $0.pending = false }
            self.arm()
            self.changed()
        }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let watcher: FileWatcher

        init(watcher: FileWatcher) { self.watcher = watcher }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            watcher.take(Array(unwrapInboundIn(data).readableBytesView), on: context.eventLoop)
        }
    }
}
