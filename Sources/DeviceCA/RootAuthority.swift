import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// Makes the device's root and the intermediates under it.
public struct RootAuthority: Sendable {
    /// The root's certificate, DER.
    public let certificate: [UInt8]
    let key: P256.Signing.PrivateKey
    private let parsed: Certificate

    /// Seconds that a root is valid whose key is kept where only the system's administrator reads it: ten years.
    public static let keptSeconds: Int64 = 10 * 365 * 86_400
    /// Seconds that a root is valid whose key is destroyed after use, and its intermediate with it: two years.
    public static let destroyedSeconds: Int64 = 2 * 365 * 86_400
    /// Seconds that an intermediate is valid whose root can sign the next one: a year.
    public static let intermediateSeconds: Int64 = 365 * 86_400

    /// Makes a new root. `device` is shown in lists of certificates; `time` is now, in seconds since 1970.
    public init(device: String, validSeconds: Int64, at time: Int64) throws(AuthorityProblem) {
        do {
            let key = P256.Signing.PrivateKey()
            let publicKey = Certificate.PublicKey(key.publicKey)
            let name = try Self.name(device, "root", publicKey)
            parsed = try Certificate(
                version: .v3, serialNumber: Serial.random(), publicKey: publicKey,
                notValidBefore: Date(seconds: time - DeviceAuthority.backdatedSeconds),
                notValidAfter: Date(seconds: time + validSeconds), issuer: name, subject: name,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 1))
                    Critical(KeyUsage(keyCertSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                },
                issuerPrivateKey: Certificate.PrivateKey(key))
            certificate = try parsed.derBytes()
            self.key = key
        } catch {
            throw AuthorityProblem("the root can't be made: \(error)")
        }
    }

    /// Takes a root as it is stored: certificate in DER, key in DER, PKCS#8.
    public init(certificate: [UInt8], key: [UInt8]) throws(AuthorityProblem) {
        do {
            parsed = try Certificate(derEncoded: certificate)
            self.key = try P256.Signing.PrivateKey(derRepresentation: key)
            self.certificate = certificate
        } catch {
            throw AuthorityProblem("the root can't be read: \(error)")
        }
        guard parsed.publicKey == Certificate.PublicKey(self.key.publicKey) else {
            throw AuthorityProblem("the root's key does not belong to its certificate")
        }
    }

    /// The root's key, DER, PKCS#8.
    public var keyBytes: [UInt8] { Array(key.derRepresentation) }

    /// Signs a new intermediate, whose name constraints permit the scope's names and nothing else.
    public func signIntermediate(
        for scope: HostScope, device: String, validSeconds: Int64, at time: Int64
    ) throws(AuthorityProblem) -> DeviceAuthority {
        guard !scope.subtrees.isEmpty else { throw AuthorityProblem("the catalogue names no host to intercept") }
        let intermediate: [UInt8]
        let key = P256.Signing.PrivateKey()
        do {
            let publicKey = Certificate.PublicKey(key.publicKey)
            let certificate = try Certificate(
                version: .v3, serialNumber: Serial.random(), publicKey: publicKey,
                notValidBefore: Date(
                    seconds: max(time - DeviceAuthority.backdatedSeconds, parsed.notValidBefore.seconds)),
                notValidAfter: Date(seconds: min(time + validSeconds, parsed.notValidAfter.seconds)),
                issuer: parsed.subject, subject: try Self.name(device, "agent", publicKey),
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true))
                    try ExtendedKeyUsage([.serverAuth])
                    Critical(Self.constraints(scope))
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(keyIdentifier: try parsed.extensions.subjectKeyIdentifier?.keyIdentifier)
                },
                issuerPrivateKey: Certificate.PrivateKey(self.key))
            intermediate = try certificate.derBytes()
        } catch {
            throw AuthorityProblem("the intermediate can't be signed: \(error)")
        }
        return try DeviceAuthority(
            root: certificate, intermediate: intermediate, key: Array(key.derRepresentation))
    }

    /// Names of hosts below the scope, and no address at all: a form of name that is not spoken of would be free.
    private static func constraints(_ scope: HostScope) -> NameConstraints {
        NameConstraints(
            permittedDNSDomains: NameConstraints.DNSNames(scope.subtrees),
            excludedIPRanges: [
                ASN1OctetString(contentBytes: ArraySlice([UInt8](repeating: 0, count: 8))),
                ASN1OctetString(contentBytes: ArraySlice([UInt8](repeating: 0, count: 32))),
            ])
    }

    /// A name that is told apart from those of earlier ones, since some stores find certificates by name. At most 64 characters (RFC 5280).
    private static func name(_ device: String, _ part: String, _ key: Certificate.PublicKey) throws -> DistinguishedName
    {
        let plain = device.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }.prefix(24)
        let digest = SHA256.hash(data: Array(key.subjectPublicKeyInfoBytes)).prefix(4).map { byte in
            let hex = String(byte, radix: 16)
            return hex.utf8.count == 1 ? "0" + hex : hex
        }.joined()
        return try DistinguishedName {
            OrganizationName("Sluice")
            CommonName("Sluice \(part) of \(plain.isEmpty ? "this device" : String(plain)) \(digest)")
        }
    }
}
