import Events
import Testing

@testable import Journal

@Suite struct CourierMachineTests {
    private func machine(_ change: (inout CourierLimits) -> Void = { _ in }) -> CourierMachine {
        var limits = CourierLimits()
        change(&limits)
        return CourierMachine(limits: limits, seed: 1)
    }

    private func answer(_ status: Int, committed: UInt64? = nil, retryAfter: Int? = nil) -> CourierMachine.Outcome {
        .answered(status: status, retryAfterSeconds: retryAfter, committed: committed)
    }

    private func pause(_ action: CourierMachine.Action) -> UInt64? {
        if case .wait(let milliseconds, _) = action { milliseconds } else { nil }
    }

    @Test("events are loaded, sent, acknowledged, and then it sleeps until the next signal") func straight() {
        var machine = machine()
        #expect(machine.start() == .load(maxEvents: 200, maxBytes: 1 << 20))
        #expect(machine.next(.loaded([1, 2, 3])) == .send(count: 3))
        #expect(machine.condition == .delivering)
        #expect(machine.next(answer(200, committed: 3)) == .acknowledge(upTo: 3))
        #expect(machine.next(.done) == .load(maxEvents: 200, maxBytes: 1 << 20))
        #expect(machine.next(.loaded([])) == .wait(milliseconds: 300_000, wakes: true))
        #expect(machine.condition == .idle)
    }

    @Test("a partial commit is taken, one of more than was sent is cut, one of nothing is a failure") func partial() {
        var machine = machine()
        _ = machine.next(.loaded([5, 6, 7]))
        #expect(machine.next(answer(200, committed: 6)) == .acknowledge(upTo: 6))
        _ = machine.next(.loaded([7]))
        #expect(machine.next(answer(200, committed: 900)) == .acknowledge(upTo: 7))
        _ = machine.next(.loaded([8]))
        #expect(pause(machine.next(answer(200, committed: 7))) != nil)
        _ = machine.next(.done)
        _ = machine.next(.loaded([8]))
        #expect(pause(machine.next(answer(200, committed: nil))) != nil)
    }

    @Test("pauses double from the first to the longest, spread over their upper half") func backoff() {
        var machine = machine()
        var expected: UInt64 = 500
        for _ in 0..<15 {
            _ = machine.next(.loaded([1]))
            let waited = pause(machine.next(.failed("no connection"))) ?? 0
            #expect((expected / 2...expected).contains(waited))
            expected = min(expected * 2, 60_000)
        }
        #expect(machine.condition == .retrying(reason: "no connection"))
        // One success starts from the beginning.
        _ = machine.next(.loaded([1]))
        _ = machine.next(answer(200, committed: 1))
        _ = machine.next(.loaded([2]))
        #expect((pause(machine.next(.failed("x"))) ?? 0) <= 500)
    }

    @Test("a signal does not shorten a pause after a failure") func noHammering() {
        var machine = machine()
        for outcome in [answer(503), answer(401), answer(404), .failed("x")] {
            _ = machine.next(.loaded([1]))
            guard case .wait(_, let wakes) = machine.next(outcome) else {
                Issue.record("no pause")
                continue
            }
            #expect(!wakes)
        }
    }

    @Test("Retry-After is a lower bound, itself bounded", arguments: [429, 503]) func retryAfter(_ status: Int) {
        for (asked, low) in [(0, 250), (2, 2000), (3600, 3_600_000), (999_999_999, 3_600_000), (-5, 250)]
            as [(Int, UInt64)]
        {
            var machine = machine()
            _ = machine.next(.loaded([1]))
            let waited = pause(machine.next(answer(status, retryAfter: asked))) ?? 0
            #expect(waited >= low && waited <= max(low + 500, 500))
        }
    }

    @Test("a refusal is told apart and waits long", arguments: [401, 403, 404, 301]) func refused(_ status: Int) {
        var machine = machine()
        _ = machine.next(.loaded([1]))
        #expect((pause(machine.next(answer(status))) ?? 0) >= 450_000)
        guard case .refused = machine.condition else {
            Issue.record("not refused")
            return
        }
    }

    @Test("a batch that is refused as such shrinks down to the event at fault, which is set aside") func poison() {
        var machine = machine()
        _ = machine.next(.loaded(Array(1...8)))
        #expect(machine.next(answer(413)) == .send(count: 4))
        #expect(machine.next(answer(413)) == .send(count: 2))
        #expect(machine.next(answer(413)) == .send(count: 1))
        for _ in 0..<2 {
            #expect(pause(machine.next(answer(422))) != nil)
            #expect(machine.next(.done) == .load(maxEvents: 1, maxBytes: 1 << 20))
            #expect(machine.next(.loaded([1])) == .send(count: 1))
        }
        #expect(machine.next(answer(422)) == .setAside(1))
        _ = machine.next(.done)
        // The rest goes through, in batches that grow again.
        #expect(machine.next(.loaded([2])) == .send(count: 1))
        #expect(machine.next(answer(200, committed: 2)) == .acknowledge(upTo: 2))
        #expect(machine.next(.done) == .load(maxEvents: 2, maxBytes: 1 << 20))
    }

    @Test("random weather: nothing lost, nothing doubled, and only what is refused set aside", arguments: 1...40)
    func model(_ seed: UInt64) {
        var weather = SplitMix(state: seed)
        var machine = CourierMachine(limits: CourierLimits(), seed: seed)
        let poison = Set((0..<3).map { _ in UInt64.random(in: 1...300, using: &weather) })
        var acknowledged: UInt64 = 0
        var appended: UInt64 = 0
        var stored: [UInt64: Int] = [:]
        var aside: Set<UInt64> = []
        var loaded: [UInt64] = []
        var action = machine.start()
        var steps = 0
        while acknowledged < 300 {
            steps += 1
            guard steps < 100_000 else {
                Issue.record("no end")
                return
            }
            appended = min(300, appended + UInt64.random(in: 0...5, using: &weather))
            switch action {
            case .load(let limit, _):
                loaded = acknowledged < appended ? Array((acknowledged + 1)...appended).prefix(limit).map { $0 } : []
                action = machine.next(.loaded(loaded))
            case .send(let count):
                let batch = loaded.prefix(count)
                switch Int.random(in: 0..<6, using: &weather) {
                case 0: action = machine.next(.failed("down"))
                case 1: action = machine.next(answer(503, retryAfter: 1))
                default:
                    if !poison.isDisjoint(with: batch) {
                        action = machine.next(answer(422))
                        continue
                    }
                    // The collector drops what it holds already, so a doubled delivery stays one.
                    for sequence in batch where stored[sequence] == nil { stored[sequence] = 1 }
                    let isReplyLost = Int.random(in: 0..<4, using: &weather) == 0
                    action = machine.next(isReplyLost ? .failed("reset") : answer(200, committed: batch.last))
                }
            case .acknowledge(let sequence):
                #expect(sequence > acknowledged)
                for number in (acknowledged + 1)...sequence { #expect(stored[number] == 1) }
                acknowledged = sequence
                action = machine.next(.done)
            case .setAside(let sequence):
                #expect(sequence == acknowledged + 1)
                aside.insert(sequence)
                acknowledged = sequence
                action = machine.next(.done)
            case .wait: action = machine.next(.done)
            }
        }
        #expect(aside == poison && Set(stored.keys).union(aside) == Set(1...300))
    }
}

/// SplitMix64: the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
