#if Desktop && os(Linux)
    import CXCB
    import Glibc

    /// The clipboard of an X server: XFixes tells of new owners, XRes of the processes behind windows.
    final class X11Backend: ClipboardBackend {
        static let targets = "TARGETS"

        let name = "x11"
        let tellsRequestors = true
        private let connection: X11Connection
        private let reader: X11Reader
        private let answers: X11Answers
        private let evidence: X11Evidence
        private let programs: KnownPrograms
        private var stamps: [ClipboardSelection: UInt32] = [:]
        private var owned: [ClipboardSelection: UInt32] = [:]

        init(display: String?, programs: KnownPrograms) throws(ClipboardProblem) {
            connection = try X11Connection(display: display)
            reader = X11Reader(connection)
            answers = X11Answers(connection)
            evidence = X11Evidence(connection)
            self.programs = programs
            let mask =
                XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER.rawValue
                | XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY.rawValue
                | XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE.rawValue
            for selection in ClipboardSelection.allCases {
                xcb_xfixes_select_selection_input(connection.handle, connection.window, atom(selection), mask)
            }
            flush()
        }

        var descriptors: [pollfd] {
            [pollfd(fd: xcb_get_file_descriptor(connection.handle), events: Int16(POLLIN), revents: 0)]
        }

        var deadline: UInt64? { answers.deadline }

        func flush() { xcb_flush(connection.handle) }
        func close() { connection.close() }

        private func atom(_ selection: ClipboardSelection) -> xcb_atom_t {
            connection.atom(selection == .clipboard ? "CLIPBOARD" : "PRIMARY")
        }

        private func selection(_ atom: xcb_atom_t) -> ClipboardSelection? {
            ClipboardSelection.allCases.first { self.atom($0) == atom }
        }

        // MARK: Events

        func events(_ ready: [pollfd], at now: UInt64) throws(ClipboardProblem) -> [ClipboardEvent] {
            var events: [ClipboardEvent] = []
            while let event = xcb_poll_for_event(connection.handle) {
                defer { free(event) }
                events += read(event, now)
            }
            guard xcb_connection_has_error(connection.handle) == 0 else {
                throw ClipboardProblem("the X server has gone")
            }
            answers.dropStalled(at: now)
            return events
        }

        private func read(_ event: UnsafeMutablePointer<xcb_generic_event_t>, _ now: UInt64) -> [ClipboardEvent] {
            let raw = UnsafeRawPointer(event)
            switch Int32(event.pointee.response_type & 0x7F) {
            case Int32(connection.fixesEvent) + XCB_XFIXES_SELECTION_NOTIFY:
                return changed(raw.load(as: xcb_xfixes_selection_notify_event_t.self)).map { [$0] } ?? []
            case XCB_SELECTION_NOTIFY:
                return reader.answered(raw.load(as: xcb_selection_notify_event_t.self)).map { [$0] } ?? []
            case XCB_SELECTION_REQUEST:
                return asked(raw.load(as: xcb_selection_request_event_t.self), now)
            case XCB_PROPERTY_NOTIFY:
                let change = raw.load(as: xcb_property_notify_event_t.self)
                if change.window == connection.window {
                    guard UInt32(change.state) == XCB_PROPERTY_NEW_VALUE.rawValue else { return [] }
                    return reader.changed(change.atom).map { [$0] } ?? []
                }
                if UInt32(change.state) == XCB_PROPERTY_DELETE.rawValue {
                    answers.taken(change.window, change.atom, at: now)
                }
                return []
            case XCB_DESTROY_NOTIFY:
                answers.gone(raw.load(as: xcb_destroy_notify_event_t.self).window)
                return []
            default: return []
            }
        }

        private func changed(_ event: xcb_xfixes_selection_notify_event_t) -> ClipboardEvent? {
            guard let selection = selection(event.selection) else { return nil }
            if event.owner == connection.window { return .changed(selection, .ours) }
            owned[selection] = nil
            guard event.owner != 0,
                UInt32(event.subtype) == XCB_XFIXES_SELECTION_EVENT_SET_SELECTION_OWNER.rawValue
            else { return .changed(selection, .nobody) }
            stamps[selection] = event.selection_timestamp
            return .changed(
                selection, .other(stamp: event.selection_timestamp, program: evidence.program(of: event.owner)))
        }

        private func asked(_ event: xcb_selection_request_event_t, _ now: UInt64) -> [ClipboardEvent] {
            let parts = answers.take(
                .init(
                    selection: event.selection, target: event.target, requestor: event.requestor,
                    property: event.property, time: event.time, whole: nil))
            guard let selection = selection(event.selection), owned[selection] != nil else {
                for part in parts { answers.refuse(part.id) }
                return []
            }
            let requestor = Requestor(evidence.evidence(of: event.requestor, at: now), among: programs)
            return parts.compactMap { id, request in
                let name = connection.names(of: [request.target]).first ?? ""
                switch name {
                case Self.targets:
                    return .asked(
                        ClipboardRequest(id: id, selection: selection, target: nil, requestor: requestor))
                case "TIMESTAMP":
                    answers.giveStamp(id, owned[selection] ?? 0)
                    return nil
                default:
                    return .asked(
                        ClipboardRequest(id: id, selection: selection, target: name, requestor: requestor))
                }
            }
        }

        // MARK: Actions

        func perform(_ action: ClipboardAction, at now: UInt64) -> [ClipboardEvent] {
            switch action {
            case .askTargets(let selection, let generation):
                ask(selection, generation, Self.targets, ClipboardLimits.maxTargets * 16)
            case .read(let selection, let generation, let target, let maxBytes):
                ask(selection, generation, target, maxBytes)
            case .takeOver(let selection, let generation, let stamp, _):
                return [.tookOver(generation: generation, takeOver(selection, stamp))]
            case .give(let request, let target, let bytes):
                let type = target == "TEXT" ? reader.types[target] : nil
                answers.give(request, bytes, type: type ?? connection.atom(target), at: now)
            case .giveNames(let request, let names): answers.giveNames(request, names)
            case .refuse(let request): answers.refuse(request)
            case .drop(let generation): reader.drop(generation)
            case .judgeCopy, .judgeAnswer, .setDeadline, .notify, .offerAnew: break
            }
            return []
        }

        private func ask(_ selection: ClipboardSelection, _ generation: Int, _ target: String, _ maxBytes: Int) {
            reader.ask(
                atom(selection), selection, generation: generation, target: target, maxBytes: maxBytes,
                stamp: stamps[selection] ?? 0)
        }

        /// With the time at which the present owner got it: the server disregards the request if another one came later.
        private func takeOver(_ selection: ClipboardSelection, _ stamp: UInt32) -> Bool {
            xcb_set_selection_owner(connection.handle, connection.window, atom(selection), stamp)
            let reply = xcb_get_selection_owner_reply(
                connection.handle, xcb_get_selection_owner(connection.handle, atom(selection)), nil)
            defer { free(reply) }
            let isOurs = reply?.pointee.owner == connection.window
            owned[selection] = isOurs ? stamp : nil
            return isOurs
        }
    }
#endif
