import NIOHTTP1
import PromptFormats

/// Which header fields go on, in their order, spelling and value. docs/gateway.md has the list for people.
enum HeaderRules {
    /// Fields of one connection, not of the request (RFC 9110, section 7.6.1).
    static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// How the body leaves.
    struct Outgoing {
        /// Value of the Host field.
        var authority: String
        /// Bytes of the body; nil if the request has none and says nothing about it.
        var bodyBytes: Int?
        /// Whether the reply must come without content coding, so that values can be put back.
        var needsPlainReply: Bool
        /// Whether the body's content codings were undone.
        var dropsCoding = false
        /// Fields that policy sets or takes out.
        var edits: [WireEdits.HeaderEdit] = []
    }

    /// The fields that go to the provider.
    static func toProvider(_ headers: HTTPHeaders, _ outgoing: Outgoing) -> HTTPHeaders {
        let named = connectionTokens(headers)
        var out = HTTPHeaders()
        out.reserveCapacity(headers.count + 1)
        var lengthWritten = false
        var codingWritten = false
        for (name, value) in headers {
            let lower = name.lowercased()
            switch lower {
            case "host":
                out.add(name: name, value: outgoing.authority)
            case "content-length", "transfer-encoding":
                guard let bytes = outgoing.bodyBytes, !lengthWritten else { continue }
                out.add(name: lower == "content-length" ? name : "Content-Length", value: String(bytes))
                lengthWritten = true
            case "accept-encoding" where outgoing.needsPlainReply:
                guard !codingWritten else { continue }
                out.add(name: name, value: "identity")
                codingWritten = true
            case "content-encoding" where outgoing.dropsCoding:
                continue
            // The body is held here, so there is nothing left to ask the provider for.
            case "expect":
                continue
            default:
                if hopByHop.contains(lower) || named.contains(lower) { continue }
                out.add(name: name, value: value)
            }
        }
        if outgoing.needsPlainReply, !codingWritten { out.add(name: "Accept-Encoding", value: "identity") }
        apply(outgoing.edits, to: &out)
        return out
    }

    /// Puts the pieces together into which HTTP/2 may cut a Cookie field (RFC 9113, 8.2.3): HTTP/1.1 has it once, where its first piece was.
    static func joiningCookies(_ headers: HTTPHeaders) -> HTTPHeaders {
        let cookies = headers["cookie"]
        guard cookies.count > 1 else { return headers }
        var out = HTTPHeaders()
        out.reserveCapacity(headers.count)
        var written = false
        for (name, value) in headers {
            guard name.lowercased() == "cookie" else {
                out.add(name: name, value: value)
                continue
            }
            if !written { out.add(name: name, value: cookies.joined(separator: "; ")) }
            written = true
        }
        return out
    }

    /// The fields of a request whose body goes on as it comes.
    static func passing(
        _ headers: HTTPHeaders, authority: String, edits: [WireEdits.HeaderEdit] = []
    ) -> HTTPHeaders {
        let named = connectionTokens(headers)
        var out = HTTPHeaders()
        out.reserveCapacity(headers.count)
        for (name, value) in headers {
            let lower = name.lowercased()
            switch lower {
            case "host": out.add(name: name, value: authority)
            // Checked before to be nothing but chunked.
            case "transfer-encoding": out.add(name: name, value: value)
            case "expect": continue
            default:
                if hopByHop.contains(lower) || named.contains(lower) { continue }
                out.add(name: name, value: value)
            }
        }
        apply(edits, to: &out)
        return out
    }

    /// Sets or takes out fields as policy demands.
    private static func apply(_ edits: [WireEdits.HeaderEdit], to headers: inout HTTPHeaders) {
        for edit in edits {
            headers.remove(name: edit.name)
            if let value = edit.value { headers.add(name: edit.name, value: value) }
        }
    }

    /// The fields that go to the client. `keepsLength` is false when the body may change on its way; `length` is what it has become.
    /// At the port itself no page may read a reply, whatever the provider allows on its own; through the proxy pages are clients like any.
    static func toClient(
        _ headers: HTTPHeaders, length: Int?, keepsLength: Bool, event: String?, isProxied: Bool
    ) -> HTTPHeaders {
        let named = connectionTokens(headers)
        var out = HTTPHeaders()
        out.reserveCapacity(headers.count + 2)
        for (name, value) in headers {
            let lower = name.lowercased()
            if hopByHop.contains(lower) || named.contains(lower) { continue }
            if lower == "content-length" {
                if keepsLength { out.add(name: name, value: length.map(String.init) ?? value) }
                continue
            }
            if !isProxied, lower.hasPrefix("access-control-") { continue }
            // Ours; another's would be mistaken for it.
            if lower == "x-sluice-event" { continue }
            out.add(name: name, value: value)
        }
        if let event { out.add(name: "x-sluice-event", value: event) }
        return out
    }

    /// Trailers without what may not stand there: how the message is framed or routed, and what we say ourselves (RFC 9110, 6.5.1).
    static func trailers(_ fields: HTTPHeaders?) -> HTTPHeaders? {
        guard let fields, !fields.isEmpty else { return nil }
        let forbidden: Set<String> = ["content-length", "host", "content-encoding", "x-sluice-event"]
        let kept = fields.filter {
            !hopByHop.contains($0.name.lowercased()) && !forbidden.contains($0.name.lowercased())
        }
        return kept.isEmpty ? nil : HTTPHeaders(kept.map { ($0.name, $0.value) })
    }

    /// What is wrong with a head, as a sentence; nil if nothing is. The decoder has refused most of it before.
    static func problem(_ head: HTTPRequestHead, allowsUpgrade: Bool = false) -> String? {
        guard [1, 2].contains(head.version.major) else { return "HTTP/1.0, HTTP/1.1 and HTTP/2 are served here." }
        if head.headers.contains(where: { $0.name.utf8.isEmpty || $0.value.unicodeScalars.contains("\u{FFFD}") }) {
            return "A header field is not UTF-8."
        }
        let lengths = head.headers["content-length"]
        let codings = head.headers["transfer-encoding"]
        if lengths.count > 1 { return "A request has one Content-Length at most." }
        if !lengths.isEmpty, !codings.isEmpty { return "A request has Content-Length or Transfer-Encoding, not both." }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), Int(length) != nil else {
                return "Content-Length must be a number."
            }
        }
        if codings.count > 1 || codings.contains(where: { $0.lowercased() != "chunked" }) {
            return "The only Transfer-Encoding is chunked."
        }
        if !codings.isEmpty, head.version == .http1_0 { return "HTTP/1.0 has no chunked bodies." }
        if !allowsUpgrade, head.headers.contains(name: "upgrade") {
            return "Upgrades (WebSocket, h2c) are not served; use plain HTTP requests."
        }
        return nil
    }

    private static func connectionTokens(_ headers: HTTPHeaders) -> Set<String> {
        var out: Set<String> = []
        for value in headers["connection"] {
            for token in value.split(separator: ",") {
                let name = token.filter { $0 != " " && $0 != "\t" }.lowercased()
                // What carries the request's meaning can't be declared a connection's own.
                if !["host", "content-length", "authorization", "x-api-key", "content-type", "content-encoding"]
                    .contains(name)
                {
                    out.insert(name)
                }
            }
        }
        return out
    }
}
