#if Desktop && os(Linux)
    import CWayland
    import CXCB
    import Glibc

    /// One connection to an X server, with a window of our own and the names of atoms.
    final class X11Connection {
        let handle: OpaquePointer
        let root: xcb_window_t
        let window: xcb_window_t
        /// Bits of an id that tell one client's resources apart.
        let resourceMask: UInt32
        /// Number of XFixes' first event.
        let fixesEvent: UInt8
        let hasResources: Bool
        private var atoms: [String: xcb_atom_t] = [:]
        private var names: [xcb_atom_t: String] = [:]

        /// Connects to the display that the environment names, or to the given one.
        init(display: String?) throws(ClipboardProblem) {
            guard cdesktop_load(CDESKTOP_X11) == 0 else {
                throw ClipboardProblem("libxcb, libxcb-xfixes or libxcb-res is not installed")
            }
            var number: Int32 = 0
            guard let handle = xcb_connect(display, &number) else { throw ClipboardProblem("no X server") }
            guard xcb_connection_has_error(handle) == 0, let setup = xcb_get_setup(handle) else {
                xcb_disconnect(handle)
                throw ClipboardProblem("no X server answers")
            }
            var screens = xcb_setup_roots_iterator(setup)
            for _ in 0..<number where screens.rem > 1 { xcb_screen_next(&screens) }
            guard let screen = screens.data, let fixes = cxcb_xfixes(handle), fixes.pointee.present != 0 else {
                xcb_disconnect(handle)
                throw ClipboardProblem("the X server has no XFixes extension")
            }
            self.handle = handle
            root = screen.pointee.root
            resourceMask = setup.pointee.resource_id_mask
            fixesEvent = fixes.pointee.first_event
            window = xcb_generate_id(handle)
            let version = xcb_xfixes_query_version_reply(handle, xcb_xfixes_query_version(handle, 5, 0), nil)
            free(version)
            let resources = cxcb_res(handle).map { $0.pointee.present != 0 } ?? false
            if resources {
                let reply = xcb_res_query_version_reply(handle, xcb_res_query_version(handle, 1, 2), nil)
                hasResources = reply.map { ($0.pointee.server_major, $0.pointee.server_minor) >= (1, 2) } ?? false
                free(reply)
            } else {
                hasResources = false
            }
            var values = [UInt32(XCB_EVENT_MASK_PROPERTY_CHANGE.rawValue)]
            xcb_create_window(
                handle, UInt8(XCB_COPY_FROM_PARENT), window, root, -10, -10, 1, 1, 0,
                UInt16(XCB_WINDOW_CLASS_INPUT_OUTPUT.rawValue), screen.pointee.root_visual,
                UInt32(XCB_CW_EVENT_MASK.rawValue), &values)
            setText("WM_CLASS", "sluice\0Sluice\0", type: "STRING")
        }

        func close() { xcb_disconnect(handle) }

        // MARK: Atoms

        func atom(_ name: String) -> xcb_atom_t {
            if let atom = atoms[name] { return atom }
            let reply = xcb_intern_atom_reply(
                handle, xcb_intern_atom(handle, 0, UInt16(clamping: name.utf8.count), name), nil)
            defer { free(reply) }
            let atom = reply?.pointee.atom ?? 0
            atoms[name] = atom
            names[atom] = name
            return atom
        }

        /// The names of atoms; those that the server does not know are left out.
        func names(of list: [xcb_atom_t]) -> [String] {
            let unknown = list.filter { names[$0] == nil }
            let cookies = unknown.map { xcb_get_atom_name(handle, $0) }
            for (atom, cookie) in zip(unknown, cookies) {
                guard let reply = xcb_get_atom_name_reply(handle, cookie, nil) else { continue }
                defer { free(reply) }
                guard let text = xcb_get_atom_name_name(reply) else { continue }
                let bytes = UnsafeRawBufferPointer(start: text, count: Int(xcb_get_atom_name_name_length(reply)))
                let name = String(decoding: bytes, as: UTF8.self)
                names[atom] = name
                atoms[name] = atom
            }
            return list.compactMap { names[$0] }
        }

        // MARK: Properties

        /// A property's value, its type, its format, and the bytes that did not fit.
        struct Property {
            var type: xcb_atom_t
            var format: UInt8
            var bytes: [UInt8]
            var left: Int
        }

        func property(_ cookie: xcb_get_property_cookie_t) -> Property? {
            guard let reply = xcb_get_property_reply(handle, cookie, nil) else { return nil }
            defer { free(reply) }
            let count = Int(xcb_get_property_value_length(reply))
            let bytes = xcb_get_property_value(reply).map {
                Array(UnsafeRawBufferPointer(start: $0, count: count))
            }
            return Property(
                type: reply.pointee.type, format: reply.pointee.format, bytes: bytes ?? [],
                left: Int(reply.pointee.bytes_after))
        }

        /// Asks for a property of any type. `delete` takes it away once all of it was read.
        func ask(_ property: xcb_atom_t, of window: xcb_window_t, maxBytes: Int, delete: Bool = false)
            -> xcb_get_property_cookie_t
        {
            xcb_get_property(
                handle, delete ? 1 : 0, window, property, xcb_atom_t(XCB_GET_PROPERTY_TYPE_ANY.rawValue), 0,
                UInt32(clamping: maxBytes / 4 + 1))
        }

        func set(
            _ property: xcb_atom_t, of window: xcb_window_t, type: xcb_atom_t, format: UInt8, _ bytes: ArraySlice<UInt8>
        ) {
            bytes.withUnsafeBytes {
                _ = xcb_change_property(
                    handle, UInt8(XCB_PROP_MODE_REPLACE.rawValue), window, property, type, format,
                    UInt32(clamping: $0.count / Int(format / 8)), $0.baseAddress)
            }
        }

        func set(_ property: xcb_atom_t, of window: xcb_window_t, type: xcb_atom_t, words: [UInt32]) {
            words.withUnsafeBytes {
                _ = xcb_change_property(
                    handle, UInt8(XCB_PROP_MODE_REPLACE.rawValue), window, property, type, 32,
                    UInt32(clamping: words.count), $0.baseAddress)
            }
        }

        private func setText(_ property: String, _ text: String, type: String) {
            set(atom(property), of: window, type: atom(type), format: 8, Array(text.utf8)[...])
        }

        static func words(_ bytes: [UInt8]) -> [UInt32] {
            bytes.withUnsafeBytes { raw in
                (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
            }
        }
    }
#endif
