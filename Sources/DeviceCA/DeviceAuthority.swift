import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// The device's certificate authority as the agent holds it: the root's certificate without its key, and the intermediate with its key.
public struct DeviceAuthority: Sendable {
    /// The root's certificate, DER: what clients are to trust.
    public let root: [UInt8]
    /// The intermediate's certificate, DER.
    public let intermediate: [UInt8]
    /// Hosts that the intermediate's name constraints permit.
    public let scope: HostScope
    /// Seconds since 1970 from which both are valid.
    public let notBefore: Int64
    /// Seconds since 1970 until which both are valid.
    public let notAfter: Int64
    let key: P256.Signing.PrivateKey
    private let issuer: Certificate

    /// Seconds that a leaf is valid from its making: a week.
    public static let leafSeconds: Int64 = 7 * 86_400
    /// Seconds by which certificates begin earlier than now, for clients whose clock is behind: a day.
    public static let backdatedSeconds: Int64 = 86_400

    /// Takes certificates and key as they are stored. Throws a sentence where they do not belong together, or where the intermediate could vouch
    /// for more than hosts below its constraints.
    public init(root: [UInt8], intermediate: [UInt8], key: [UInt8]) throws(AuthorityProblem) {
        do {
            let rootCertificate = try Certificate(derEncoded: root)
            let issuer = try Certificate(derEncoded: intermediate)
            let key = try P256.Signing.PrivateKey(derRepresentation: key)
            try Self.check(rootCertificate, issuer, key)
            self.root = root
            self.intermediate = intermediate
            self.key = key
            self.issuer = issuer
            scope = try Self.scope(of: issuer)
            notBefore = max(rootCertificate.notValidBefore.seconds, issuer.notValidBefore.seconds)
            notAfter = min(rootCertificate.notValidAfter.seconds, issuer.notValidAfter.seconds)
        } catch let problem as AuthorityProblem {
            throw problem
        } catch {
            throw AuthorityProblem("the certificate authority can't be read: \(error)")
        }
    }

    /// SHA-256 of the root's certificate in hexadecimal, as browsers and `openssl x509 -fingerprint` show it.
    public var fingerprint: String { Fingerprint.text(root) }

    /// The intermediate's key, DER, PKCS#8.
    var keyBytes: [UInt8] { Array(key.derRepresentation) }

    private static func check(
        _ root: Certificate, _ issuer: Certificate, _ key: P256.Signing.PrivateKey
    ) throws(AuthorityProblem) {
        guard root.publicKey.isValidSignature(root.signature, for: root), root.issuer == root.subject else {
            throw AuthorityProblem("the root's certificate is not signed by itself")
        }
        guard root.publicKey.isValidSignature(issuer.signature, for: issuer), issuer.issuer == root.subject else {
            throw AuthorityProblem("the intermediate's certificate is not signed by the root")
        }
        guard issuer.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw AuthorityProblem("the intermediate's key does not belong to its certificate")
        }
    }

    private static func scope(of issuer: Certificate) throws -> HostScope {
        guard let constraints = try issuer.extensions.nameConstraints, !constraints.permittedDNSDomains.isEmpty else {
            throw AuthorityProblem("the intermediate has no name constraints, so it is not used")
        }
        return HostScope(subtrees: Array(constraints.permittedDNSDomains))
    }

    /// A new leaf. The host is one that the scope covers.
    func issue(for host: HostName, at time: Int64) throws(LeafFailure) -> LeafCertificate {
        do {
            let key = P256.Signing.PrivateKey()
            let end = min(time + Self.leafSeconds, notAfter)
            let publicKey = Certificate.PublicKey(key.publicKey)
            let leaf = try Certificate(
                version: .v3, serialNumber: Serial.random(), publicKey: publicKey,
                notValidBefore: Date(seconds: max(time - Self.backdatedSeconds, notBefore)),
                notValidAfter: Date(seconds: end), issuer: issuer.subject, subject: DistinguishedName(),
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    // Critical, since the subject is empty (RFC 5280, section 4.2.1.6).
                    Critical(SubjectAlternativeNames([.dnsName(host.text)]))
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(keyIdentifier: try issuer.extensions.subjectKeyIdentifier?.keyIdentifier)
                },
                issuerPrivateKey: Certificate.PrivateKey(self.key))
            return LeafCertificate(
                chain: [try leaf.derBytes(), intermediate], privateKey: Array(key.derRepresentation), notAfter: end)
        } catch {
            throw .library("\(error)")
        }
    }
}

/// Why the authority can't be made, read or stored, as a sentence that says what would help.
public struct AuthorityProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Takes the sentence.
    public init(_ description: String) { self.description = description }
}

enum Serial {
    /// 127 random bits: positive, and one length for all (RFC 5280 allows 20 octets).
    static func random() -> Certificate.SerialNumber {
        var random = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        bytes[0] = bytes[0] & 0x7F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }
}

enum Fingerprint {
    static func text(_ der: [UInt8]) -> String {
        SHA256.hash(data: der).map { byte in
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.utf8.count == 1 ? "0" + hex : hex
        }.joined(separator: ":")
    }
}

extension Date {
    init(seconds: Int64) { self.init(timeIntervalSince1970: Double(seconds)) }

    /// Seconds since 1970; what a certificate can hold fits.
    var seconds: Int64 { Int64(timeIntervalSince1970) }
}

extension Certificate {
    func derBytes() throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(self)
        return serializer.serializedBytes
    }
}
