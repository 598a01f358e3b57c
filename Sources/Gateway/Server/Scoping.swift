import Crypto
import Inspection
import NIOHTTP1
import Policy
import PromptFormats

/// Derives within which scope placeholders hold.
///
/// What survives when a client resends its conversation, and so may be part of the scope: the user, the credential, the destination,
/// and the first text that the user said, which stays first as the conversation grows. Where the provider keeps the conversation
/// (the Responses API, unless `store` is false) a later request brings only the newest turn: there is no first text to go by, so all
/// conversations of that credential share a scope.
struct Scoping: Sendable {
    private let key: SymmetricKey

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// Fields that carry a credential.
    static let credentialFields = ["authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"]

    func scope(
        uid: UInt32, headers: HTTPHeaders, target: String, destination: Destination, request: ParsedRequest,
        format: any RequestFormat
    ) -> RestoreScope {
        let inTarget = RequestTargetText.credentials(target, in: format.credentialParameters)
        return RestoreScope(
            client: "uid:\(uid)", credential: credential(headers, inTarget),
            destination: "\(destination.provider)/\(destination.surface)",
            conversation: conversation(request, isKept: format.keepsConversation))
    }

    private func credential(_ headers: HTTPHeaders, _ inTarget: [String]) -> [UInt8] {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array("credential".utf8))
        for name in Self.credentialFields {
            for value in headers[name] {
                let bytes = Array(value.utf8)
                // Lengths keep one field from running into the next.
                mac.update(data: Array("\(name):\(bytes.count):".utf8))
                mac.update(data: bytes)
            }
        }
        for parameter in inTarget {
            let bytes = Array(parameter.utf8)
            mac.update(data: Array("?:\(bytes.count):".utf8))
            mac.update(data: bytes)
        }
        return Array(mac.finalize())
    }

    private func conversation(_ request: ParsedRequest, isKept: Bool) -> String? {
        if isKept, request.store != false { return nil }
        guard let first = request.segments.first(where: { $0.role == .user }) else { return nil }
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array("conversation".utf8))
        mac.update(data: first.text)
        return mac.finalize().prefix(16).map { Self.hex[Int($0 >> 4)] + Self.hex[Int($0 & 15)] }.joined()
    }

    private static let hex = "0123456789abcdef".map(String.init)
}
