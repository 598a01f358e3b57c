import NIOCore

/// Which addresses the proxy does not connect to, whatever name led there: this machine, its link, and the servers from which a cloud's
/// machines fetch their credentials. Private networks are reached: intranets are there.
///
/// Sources: RFC 6890 (special purposes), RFC 4291 2.5.5 (IPv4 in IPv6), RFC 6052 (NAT64), RFC 3056 (6to4); metadata services of AWS
/// (169.254.169.254, fd00:ec2::254), Azure (168.63.129.16), Alibaba (100.100.100.200), Oracle (192.0.0.192).
enum AddressRules {
    /// Why an address is refused, as the end of a sentence; nil if it is not.
    static func problem(_ address: SocketAddress, allowsLoopback: Bool = false) -> String? {
        // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address.
        let place: Range<Int>
        switch address.protocol {
        case .inet: place = 4..<8
        case .inet6: place = 8..<24
        default: return "is no network address"
        }
        let bytes = address.withSockAddr { base, size in
            Array(UnsafeRawBufferPointer(start: base, count: size).dropFirst(place.lowerBound).prefix(place.count))
        }
        guard bytes.count == place.count else { return "is no network address" }
        return bytes.count == 4 ? problem(v4: bytes, allowsLoopback) : problem(v6: bytes, allowsLoopback)
    }

    static func problem(v4 a: [UInt8], _ allowsLoopback: Bool) -> String? {
        switch (a[0], a[1], a[2], a[3]) {
        case (127, _, _, _): allowsLoopback ? nil : "is this machine (loopback)"
        case (0, _, _, _): "is this machine (unspecified address)"
        case (169, 254, 169, 254), (168, 63, 129, 16), (100, 100, 100, 200), (192, 0, 0, 192):
            "is a cloud's metadata service"
        case (169, 254, _, _): "is link-local"
        case (224..., _, _, _): "is no single machine (multicast or reserved)"
        default: nil
        }
    }

    static func problem(v6 a: [UInt8], _ allowsLoopback: Bool) -> String? {
        let leading = a.prefix { $0 == 0 }.count
        if leading == 16 { return "is this machine (unspecified address)" }
        if leading == 15, a[15] == 1 { return allowsLoopback ? nil : "is this machine (loopback)" }
        // IPv4 in IPv6: mapped and translated (::ffff:0:a.b.c.d), compatible, NAT64, 6to4.
        if leading >= 12 { return problem(v4: Array(a[12...]), allowsLoopback) }
        if leading == 10, a[10] == 0xFF, a[11] == 0xFF { return problem(v4: Array(a[12...]), allowsLoopback) }
        if leading == 8, a[8] == 0xFF, a[9] == 0xFF { return problem(v4: Array(a[12...]), allowsLoopback) }
        if a.starts(with: [0, 0x64, 0xFF, 0x9B]) { return problem(v4: Array(a[12...]), allowsLoopback) }
        if a.starts(with: [0x20, 0x02]) { return problem(v4: Array(a[2..<6]), allowsLoopback) }
        if a[0] == 0xFE, a[1] & 0xC0 == 0x80 { return "is link-local" }
        if a[0] == 0xFF { return "is no single machine (multicast)" }
        if a.starts(with: [0xFD, 0x00, 0x0E, 0xC2]) { return "is a cloud's metadata service" }
        return nil
    }
}
