#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Something that one thread hands to another and does not touch again.
struct Transferred<Value>: @unchecked Sendable {
    // Safe since the giver lets go of it: it is made, wrapped and passed on in one place.
    let value: Value

    init(_ value: Value) { self.value = value }
}

enum Threads {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Names the thread that calls, as far as the system lets it.
    private static func name(_ name: String) {
        #if os(Linux)
            let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            _ = write(descriptor, name, name.utf8.count)
            close(descriptor)
        #endif
    }

    /// Runs a body on a thread of its own. False when none can be made.
    ///
    /// - Parameter name: at most 15 bytes, for those who look at the process.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(name, body))
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                // A reader that goes away in the middle of a text is an error of the write, no signal.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGPIPE)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                Threads.name(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            return false
        }
        #if canImport(Glibc)
            pthread_detach(thread)
        #else
            if let thread { pthread_detach(thread) }
        #endif
        return true
    }
}

/// Wakes a thread that waits in `poll`.
struct WakePipe: Sendable {
    let reading: Int32
    private let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        reading = ends[0]
        writing = ends[1]
    }

    func ring() {
        var one: UInt8 = 1
        // A full pipe rings already.
        _ = write(writing, &one, 1)
    }

    func clear() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while bytes.withUnsafeMutableBytes({ raw in raw.baseAddress.map { read(reading, $0, raw.count) } ?? 0 }) == 64 {
        }
    }

    func close() {
        #if canImport(Glibc)
            _ = Glibc.close(reading)
            _ = Glibc.close(writing)
        #else
            _ = Darwin.close(reading)
            _ = Darwin.close(writing)
        #endif
    }
}
