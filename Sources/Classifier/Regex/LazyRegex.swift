import CPCRE2
import Synchronization

/// A regex that PCRE2 compiles on first use, once, whichever thread comes first.
///
/// Compiled code is read-only and shared by all threads; match data and stack belong to a `RegexMemory`. The pointer is
/// published with release and read with acquire ordering and freed only in `deinit`, when nobody can hold the regex.
final class LazyRegex: Sendable {
    let pattern: String
    /// Match only at the start offset. PCRE2's JIT takes this at compile time alone.
    let isAnchored: Bool
    /// Whether a search may be told that more text could make a match (`RegexMemory.Outcome.partial`).
    let isOpenEnded: Bool
    /// The code's address, 0 until compiled.
    private let code = Atomic<UInt>(0)
    private let isBroken = Atomic<Bool>(false)
    private let compiling = Mutex<Void>(())

    init(_ pattern: String, isAnchored: Bool, isOpenEnded: Bool) {
        self.pattern = pattern
        self.isOpenEnded = isOpenEnded
        self.isAnchored = isAnchored
    }

    deinit {
        pcre2_code_free_8(OpaquePointer(bitPattern: code.load(ordering: .relaxed)))
    }

    /// The code, compiled if need be; nil if PCRE2 refuses the pattern.
    func compiled() -> OpaquePointer? {
        if let ready = OpaquePointer(bitPattern: code.load(ordering: .acquiring)) { return ready }
        return compiling.withLock { _ in
            if let ready = OpaquePointer(bitPattern: code.load(ordering: .acquiring)) { return ready }
            if isBroken.load(ordering: .relaxed) { return nil }
            guard case .success(let made) = Self.compile(pattern, isAnchored: isAnchored) else {
                isBroken.store(true, ordering: .relaxed)
                return nil
            }
            // Without JIT (no writable and executable memory allowed) pcre2_match interprets the same code.
            let modes = PCRE2_JIT_COMPLETE | (isOpenEnded ? PCRE2_JIT_PARTIAL_SOFT : 0)
            _ = pcre2_jit_compile_8(made, UInt32(modes))
            code.store(UInt(bitPattern: made), ordering: .releasing)
            return made
        }
    }

    struct Failure: Error {
        var message: String
        var offset: Int
    }

    /// What a check of the pattern learns.
    struct Facts {
        var captureCount: Int
        var matchesEmpty: Bool
    }

    /// Compiles and forgets; for the check of a rule.
    static func check(_ pattern: String) throws(Failure) -> Facts {
        let code = try compile(pattern, isAnchored: false).get()
        defer { pcre2_code_free_8(code) }
        var captures: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captures)
        var empty: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_MATCHEMPTY), &empty)
        return Facts(captureCount: Int(captures), matchesEmpty: empty != 0)
    }

    private static func compile(_ pattern: String, isAnchored: Bool) -> Result<OpaquePointer, Failure> {
        var text = pattern
        return text.withUTF8 { buffer in
            var error: Int32 = 0
            var offset = 0
            let start = isAnchored ? UInt32(PCRE2_ANCHORED) : UInt32(PCRE2_USE_OFFSET_LIMIT)
            let options = UInt32(PCRE2_NEVER_BACKSLASH_C) | start
            guard let code = pcre2_compile_8(buffer.baseAddress, buffer.count, options, &error, &offset, nil) else {
                var message = [UInt8](repeating: 0, count: 256)
                let length = pcre2_get_error_message_8(error, &message, message.count)
                let words = String(decoding: message.prefix(max(0, Int(length))), as: UTF8.self)
                return .failure(Failure(message: words, offset: offset))
            }
            return .success(code)
        }
    }
}

/// What PCRE2 writes to while it matches: one thread's.
struct RegexMemory: ~Copyable {
    /// Nil if there was no memory for it; every match then ends at its limit, and the scan says that it is incomplete.
    private let data: OpaquePointer?
    private let context: OpaquePointer?
    private let stack: OpaquePointer?

    /// Most capture groups that a rule may have.
    static let maxCaptures = 63
    private static let stackStart = 32 << 10
    /// Bound of the JIT's stack, in bytes. Reaching it ends the match as `matchLimit`.
    static let maxStackBytes = 512 << 10
    /// Bound of the interpreter's heap, in KiB.
    static let maxHeapKiB: UInt32 = 4096

    init(matchLimit: UInt32) {
        data = pcre2_match_data_create_8(UInt32(Self.maxCaptures + 1), nil)
        context = pcre2_match_context_create_8(nil)
        guard let context else {
            stack = nil
            return
        }
        stack = pcre2_jit_stack_create_8(Self.stackStart, Self.maxStackBytes, nil)
        pcre2_set_match_limit_8(context, matchLimit)
        pcre2_set_depth_limit_8(context, matchLimit)
        pcre2_set_heap_limit_8(context, Self.maxHeapKiB)
        if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    }

    deinit {
        pcre2_match_context_free_8(context)
        if let stack { pcre2_jit_stack_free_8(stack) }
        pcre2_match_data_free_8(data)
    }

    enum Outcome: Equatable {
        case noMatch
        case match(whole: Range<Int>, value: Range<Int>)
        /// No match, but one might come with bytes after `end`.
        case partial
        case limit
    }

    /// Searches `subject[start..<end]` for a match that begins at `lastStart` or before; assertions may look at what stands
    /// before `start`.
    ///
    /// Precondition: `0 <= start <= end`, and `subject` is readable up to `end`. `group` is the capture that is the value,
    /// the whole match if it did not take part.
    @inline(__always)
    func match(
        _ code: OpaquePointer, _ subject: UnsafeRawPointer, from start: Int, lastStart: Int?, to end: Int, group: Int,
        isPartial: Bool
    ) -> Outcome {
        guard let data, let context else { return .limit }
        pcre2_set_offset_limit_8(context, lastStart ?? Int(bitPattern: UInt.max))
        let text = subject.assumingMemoryBound(to: UInt8.self)
        let options = isPartial ? UInt32(PCRE2_PARTIAL_SOFT) : 0
        let count = pcre2_match_8(code, text, end, start, options, data, context)
        if count == PCRE2_ERROR_NOMATCH { return .noMatch }
        if count == PCRE2_ERROR_PARTIAL { return .partial }
        guard count >= 0, let offsets = pcre2_get_ovector_pointer_8(data) else { return .limit }
        // \K can put the start of a match behind its end: no value then.
        guard offsets[0] <= offsets[1] else { return .noMatch }
        let whole = offsets[0]..<offsets[1]
        // Alternatives may each have a group of their own: of those from `group` on, the first that took part is the value.
        var group = group
        let groups = group <= 0 ? 0 : count == 0 ? Self.maxCaptures + 1 : Int(count)
        while group < groups {
            let (start, last) = (offsets[2 * group], offsets[2 * group + 1])
            // A group that took no part is PCRE2_UNSET, the largest size there is, which reads as -1.
            if start >= 0, start <= last { return .match(whole: whole, value: start..<last) }
            group += 1
        }
        return .match(whole: whole, value: whole)
    }

    /// Where a group of the last match stands; nil if it took no part. Only right after `match` returned one.
    func lastMatch(group: Int) -> Range<Int>? {
        guard group <= Self.maxCaptures, let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
        let (start, end) = (offsets[2 * group], offsets[2 * group + 1])
        // PCRE2_UNSET, the largest size there is, reads as -1.
        guard start >= 0, start <= end else { return nil }
        return start..<end
    }
}
