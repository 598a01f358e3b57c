import Inspection
import Policy
import PromptFormats

/// Turns what a format found into what the Inspector judges, and the verdict's edits back.
enum PromptBuilder {
    static func segments(_ request: ParsedRequest) -> [PromptSegment] {
        request.segments.map { segment in
            PromptSegment(
                text: segment.text,
                place: Place(
                    path: segment.path, message: segment.message,
                    role: Place.Role(rawValue: segment.role.rawValue) ?? .other),
                group: segment.group, rewritable: segment.rewritable, editable: segment.editable)
        }
    }

    /// The request's target, which a client may use to carry text. It can't be rewritten: the provider routes by it.
    static func target(_ uri: String, after segments: [PromptSegment]) -> PromptSegment {
        let group = (segments.map(\.group).max() ?? -1) + 1
        return PromptSegment(text: Array(uri.utf8), place: Place(path: "url"), group: group, rewritable: false)
    }

    static func opaque(_ request: ParsedRequest) -> [OpaqueItem] {
        request.opaque.map { part in
            OpaqueItem(reason: reason(part.kind), place: Place(path: part.path, message: part.message))
        }
    }

    static func edits(_ verdict: Verdict) -> [RequestEdit] {
        verdict.edits.map { RequestEdit(segment: $0.segment, span: $0.span, replacement: $0.replacement) }
    }

    /// What the request shows of its account.
    static func account(_ head: RequestHead, host: String) -> AccountEvidence? {
        let shown = ShownAccount(of: head, host: host)
        return shown.isEmpty ? nil : AccountEvidence(organisation: shown.organisation, plan: shown.plan)
    }

    private static func reason(_ kind: OpaquePart.Kind) -> OpaqueItem.Reason {
        switch kind {
        case .image: .image
        case .audio: .audio
        case .video: .video
        case .file: .file
        case .reference: .reference
        case .tokens: .tokens
        case .unknownShape: .unknownShape
        case .duplicateKey: .duplicateKey
        }
    }
}
