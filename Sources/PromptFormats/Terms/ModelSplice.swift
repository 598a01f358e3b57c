import Primitives

extension WireEdits {
    /// Puts another model into the body, in the place of the one that the request asks for. False, and nothing changed, where that can't be
    /// done: the path names the model, the body names several, it is signed, or it is no JSON object.
    public mutating func replaceModel(
        with model: String, on head: RequestHead, _ request: ParsedRequest, body: [UInt8], format: any RequestFormat
    ) -> Bool {
        guard let asked = request.model, request.models.count == 1, format.isRewritable(head),
            !Self.pathNames(asked, head.path), let tape = try? JSONParser.parse(body),
            tape.kind(JSONTape.root) == .object
        else { return false }
        let given = tape.members(JSONTape.root, "model")
        guard !given.isEmpty, given.allSatisfy({ tape.kind($0) == .string }) else { return false }
        let literal = JSONText.string(model)
        patches += given.map { Patch(span: tape.span($0), bytes: literal) }
        applied.append("model")
        return true
    }

    /// A service that takes the model from the path would go on with the suspended one.
    private static func pathNames(_ model: String, _ path: String) -> Bool {
        let segments = RequestPath.segments(path)
        return segments.contains { $0.contains(model.lowercased()) } || segments.contains("deployments")
    }
}
