import SwiftASN1

/// Certificates and keys as PEM text (RFC 7468): the form in which they are stored and handed over.
extension DeviceAuthority {
    /// Most bytes of such a text that are read. An intermediate with `HostScope.maxSubtrees` names of usual length takes a tenth.
    public static let maxPEMBytes = 1 << 20

    /// Root, intermediate and the intermediate's key, one after the other. The key is in it: a file of this needs mode 0600.
    public var pem: String {
        [
            PEMDocument(type: "CERTIFICATE", derBytes: root), PEMDocument(type: "CERTIFICATE", derBytes: intermediate),
            PEMDocument(type: "PRIVATE KEY", derBytes: keyBytes),
        ].map { $0.pemString + "\n" }.joined()
    }

    /// Reads what `pem` gave.
    public init(pem: [UInt8]) throws(AuthorityProblem) {
        let parts = try PEMParts(pem)
        guard parts.certificates.count == 2, parts.keys.count == 1 else {
            throw AuthorityProblem("it does not hold a root, an intermediate and one key")
        }
        try self.init(root: parts.certificates[0], intermediate: parts.certificates[1], key: parts.keys[0])
    }
}

extension RootAuthority {
    /// Certificate and key, one after the other. The key is in it: a file of this needs mode 0600 and an owner whom users can't become.
    public var pem: String {
        [
            PEMDocument(type: "CERTIFICATE", derBytes: certificate),
            PEMDocument(type: "PRIVATE KEY", derBytes: keyBytes),
        ].map { $0.pemString + "\n" }.joined()
    }

    /// Reads what `pem` gave.
    public init(pem: [UInt8]) throws(AuthorityProblem) {
        let parts = try PEMParts(pem)
        guard parts.certificates.count == 1, parts.keys.count == 1 else {
            throw AuthorityProblem("it does not hold one certificate and one key")
        }
        try self.init(certificate: parts.certificates[0], key: parts.keys[0])
    }
}

/// A root's certificate without its key: what goes into the stores of clients.
public struct RootCertificate: Sendable, Hashable {
    /// DER.
    public let der: [UInt8]

    /// Takes DER as it is.
    public init(der: [UInt8]) { self.der = der }

    /// Reads the one certificate of a PEM text.
    public init(pem: [UInt8]) throws(AuthorityProblem) {
        let parts = try PEMParts(pem)
        guard let first = parts.certificates.first, parts.certificates.count == 1, parts.keys.isEmpty else {
            throw AuthorityProblem("it does not hold one certificate")
        }
        der = first
    }

    /// PEM text with a line end.
    public var pem: String { PEMDocument(type: "CERTIFICATE", derBytes: der).pemString + "\n" }
    /// SHA-256 in hexadecimal with colons.
    public var fingerprint: String { Fingerprint.text(der) }
    /// The name under which stores that have names keep it.
    public var nickname: String { "Sluice device CA " + fingerprint.filter { $0 != ":" }.prefix(16).lowercased() }

    /// Whether a bundle of PEM certificates holds this one.
    public func isIn(bundle: [UInt8]) -> Bool {
        // Stores write the same Base64 with lines of different length.
        let body = Self.body(Array(pem.utf8))
        let text = bundle.filter { $0 > 0x20 }
        guard !body.isEmpty, text.count >= body.count else { return false }
        return text.firstRange(of: body) != nil
    }

    private static func body(_ pem: [UInt8]) -> [UInt8] {
        let lines = pem.split(separator: 0x0A).filter { $0.first != UInt8(ascii: "-") }
        return Array(lines.joined())
    }
}

/// The parts of a PEM text.
struct PEMParts {
    var certificates: [[UInt8]] = []
    var keys: [[UInt8]] = []

    init(_ text: [UInt8]) throws(AuthorityProblem) {
        guard text.count <= DeviceAuthority.maxPEMBytes else {
            throw AuthorityProblem("it is larger than \(DeviceAuthority.maxPEMBytes) bytes")
        }
        do {
            for document in try PEMDocument.parseMultiple(pemString: String(decoding: text, as: UTF8.self)) {
                switch document.discriminator {
                case "CERTIFICATE": certificates.append(document.derBytes)
                case "PRIVATE KEY": keys.append(document.derBytes)
                default: throw AuthorityProblem("it holds a part of an unknown kind")
                }
            }
        } catch let problem as AuthorityProblem {
            throw problem
        } catch {
            // The library's error may quote what it read.
            throw AuthorityProblem("it is no PEM text")
        }
    }
}
