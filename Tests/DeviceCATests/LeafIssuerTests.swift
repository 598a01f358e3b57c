import Crypto
import SwiftASN1
import Synchronization
import Testing
import X509

@testable import DeviceCA

/// An authority for a few hosts, and a clock that tests turn.
final class Fixture: Sendable {
    static let start: Int64 = 1_790_000_000
    let root: RootAuthority
    let authority: DeviceAuthority
    let issuer: LeafIssuer
    let clock: SharedClock

    init(
        _ hosts: [String] = ["api.openai.com", "*.cursor.sh"], seconds: Int64 = RootAuthority.intermediateSeconds,
        at start: Int64 = start
    ) throws {
        root = try RootAuthority(device: "unit", validSeconds: RootAuthority.keptSeconds, at: start)
        authority = try root.signIntermediate(
            for: HostScope(catalogueHosts: hosts), device: "unit", validSeconds: seconds, at: start)
        let clock = SharedClock(start)
        self.clock = clock
        issuer = LeafIssuer(authority) { clock.now }
    }
}

final class SharedClock: Sendable {
    private let value: Mutex<Int64>
    init(_ start: Int64) { value = Mutex(start) }
    var now: Int64 { value.withLock { $0 } }
    func advance(_ seconds: Int64) { value.withLock { $0 += seconds } }
}

@Suite struct LeafIssuerTests {
    @Test func aLeafIsForItsHostAloneAndSignedByTheIntermediate() throws {
        let fixture = try Fixture()
        let leaf = try fixture.issuer.leaf(for: "API.openai.com.")
        #expect(leaf.chain.count == 2 && leaf.chain[1] == fixture.authority.intermediate)
        let certificate = try Certificate(derEncoded: leaf.chain[0])
        let issuer = try Certificate(derEncoded: leaf.chain[1])
        #expect(issuer.publicKey.isValidSignature(certificate.signature, for: certificate))
        #expect(certificate.subject.isEmpty)
        let names = try certificate.extensions.subjectAlternativeNames
        #expect(names.map(Array.init) == [.dnsName("api.openai.com")])
        #expect(try certificate.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth]))
        #expect(try certificate.extensions.basicConstraints == .notCertificateAuthority)
        let key = try P256.Signing.PrivateKey(derRepresentation: leaf.privateKey)
        #expect(certificate.publicKey == Certificate.PublicKey(key.publicKey))
        #expect(leaf.notAfter == Fixture.start + DeviceAuthority.leafSeconds)
    }

    @Test func aLeafIsBackdatedForClocksThatAreBehind() throws {
        let leaf = try Fixture().issuer.leaf(for: "api.openai.com")
        let certificate = try Certificate(derEncoded: leaf.chain[0])
        #expect(certificate.notValidBefore.seconds == Fixture.start - DeviceAuthority.backdatedSeconds)
    }

    @Test func aHostOutsideIsRefusedWithTheMend() throws {
        let issuer = try Fixture().issuer
        for host in ["example.com", "openai.com", "xapi.openai.com", "com", "api.openai.com.evil.net"]
        where host.contains(".") {
            #expect(throws: LeafFailure.outside(host: host)) { try issuer.leaf(for: host) }
        }
        #expect("\(LeafFailure.outside(host: "a.b"))".contains("sluice ca renew"))
        for text in [
            "127.0.0.1", "[::1]", "", "localhost", "a..b", "-a.b", "*.cursor.sh", "a.b\0.cursor.sh", "é.cursor.sh",
        ] {
            #expect(throws: LeafFailure.noHostName(text)) { try issuer.leaf(for: text) }
        }
    }

    @Test func withoutAnAuthorityTheErrorSaysHowToMakeOne() throws {
        let issuer = LeafIssuer(nil)
        #expect(throws: LeafFailure.noAuthority) { try issuer.leaf(for: "api.openai.com") }
        #expect("\(LeafFailure.noAuthority)".contains("sluice ca install"))
        let fixture = try Fixture()
        let late = LeafIssuer(nil) { Fixture.start }
        late.replace(with: fixture.authority)
        #expect(throws: Never.self) { try late.leaf(for: "api.openai.com") }
    }

