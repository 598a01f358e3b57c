import SwiftASN1
import X509

/// What a provider's certificate has to be besides valid for the TLS library: rules of the CA/Browser Forum's baseline requirements that the library
/// leaves to its caller, and that browsers hold to.
enum CertificateRules {
    /// Fewest bits of an RSA key.
    static let minRSABits = 2048

    /// Must-staple (RFC 7633): the certificate's owner wants it refused without a proof, sent along, that it is not revoked.
    private static let tlsFeature: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 1, 24]

    /// Why a certificate that the library has verified is refused all the same, as words for a message; nil if it is not. `der` is the leaf.
    static func problem(_ der: [UInt8]) -> String? {
        let certificate: Certificate
        do {
            certificate = try Certificate(derEncoded: der)
        } catch {
            // Keys that are too short to be used are an error to the library, too.
            return "its key is shorter than \(minRSABits) bits of RSA, or it is not well formed"
        }
        if certificate.signatureAlgorithm == .sha1WithRSAEncryption {
            return "it is signed with SHA-1, which can be forged"
        }
        guard let names = try? certificate.extensions.subjectAlternativeNames, names.contains(where: isName) else {
            return "it names no host"
        }
        if certificate.extensions.contains(where: { $0.oid == tlsFeature }) {
            return "it asks to be refused without a proof that it is not revoked, and no such proof can be read here"
        }
        return nil
    }

    private static func isName(_ name: GeneralName) -> Bool {
        switch name {
        case .dnsName, .ipAddress: true
        default: false
        }
    }
}
