import Glibc
import Testing

@testable import Agent

@Suite("Whether a human asks")
struct HumanCheckTests {
    typealias Facts = HumanCheck.Facts

    private func refusal(_ chain: [Facts]) -> String? {
        HumanCheck { pid in chain.indices.contains(Int(pid) - 100) ? chain[Int(pid) - 100] : nil }
            .refusal(of: ControlPeer(pid: 100, uid: 1000))
    }

    /// Processes of which each is the next one's child.
    private func chain(_ names: [String]..., terminal: Bool = true, variables: Set<String> = []) -> [Facts] {
        names.enumerated().map { index, list in
            Facts(
                parent: index + 1 < names.count ? Int32(101 + index) : 1, hasTerminal: terminal, names: list,
                variables: index == 0 ? variables : [])
        }
    }

    @Test func aShellInATerminalIsAHumans() {
        #expect(refusal(chain(["sluice"], ["bash"], ["gnome-terminal-server"])) == nil)
        #expect(refusal(chain(["sluice"], ["zsh"], ["tmux: server", "tmux"])) == nil)
        #expect(refusal(chain(["sluice"], ["bash"], ["sshd"])) == nil)
    }

    @Test func anAssistantAnywhereAboveIsNoHuman() {
        #expect(refusal(chain(["sluice"], ["bash"], ["node", "claude"], ["bash"], ["konsole"])) != nil)
        #expect(refusal(chain(["sluice"], ["bash"], ["python3", "aider"], ["xterm"])) != nil)
        #expect(refusal(chain(["sluice"], ["bash"], ["xterm"], ["codex"])) != nil)
    }

    @Test func whatAnAssistantSetsGivesItAway() {
        #expect(refusal(chain(["sluice"], ["bash"], ["xterm"], variables: ["PATH", "CLAUDECODE"])) != nil)
    }

    @Test func withoutATerminalOrWithAnOrphanedOneNobodyIsThere() {
        #expect(refusal(chain(["sluice"], ["bash"], ["xterm"], terminal: false)) != nil)
        // script or setsid, started by something that is gone.
        #expect(refusal(chain(["sluice"], ["sh"], ["script"])) != nil)
        #expect(refusal([]) != nil)
    }

    @Test func aLoopOfParentsEnds() {
        let loop = [Facts(parent: 100, hasTerminal: true, names: ["sh"], variables: [])]
        #expect(refusal(loop) != nil)
    }

    @Test func theTestsOwnProcessCanBeRead() throws {
        let facts = try #require(Facts(process: getpid()))
        #expect(facts.parent == getppid())
        #expect(facts.variables.contains("PATH"))
        #expect(Facts(process: -1) == nil)
    }
}
