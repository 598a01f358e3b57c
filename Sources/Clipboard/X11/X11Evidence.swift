#if Desktop && os(Linux)
    import CXCB
    import Glibc

    /// Finds out who stands behind a window. Every part is what the client, the window manager or /proc says, no more.
    final class X11Evidence {
        private let connection: X11Connection
        private var last: (client: UInt32, at: UInt64, evidence: RequestorEvidence)?

        /// Windows that are looked at.
        static let maxWindows = 128
        /// Longest title that is read, in bytes.
        static let maxTitleBytes = 512
        /// How long a finding holds: one paste is several requests.
        static let milliseconds: UInt64 = 100

        init(_ connection: X11Connection) { self.connection = connection }

        private func client(of window: xcb_window_t) -> UInt32 { window & ~connection.resourceMask }

        /// Who stands behind the window that asks.
        func evidence(of requestor: xcb_window_t, at now: UInt64) -> RequestorEvidence {
            let client = client(of: requestor)
            let process = process(of: requestor)
            // The server gives the number of a client that has gone to the next one: the process must be the same.
            if let last, last.client == client, process != nil, last.evidence.process == process,
                now < last.at + Self.milliseconds
            {
                return last.evidence
            }
            var evidence = RequestorEvidence(process: process)
            if let process = evidence.process {
                evidence.program = Processes.program(of: process)
                evidence.isContained = Processes.isContained(process)
            }
            let listed = windows("_NET_CLIENT_LIST", of: connection.root)
            let all = listed.isEmpty ? children(of: connection.root) : listed
            let own = all.prefix(Self.maxWindows).filter { self.client(of: $0) == client }
            evidence.windows = describe([requestor] + own).filter { !$0.classes.isEmpty }
            if let active = active() {
                evidence.active = describe([active]).first
                evidence.isActive =
                    self.client(of: active) == client
                    || evidence.process.map { $0 == self.process(of: active) } ?? false
            }
            last = (client, now, evidence)
            return evidence
        }

        /// Name of the program behind a window.
        func program(of window: xcb_window_t) -> String? { process(of: window).flatMap(Processes.program) }

        /// The local process of a window's client, by XRes. Nil for clients of other machines.
        private func process(of window: xcb_window_t) -> Int32? {
            guard connection.hasResources else { return nil }
            var spec = xcb_res_client_id_spec_t(
                client: window, mask: UInt32(XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID.rawValue))
            let cookie = xcb_res_query_client_ids(connection.handle, 1, &spec)
            guard let reply = xcb_res_query_client_ids_reply(connection.handle, cookie, nil) else { return nil }
            defer { free(reply) }
            var ids = xcb_res_query_client_ids_ids_iterator(reply)
            while ids.rem > 0 {
                if let id = ids.data, id.pointee.length >= 4, let value = xcb_res_client_id_value_value(id),
                    value.pointee > 0
                {
                    return Int32(bitPattern: value.pointee)
                }
                xcb_res_client_id_value_next(&ids)
            }
            return nil
        }

        private func windows(_ property: String, of window: xcb_window_t) -> [xcb_window_t] {
            connection.property(connection.ask(connection.atom(property), of: window, maxBytes: Self.maxWindows * 4))
                .map { X11Connection.words($0.bytes) } ?? []
        }

        private func children(of window: xcb_window_t) -> [xcb_window_t] {
            tree(window)?.children ?? []
        }

        private func tree(_ window: xcb_window_t) -> (parent: xcb_window_t, children: [xcb_window_t])? {
            let cookie = xcb_query_tree(connection.handle, window)
            guard let reply = xcb_query_tree_reply(connection.handle, cookie, nil) else { return nil }
            defer { free(reply) }
            let list = UnsafeBufferPointer(
                start: xcb_query_tree_children(reply), count: Int(xcb_query_tree_children_length(reply)))
            return (reply.pointee.parent, Array(list.prefix(Self.maxWindows)))
        }

        /// The active window as the window manager says; without one, the top-level window that has the keyboard.
        private func active() -> xcb_window_t? {
            if let named = windows("_NET_ACTIVE_WINDOW", of: connection.root).first, named != 0 { return named }
            let cookie = xcb_get_input_focus(connection.handle)
            guard let reply = xcb_get_input_focus_reply(connection.handle, cookie, nil) else { return nil }
            defer { free(reply) }
            var window = reply.pointee.focus
            // None and PointerRoot are no windows.
            guard window > 1, window != connection.root else { return nil }
            for _ in 0..<16 {
                guard let parent = tree(window)?.parent, parent != 0 else { return nil }
                if parent == connection.root { return window }
                window = parent
            }
            return nil
        }

        private func describe(_ windows: [xcb_window_t]) -> [RequestorEvidence.Window] {
            let names = ["WM_CLASS", "_NET_WM_NAME", "WM_NAME"].map(connection.atom)
            let cookies = windows.map { window in
                names.map { connection.ask($0, of: window, maxBytes: Self.maxTitleBytes) }
            }
            return cookies.map { set in
                let values = set.map { connection.property($0)?.bytes ?? [] }
                let classes = values[0].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                let title = values[1].isEmpty ? values[2] : values[1]
                return RequestorEvidence.Window(
                    classes: classes, title: String(decoding: title, as: UTF8.self))
            }
        }
    }

    /// What /proc says of a process.
    enum Processes {
        static func program(of process: Int32) -> String? {
            if let path = link("/proc/\(process)/exe"), let name = path.split(separator: "/").last {
                return String(name.split(separator: " ").first ?? name)
            }
            return contents("/proc/\(process)/comm").map { String($0.prefix { $0 != "\n" }) }
        }

        /// Whether it has another view of the processes than we: a container, a sandbox.
        static func isContained(_ process: Int32) -> Bool {
            guard let own = link("/proc/self/ns/pid"), let other = link("/proc/\(process)/ns/pid") else { return false }
            return own != other
        }

        private static func link(_ path: String) -> String? {
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = readlink(path, &buffer, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        private static func contents(_ path: String) -> String? {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = buffer.withUnsafeMutableBytes { raw in
                raw.baseAddress.map { read(descriptor, $0, raw.count) } ?? 0
            }
            return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
        }
    }
#endif
