import Gateway
import Glibc
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Packs
import Policy
import Testing

@testable import Agent

@Suite struct ControlTests {
    private func serve(
        _ answer: @escaping @Sendable (ControlQuestion, ControlPeer) async -> ControlAnswer,
        _ body: (String) async throws -> Void
    ) async throws {
        var template = Array("/tmp/sluice-agent-XXXXXX".utf8CString)
        let path = String(cString: mkdtemp(&template)) + "/agent.sock"
        let server = ControlServer(
            group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            answer: answer)
        try await server.start(at: path)
        try await body(path)
        await server.stop()
    }

    /// The client blocks, so it gets a thread of its own.
    private func ask(_ path: String, _ question: ControlQuestion) async throws -> ControlAnswer {
        try await NIOThreadPool.singleton.runIfActive { try ControlClient(path: path, seconds: 10).ask(question) }
    }

    @Test func aQuestionIsAnsweredAndTheSocketIsTheOwnersAlone() async throws {
        try await serve({ question, _ in ControlAnswer(reloaded: "asked \(question.op.rawValue)") }) {
            path async throws in
            let answer = try await ask(path, ControlQuestion(.reload))
            #expect(answer.reloaded == "asked reload")
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func whatTheAgentRefusesIsAnErrorOfTheClient() async throws {
        try await serve({ _, _ in ControlAnswer(error: "policy.toml:1:10: no") }) { path in
            await #expect(throws: AgentProblem("policy.toml:1:10: no")) {
                try await ask(path, ControlQuestion(.reload))
            }
        }
    }

    @Test func noAgentIsSaidSo() async {
        await #expect(throws: ControlClient.NotRunning.self) {
            try await ask("/tmp/sluice-none.sock", ControlQuestion(.status))
        }
    }

    @Test func framesAreTakenApartForEveryCut() throws {
        let frame = { (text: String) in
            var buffer = ByteBuffer()
            buffer.writeInteger(UInt32(text.utf8.count))
            buffer.writeString(text)
            return Array(buffer.readableBytesView)
        }
        let bytes = frame("one") + frame("") + frame("three")
        for cut in 0...bytes.count {
            let channel = EmbeddedChannel(handler: ByteToMessageHandler(FrameDecoder()))
            try channel.writeInbound(ByteBuffer(bytes: bytes[..<cut]))
            try channel.writeInbound(ByteBuffer(bytes: bytes[cut...]))
            var texts: [String] = []
            while let part = try channel.readInbound(as: ByteBuffer.self) { texts.append(String(buffer: part)) }
            #expect(texts == ["one", "", "three"])
            _ = try channel.finish()
        }
    }

    @Test func aFrameOverTheLimitIsRefusedBeforeItIsHeld() throws {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(FrameDecoder()))
        var header = ByteBuffer()
        header.writeInteger(UInt32(ControlProtocol.maxQuestionBytes))
        try channel.writeInbound(header)
        let over = EmbeddedChannel(handler: ByteToMessageHandler(FrameDecoder()))
        header.clear()
        header.writeInteger(UInt32(ControlProtocol.maxQuestionBytes + 1))
        #expect(throws: AgentProblem.self) { try over.writeInbound(header) }
        _ = try? channel.finish()
    }

    @Test func routesAreThoseOfTheCatalogueAndNeverTheGatewayItself() throws {
        let catalogue = try PolicyHome().readCatalogue()
        var settings = AgentSettings(paths: AgentPaths(environment: { _ in nil }))
        let standard = try Routes.make(settings, catalogue)
        // Every provider with an address that is the same for all its customers.
        #expect(standard.map(\.provider) == catalogue.providers.filter { $0.gatewayURL != nil }.map(\.id))
        #expect(standard.count >= 20)
        #expect(standard.first { $0.provider == "openai" }?.surface == "openai-api")
        #expect(standard.allSatisfy { $0.upstream.secure || $0.upstream.isLoopback })
        settings.upstreams = [
            "google": try .init("https://europe-west1-aiplatform.googleapis.com"),
            "microsoft": try .init("https://resource.openai.azure.com"), "openai": try .init("http://localhost:9"),
        ]
        let set = Dictionary(uniqueKeysWithValues: try Routes.make(settings, catalogue).map { ($0.provider, $0) })
        #expect(set["google"]?.surface == "vertex-ai")
        #expect(set["microsoft"]?.surface == "azure-openai")
        #expect(set["openai"]?.surface == "openai-api")
        // A local server's usual port may be the gateway's own.
        settings.port = 11434
        #expect(try !Routes.make(settings, catalogue).contains { $0.provider == "ollama" })
        settings.upstreams["nobody"] = try .init("https://nobody.example")
        #expect(throws: AgentProblem.self) { try Routes.make(settings, catalogue) }
        settings.upstreams = ["openai": try .init("http://localhost:\(settings.port)/anthropic")]
        #expect(throws: AgentProblem.self) { try Routes.make(settings, catalogue) }
    }
}
