import Policy

/// Host and port that a client of the proxy names.
struct ProxyTarget: Sendable, Hashable {
    /// Normalised name, or an address literal without brackets.
    var host: String
    var port: Int

    /// Reads `host:port` of a CONNECT request; nil where it is not in that form. An IPv6 address stands in brackets.
    init?(authority: String) {
        guard let (host, port) = Self.split(authority), let port else { return nil }
        self.host = host
        self.port = port
    }

    /// Reads the authority of an absolute URL or a Host field, where the port may be missing.
    init?(authority: String, standardPort: Int) {
        guard let (host, port) = Self.split(authority) else { return nil }
        self.host = host
        self.port = port ?? standardPort
    }

    /// As it is written in a Host field for `https`, or for `http`.
    func authority(secure: Bool) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (secure ? 443 : 80) ? name : "\(name):\(port)"
    }

    private static func split(_ authority: String) -> (String, Int?)? {
        guard authority.utf8.count <= 300 else { return nil }
        var rest = authority[...]
        let host: String
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<close].lowercased()
            // No zone: it names an interface of this machine.
            guard host.contains(":"), host.utf8.allSatisfy({ isHex($0) || $0 == 0x3A || $0 == 0x2E }) else {
                return nil
            }
            rest = rest[rest.index(after: close)...]
        } else {
            let name = rest.prefix { $0 != ":" }
            guard let plain = CatalogueHosts.normalised(name) else { return nil }
            host = plain
            rest = rest[name.endIndex...]
        }
        if rest.isEmpty { return (host, nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        return (host, port)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Takes `http://authority/path?query` apart; nil where the target is not in that form. A missing path is `/`.
    static func absolute(_ target: String) -> (target: ProxyTarget, path: String)? {
        let scheme = "http://"
        guard target.prefix(scheme.count).lowercased() == scheme else { return nil }
        let rest = target.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let place = ProxyTarget(authority: String(authority), standardPort: 80) else { return nil }
        let path = rest[authority.endIndex...]
        return (place, path.first == "/" ? String(path) : "/" + path)
    }
}
