/// Which provider's replies.
enum ReplyDialect: Sendable { case openAIChat, openAIResponses, anthropicMessages }

enum Replies {
    static func restorer(_ head: ReplyHead, dialect: ReplyDialect) -> any ReplyRestorer { PassingRestorer() }
}
