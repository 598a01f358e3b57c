#if Desktop && os(Linux)
    import Glibc

    enum Displays {
        /// The display of this session. Under Wayland X programs see the compositor's clipboard as well, so one watcher is enough; where the
        /// compositor has no data control, X is what is left to watch.
        static func connect(_ settings: ClipboardSettings) throws(ClipboardProblem) -> any ClipboardBackend {
            let programs = KnownPrograms(applications: settings.applications, titles: settings.titles)
            let display = settings.display ?? getenv("DISPLAY").map { String(cString: $0) }
            guard let display, !display.isEmpty else {
                throw ClipboardProblem("there is no display in this session")
            }
            return try X11Backend(display: display, programs: programs)
        }
    }
#endif
