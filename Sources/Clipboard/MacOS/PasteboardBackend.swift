#if canImport(AppKit)
    // Not built here: written for macOS, where nobody has compiled or run it yet. The general pasteboard has a counter and no events, and its
    // readers can't be told, so it is looked at from `descriptors`' next wake-up on and guarded like Wayland's.
    import AppKit

    final class PasteboardBackend: ClipboardBackend {
        let name = "macos"
        let tellsRequestors = false
        var descriptors: [pollfd] { [] }
        var deadline: UInt64? { next }
        private var seen = NSPasteboard.general.changeCount
        private var next: UInt64 = 0

        /// How often the counter is looked at, in milliseconds.
        private static let interval: UInt64 = 500

        func events(_ ready: [pollfd], at now: UInt64) -> [ClipboardEvent] {
            next = now + Self.interval
            let count = NSPasteboard.general.changeCount
            guard count != seen else { return [] }
            seen = count
            return [.changed(.clipboard, .other(stamp: UInt32(truncatingIfNeeded: count), program: nil))]
        }

        func perform(_ action: ClipboardAction, at now: UInt64) -> [ClipboardEvent] {
            let board = NSPasteboard.general
            switch action {
            case .askTargets(_, let generation):
                return [.offered(generation: generation, (board.types ?? []).map(\.rawValue))]
            case .read(_, let generation, let target, let maxBytes):
                let data = board.data(forType: NSPasteboard.PasteboardType(target))
                let reading = data.map { $0.count > maxBytes ? ClipboardReading.tooLarge : .bytes(Array($0)) }
                return [.read(generation: generation, target: target, reading ?? .failed)]
            // Watched only: what is copied is judged and told, not replaced.
            case .takeOver(_, let generation, _, _): return [.tookOver(generation: generation, false)]
            default: return []
            }
        }

        func flush() {}
        func close() {}
    }
#endif