    @Test func aLeafIsKeptAndMadeAnewBeforeItEnds() throws {
        let fixture = try Fixture()
        let first = try fixture.issuer.leaf(for: "api.openai.com")
        #expect(try fixture.issuer.leaf(for: "api.openai.com").chain == first.chain)
        fixture.clock.advance(DeviceAuthority.leafSeconds * 2 / 3 - 1)
        #expect(try fixture.issuer.leaf(for: "api.openai.com").chain == first.chain)
        fixture.clock.advance(1)
        let second = try fixture.issuer.leaf(for: "api.openai.com")
        #expect(second.chain != first.chain)
        #expect(second.notAfter > first.notAfter)
        #expect(second.privateKey != first.privateKey)
    }

    @Test func aLeafNeverOutlivesItsIssuer() throws {
        let fixture = try Fixture(seconds: 3 * 86_400)
        let leaf = try fixture.issuer.leaf(for: "api.openai.com")
        #expect(leaf.notAfter == fixture.authority.notAfter)
        fixture.clock.advance(3 * 86_400)
        #expect(throws: LeafFailure.expired) { try fixture.issuer.leaf(for: "api.openai.com") }
    }

    @Test func theCacheIsBounded() throws {
        let fixture = try Fixture()
        let kept = try fixture.issuer.leaf(for: "kept.cursor.sh")
        for number in 0..<LeafIssuer.maxCached + 20 {
            _ = try fixture.issuer.leaf(for: "h\(number).cursor.sh")
            #expect(try fixture.issuer.leaf(for: "kept.cursor.sh").chain == kept.chain)
        }
        #expect(fixture.issuer.cachedCount == LeafIssuer.maxCached)
    }

    @Test func serialsDiffer() throws {
        let fixture = try Fixture()
        let serials = try (0..<64).map {
            try Certificate(derEncoded: fixture.issuer.leaf(for: "h\($0).cursor.sh").chain[0]).serialNumber
        }
        #expect(Set(serials).count == 64)
        #expect(serials.allSatisfy { $0.bytes.count == 16 })
    }
}

@Suite struct HostScopeTests {
    @Test func hostsBecomeTheNarrowestSubtrees() {
        let scope = HostScope(catalogueHosts: [
            "api.openai.com", "eu.api.openai.com", "*.cursor.sh", "api2.cursor.sh", "x.com/i/grok", "127.0.0.1:11434",
            "localhost:11434", "API.X.AI", "gateway.example.org:8443",
        ])
        #expect(scope.subtrees == ["api.openai.com", "api.x.ai", "cursor.sh", "gateway.example.org", "x.com"])
        #expect(scope.uncovered.isEmpty)
    }

    @Test func aPatternInsideANameIsSpelledOutByRegion() {
        let scope = HostScope(catalogueHosts: ["bedrock-runtime.*.amazonaws.com", "*-aiplatform.googleapis.com"])
        #expect(scope.covers("bedrock-runtime.eu-central-1.amazonaws.com"))
        #expect(scope.covers("us-central1-aiplatform.googleapis.com"))
        #expect(!scope.covers("s3.eu-central-1.amazonaws.com"))
        #expect(!scope.covers("storage.googleapis.com"))
        #expect(!scope.covers("amazonaws.com"))
    }

    @Test(arguments: ["*", "*.com", "*.*.example.com", "api.*.example.com", "a*b.example.com", "not a host", ""])
    func whatOnlyAFarWiderSubtreeWouldHoldIsNotCovered(_ pattern: String) {
        let scope = HostScope(catalogueHosts: [pattern])
        #expect(scope.subtrees.isEmpty)
        #expect(scope.uncovered == [pattern])
    }

    @Test func subtreesAreBounded() {
        let hosts = (0...HostScope.maxSubtrees).map { "h\($0).example.com" }
        let scope = HostScope(catalogueHosts: hosts)
        #expect(scope.subtrees.count == HostScope.maxSubtrees)
        #expect(scope.uncovered.count == 1)
        #expect(HostScope(catalogueHosts: Array(hosts.dropLast())).uncovered.isEmpty)
    }

    @Test func namesAreTakenUpToTheirLimits() {
        let label = String(repeating: "a", count: 63)
        let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
        #expect(HostName(longest)?.text == longest)
        #expect(HostName(longest + "b") == nil)
        #expect(HostName("a\(label).com") == nil)
        #expect(HostName("1.2.3.4") == nil)
    }
}

