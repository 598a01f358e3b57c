import Glibc

/// Asks the agent over its control socket. Blocks; for short commands, which have nothing else to do.
public struct ControlClient: Sendable {
    private let path: String
    /// Seconds to wait for an answer.
    private let seconds: Int

    /// Takes the socket's path.
    public init(path: String, seconds: Int = 30) {
        self.path = path
        self.seconds = seconds
    }

    /// No agent listens.
    public struct NotRunning: Error, CustomStringConvertible {
        public let description: String
    }

    /// Asks once. Throws `NotRunning`, or `AgentProblem` with what the agent says is wrong.
    public func ask(_ question: ControlQuestion) throws -> ControlAnswer {
        let descriptor = try connect()
        defer { close(descriptor) }
        let body = try ControlCoding.encode(question)
        try write(withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body, to: descriptor)
        let length = try read(4, from: descriptor).reduce(0) { $0 << 8 | Int($1) }
        guard length <= ControlProtocol.maxAnswerBytes else { throw AgentProblem("the agent's answer is too large") }
        let answer = try ControlCoding.decode(ControlAnswer.self, read(length, from: descriptor))
        if let error = answer.error { throw AgentProblem(error) }
        return answer
    }

    private func connect() throws -> Int32 {
        let name = Array(path.utf8)
        guard name.count <= ControlServer.maxPathBytes else {
            throw NotRunning(description: "\(path) is too long for a socket")
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw AgentProblem("no socket: \(String(cString: strerror(errno)))") }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw NotRunning(description: "no agent answers at \(path) (\(reason)); start it with: sluice agent run")
        }
        return descriptor
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw AgentProblem("the agent does not read: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    private func read(_ count: Int, from descriptor: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress?.advanced(by: filled), count - filled, 0)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw AgentProblem("the agent closed the connection without an answer") }
            filled += got
        }
        return bytes
    }
}
