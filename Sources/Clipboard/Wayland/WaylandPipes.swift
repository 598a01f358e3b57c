#if Desktop && os(Linux)
    import Glibc

    /// Texts on their way through pipes, in both directions, none of which is waited for.
    final class WaylandPipes {
        private struct Reading {
            var generation: Int
            var target: String
            var maxBytes: Int
            var bytes: [UInt8] = []
        }

        private struct Writing {
            var bytes: [UInt8]
            var sent = 0
            var moved: UInt64
        }

        private var readings: [Int32: Reading] = [:]
        private var writings: [Int32: Writing] = [:]
        private static let pieceBytes = 256 << 10

        var descriptors: [pollfd] {
            readings.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                + writings.keys.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
        }

        var deadline: UInt64? { writings.values.map(\.moved).min().map { $0 + ClipboardLimits.stalledMilliseconds } }

        /// Begins to read; returns the end that the other side writes to.
        func read(_ generation: Int, _ target: String, maxBytes: Int) -> Int32? {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
            readings[ends[0]] = Reading(generation: generation, target: target, maxBytes: maxBytes)
            return ends[1]
        }

        /// Writes to an end that the other side reads from, and closes it when all is written.
        func write(_ bytes: [UInt8], to descriptor: Int32, at now: UInt64) {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            guard writings.count < ClipboardLimits.maxTransfers else {
                close(descriptor)
                return
            }
            writings[descriptor] = Writing(bytes: bytes, moved: now)
            advance(descriptor, at: now)
        }

        func drop(_ generation: Int) {
            for (descriptor, reading) in readings where reading.generation == generation { end(descriptor) }
        }

        func closeAll() {
            for descriptor in Array(readings.keys) + Array(writings.keys) { end(descriptor) }
        }

        /// Goes on with what is ready.
        func events(_ ready: [pollfd], at now: UInt64) -> [ClipboardEvent] {
            var events: [ClipboardEvent] = []
            for entry in ready {
                if readings[entry.fd] != nil {
                    if let event = advanceReading(entry.fd) { events.append(event) }
                } else if writings[entry.fd] != nil {
                    advance(entry.fd, at: now)
                }
            }
            for (descriptor, writing) in writings
            where writing.moved + ClipboardLimits.stalledMilliseconds <= now { end(descriptor) }
            return events
        }

        private func advanceReading(_ descriptor: Int32) -> ClipboardEvent? {
            guard var reading = readings[descriptor] else { return nil }
            var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
            readings[descriptor] = nil
            while true {
                let count = buffer.withUnsafeMutableBytes { raw in
                    raw.baseAddress.map { Glibc.read(descriptor, $0, raw.count) } ?? 0
                }
                if count > 0 {
                    reading.bytes += buffer.prefix(count)
                    guard reading.bytes.count <= reading.maxBytes else {
                        close(descriptor)
                        return .read(generation: reading.generation, target: reading.target, .tooLarge)
                    }
                } else if count < 0, errno == EAGAIN {
                    readings[descriptor] = reading
                    return nil
                } else if count < 0, errno == EINTR {
                    continue
                } else {
                    close(descriptor)
                    return .read(
                        generation: reading.generation, target: reading.target,
                        count == 0 ? .bytes(reading.bytes) : .failed)
                }
            }
        }

        private func advance(_ descriptor: Int32, at now: UInt64) {
            guard var writing = writings[descriptor] else { return }
            while writing.sent < writing.bytes.count {
                let count = writing.bytes.withUnsafeBytes { raw in
                    raw.baseAddress.map { Glibc.write(descriptor, $0 + writing.sent, raw.count - writing.sent) } ?? 0
                }
                if count > 0 {
                    writing.sent += count
                    writing.moved = now
                } else if count < 0, errno == EINTR {
                    continue
                } else if count < 0, errno == EAGAIN {
                    writings[descriptor] = writing
                    return
                } else {
                    break
                }
            }
            end(descriptor)
        }

        private func end(_ descriptor: Int32) {
            readings[descriptor] = nil
            writings[descriptor] = nil
            close(descriptor)
        }
    }
#endif
