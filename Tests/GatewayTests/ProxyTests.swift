import Inspection
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import Policy
import PromptFormats
import Testing

@testable import Gateway

/// The forward proxy with HTTP/1.1 on both legs.
@Suite struct ProxyTests {
    // MARK: Whom it connects to

    @Test(arguments: [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "169.254.1.1", "169.254.169.254", "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:0:127.0.0.1", "fe80::1", "febf::1", "ff02::1",
        "fd00:ec2::254",
    ])
    func anAddressOfThisMachineOrOfACloudIsForbidden(_ text: String) throws {
        #expect(AddressRules.problem(try SocketAddress(ipAddress: text, port: 443)) != nil)
    }

    @Test(arguments: [
        "10.0.0.1", "192.168.1.1", "8.8.8.8", "2606:4700::1", "fd12:3456::1", "169.253.1.1", "64:ff9b::808:808",
    ])
    func otherAddressesAreNot(_ text: String) throws {
        #expect(AddressRules.problem(try SocketAddress(ipAddress: text, port: 443)) == nil)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var target: String
        var status: Int
        var testDescription: String { target }
    }

    @Test(arguments: [
        Refusal(target: "example.org", status: 400), Refusal(target: "example.org:", status: 400),
        Refusal(target: "example.org:0", status: 400), Refusal(target: "example.org:65536", status: 400),
        Refusal(target: "example.org:+443", status: 400), Refusal(target: "user@example.org:443", status: 400),
        Refusal(target: "ex ample.org:443", status: 400), Refusal(target: "[::1%25lo]:443", status: 400),
        Refusal(target: ":443", status: 400), Refusal(target: "a..b:443", status: 400),
        Refusal(target: "example.org:22", status: 403), Refusal(target: "127.0.0.1:443", status: 403),
        Refusal(target: "[::1]:443", status: 403), Refusal(target: "[::ffff:169.254.169.254]:80", status: 403),
        Refusal(target: "loop.example:443", status: 403), Refusal(target: "mixed.example:443", status: 403),
        Refusal(target: "metadata.example:80", status: 403), Refusal(target: "nowhere.example:443", status: 502),
        Refusal(target: "api.openai.com:80", status: 403), Refusal(target: "API.OpenAI.com.:80", status: 403),
    ])
    func aConnectThatMayNotBeIsRefusedAndNothingIsConnectedTo(_ one: Refusal) async throws {
        let names = Names { name in
            switch name {
            case "loop.example": ["127.0.0.1"]
            case "mixed.example": ["192.0.2.1", "127.0.0.1"]
            case "metadata.example": ["169.254.169.254"]
            default: []
            }
        }
        let gate = try await TestGateway(proxy: { _ in
            var proxy = ProxyConfiguration(issuer: TestAuthority.device)
            proxy.lookup = names.lookup(redirectingTo: nil)
            return proxy
        })
        let reply = try await gate.ask("CONNECT \(one.target) HTTP/1.1\r\nHost: \(one.target)\r\n\r\n")
        #expect(reply.status == one.status, "\(reply.status) \(reply.text)")
        #expect(gate.standIn.connections == 0 && gate.inspector.prompts.isEmpty)
        await gate.stop()
    }

