#if Desktop && os(Linux)
    import CXCB
    import Glibc

    /// Reads targets of foreign selections, in one piece or in many (INCR, ICCCM 2.7.2). One target of a selection at a time.
    final class X11Reader {
        private struct Reading {
            var generation: Int
            var selection: ClipboardSelection
            var target: String
            var maxBytes: Int
            /// Nil until the owner begins to send in pieces.
            var pieces: [UInt8]?
            var isTooLarge = false
        }

        private let connection: X11Connection
        /// By the property that the owner is to write to. A new one each time, so that a late answer is never taken for another.
        private var readings: [xcb_atom_t: Reading] = [:]
        private var turn = 0
        /// Under which type the owner gave a target last: `TEXT` may be any of several.
        private(set) var types: [String: xcb_atom_t] = [:]
        private static let properties = 16

        init(_ connection: X11Connection) { self.connection = connection }

        /// Asks the owner; `TARGETS` for the list. With that a new content begins.
        func ask(
            _ selection: xcb_atom_t, _ side: ClipboardSelection, generation: Int, target: String, maxBytes: Int,
            stamp: UInt32
        ) {
            if target == X11Backend.targets { types = [:] }
            turn = (turn + 1) % Self.properties
            let property = connection.atom("SLUICE_DATA_\(turn)")
            readings[property] = Reading(
                generation: generation, selection: side, target: target, maxBytes: maxBytes)
            xcb_convert_selection(
                connection.handle, connection.window, selection, connection.atom(target), property, stamp)
        }

        /// Forgets what is read of a generation.
        func drop(_ generation: Int) {
            for (property, reading) in readings where reading.generation == generation {
                readings[property] = nil
                xcb_delete_property(connection.handle, connection.window, property)
            }
        }

        /// Whether the owner's answer was awaited: where its value is of this type, pieces follow.
        func answered(_ event: xcb_selection_notify_event_t) -> ClipboardEvent? {
            guard event.requestor == connection.window else { return nil }
            if event.property == 0 {
                // The owner refuses. Which request it was, its target tells.
                let name = connection.names(of: [event.target]).first
                guard let found = readings.first(where: { $0.value.target == name && $0.value.pieces == nil }) else {
                    return nil
                }
                readings[found.key] = nil
                return Self.failed(found.value)
            }
            guard var reading = readings[event.property] else { return nil }
            guard let value = take(event.property, reading.maxBytes) else {
                readings[event.property] = nil
                return Self.failed(reading)
            }
            if value.type == connection.atom("INCR") {
                reading.pieces = []
                let size = X11Connection.words(value.bytes).first ?? 0
                if Int(size) > reading.maxBytes {
                    readings[event.property] = nil
                    return .read(generation: reading.generation, target: reading.target, .tooLarge)
                }
                reading.pieces?.reserveCapacity(Int(size))
                readings[event.property] = reading
                return nil
            }
            readings[event.property] = nil
            guard value.format == 8 || reading.target == X11Backend.targets else { return Self.failed(reading) }
            types[reading.target] = value.type
            return finish(reading, value.bytes, isTooLarge: value.left > 0 || value.bytes.count > reading.maxBytes)
        }

        /// A piece came.
        func changed(_ property: xcb_atom_t) -> ClipboardEvent? {
            guard var reading = readings[property], var pieces = reading.pieces else { return nil }
            reading.pieces = nil
            guard let value = take(property, reading.maxBytes) else {
                readings[property] = nil
                return Self.failed(reading)
            }
            if value.bytes.isEmpty, value.left == 0 {
                readings[property] = nil
                return finish(reading, pieces, isTooLarge: reading.isTooLarge)
            }
            guard value.format == 8 else {
                readings[property] = nil
                return Self.failed(reading)
            }
            types[reading.target] = value.type
            if pieces.count + value.bytes.count + value.left > reading.maxBytes {
                readings[property] = nil
                xcb_delete_property(connection.handle, connection.window, property)
                return .read(generation: reading.generation, target: reading.target, .tooLarge)
            }
            readings[property] = nil
            pieces += value.bytes
            reading.pieces = pieces
            readings[property] = reading
            return nil
        }

        private func take(_ property: xcb_atom_t, _ maxBytes: Int) -> X11Connection.Property? {
            connection.property(
                connection.ask(property, of: connection.window, maxBytes: maxBytes, delete: true))
        }

        private func finish(_ reading: Reading, _ bytes: [UInt8], isTooLarge: Bool) -> ClipboardEvent {
            if reading.target == X11Backend.targets {
                let atoms = X11Connection.words(bytes).prefix(ClipboardLimits.maxTargets * 4)
                return .offered(generation: reading.generation, connection.names(of: Array(atoms)))
            }
            return .read(
                generation: reading.generation, target: reading.target, isTooLarge ? .tooLarge : .bytes(bytes))
        }

        private static func failed(_ reading: Reading) -> ClipboardEvent {
            reading.target == X11Backend.targets
                ? .offered(generation: reading.generation, [])
                : .read(generation: reading.generation, target: reading.target, .failed)
        }
    }
#endif
