#if Desktop && os(Linux)
    import Glibc

    enum Displays {
        /// The display of this session. Under Wayland X programs see the compositor's clipboard as well, so one watcher is enough; where the
        /// compositor has no data control, X is what is left to watch.
        static func connect(_ settings: ClipboardSettings) throws(ClipboardProblem) -> any ClipboardBackend {
            var problem: ClipboardProblem?
            if let name = variable("WAYLAND_DISPLAY") {
                do throws(ClipboardProblem) {
                    return try WaylandBackend(name: name)
                } catch { problem = error }
            }
            guard let display = settings.display ?? variable("DISPLAY") else {
                throw problem ?? ClipboardProblem("there is no display in this session")
            }
            let programs = KnownPrograms(applications: settings.applications, titles: settings.titles)
            return try X11Backend(display: display, programs: programs)
        }

        private static func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
#endif
