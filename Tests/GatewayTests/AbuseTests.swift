import Inspection
import NIOCore
import NIOPosix
import Policy
import PromptFormats
import Testing

@testable import Gateway

/// What breaks HTTP's rules, or tries to reach the port from where nobody should.
@Suite struct AbuseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// `%P` is the path, `%H` the Host value.
        var request: String
        var statuses: Set<Int> = [400]
        var testDescription: String { name }
    }

    static let malformed = [
        Case(
            name: "two lengths",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        Case(
            name: "the same length twice",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        Case(name: "a list of lengths", request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 2, 2\r\n\r\n{}"),
        Case(
            name: "length and chunks",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case(
            name: "chunks and length",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        Case(
            name: "two codings",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Case(
            name: "chunked is not last",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
        Case(
            name: "chunked for an old client",
            request: "POST %P HTTP/1.0\r\nHost: %H\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case(
            name: "a chunk of no size",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n"),
        Case(
            name: "a folded field",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nX-A: b\r\n folded\r\nContent-Length: 0\r\n\r\n"),
        Case(name: "NUL in a field", request: "POST %P HTTP/1.1\r\nHost: %H\r\nX-A: b\0c\r\nContent-Length: 0\r\n\r\n"),
        Case(name: "CR in a field", request: "POST %P HTTP/1.1\r\nHost: %H\r\nX-A: b\rc\r\nContent-Length: 0\r\n\r\n"),
        Case(name: "bare LF", request: "POST %P HTTP/1.1\nHost: %H\nContent-Length: 0\n\n"),
        Case(name: "a space before the colon", request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length : 0\r\n\r\n"),
        Case(name: "an empty name", request: "POST %P HTTP/1.1\r\nHost: %H\r\n: x\r\nContent-Length: 0\r\n\r\n"),
        Case(name: "a negative length", request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: -1\r\n\r\n"),
        Case(
            name: "a length past all bounds",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        Case(name: "another version", request: "POST %P HTTP/3.0\r\nHost: %H\r\nContent-Length: 0\r\n\r\n"),
        Case(name: "no version", request: "POST %P\r\n\r\n"),
        Case(name: "TLS", request: "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}\r\n\r\n"),
        Case(name: "HTTP/2", request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case(
            name: "a field that is too long",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\nX-A: \(String(repeating: "a", count: 200_000))\r\n\r\n"),
        Case(
            name: "too many fields",
            request:
                "POST %P HTTP/1.1\r\nHost: %H\r\n\(String(repeating: "X-A: b\r\n", count: 300))Content-Length: 0\r\n\r\n"
        ),
        Case(
            name: "a header that is too long",
            request: "POST %P HTTP/1.1\r\nHost: %H\r\n"
                + String(repeating: "X-A: \(String(repeating: "a", count: 1000))\r\n", count: 100) + "\r\n"),
        Case(
            name: "a URL that is too long",
            request: "POST %P?\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: %H\r\nContent-Length: 0\r\n\r\n"),
        Case(name: "an absolute URL", request: "GET http://api.openai.com/v1/models HTTP/1.1\r\nHost: %H\r\n\r\n"),
        Case(name: "dots", request: "GET /openai/../v1 HTTP/1.1\r\nHost: %H\r\n\r\n"),
        Case(name: "encoded dots", request: "GET /openai/%2e%2E/v1 HTTP/1.1\r\nHost: %H\r\n\r\n"),
        Case(name: "a backslash", request: "GET /openai\\..\\v1 HTTP/1.1\r\nHost: %H\r\n\r\n"),
        Case(
            name: "an upgrade",
            request: "GET /openai/v1/realtime HTTP/1.1\r\nHost: %H\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        ),
        Case(
            name: "CONNECT", request: "CONNECT api.openai.com:443 HTTP/1.1\r\nHost: %H\r\n\r\n", statuses: [400, 405]),
        Case(name: "TRACE", request: "TRACE %P HTTP/1.1\r\nHost: %H\r\n\r\n", statuses: [405]),
    ]

    static let foreign = [
        Case(name: "no Host", request: "GET /openai/v1/models HTTP/1.1\r\n\r\n", statuses: [403]),
        Case(
            name: "two Hosts", request: "GET /openai/v1/models HTTP/1.1\r\nHost: %H\r\nHost: evil.example\r\n\r\n",
            statuses: [400, 403]),
        Case(
            name: "another Host", request: "GET /openai/v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            statuses: [403]),
        Case(
            name: "another port", request: "GET /openai/v1/models HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n",
            statuses: [403]),
        Case(name: "no port", request: "GET /openai/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", statuses: [403]),
        Case(
            name: "a name that begins like ours",
            request: "GET /healthz HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n", statuses: [403]),
        Case(
            name: "Origin",
            request: "GET /openai/v1/models HTTP/1.1\r\nHost: %H\r\nOrigin: https://evil.example\r\n\r\n",
            statuses: [403]),
        Case(
            name: "our own Origin", request: "GET /healthz HTTP/1.1\r\nHost: %H\r\nOrigin: http://%H\r\n\r\n",
            statuses: [403]),
        Case(
            name: "null Origin", request: "GET /healthz HTTP/1.1\r\nHost: %H\r\nOrigin: null\r\n\r\n", statuses: [403]),
        Case(
            name: "a page's request",
            request: "GET /openai/v1/models HTTP/1.1\r\nHost: %H\r\nSec-Fetch-Site: cross-site\r\n\r\n",
            statuses: [403]),
        Case(
            name: "a preflight",
            request:
                "OPTIONS %P HTTP/1.1\r\nHost: %H\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
            statuses: [403]),
    ]

    static let lost = [
        Case(name: "the root", request: "GET / HTTP/1.1\r\nHost: %H\r\n\r\n", statuses: [404]),
        Case(name: "no provider", request: "GET /nobody/v1 HTTP/1.1\r\nHost: %H\r\n\r\n", statuses: [404]),
        Case(name: "a provider alone", request: "GET /openai HTTP/1.1\r\nHost: %H\r\n\r\n", statuses: [404]),
    ]

    private func answer(_ gate: TestGateway, _ one: Case) async throws -> WireReply {
        let request = one.request.replacing("%P", with: "/openai/v1/chat/completions")
            .replacing("%H", with: "127.0.0.1:\(gate.port)")
        return try await gate.ask(request)
    }

    @Test(arguments: malformed + foreign + lost)
    func isRefusedAndNothingLeaves(_ one: Case) async throws {
        let gate = try await TestGateway()
        let reply = try await answer(gate, one)
        #expect(one.statuses.contains(reply.status), "\(reply.status) \(reply.text)")
        #expect(reply.text.hasPrefix(#"{"error":{"message":""#))
        #expect(!reply.fields.contains { $0.name.lowercased().hasPrefix("access-control") })
        #expect(gate.standIn.connections == 0)
        #expect(gate.inspector.prompts.isEmpty)
        // The gateway serves on.
        #expect(try await gate.ask(gate.post(chat("x"))).status == 200)
        await gate.stop()
    }

    @Test func aLostClientIsToldTheBaseURLs() async throws {
        let gate = try await TestGateway()
        let reply = try await gate.ask("GET / HTTP/1.1\r\nHost: localhost:\(gate.port)\r\n\r\n")
        #expect(reply.text.contains("http://127.0.0.1:\(gate.port)/openai/v1"))
        #expect(reply.text.contains("http://127.0.0.1:\(gate.port)/anthropic"))
        await gate.stop()
    }

    @Test func everyLoopbackNameIsServed() async throws {
        let gate = try await TestGateway()
        for name in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
            let reply = try await gate.ask(
                "GET /healthz HTTP/1.1\r\nHost: \(name):\(gate.port)\r\nSec-Fetch-Site: none\r\n\r\n")
            #expect(reply.status == 200 && reply.text == #"{"status":"ok"}"#)
        }
        await gate.stop()
    }

    @Test func anotherUsersConnectionIsClosedUnread() async throws {
        let gate = try await TestGateway(uid: getuid() + 1)
        let client = try await gate.client()
        client.send(gate.post(chat("x")))
        #expect(try await client.untilClosed().isEmpty)
        #expect(gate.inspector.prompts.isEmpty && gate.standIn.connections == 0)
        await gate.stop()
    }

    @Test func theKernelNamesTheOwnerOfASocketOnBothFamilies() async throws {
        for host in ["127.0.0.1", "::1"] {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(
                host: host, port: 0
            ).get()
            let client = try await RawClient(port: try #require(listener.localAddress?.port), host: host)
            let owner = SocketOwner()
            #expect(
                try owner.uid(peer: #require(client.channel.localAddress), local: #require(listener.localAddress))
                    == getuid())
            // A port that nobody connected from.
            let nobody = try SocketAddress(ipAddress: host, port: 1)
            #expect(throws: SocketOwner.Unknown.self) {
                try owner.uid(peer: nobody, local: #require(listener.localAddress))
            }
            await client.close()
            try await listener.close()
        }
    }

    @Test func theTableOfProcIsReadAsTheKernelWritesIt() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1E6C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10 1 0 100 0 0 10 0
               1: 0100007F:D431 0100007F:1E6C 01 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 20 4 30 10 -1
            """
        let find = { SocketOwner.uid(in: Array(table.utf8), from: $0, to: "0100007F:1E6C") }
        #expect(find("0100007F:D431") == 1000)
        #expect(find("0100007F:D432") == nil)
    }
}
