import Glibc
import Packs

/// What libFuzzer calls. `FUZZ_TARGET` names the target, `FUZZ_RULES` a folder of rule files or a pack.
///
/// With `FUZZ_SEEDS` set to a folder nothing is fuzzed: the seeds of all targets are written there, made of the rules' own examples.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutablePointer<Int32>?, _ arguments: OpaquePointer?) -> Int32 {
    if let folder = environment("FUZZ_SEEDS") {
        do {
            try Seeds.write(to: folder, rules: environment("FUZZ_RULES") ?? "rules")
            exit(0)
        } catch { stop("seeds: \(error)") }
    }
    Fuzz.target = makeTarget(environment("FUZZ_TARGET") ?? "")
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    Fuzz.target?(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

enum Fuzz {
    /// Set once before the first input; libFuzzer runs on one thread.
    nonisolated(unsafe) static var target: (([UInt8]) -> Void)?
}

/// Ends the process so that libFuzzer keeps the input.
func stop(_ reason: String) -> Never {
    complain("FUZZ: \(reason)")
    abort()
}

private func complain(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

private func makeTarget(_ name: String) -> ([UInt8]) -> Void {
    switch name {
    case "scanner": return ScannerTarget(wraps: false).run
    case "views": return ScannerTarget(wraps: true).run
    case "validators": return ValidatorTarget.run
    case "patterns": return PatternTarget.run
    case "importers": return ImporterTarget.run
    case "rules": return RuleFileTarget.run
    default:
        complain("FUZZ_TARGET is one of scanner, views, validators, patterns, importers, rules")
        exit(2)
    }
}
