#if Desktop && os(Linux)
    import CXCB
    import Glibc

    /// Answers requests for our selections, in one piece or in many.
    final class X11Answers {
        /// A request as the server gave it.
        struct Request {
            var selection: xcb_atom_t
            var target: xcb_atom_t
            var requestor: xcb_window_t
            var property: xcb_atom_t
            var time: UInt32
            /// Of a request for several targets at once: the one that they are part of.
            var whole: Int?
        }

        private struct Several {
            var request: Request
            /// Target and property in turn, as the requestor wrote them; zero where it could not be given.
            var pairs: [UInt32]
            var left: Int
        }

        private struct Transfer {
            var type: xcb_atom_t
            var bytes: [UInt8]
            var sent = 0
            var isDone = false
            var moved: UInt64
        }

        private struct Place: Hashable {
            var window: xcb_window_t
            var property: xcb_atom_t
        }

        /// Pieces of this size go through every server's and toolkit's limit.
        static let pieceBytes = 256 << 10

        private let connection: X11Connection
        private var requests: [Int: Request] = [:]
        private var several: [Int: Several] = [:]
        private var transfers: [Place: Transfer] = [:]
        private var numbers = 0

        init(_ connection: X11Connection) { self.connection = connection }

        /// When the first transfer counts as stalled.
        var deadline: UInt64? {
            transfers.values.map(\.moved).min().map { $0 + ClipboardLimits.stalledMilliseconds }
        }

        // MARK: Requests

        /// Takes a request; returns its parts with their numbers and the names of their targets.
        func take(_ given: Request) -> [(id: Int, request: Request)] {
            var request = given
            // Clients from before ICCCM name no property.
            if request.property == 0 { request.property = request.target }
            numbers += 1
            guard request.target == connection.atom("MULTIPLE") else {
                requests[numbers] = request
                return [(numbers, request)]
            }
            let whole = numbers
            let pairs =
                connection.property(
                    connection.ask(request.property, of: request.requestor, maxBytes: ClipboardLimits.maxTargets * 8)
                ).map { X11Connection.words($0.bytes) } ?? []
            let count = min(pairs.count / 2, ClipboardLimits.maxTargets)
            several[whole] = Several(request: request, pairs: Array(pairs.prefix(count * 2)), left: count)
            if count == 0 {
                several[whole] = nil
                notify(request, property: 0)
            }
            return (0..<count).map { index in
                numbers += 1
                let part = Request(
                    selection: request.selection, target: pairs[index * 2], requestor: request.requestor,
                    property: pairs[index * 2 + 1], time: request.time, whole: whole)
                requests[numbers] = part
                return (numbers, part)
            }
        }

        func giveNames(_ id: Int, _ names: [String]) {
            guard let request = requests.removeValue(forKey: id) else { return }
            let all = names + [X11Backend.targets, "TIMESTAMP", "MULTIPLE", Target.ownMark]
            connection.set(
                request.property, of: request.requestor, type: connection.atom("ATOM"),
                words: all.map(connection.atom))
            finish(request, id, isGiven: true)
        }

        func giveStamp(_ id: Int, _ stamp: UInt32) {
            guard let request = requests.removeValue(forKey: id) else { return }
            connection.set(
                request.property, of: request.requestor, type: connection.atom("INTEGER"), words: [stamp])
            finish(request, id, isGiven: true)
        }

        func refuse(_ id: Int) {
            guard let request = requests.removeValue(forKey: id) else { return }
            finish(request, id, isGiven: false)
        }

        /// Gives content under a type, in units of 8 bits: others are not read in the first place.
        func give(_ id: Int, _ bytes: [UInt8], type: xcb_atom_t, at now: UInt64) {
            guard let request = requests.removeValue(forKey: id) else { return }
            guard bytes.count > Self.pieceBytes else {
                connection.set(request.property, of: request.requestor, type: type, format: 8, bytes[...])
                return finish(request, id, isGiven: true)
            }
            guard transfers.count < ClipboardLimits.maxTransfers else {
                return finish(request, id, isGiven: false)
            }
            listen(
                to: request.requestor,
                XCB_EVENT_MASK_PROPERTY_CHANGE.rawValue | XCB_EVENT_MASK_STRUCTURE_NOTIFY.rawValue)
            connection.set(
                request.property, of: request.requestor, type: connection.atom("INCR"),
                words: [UInt32(clamping: bytes.count)])
            transfers[Place(window: request.requestor, property: request.property)] = Transfer(
                type: type, bytes: bytes, moved: now)
            finish(request, id, isGiven: true)
        }

        private func finish(_ request: Request, _ id: Int, isGiven: Bool) {
            guard let whole = request.whole, var set = several[whole] else {
                return notify(request, property: isGiven ? request.property : 0)
            }
            if !isGiven {
                for index in stride(from: 0, to: set.pairs.count, by: 2)
                where set.pairs[index] == request.target && set.pairs[index + 1] == request.property {
                    set.pairs[index + 1] = 0
                }
            }
            set.left -= 1
            several[whole] = set.left > 0 ? set : nil
            guard set.left == 0 else { return }
            connection.set(
                set.request.property, of: set.request.requestor, type: connection.atom("ATOM_PAIR"), words: set.pairs)
            notify(set.request, property: set.request.property)
        }

        private func notify(_ request: Request, property: xcb_atom_t) {
            var event = xcb_selection_notify_event_t()
            event.response_type = UInt8(XCB_SELECTION_NOTIFY)
            event.time = request.time
            event.requestor = request.requestor
            event.selection = request.selection
            event.target = request.target
            event.property = property
            // The protocol's events are 32 bytes; the struct is shorter.
            var bytes = [CChar](repeating: 0, count: 32)
            withUnsafeBytes(of: &event) { raw in
                bytes.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw.prefix(32))) }
            }
            xcb_send_event(connection.handle, 0, request.requestor, 0, bytes)
        }

        // MARK: Pieces

        /// The requestor has taken a piece: the next one, and an empty one at the end.
        func taken(_ window: xcb_window_t, _ property: xcb_atom_t, at now: UInt64) {
            let place = Place(window: window, property: property)
            guard var transfer = transfers[place] else { return }
            if transfer.isDone { return end(place) }
            let end = min(transfer.sent + Self.pieceBytes, transfer.bytes.count)
            connection.set(property, of: window, type: transfer.type, format: 8, transfer.bytes[transfer.sent..<end])
            transfer.isDone = transfer.sent == transfer.bytes.count
            transfer.sent = end
            transfer.moved = now
            transfers[place] = transfer
        }

        /// A requestor's window has gone.
        func gone(_ window: xcb_window_t) {
            for place in transfers.keys where place.window == window { transfers[place] = nil }
        }

        /// Gives up on requestors that take nothing.
        func dropStalled(at now: UInt64) {
            for (place, transfer) in transfers where transfer.moved + ClipboardLimits.stalledMilliseconds <= now {
                end(place)
            }
        }

        private func end(_ place: Place) {
            transfers[place] = nil
            if !transfers.keys.contains(where: { $0.window == place.window }) {
                listen(to: place.window, XCB_EVENT_MASK_NO_EVENT.rawValue)
            }
        }

        private func listen(to window: xcb_window_t, _ mask: UInt32) {
            var values = [mask]
            xcb_change_window_attributes(connection.handle, window, UInt32(XCB_CW_EVENT_MASK.rawValue), &values)
        }
    }
#endif
