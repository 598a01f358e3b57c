import NIOHTTP1

/// What keeps web pages off the port: it is open to every process and every page in a browser, so it trusts nobody.
enum PortDefence {
    /// Why a request is refused, as a sentence for its sender; nil if it may pass.
    ///
    /// Host must name this machine and our port (a name that a web page made resolve to loopback is not such a name). A browser
    /// says where a request comes from by Origin and Sec-Fetch-Site: no page may send, not even one of this machine.
    static func problem(_ headers: HTTPHeaders, port: Int) -> String? {
        let hosts = headers["host"]
        guard hosts.count == 1 else { return "A request needs exactly one Host field." }
        guard isOurs(hosts[0], port: port) else {
            return "The Host field must be 127.0.0.1, localhost or [::1] with port \(port)."
        }
        guard !headers.contains(name: "origin") else {
            return "Requests of web pages (with an Origin field) are not served."
        }
        guard headers["sec-fetch-site"].allSatisfy({ $0 == "none" }) else {
            return "Requests of web pages (Sec-Fetch-Site) are not served."
        }
        return nil
    }

    static func isOurs(_ host: String, port: Int) -> Bool {
        guard let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")) else { return false }
        let number = host[host.utf8.index(after: colon)...]
        guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }), Int(number) == port else { return false }
        let name = host[..<colon].lowercased()
        return name == "localhost" || name == "127.0.0.1" || name == "[::1]"
    }
}
