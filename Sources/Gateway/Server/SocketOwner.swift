import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whose socket is at the other end of a loopback connection: the kernel's own word.
///
/// Asks NETLINK_SOCK_DIAG for exactly that socket (linux/inet_diag.h, man 7 sock_diag); where that is not to be had (a kernel without
/// the module, a sandbox), reads /proc/net/tcp. One look-up takes about 20 microseconds and is made once a connection.
final class SocketOwner {
    /// Why there is no answer.
    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    /// Layout of the request: netlink header (16 bytes), then `inet_diag_req_v2` (56).
    private enum Layout {
        static let headerBytes = 16
        static let requestBytes = 72
        /// `inet_diag_msg.idiag_uid`, after family and timer (4), the socket's id (48), expiry and queues (12).
        static let uidOffset = headerBytes + 64
        static let replyBytes = headerBytes + 72
        static let family: UInt16 = 20
        static let errorType: UInt16 = 2
        static let maxReplyBytes = 8192
    }

    private static let netlink: Int32 = 16
    private static let sockDiag: Int32 = 4
    private var descriptor: Int32 = -1
    private var sequence: UInt32 = 0

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The user id that owns the socket `peer`, connected to our socket `local`.
    func uid(peer: SocketAddress, local: SocketAddress) throws(Unknown) -> UInt32 {
        guard let from = Endpoint(peer), let to = Endpoint(local) else {
            throw Unknown(description: "not a TCP address")
        }
        do {
            return try ask(from, to)
        } catch {
            return try Self.readTable(from, to, after: error)
        }
    }

    private struct Endpoint {
        /// Network byte order.
        var address: [UInt8]
        var port: UInt16
        var isV6: Bool { address.count == 16 }

        init?(_ address: SocketAddress) {
            guard let port = address.port else { return nil }
            self.port = UInt16(truncatingIfNeeded: port)
            // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address.
            let place = address.protocol == .inet6 ? 8..<24 : 4..<8
            self.address = address.withSockAddr { base, size in
                let bytes = UnsafeRawBufferPointer(start: base, count: size)
                return size >= place.upperBound ? Array(bytes[place]) : []
            }
            guard !self.address.isEmpty else { return nil }
        }

        var padded: [UInt8] { address + [UInt8](repeating: 0, count: 16 - address.count) }
        var portBytes: [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF)] }
    }

    // MARK: Netlink

    private func ask(_ from: Endpoint, _ to: Endpoint) throws(Unknown) -> UInt32 {
        if descriptor < 0 {
            descriptor = socket(Self.netlink, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Self.sockDiag)
            guard descriptor >= 0 else { throw Unknown(description: "no netlink socket (errno \(errno))") }
        }
        sequence &+= 1
        let request = Self.request(from, to, sequence: sequence)
        guard send(descriptor, request, request.count, 0) == request.count else {
            throw Unknown(description: "netlink refuses the question (errno \(errno))")
        }
        var reply = [UInt8](repeating: 0, count: Layout.maxReplyBytes)
        // Answers to questions that were given up on may still be queued: few, so a handful of tries.
        for _ in 0..<4 {
            let count = recv(descriptor, &reply, reply.count, 0)
            guard count >= Layout.headerBytes + 4 else {
                throw Unknown(description: "netlink gives no answer (errno \(errno))")
            }
            guard Self.number32(reply, 8) == sequence else { continue }
            let type = UInt16(reply[4]) | UInt16(reply[5]) << 8
            if type == Layout.errorType {
                throw Unknown(
                    description: "no such socket (netlink error \(Int32(bitPattern: Self.number32(reply, 16))))")
            }
            guard type == Layout.family, count >= Layout.replyBytes else { break }
            return Self.number32(reply, Layout.uidOffset)
        }
        throw Unknown(description: "netlink's answer is not readable")
    }

    private static func request(_ from: Endpoint, _ to: Endpoint, sequence: UInt32) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Layout.requestBytes)
        let native = { (value: UInt32) in withUnsafeBytes(of: value) { Array($0) } }
        out += native(UInt32(Layout.requestBytes))
        // nlmsg_type SOCK_DIAG_BY_FAMILY, nlmsg_flags NLM_F_REQUEST: two 16-bit numbers.
        out += withUnsafeBytes(of: Layout.family) { Array($0) } + withUnsafeBytes(of: UInt16(1)) { Array($0) }
        out += native(sequence) + native(0)
        out += [UInt8(from.isV6 ? AF_INET6 : AF_INET), UInt8(IPPROTO_TCP), 0, 0]
        // Every state.
        out += native(.max)
        out += from.portBytes + to.portBytes + from.padded + to.padded
        // Any interface, no cookie.
        out += native(0) + native(.max) + native(.max)
        return out
    }

    private static func number32(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt32.self) }
    }

    // MARK: The table

    /// Larger than any table of a workstation; what stands after it is not found.
    private static let maxTableBytes = 4 << 20

    private static func readTable(_ from: Endpoint, _ to: Endpoint, after first: Unknown) throws(Unknown) -> UInt32 {
        let path = from.isV6 ? "/proc/net/tcp6" : "/proc/net/tcp"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unknown(description: "\(first.description); \(path): errno \(errno)") }
        defer { close(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while text.count < maxTableBytes {
            let count = read(file, &piece, piece.count)
            guard count > 0 else { break }
            text += piece[..<count]
        }
        guard let uid = uid(in: text, from: tableForm(from), to: tableForm(to)) else {
            throw Unknown(description: "\(first.description); not in \(path)")
        }
        return uid
    }

    /// Fields of a line: slot, local, remote, state, queues, timer, retransmits, uid (Documentation/networking/proc_net_tcp.rst).
    static func uid(in table: [UInt8], from: String, to: String) -> UInt32? {
        for line in table.split(separator: 0x0A).dropFirst() {
            let fields = line.split(separator: 0x20)
            guard fields.count > 7, fields[1].elementsEqual(from.utf8), fields[2].elementsEqual(to.utf8) else {
                continue
            }
            return UInt32(String(decoding: fields[7], as: UTF8.self))
        }
        return nil
    }

    private static func tableForm(_ end: Endpoint) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        // Each 32-bit word of the address is printed as a number of the host's byte order.
        for word in stride(from: 0, to: end.address.count, by: 4) {
            let value = end.address.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: word, as: UInt32.self) }
            for shift in stride(from: 28, through: 0, by: -4) { out.append(digits[Int(value >> UInt32(shift) & 15)]) }
        }
        out.append(0x3A)
        for shift in stride(from: 12, through: 0, by: -4) { out.append(digits[Int(end.port >> UInt16(shift) & 15)]) }
        return String(decoding: out, as: UTF8.self)
    }
}
