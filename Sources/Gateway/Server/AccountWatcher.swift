import NIOCore
import NIOHTTP1
import PromptFormats

/// Reads in passing what a reply shows of the account: header fields always, the body only of a request that asks for the account's settings.
struct AccountWatcher {
    private let head: RequestHead
    private let status: UInt
    private var fields: ShownTerms
    /// The body so far; nil where it is of no interest, or too large.
    private var body: [UInt8]?

    init(_ reply: HTTPResponseHead, to head: RequestHead) {
        self.head = head
        status = reply.status.code
        fields = ShownTerms(
            ofReply: ReplyHead(
                status: Int(reply.status.code), headers: reply.headers.map { (name: $0.name, value: $0.value) }),
            provider: head.provider)
        if reply.status == .ok, ShownTerms.areShown(to: head) { body = [] }
    }

    /// Takes a piece of the reply's body.
    mutating func feed(_ piece: ByteBuffer) {
        guard let held = body else { return }
        guard held.count + piece.readableBytes <= ShownTerms.maxBodyBytes else {
            body = nil
            return
        }
        body?.append(contentsOf: piece.readableBytesView)
    }

    /// What was shown. An error's fields are the provider's word too, but for nobody's account when the credential was refused.
    var shown: ShownTerms {
        guard status < 400 else { return ShownTerms() }
        var shown = fields
        if let body { shown.training = ShownTerms(ofSettings: body, to: head).training }
        return shown
    }
}
