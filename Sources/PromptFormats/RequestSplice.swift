import Primitives

extension ParsedRequest {
    /// The body with the edits made; every byte that no edit covers is the same as before.
    ///
    /// An edit is cut to the parts of its segment that may be edited, so that the body keeps its shape. Of edits that overlap in the body the
    /// first stands for all of them. What `wire` changes of the body is changed along with them. Precondition: `body` is what this request was parsed from, and every span lies in its segment's text.
    public func splice(_ edits: [RequestEdit], _ wire: WireEdits? = nil, into body: [UInt8]) -> [UInt8] {
        // A field that is set stands over an edit inside its old value: it begins earlier.
        var patches = wire?.patches ?? []
        var decoded: [Int: [Patch]] = [:]
        for edit in edits {
            let segment = segments[edit.segment]
            for part in segment.editable {
                let start = max(edit.span.start, part.start)
                let end = min(edit.span.end, part.end)
                guard start < end else { continue }
                let span = ByteSpan(start: start, end: end)
                switch segment.coding {
                case .raw: patches.append(Patch(span: segment.map.original(of: span), bytes: edit.replacement))
                case .json(let depth):
                    var bytes = edit.replacement
                    for _ in 0..<depth { bytes = JSONStringCodec.encode(bytes) }
                    patches.append(Patch(span: segment.map.original(of: span), bytes: bytes))
                case .base64:
                    decoded[edit.segment, default: []].append(Patch(span: span, bytes: edit.replacement))
                }
            }
        }
        for (index, edits) in decoded {
            guard case .base64(let payload) = segments[index].coding else { continue }
            patches.append(Patch(span: payload, bytes: Base64.encode(Patch.apply(edits, to: segments[index].text))))
        }
        return Patch.apply(patches, to: body)
    }
}

/// New bytes for a span of a buffer.
package struct Patch {
    package var span: ByteSpan
    package var bytes: [UInt8]

    package init(span: ByteSpan, bytes: [UInt8]) {
        self.span = span
        self.bytes = bytes
    }

    /// The buffer with the patches made. Patches that overlap become one over all that they cover, with the bytes of the first.
    package static func apply(_ patches: [Patch], to buffer: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(buffer.count)
        var done = 0
        for patch in patches.sorted(by: { $0.span < $1.span }) {
            if patch.span.start < done {
                done = max(done, patch.span.end)
                continue
            }
            out += buffer[done..<patch.span.start]
            out += patch.bytes
            done = patch.span.end
        }
        out += buffer[done...]
        return out
    }
}
