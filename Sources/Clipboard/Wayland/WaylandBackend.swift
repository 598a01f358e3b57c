#if Desktop && os(Linux)
    import CWayland
    import Glibc

    /// The clipboard of a Wayland compositor. Who reads it can't be told: everybody gets the same.
    final class WaylandBackend: ClipboardBackend {
        let tellsRequestors = false
        let name: String
        private let connection: WaylandConnection
        private let device: OpaquePointer
        private let pipes = WaylandPipes()

        /// Offers of the compositor with their names, as they come.
        private var offers: [OpaquePointer: [String]] = [:]
        private var current: [ClipboardSelection: OpaquePointer] = [:]
        /// Sources of ours that are in force.
        private var sources: [ClipboardSelection: OpaquePointer] = [:]
        private var stamps: [ClipboardSelection: UInt32] = [:]
        private var requests: [Int: Int32] = [:]
        private var numbers = 0
        private var pending: [ClipboardEvent] = []
        private var hasFinished = false

        // Kept as long as the objects that call them.
        private let deviceListener = UnsafeMutablePointer<ext_data_control_device_v1_listener>.allocate(capacity: 1)
        private let offerListener = UnsafeMutablePointer<ext_data_control_offer_v1_listener>.allocate(capacity: 1)
        private let sourceListener = UnsafeMutablePointer<ext_data_control_source_v1_listener>.allocate(capacity: 1)

        init(name: String?) throws(ClipboardProblem) {
            connection = try WaylandConnection(name: name)
            self.name = connection.control == .ext ? "wayland-ext" : "wayland-wlr"
            guard let device = connection.device() else {
                wl_display_disconnect(connection.display)
                throw ClipboardProblem("the compositor gives no data device")
            }
            self.device = device
            deviceListener.initialize(to: Self.deviceCallbacks)
            offerListener.initialize(to: Self.offerCallbacks)
            sourceListener.initialize(to: Self.sourceCallbacks)
            ext_data_control_device_v1_add_listener(device, deviceListener, opaque)
            flush()
        }

        deinit {
            deviceListener.deallocate()
            offerListener.deallocate()
            sourceListener.deallocate()
        }

        private var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

        var descriptors: [pollfd] {
            [pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)] + pipes.descriptors
        }

        var deadline: UInt64? { pipes.deadline }
        func flush() { wl_display_flush(connection.display) }

        func close() {
            pipes.closeAll()
            for descriptor in requests.values { _ = Glibc.close(descriptor) }
            wl_display_disconnect(connection.display)
        }

        func events(_ ready: [pollfd], at now: UInt64) throws(ClipboardProblem) -> [ClipboardEvent] {
            guard connection.dispatch(), !hasFinished else { throw ClipboardProblem("the compositor has gone") }
            pending += pipes.events(ready, at: now)
            defer { pending = [] }
            return pending
        }

        // MARK: Actions

        func perform(_ action: ClipboardAction, at now: UInt64) -> [ClipboardEvent] {
            switch action {
            case .askTargets(let selection, let generation):
                return [.offered(generation: generation, current[selection].flatMap { offers[$0] } ?? [])]
            case .read(let selection, let generation, let target, let maxBytes):
                guard let offer = current[selection],
                    let end = pipes.read(generation, target, maxBytes: maxBytes)
                else { return [.read(generation: generation, target: target, .failed)] }
                ext_data_control_offer_v1_receive(offer, target, end)
                // The end is sent when the requests are.
                flush()
                _ = Glibc.close(end)
            case .takeOver(let selection, let generation, let stamp, let targets):
                // There is no time to name here: whatever the compositor has said so far is looked at once more.
                guard wl_display_roundtrip(connection.display) >= 0, stamps[selection] == stamp else {
                    return [.tookOver(generation: generation, false)]
                }
                return [.tookOver(generation: generation, offer(selection, targets))]
            case .offerAnew(let selection, _, let targets): _ = offer(selection, targets)
            case .give(let request, _, let bytes):
                if let end = requests.removeValue(forKey: request) { pipes.write(bytes, to: end, at: now) }
            case .refuse(let request):
                if let end = requests.removeValue(forKey: request) { _ = Glibc.close(end) }
            case .drop(let generation): pipes.drop(generation)
            case .giveNames, .judgeCopy, .judgeAnswer, .setDeadline, .notify: break
            }
            return []
        }

        private func offer(_ selection: ClipboardSelection, _ targets: [String]) -> Bool {
            guard selection == .clipboard || connection.hasPrimary, let source = connection.source() else {
                return false
            }
            ext_data_control_source_v1_add_listener(source, sourceListener, opaque)
            for target in targets + [Target.ownMark] { ext_data_control_source_v1_offer(source, target) }
            sources[selection] = source
            switch selection {
            case .clipboard: ext_data_control_device_v1_set_selection(device, source)
            case .primary: ext_data_control_device_v1_set_primary_selection(device, source)
            }
            return true
        }

        // MARK: Callbacks

        private func selected(_ selection: ClipboardSelection, _ offer: OpaquePointer?) {
            if let old = current[selection], old != offer {
                ext_data_control_offer_v1_destroy(old)
                offers[old] = nil
            }
            current[selection] = offer
            guard let offer else { return pending.append(.changed(selection, .nobody)) }
            if sources[selection] != nil, offers[offer]?.contains(Target.ownMark) == true {
                return pending.append(.changed(selection, .ours))
            }
            let stamp = (stamps[selection] ?? 0) &+ 1
            stamps[selection] = stamp
            pending.append(.changed(selection, .other(stamp: stamp, program: nil)))
        }

        private func asked(_ source: OpaquePointer, _ target: String, _ descriptor: Int32) {
            guard let selection = sources.first(where: { $0.value == source })?.key,
                requests.count < ClipboardLimits.maxTransfers
            else {
                _ = Glibc.close(descriptor)
                return
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            numbers += 1
            requests[numbers] = descriptor
            pending.append(
                .asked(
                    ClipboardRequest(id: numbers, selection: selection, target: target, requestor: .anonymous)))
        }

        private func cancelled(_ source: OpaquePointer) {
            for (selection, own) in sources where own == source { sources[selection] = nil }
            ext_data_control_source_v1_destroy(source)
        }

        private static func from(_ data: UnsafeMutableRawPointer?) -> WaylandBackend? {
            data.map { Unmanaged<WaylandBackend>.fromOpaque($0).takeUnretainedValue() }
        }

        private static var deviceCallbacks: ext_data_control_device_v1_listener {
            ext_data_control_device_v1_listener(
                data_offer: { data, _, offer in
                    guard let backend = WaylandBackend.from(data), let offer else { return }
                    backend.offers[offer] = []
                    ext_data_control_offer_v1_add_listener(offer, backend.offerListener, data)
                },
                selection: { data, _, offer in WaylandBackend.from(data)?.selected(.clipboard, offer) },
                finished: { data, _ in WaylandBackend.from(data)?.hasFinished = true },
                primary_selection: { data, _, offer in WaylandBackend.from(data)?.selected(.primary, offer) })
        }

        private static var offerCallbacks: ext_data_control_offer_v1_listener {
            ext_data_control_offer_v1_listener(offer: { data, offer, name in
                guard let backend = WaylandBackend.from(data), let offer, let name else { return }
                // One more than is used, so that too many are seen to be too many.
                guard backend.offers[offer]?.count ?? 0 <= ClipboardLimits.maxTargets else { return }
                backend.offers[offer]?.append(String(cString: name))
            })
        }

        private static var sourceCallbacks: ext_data_control_source_v1_listener {
            ext_data_control_source_v1_listener(
                send: { data, source, name, descriptor in
                    guard let backend = WaylandBackend.from(data), let source, let name else { return }
                    backend.asked(source, String(cString: name), descriptor)
                },
                cancelled: { data, source in
                    guard let source else { return }
                    WaylandBackend.from(data)?.cancelled(source)
                })
        }
    }
#endif
