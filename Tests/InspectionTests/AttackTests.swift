import Glibc
import Policy
import Primitives
import PromptFormats
import Synchronization
import Testing

@testable import Inspection

/// Each test is one way past the gate that must not work.
@Suite struct AttackTests {
    @Test("A password found by its key alone is redacted when it comes back bare, in other words or other codings")
    func bareResend() async throws {
        let line = try Line()
        let password = "vR7#mountain-" + Line.token().suffix(4)
        let first = Line.prompt(["config:\n  password: \(password)\nwhy does login fail?"])
        #expect(await line.inspector.inspect(first).action == .redact)
        let base64 = VaultEncodings.all(of: Array(("xy" + password + "z").utf8)).first {
            $0.view == VaultEncodings.base64
        }
        let encoded = String(decoding: try #require(base64).bytes, as: UTF8.self)
        for text in [
            "use \(password)", "https://x.example/?p=\(password)", "a\(password)b", "blob \(encoded)",
            "p=vR7%23mountain-\(password.suffix(4))",
        ] {
            let prompt = Line.prompt([text])
            let verdict = await line.inspector.inspect(prompt)
            #expect(verdict.action == .redact)
            let sent = verdict.applied(to: prompt)[0]
            #expect(!sent.contains(password) && !sent.contains("mountain"))
            #expect(!sent.contains(encoded.dropFirst(4).prefix(12)))
        }
    }

    @Test("A password that was refused is refused again without its key")
    func bareAfterBlock() async throws {
        let line = try Line { $0.table["credential"]?.tolerated = .block }
        let password = "kestrel-" + Line.token().suffix(6)
        #expect(await line.inspector.inspect(Line.prompt(["password=\(password)"])).action == .block)
        #expect(await line.inspector.inspect(Line.prompt(["try \(password) please"])).action == .block)
    }

    @Test("A value that was redacted towards one destination is known towards every other")
    func otherDestination() async throws {
        let line = try Line()
        let password = "juniper-" + Line.token().suffix(6)
        #expect(await line.inspector.inspect(Line.prompt(["password=\(password)"])).action == .redact)
        let other = Line.prompt(["\(password)?"], to: "bad-api", scope: Line.scope(destination: "vendor/bad-api"))
        #expect(await line.inspector.inspect(other).action == .block)
    }

    @Test(
        "Another client, credential, destination or conversation gets nothing for a placeholder, and sees another one")
    func foreignPlaceholder() async throws {
        let line = try Line()
        let token = Line.token()
        let own = Line.scope(conversation: "c1")
        let prompt = Line.prompt(["use \(token)"], scope: own)
        let placeholder = await line.inspector.inspect(prompt).edits[0].replacement
        #expect(line.vault.resolver(for: own).value(for: placeholder, in: .prose) == Array(token.utf8))
        for scope in [
            Line.scope(client: "other", conversation: "c1"), Line.scope(credential: [2], conversation: "c1"),
            Line.scope(destination: "vendor/good-api", conversation: "c1"), Line.scope(conversation: "c2"),
            Line.scope(),
        ] {
            let resolver = line.vault.resolver(for: scope)
            #expect(resolver.isEmpty)
            #expect(resolver.value(for: placeholder, in: .prose) == nil)
            let seen = await line.inspector.inspect(Line.prompt(["use \(token)"], scope: scope)).edits[0].replacement
            #expect(seen != placeholder)
            #expect(line.vault.resolver(for: scope).value(for: placeholder, in: .prose) == nil)
        }
    }

    @Test("A secret that is split over adjacent parts is found and replaced in all of them", arguments: [1, 5, 20, 36])
    func splitSecret(cut: Int) async throws {
        let line = try Line()
        let token = Line.token()
        let texts = ["see " + token.prefix(cut), String(token.dropFirst(cut)) + " there"]
        let prompt = Line.prompt(texts, oneGroup: true)
        let verdict = await line.inspector.inspect(prompt)
        #expect(verdict.action == .redact)
        let sent = verdict.applied(to: prompt)
        let joined = sent.joined()
        let placeholder = try #require(Placeholder.scan(Array(joined.utf8)).first?.placeholder)
        #expect(sent == ["see \(placeholder)", " there"])
        let resolver = line.vault.resolver(for: prompt.scope)
        #expect(resolver.value(for: placeholder.bytes, in: .prose) == Array(token.utf8))
        // Parts of different messages are no one text.
        #expect(await line.inspector.inspect(Line.prompt(texts)).action == .allow)
    }

    @Test("A secret that is split over many small parts, between long ones, is found too")
    func splitOverMany() async throws {
        let line = try Line()
        let token = Line.token()
        let filler = String(repeating: "lorem ipsum ", count: 1_000)
        let letters = token.map { String($0) }
        let texts = [filler + letters[0]] + letters[1..<36] + [letters[36] + " " + filler]
        let prompt = Line.prompt(texts, oneGroup: true)
        let sent = await line.inspector.inspect(prompt).applied(to: prompt).joined()
        #expect(!sent.contains(token) && Placeholder.scan(Array(sent.utf8)).count == 1)
        #expect(sent.hasPrefix(filler) && sent.hasSuffix(" " + filler))
    }

    @Test("A key in one part and its password in the next are seen together")
    func splitContext() async throws {
        let line = try Line()
        let prompt = Line.prompt(["the password: ", "osprey-4711 works"], oneGroup: true)
        let sent = await line.inspector.inspect(prompt).applied(to: prompt)
        #expect(sent[0] == "the password: ")
        #expect(!sent[1].contains("osprey"))
    }

    @Test("A reply can't pull more values out than its cap")
    func restoreCap() async throws {
        let line = try Line()
        let prompt = Line.prompt(["use \(Line.token())"])
        let placeholder = await line.inspector.inspect(prompt).edits[0].replacement
        let resolver = line.vault.resolver(for: prompt.scope)
        let given = (0...Vault.maxRestoresPerReply).count { _ in
            resolver.value(for: placeholder, in: .prose) != nil
        }
        #expect(given == Vault.maxRestoresPerReply)
        #expect(resolver.restoredCount == Vault.maxRestoresPerReply)
        #expect(line.vault.resolver(for: prompt.scope).value(for: placeholder, in: .prose) != nil)
    }

    @Test("A forged placeholder stands for nothing")
    func forged() async throws {
        let line = try Line()
        let prompt = Line.prompt(["use \(Line.token())"])
        _ = await line.inspector.inspect(prompt)
        let resolver = line.vault.resolver(for: prompt.scope)
        for seed in 0..<64 {
            let forged = Placeholder.make(kind: "ACME_TOKEN", digest: [UInt8](repeating: UInt8(seed), count: 32))
            #expect(resolver.value(for: forged.bytes, in: .prose) == nil)
        }
    }

    @Test("More large prompts than the pool has room for wait, and each gets its verdict")
    func fullPool() async throws {
        let threads = ScanThreads(maxThreads: 1, maxQueued: 1)
        let line = try Line(threads: threads)
        let filler = String(repeating: "lorem ipsum dolor sit amet\n", count: 4_000)
        let prompts = (0..<12).map { Line.prompt(["\($0)" + filler + Line.token()]) }
        let verdicts = await withTaskGroup(of: Verdict.self) { group in
            for prompt in prompts { group.addTask { await line.inspector.inspect(prompt) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts.count == 12)
        #expect(verdicts.allSatisfy { $0.action == .redact && $0.edits.count == 1 })
        #expect(threads.waitingCount == 0)
    }

    @Test("A full queue makes callers wait until there is room")
    func backPressure() async throws {
        let threads = ScanThreads(maxThreads: 1, maxQueued: 1)
        let counter = Counter()
        let (started, isStarted) = AsyncStream<Void>.makeStream()
        let release = Gate()
        let first = Task {
            await threads.run {
                isStarted.yield()
                release.wait()
            }
        }
        var events = started.makeAsyncIterator()
        _ = await events.next()
        let others = (0..<3).map { _ in Task { await threads.run { counter.add() } } }
        // One job takes the place in the queue, the other two callers wait.
        while threads.waitingCount < 2 { await Task.yield() }
        #expect(counter.value == 0)
        release.open()
        await first.value
        for task in others { await task.value }
        #expect(counter.value == 3)
        #expect(threads.waitingCount == 0)
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}

/// Blocks a thread of the pool until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    func open() { isOpen.store(true, ordering: .releasing) }
    func wait() { while !isOpen.load(ordering: .acquiring) { sched_yield() } }
}
