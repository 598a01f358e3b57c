#if Desktop && os(Linux)
    import CSystemd
    import CWayland
    import Glibc

    /// The session's message bus through sd-bus: Notify, and the two signals that answer it (Desktop Notifications Specification 1.2).
    final class SessionBus: DesktopNotifier.Bus {
        private static let name = "org.freedesktop.Notifications"
        private static let path = "/org/freedesktop/Notifications"
        /// Longest wait for the service, in microseconds.
        private static let timeout: UInt64 = 2_000_000

        private final class Heard {
            var events: [DesktopNotifier.BusEvent] = []
        }

        private let bus: OpaquePointer
        private let heard = Heard()
        private var takesAnswers: Bool?

        init() throws(ClipboardProblem) {
            guard cdesktop_load(CDESKTOP_BUS) == 0 else { throw ClipboardProblem("libsystemd is not installed") }
            var opened: OpaquePointer?
            let code = sd_bus_open_user(&opened)
            guard code >= 0, let opened else { throw Self.problem("there is no session bus", code) }
            bus = opened
            // Only the service's own signals: the bus compares the sender with the name's owner.
            for (member, callback) in [("ActionInvoked", Self.invoked), ("NotificationClosed", Self.closed)] {
                let code = sd_bus_match_signal(
                    bus, nil, Self.name, Self.path, Self.name, member, callback,
                    Unmanaged.passUnretained(heard).toOpaque())
                guard code >= 0 else {
                    sd_bus_flush_close_unref(bus)
                    throw Self.problem("the session bus gives no signals", code)
                }
            }
        }

        func close() { sd_bus_flush_close_unref(bus) }

        var descriptors: [pollfd] {
            [pollfd(fd: sd_bus_get_fd(bus), events: Int16(clamping: sd_bus_get_events(bus)), revents: 0)]
        }

        var deadline: UInt64? {
            var microseconds: UInt64 = 0
            guard sd_bus_get_timeout(bus, &microseconds) >= 0, microseconds != .max else { return nil }
            return microseconds / 1_000 + 1
        }

        func events() throws(ClipboardProblem) -> [DesktopNotifier.BusEvent] {
            while true {
                let code = sd_bus_process(bus, nil)
                guard code >= 0 else { throw Self.problem("the session bus has gone", code) }
                if code == 0 { break }
            }
            defer { heard.events = [] }
            return heard.events
        }

        // MARK: Notify

        func show(_ text: NoticeText) throws(ClipboardProblem) -> UInt32 {
            let hasButtons = try hasButtons()
            let call = try self.call("Notify")
            defer { sd_bus_message_unref(call) }
            var code = Self.append(call, "Sluice")
            code = min(code, Self.append(call, UInt32(0)), Self.append(call, "dialog-warning"))
            code = min(code, Self.append(call, text.summary), Self.append(call, Self.escaped(text.body)))
            code = min(code, sd_bus_message_open_container(call, CChar(UInt8(ascii: "a")), "s"))
            for answer in hasButtons ? text.answers : [] {
                code = min(code, Self.append(call, answer.rawValue), Self.append(call, answer.label))
            }
            code = min(code, sd_bus_message_close_container(call))
            code = min(code, sd_bus_message_open_container(call, CChar(UInt8(ascii: "a")), "{sv}"))
            code = min(code, sd_bus_message_close_container(call))
            // The desktop's own time to live.
            code = min(code, Self.append(call, Int32(-1)))
            guard code >= 0 else { throw Self.problem("the notice can't be written", code) }
            let reply = try send(call)
            defer { sd_bus_message_unref(reply) }
            var id: UInt32 = 0
            guard sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "u")), &id) > 0 else {
                throw ClipboardProblem("the notification service gave no number")
            }
            return id
        }

        /// Whether the service shows buttons; asked once.
        private func hasButtons() throws(ClipboardProblem) -> Bool {
            if let takesAnswers { return takesAnswers }
            let call = try self.call("GetCapabilities")
            defer { sd_bus_message_unref(call) }
            let reply = try send(call)
            defer { sd_bus_message_unref(reply) }
            var found = false
            if sd_bus_message_enter_container(reply, CChar(UInt8(ascii: "a")), "s") > 0 {
                var text: UnsafePointer<CChar>?
                while sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "s")), &text) > 0 {
                    if let text, String(cString: text) == "actions" { found = true }
                }
            }
            takesAnswers = found
            return found
        }

        private func call(_ member: String) throws(ClipboardProblem) -> OpaquePointer {
            var made: OpaquePointer?
            let code = sd_bus_message_new_method_call(bus, &made, Self.name, Self.path, Self.name, member)
            guard code >= 0, let made else { throw Self.problem("no message", code) }
            return made
        }

        private func send(_ call: OpaquePointer) throws(ClipboardProblem) -> OpaquePointer {
            var reply: OpaquePointer?
            let code = sd_bus_call(bus, call, Self.timeout, nil, &reply)
            guard code >= 0, let reply else {
                throw Self.problem("no notification service answers on the session bus", code)
            }
            return reply
        }

        private static func append(_ call: OpaquePointer, _ text: String) -> Int32 {
            sd_bus_message_append_basic(call, CChar(UInt8(ascii: "s")), text)
        }

        private static func append(_ call: OpaquePointer, _ number: UInt32) -> Int32 {
            withUnsafePointer(to: number) { sd_bus_message_append_basic(call, CChar(UInt8(ascii: "u")), $0) }
        }

        private static func append(_ call: OpaquePointer, _ number: Int32) -> Int32 {
            withUnsafePointer(to: number) { sd_bus_message_append_basic(call, CChar(UInt8(ascii: "i")), $0) }
        }

        /// Bodies are markup.
        static func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }

        private static func problem(_ text: String, _ code: Int32) -> ClipboardProblem {
            ClipboardProblem("\(text) (\(String(cString: strerror(-code))))")
        }

        // MARK: Signals

        private static let invoked: sd_bus_message_handler_t = { message, data, _ in
            var id: UInt32 = 0
            var key: UnsafePointer<CChar>?
            guard let data, sd_bus_message_read_basic(message, CChar(UInt8(ascii: "u")), &id) > 0,
                sd_bus_message_read_basic(message, CChar(UInt8(ascii: "s")), &key) > 0, let key
            else { return 0 }
            Unmanaged<Heard>.fromOpaque(data).takeUnretainedValue().events.append(.answered(id, String(cString: key)))
            return 0
        }

        private static let closed: sd_bus_message_handler_t = { message, data, _ in
            var id: UInt32 = 0
            guard let data, sd_bus_message_read_basic(message, CChar(UInt8(ascii: "u")), &id) > 0 else { return 0 }
            Unmanaged<Heard>.fromOpaque(data).takeUnretainedValue().events.append(.closed(id))
            return 0
        }
    }
#endif
