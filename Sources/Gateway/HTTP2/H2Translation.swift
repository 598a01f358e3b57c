import NIOCore
import NIOHPACK
import NIOHTTP1

/// Why a message in HTTP/2 is not well-formed, beyond what the library has looked at.
struct H2Malformed: Error, Equatable {
    var reason: String
}

/// HTTP/2's messages as the rest of the gate reads them, and back (RFC 9113, section 8).
///
/// Fields keep their order; names are lower case. `:authority` becomes the first field, `host`. A body of unknown length is marked by a field
/// `transfer-encoding: chunked` as in HTTP/1.1, which goes no further. Cookie crumbs stay apart.
enum H2Translation {
    /// Fields of a connection, which HTTP/2 does not have.
    static let connectionFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    ]

    // MARK: Requests

    /// A request's head from a client.
    static func request(_ block: HPACKHeaders, endsStream: Bool) throws(H2Malformed) -> HTTPRequestHead {
        guard block.count <= GatewayLimits.maxFields else { throw H2Malformed(reason: "too many fields") }
        var method: String?
        var path: String?
        var authority: String?
        var fields = HTTPHeaders()
        fields.reserveCapacity(block.count + 1)
        var hosts = 0
        var lengths = 0
        for (name, value, _) in block {
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case ":scheme":
                guard value == "https" else { throw H2Malformed(reason: "another scheme than https") }
            case _ where name.hasPrefix(":"): throw H2Malformed(reason: "an unknown pseudo-header field")
            case _ where connectionFields.contains(name): throw H2Malformed(reason: "a field of HTTP/1.1's connections")
            case "te" where value != "trailers": throw H2Malformed(reason: "a TE field other than trailers")
            case "host":
                // Ours stands first; a second name of the host must say the same.
                hosts += 1
                guard hosts == 1, authority == nil || authority == value else {
                    throw H2Malformed(reason: "two authorities")
                }
                if authority == nil { fields.add(name: "host", value: value) }
            case "content-length":
                lengths += 1
                guard lengths == 1 else { throw H2Malformed(reason: "two lengths") }
                fields.add(name: name, value: value)
            default: fields.add(name: name, value: value)
            }
        }
        guard let method, let path else { throw H2Malformed(reason: "no method or path") }
        var all = HTTPHeaders()
        all.reserveCapacity(fields.count + 2)
        if let authority { all.add(name: "host", value: authority) }
        all.add(contentsOf: fields)
        if !endsStream, lengths == 0 { all.add(name: "transfer-encoding", value: "chunked") }
        return HTTPRequestHead(
            version: HTTPVersion(major: 2, minor: 0), method: HTTPMethod(rawValue: method), uri: path, headers: all)
    }

    /// A request's head for a provider.
    static func block(_ head: HTTPRequestHead) -> HPACKHeaders {
        var block = HPACKHeaders()
        block.reserveCapacity(head.headers.count + 4)
        block.add(name: ":method", value: head.method.rawValue)
        block.add(name: ":scheme", value: "https")
        block.add(name: ":authority", value: head.headers.first(name: "host") ?? "")
        block.add(name: ":path", value: head.uri)
        for (name, value) in head.headers {
            let lower = name.lowercased()
            if lower == "host" || connectionFields.contains(lower) { continue }
            block.add(name: lower, value: value, indexing: indexing(lower))
        }
        return block
    }

    /// What carries a credential stays out of the compression's table, so that it can't be guessed from sizes (RFC 7541, 7.1).
    private static func indexing(_ name: String) -> HPACKIndexing {
        switch name {
        case "authorization", "x-api-key", "api-key", "x-goog-api-key": .neverIndexed
        case "cookie": .nonIndexable
        default: .indexable
        }
    }

    // MARK: Replies

    /// A reply's head from a provider; nil for an interim one.
    static func reply(_ block: HPACKHeaders) throws(H2Malformed) -> HTTPResponseHead? {
        guard let text = block.first(name: ":status"), text.utf8.count == 3, let status = Int(text),
            (100...599).contains(status)
        else { throw H2Malformed(reason: "no status") }
        guard status >= 200 else {
            guard status != 101 else { throw H2Malformed(reason: "a switch of protocols") }
            return nil
        }
        return HTTPResponseHead(
            version: HTTPVersion(major: 2, minor: 0), status: HTTPResponseStatus(statusCode: status),
            headers: try fields(block))
    }

    /// A reply's head for a client.
    static func block(_ head: HTTPResponseHead) -> HPACKHeaders {
        var block = HPACKHeaders()
        block.reserveCapacity(head.headers.count + 1)
        block.add(name: ":status", value: String(head.status.code))
        for (name, value) in head.headers {
            let lower = name.lowercased()
            if connectionFields.contains(lower) { continue }
            block.add(name: lower, value: value)
        }
        return block
    }

    // MARK: Trailers

    /// Fields of a block without its pseudo-header fields. A connection's fields are refused.
    static func fields(_ block: HPACKHeaders) throws(H2Malformed) -> HTTPHeaders {
        guard block.count <= GatewayLimits.maxFields else { throw H2Malformed(reason: "too many fields") }
        var out = HTTPHeaders()
        out.reserveCapacity(block.count)
        for (name, value, _) in block where !name.hasPrefix(":") {
            guard !connectionFields.contains(name) else {
                throw H2Malformed(reason: "a field of HTTP/1.1's connections")
            }
            out.add(name: name, value: value)
        }
        return out
    }

    /// Trailers as a block.
    static func block(trailers: HTTPHeaders) -> HPACKHeaders {
        var block = HPACKHeaders()
        for (name, value) in trailers { block.add(name: name.lowercased(), value: value) }
        return block
    }
}