@Suite struct AuthorityTests {
    @Test func theIntermediateIsHeldToItsHosts() throws {
        let fixture = try Fixture()
        let issuer = try Certificate(derEncoded: fixture.authority.intermediate)
        let constraints = try #require(try issuer.extensions.nameConstraints)
        #expect(Array(constraints.permittedDNSDomains) == ["api.openai.com", "cursor.sh"])
        #expect(constraints.excludedIPRanges.map { $0.bytes.count } == [8, 32])
        #expect(issuer.extensions.filter(\.critical).count == 3)
        #expect(try issuer.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try issuer.extensions.keyUsage == KeyUsage(keyCertSign: true))
    }

    @Test func storedPartsThatDoNotBelongTogetherAreRefused() throws {
        let one = try Fixture()
        let two = try Fixture()
        let again = try DeviceAuthority(
            root: one.authority.root, intermediate: one.authority.intermediate, key: one.authority.keyBytes)
        #expect(again.scope == one.authority.scope)
        #expect(again.fingerprint == one.authority.fingerprint)
        #expect(throws: AuthorityProblem.self) {
            try DeviceAuthority(
                root: two.authority.root, intermediate: one.authority.intermediate, key: one.authority.keyBytes)
        }
        #expect(throws: AuthorityProblem.self) {
            try DeviceAuthority(
                root: one.authority.root, intermediate: one.authority.intermediate, key: two.authority.keyBytes)
        }
        #expect(throws: AuthorityProblem.self) {
            try DeviceAuthority(root: one.authority.root, intermediate: one.authority.root, key: one.root.keyBytes)
        }
        #expect(throws: AuthorityProblem.self) { try DeviceAuthority(root: [], intermediate: [0x30], key: []) }
    }

    @Test func pemTextGivesTheSamePartsBack() throws {
        let fixture = try Fixture()
        let again = try DeviceAuthority(pem: Array(fixture.authority.pem.utf8))
        #expect(again.intermediate == fixture.authority.intermediate && again.keyBytes == fixture.authority.keyBytes)
        let root = try RootAuthority(pem: Array(fixture.root.pem.utf8))
        #expect(root.certificate == fixture.root.certificate)
        let certificate = RootCertificate(der: fixture.authority.root)
        #expect(try RootCertificate(pem: Array(certificate.pem.utf8)) == certificate)
        // An authority's file is no certificate's, and the other way round.
        #expect(throws: AuthorityProblem.self) { try RootCertificate(pem: Array(fixture.authority.pem.utf8)) }
        #expect(throws: AuthorityProblem.self) { try DeviceAuthority(pem: Array(certificate.pem.utf8)) }
        #expect(throws: AuthorityProblem.self) {
            try RootCertificate(pem: [UInt8](repeating: 0x0A, count: DeviceAuthority.maxPEMBytes + 1))
        }
    }

    @Test func aBundleHoldsACertificateHoweverItsLinesAreBroken() throws {
        let one = RootCertificate(der: try Fixture().authority.root)
        let two = RootCertificate(der: try Fixture().authority.root)
        let bundle = Array((two.pem + one.pem).utf8)
        #expect(one.isIn(bundle: bundle) && two.isIn(bundle: bundle))
        #expect(!one.isIn(bundle: Array(two.pem.utf8)))
        #expect(one.isIn(bundle: bundle.filter { $0 != 0x0A }))
    }

    @Test func aStoredRootSignsTheNextIntermediate() throws {
        let fixture = try Fixture()
        let root = try RootAuthority(certificate: fixture.root.certificate, key: fixture.root.keyBytes)
        let next = try root.signIntermediate(
            for: HostScope(catalogueHosts: ["api.mistral.ai"]), device: "unit", validSeconds: 86_400, at: Fixture.start)
        #expect(next.root == fixture.authority.root)
        #expect(next.scope.subtrees == ["api.mistral.ai"])
        #expect(throws: AuthorityProblem.self) {
            try root.signIntermediate(
                for: HostScope(catalogueHosts: []), device: "unit", validSeconds: 86_400, at: Fixture.start)
        }
    }
}