    @Test func theOwnPortIsRefusedUnderAnyName() async throws {
        let gate = try await TestGateway.proxied()
        let reply = try await gate.ask("CONNECT example.org:\(gate.port) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(reply.status == 403)
        await gate.stop()
    }

    @Test func aConnectWithABodyIsRefused() async throws {
        let gate = try await TestGateway.proxied()
        for field in ["Content-Length: 3", "Transfer-Encoding: chunked"] {
            let client = try await gate.client()
            client.send("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\(field)\r\n\r\n")
            #expect(try await client.reply().status == 400)
            await client.close()
        }
        #expect(gate.standIn.connections == 0)
        await gate.stop()
    }

    // MARK: Tunnels

    @Test func aTunnelCarriesBytesAsTheyAreAndResolvesOnce() async throws {
        let names = Names { _ in ["127.0.0.1"] }
        let echo = try await EchoServer()
        let gate = try await TestGateway(proxy: { _ in
            var proxy = ProxyConfiguration()
            proxy.allowsLoopback = true
            proxy.lookup = names.lookup(redirectingTo: echo.port)
            return proxy
        })
        let client = try await gate.client()
        // Bytes that follow at once belong to the tunnel.
        let all = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let connect = "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\nUser-Agent: test/1\r\n\r\n"
        client.send(Array(connect.utf8) + all[..<1000])
        #expect(try await client.reply().status == 200)
        client.send(all[1000...])
        #expect(try await client.read { $0.count >= all.count } == all)
        // The client has said all; the server still answers what came before it knew.
        try await client.channel.close(mode: .output).get()
        #expect(try await client.untilClosed() == all + Array("the end".utf8))
        #expect(names.questions == ["example.org"])
        #expect(gate.inspector.prompts.isEmpty)
        await gate.stop()
        let use = TunnelUse(
            host: "example.org", application: "test/1", bytesOut: all.count, bytesIn: all.count + "the end".utf8.count)
        #expect(gate.tunnels.withLockedValue { $0 } == [use])
        await echo.stop()
    }

    @Test func aReaderThatStopsHoldsUpTheServerAndNotTheMemory() async throws {
        let piece = [UInt8](repeating: 0x61, count: 65_536)
        let gate = try await TestGateway(
            proxy: { port in
                var proxy = ProxyConfiguration()
                proxy.allowsLoopback = true
                proxy.lookup = Names { _ in ["127.0.0.1"] }.lookup(redirectingTo: port)
                return proxy
            }, answer: { _ in .endless(head: [], piece: piece) })
        let client = try await gate.client(reads: false)
        client.send("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        try await gate.standIn.waitForRequests(1)
        var last = -1
        // Until the stand-in's socket takes no more.
        while gate.standIn.streamedBytes != last {
            last = gate.standIn.streamedBytes
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(last < 32 << 20)
        await client.close()
        try await gate.standIn.waitForNoConnection()
        await gate.stop()
    }

    // MARK: Interception

    @Test func aCatalogueHostIsInspectedAndItsRequestKeepsItsFields() async throws {
        let gate = try await TestGateway.proxied()
        let client = try await gate.tunnel("api.openai.com")
        for text in ["one", "two"] {
            client.send(
                proxied(
                    chat(text),
                    fields: ["X-zeta: 1", "Authorization: Bearer k", "origin: https://example.org", "x-ALPHA: 2"]))
            let reply = try await client.reply()
            #expect(reply.status == 200 && reply.text == "{}")
        }
        #expect(gate.inspector.prompts.map(\.channel) == [.proxy, .proxy])
        let prompt = try #require(gate.inspector.prompts.first)
        #expect(prompt.destination.provider == "openai" && prompt.destination.surface == "openai-api")
        #expect(prompt.destination.host == "api.openai.com" && prompt.destination.model == "gpt-5")
        let request = try #require(gate.standIn.requests.first)
        #expect(request.line == "POST /v1/chat/completions HTTP/1.1")
        #expect(
            request.fields.map(\.name) == ["Host", "X-zeta", "Authorization", "origin", "x-ALPHA", "Content-Length"])
        #expect(request.value("Host") == "api.openai.com")
        #expect(request.body == Array(chat("one").utf8))
        #expect(gate.standIn.connections == 1)
        await client.close()
        await gate.stop()
    }

    @Test func aStoppedPromptIsRefusedInTheTunnelAndTheProviderIsNotConnectedTo() async throws {
        let gate = try await TestGateway.proxied(
            host: "api.anthropic.com",
            ScriptedInspector { _ in
                Verdict(action: .block, tier: .tolerated, eventID: "e1", message: "Sluice stopped this prompt.")
            })
        let client = try await gate.tunnel("api.anthropic.com")
        client.send(proxied(chat("x"), host: "api.anthropic.com", path: "/v1/messages"))
        let reply = try await client.reply()
        #expect(
            reply.status == 400 && reply.text.hasPrefix(#"{"type":"error""#) && reply.value("x-sluice-event") == "e1")
        #expect(gate.standIn.connections == 0)
        await client.close()
        await gate.stop()
    }

    @Test func pagesMayReadRepliesThroughTheProxy() async throws {
        let gate = try await TestGateway.proxied(answer: { _ in
            .bytes(StandIn.reply("{}", fields: ["Access-Control-Allow-Origin: *", "Content-Type: application/json"]))
        })
        let client = try await gate.tunnel("api.openai.com")
        client.send(proxied(chat("x"), fields: ["Origin: https://example.org", "Sec-Fetch-Site: cross-site"]))
        let reply = try await client.reply()
        #expect(reply.status == 200 && reply.value("access-control-allow-origin") == "*")
        await client.close()
        await gate.stop()
    }

    @Test func theGreetingMustNameTheHostOfTheTunnel() async throws {
        let gate = try await TestGateway.proxied()
        await #expect(throws: (any Error).self) {
            _ = try await gate.tunnel("api.openai.com", name: "api.anthropic.com")
        }
        await #expect(throws: (any Error).self) { _ = try await gate.tunnel("api.openai.com", name: "example.org") }
        #expect(gate.standIn.connections == 0)
        await gate.stop()
    }

    @Test func plainBytesInATunnelToAProviderGoNowhere() async throws {
        let gate = try await TestGateway.proxied()
        let client = try await gate.client()
        client.send("CONNECT api.openai.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await client.reply().status == 200)
        client.send(proxied(chat("x")))
        #expect(try await client.untilClosed().isEmpty)
        #expect(gate.standIn.connections == 0 && gate.inspector.prompts.isEmpty)
        await gate.stop()
    }

    @Test(arguments: [
        "api.anthropic.com", "api.openai.com:8443", "api.openai.com, api.openai.com", "API.OPENAI.COM.evil.example", "",
    ])
    func eachRequestMustNameTheHostOfTheTunnel(_ host: String) async throws {
        let gate = try await TestGateway.proxied()
        let client = try await gate.tunnel("api.openai.com")
        client.send(proxied(chat("x"), host: host))
        #expect(try await client.reply().status == 421)
        #expect(gate.standIn.connections == 0 && gate.inspector.prompts.isEmpty)
        await client.close()
        await gate.stop()
    }

    @Test func aBadCertificateOfTheProviderIsA502InItsShape() async throws {
        let gate = try await TestGateway.proxied(
            host: "api.anthropic.com", originContext: try TestAuthority.origin.serverContext("other.example"))
        let client = try await gate.tunnel("api.anthropic.com")
        client.send(proxied(chat("x"), host: "api.anthropic.com", path: "/v1/messages"))
        let reply = try await client.reply()
        #expect(reply.status == 502 && reply.text.hasPrefix(#"{"type":"error""#) && reply.text.contains("certificate"))
        #expect(gate.standIn.requests.isEmpty)
        await client.close()
        await gate.stop()
    }

    @Test func aProviderWhoseNameLeadsToThisMachineIsNotReached() async throws {
        let gate = try await TestGateway(proxy: { _ in
            var proxy = ProxyConfiguration(issuer: TestAuthority.device)
            proxy.lookup = Names { _ in ["127.0.0.1"] }.lookup(redirectingTo: nil)
            return proxy
        })
        let client = try await gate.tunnel("api.openai.com")
        client.send(proxied(chat("x")))
        let reply = try await client.reply()
        #expect(reply.status == 502 && reply.text.contains("loopback"))
        #expect(gate.standIn.connections == 0)
        await client.close()
        await gate.stop()
    }

    @Test func withoutAnAuthorityAProviderIsRefusedAndOthersAreTunnelled() async throws {
        let gate = try await TestGateway.proxied(authority: nil)
        let reply = try await gate.ask("CONNECT api.openai.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(reply.status == 503 && reply.text.contains("sluice ca install"))
        #expect(try await gate.ask("CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        await gate.stop()
    }

    @Test func oneContextIsKeptForAHost() async throws {
        let contexts = InterceptionContexts(TestAuthority.device)
        let first = try contexts.context(for: "api.openai.com")
        #expect(try contexts.context(for: "api.openai.com") === first)
        for number in 0..<(GatewayLimits.maxInterceptionContexts + 5) {
            _ = try contexts.context(for: "r\(number).openai.azure.com")
        }
        #expect(contexts.count == GatewayLimits.maxInterceptionContexts)
    }

    // MARK: The script for browsers

    @Test func theScriptSendsTheCatalogueAndNothingElseThroughUs() async throws {
        let gate = try await TestGateway.proxied()
        let reply = try await gate.ask("GET /proxy.pac HTTP/1.1\r\nHost: 127.0.0.1:\(gate.port)\r\n\r\n")
        #expect(reply.status == 200 && reply.value("content-type") == "application/x-ns-proxy-autoconfig")
        #expect(reply.text.contains(#""api.openai.com":1"#) && reply.text.contains(#""*.openai.azure.com""#))
        #expect(reply.text.contains("PROXY 127.0.0.1:\(gate.port)") && !reply.text.contains("localhost"))
        let page = "GET /proxy.pac HTTP/1.1\r\nHost: 127.0.0.1:\(gate.port)\r\nOrigin: https://a.example\r\n\r\n"
        #expect(try await gate.ask(page).status == 403)
        let script = PACFile.script([#"a";alert(1);""#], watched: ["*.w.example"], port: 1)
        #expect(!script.contains("alert") && script.contains(#""*.w.example""#))
        await gate.stop()
    }

    // MARK: Absolute URLs

    @Test func anAbsoluteURLIsSentOnAsItIs() async throws {
        let gate = try await TestGateway(
            proxy: { port in
                var proxy = ProxyConfiguration()
                proxy.allowsLoopback = true
                proxy.lookup = Names { _ in ["127.0.0.1"] }.lookup(redirectingTo: port)
                return proxy
            }, answer: { _ in .bytes(StandIn.chunked(["a", "bc"], type: "text/plain")) })
        let client = try await gate.client()
        for _ in 0..<2 {
            client.send(
                "POST http://intranet.example/a?b=c HTTP/1.1\r\nX-b: 1\r\nHost: intranet.example\r\nProxy-Connection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"
            )
            let reply = try await client.reply()
            #expect(reply.status == 200 && reply.text == "abc")
        }
        let request = try #require(gate.standIn.requests.first)
        #expect(request.line == "POST /a?b=c HTTP/1.1" && request.body == Array("hello".utf8))
        #expect(request.fields.map(\.name) == ["X-b", "Host", "Content-Length"])
        #expect(gate.standIn.connections == 1 && gate.inspector.prompts.isEmpty)
        await client.close()
        await gate.stop()
    }

    @Test(arguments: [
        ("http://api.openai.com/v1/models", "api.openai.com", 403), ("http://a.example/", "b.example", 400),
        ("http://a.example:22/", "a.example:22", 403), ("http://127.0.0.1/", "127.0.0.1", 502),
        ("http://a.example/../b", "a.example", 400), ("http://user@a.example/", "a.example", 403),
        ("https://a.example/", "a.example", 403), ("ftp://a.example/", "a.example", 403),
    ])
    func anAbsoluteURLThatMayNotBeIsRefused(_ url: String, _ host: String, _ status: Int) async throws {
        let gate = try await TestGateway(proxy: { _ in
            var proxy = ProxyConfiguration(issuer: TestAuthority.device)
            proxy.lookup = Names { _ in ["127.0.0.1"] }.lookup(redirectingTo: nil)
            return proxy
        })
        let reply = try await gate.ask("GET \(url) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(reply.status == status, "\(reply.status) \(reply.text)")
        #expect(gate.standIn.connections == 0)
        await gate.stop()
    }
}

/// Answers each byte with itself, and the end of the client's bytes with a last word.
final class EchoServer: Sendable {
    let port: Int
    private let channel: any NIOCore.Channel

    init() async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress!.port!
    }

    func stop() async { try? await channel.close() }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.channel.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed? = event as? ChannelEvent else { return }
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: "the end")).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
