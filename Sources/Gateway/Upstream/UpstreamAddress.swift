/// Base URL of a provider: where requests are sent.
public struct UpstreamAddress: Sendable, Hashable, CustomStringConvertible {
    /// Longest base URL, in bytes.
    public static let maxBytes = 2048

    /// False only for a server on this machine.
    public let secure: Bool
    /// Host name or address literal, lower-case, without brackets.
    public let host: String
    /// Port.
    public let port: Int
    /// Path that stands before every request's path; empty or starting with `/`, not ending with it.
    public let basePath: String

    /// What is wrong with a base URL, and what would mend it.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// Reads `https://host[:port][/path]`. `http` is taken for loopback names and addresses only.
    public init(_ text: String) throws(Problem) {
        func problem(_ words: String) -> Problem {
            Problem(description: "\(words); write it as https://host[:port][/path]")
        }
        guard text.utf8.count <= Self.maxBytes, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw problem("not a URL of up to \(Self.maxBytes) plain characters")
        }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        var rest = text.dropFirst(scheme.count)
        guard rest.hasPrefix("://") else { throw problem("the scheme is missing") }
        guard scheme == "https" || scheme == "http" else { throw problem("the scheme must be https") }
        rest = rest.dropFirst(3)
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        guard !path.contains("?"), !path.contains("#"), !authority.contains("@"), !authority.contains("?") else {
            throw problem("a base URL has no user, query or fragment")
        }
        while path.last == "/" { path = path.dropLast() }
        guard !RequestTarget.hasDotSegments(path) else { throw problem("the path has . or .. in it") }

        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { throw problem("the ] of the address is missing") }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            if !after.isEmpty {
                guard after.first == ":" else { throw problem("the port is not readable") }
                portText = after.dropFirst()
            }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { throw problem("the host is missing") }
        let isLiteral = authority.first == "["
        guard
            host.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || (isLiteral && $0 == UInt8(ascii: ":"))
            })
        else { throw problem("the host holds a character that no host name has") }
        secure = scheme == "https"
        if let portText {
            guard let number = Int(portText), (1...65535).contains(number) else {
                throw problem("the port must be 1 to 65535")
            }
            port = number
        } else {
            port = secure ? 443 : 80
        }
        self.host = host.lowercased()
        basePath = String(path)
        guard secure || Self.isLoopback(self.host) else {
            throw Problem(description: "http:// is for servers on this machine only; use https://\(host)")
        }
    }

    /// An address that a client of the proxy named.
    init(secure: Bool, host: String, port: Int) {
        self.secure = secure
        self.host = host
        self.port = port
        basePath = ""
    }

    /// The value of the Host field.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (secure ? 443 : 80) ? name : "\(name):\(port)"
    }

    public var description: String { "\(secure ? "https" : "http")://\(authority)\(basePath)" }

    /// Whether the host is this machine by its very name.
    public var isLoopback: Bool { Self.isLoopback(host) }

    /// Whether TLS has no name to send and check, since the host is an address.
    var isAddress: Bool { host.contains(":") || host.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) } }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
