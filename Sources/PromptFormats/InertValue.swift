import Primitives

/// Values of the protocols themselves, which say nothing about the user.
enum InertValue {
    private static let maxWordBytes = 32
    private static let maxIDBytes = 64
    private static let idPrefixes = [
        "call_", "toolu_", "srvtoolu_", "mcptoolu_", "msg_", "resp_", "fc_", "rs_", "ctc_", "chatcmpl-",
        "chatcmpl-tool-",
        "req_",
    ].map { Array($0.utf8) }

    /// True for the words under `type` and `role`, and for ids that a provider gave to a call, message or response.
    static func isInert(_ node: Int, in tape: JSONTape) -> Bool {
        guard let key = tape.keySpan(node) else { return false }
        let value = tape.bytes[tape.inside(node).range]
        let name = tape.bytes[key.range]
        if name.elementsEqual("type".utf8) || name.elementsEqual("role".utf8) {
            return value.count <= maxWordBytes
                && value.allSatisfy { ($0 &- 0x61 < 26) || ($0 &- 0x30 < 10) || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E }
        }
        guard name.count >= 2, name.suffix(2).elementsEqual("id".utf8), value.count <= maxIDBytes else { return false }
        // Letters and digits alone behind the prefix: a token has a prefix of its own, with a mark in it.
        return idPrefixes.contains { prefix in
            value.starts(with: prefix)
                && value.dropFirst(prefix.count).allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }
        }
    }

    /// True for the name of a tool as a call gives it: a short identifier that the tools' descriptions hold too.
    static func isToolName(_ node: Int, in tape: JSONTape) -> Bool {
        guard tape.kind(node) == .string, tape.hasKey(node, "name") else { return false }
        let value = tape.bytes[tape.inside(node).range]
        return value.count <= maxWordBytes
            && value.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F || $0 == 0x2D }
    }
}
