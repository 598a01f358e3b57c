#if Desktop && os(Linux)
    import CWayland
    import Glibc

    /// A connection to a compositor with its data control, by either protocol.
    ///
    /// ext-data-control-v1 took over wlr-data-control-unstable-v1 version 2 message for message: numbers and arguments are the same, only the names
    /// of the interfaces differ. So the functions of the one serve objects of the other, but for the two that make objects.
    final class WaylandConnection {
        enum Control { case ext, wlr }

        let display: OpaquePointer
        let control: Control
        let hasPrimary: Bool
        private let manager: OpaquePointer
        private let seat: OpaquePointer

        private final class Found {
            var seat: UInt32?
            var ext: UInt32?
            var wlr: (name: UInt32, version: UInt32)?
        }

        init(name: String?) throws(ClipboardProblem) {
            guard cdesktop_load(CDESKTOP_WAYLAND) == 0 else {
                throw ClipboardProblem("libwayland-client is not installed")
            }
            guard let display = wl_display_connect(name) else {
                throw ClipboardProblem("no Wayland compositor answers")
            }
            let found = Found()
            let registry = cwayland_registry(display)
            var listener = wl_registry_listener(
                global: { data, _, name, interface, version in
                    guard let data, let interface else { return }
                    let found = Unmanaged<Found>.fromOpaque(data).takeUnretainedValue()
                    switch String(cString: interface) {
                    case "wl_seat": found.seat = found.seat ?? name
                    case "ext_data_control_manager_v1": found.ext = name
                    case "zwlr_data_control_manager_v1": found.wlr = (name, version)
                    default: break
                    }
                }, global_remove: { _, _, _ in })
            // The listener is needed for the one exchange below alone; afterwards the registry goes.
            let answered = withUnsafePointer(to: &listener) { pointer in
                wl_registry_add_listener(registry, pointer, Unmanaged.passUnretained(found).toOpaque())
                return wl_display_roundtrip(display) >= 0
            }
            guard answered, let seat = found.seat else {
                wl_display_disconnect(display)
                throw ClipboardProblem("the compositor has no seat")
            }
            if let name = found.ext, let manager = cwayland_bind_ext(registry, name) {
                control = .ext
                hasPrimary = true
                self.manager = manager
            } else if let entry = found.wlr, let manager = cwayland_bind_wlr(registry, entry.name, entry.version) {
                control = .wlr
                hasPrimary = entry.version >= 2
                self.manager = manager
            } else {
                wl_display_disconnect(display)
                throw ClipboardProblem("the compositor has no data control (GNOME has none)")
            }
            guard let bound = cwayland_bind_seat(registry, seat) else {
                wl_display_disconnect(display)
                throw ClipboardProblem("the compositor has no seat")
            }
            self.seat = bound
            self.display = display
            wl_registry_destroy(registry)
        }

        func device() -> OpaquePointer? {
            switch control {
            case .ext: ext_data_control_manager_v1_get_data_device(manager, seat)
            case .wlr: zwlr_data_control_manager_v1_get_data_device(manager, seat)
            }
        }

        func source() -> OpaquePointer? {
            switch control {
            case .ext: ext_data_control_manager_v1_create_data_source(manager)
            case .wlr: zwlr_data_control_manager_v1_create_data_source(manager)
            }
        }

        var descriptor: Int32 { wl_display_get_fd(display) }

        /// Takes what the compositor has sent, without waiting. False when it has gone.
        func dispatch() -> Bool {
            while wl_display_prepare_read(display) != 0 {
                guard wl_display_dispatch_pending(display) >= 0 else { return false }
            }
            var set = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&set, 1, 0) > 0 {
                guard wl_display_read_events(display) >= 0 else { return false }
            } else {
                wl_display_cancel_read(display)
            }
            return wl_display_dispatch_pending(display) >= 0
        }
    }
#endif
