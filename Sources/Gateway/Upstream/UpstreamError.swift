import NIOCore
import NIOPosix
import NIOSSL

/// Why a provider could not be asked, without a word of what was to be sent.
public struct UpstreamError: Error, Sendable, CustomStringConvertible {
    /// The cause.
    public enum Cause: String, Sendable, CaseIterable {
        case nameNotFound, refused, unreachable, timedOut, badCertificate, tls, closed, badReply
        case forbiddenAddress = "forbidden-address"
    }

    /// The cause.
    public let cause: Cause
    /// Host and port that were tried.
    public let authority: String
    /// What the system or the library says about it.
    public let detail: String

    /// One sentence for the user, with the next step.
    public var description: String {
        switch cause {
        case .nameNotFound: "The name \(authority) was not found in DNS. Check the address and the network."
        case .refused:
            "The connection to \(authority) was refused: nothing listens there. Check that it runs, and the address."
        case .unreachable: "\(authority) can't be reached (\(detail)). Check the network."
        case .timedOut: "\(authority) did not answer in time. Check the network."
        case .badCertificate:
            "The certificate of \(authority) is not to be trusted (\(detail)). Nothing was sent. If an own certificate authority is in use, name it with --upstream-ca-file."
        case .tls: "No TLS connection to \(authority) came about (\(detail)). Nothing was sent."
        case .closed: "\(authority) closed the connection before it answered. Try again."
        case .forbiddenAddress: "\(authority) \(detail): the proxy does not connect there."
        case .badReply: "\(authority) answered with something that is not HTTP/1.1 (\(detail))."
        }
    }

    init(_ cause: Cause, _ authority: String, _ detail: String = "") {
        self.cause = cause
        self.authority = authority
        self.detail = detail
    }

    /// Sorts an error of the connection attempt.
    init(connecting error: any Error, to authority: String) {
        switch error {
        case let error as UpstreamError:
            self = error
        case let error as NIOConnectionError:
            if let inner = error.connectionErrors.first?.error {
                self.init(connecting: inner, to: authority)
            } else {
                self.init(.nameNotFound, authority)
            }
        case let error as IOError:
            self.init(error.errnoCode == ECONNREFUSED ? .refused : .unreachable, authority, "errno \(error.errnoCode)")
        case is TimedOut:
            self.init(.timedOut, authority)
        case let error as ChannelError:
            if case .connectTimeout = error { self.init(.timedOut, authority) } else { self.init(.closed, authority) }
        case let error as NIOSSLError:
            self = Self.handshake(error, authority)
        case let error as NIOSSLExtraError:
            self.init(.badCertificate, authority, Self.plain(String(describing: error)))
        default:
            self.init(.unreachable, authority, Self.plain(String(describing: type(of: error))))
        }
    }

    private static func handshake(_ error: NIOSSLError, _ authority: String) -> UpstreamError {
        let words = plain(String(describing: error))
        let isCertificate = words.contains("CERTIFICATE_VERIFY_FAILED")
        if case .unableToValidateCertificate = error {
            return UpstreamError(.badCertificate, authority, "no valid chain")
        }
        return isCertificate
            ? UpstreamError(.badCertificate, authority, "verification failed") : UpstreamError(.tls, authority, words)
    }

    /// Library texts are cut and kept to one line.
    private static func plain(_ text: String) -> String {
        String(text.prefix(200).map { $0.isNewline ? " " : $0 })
    }
}
