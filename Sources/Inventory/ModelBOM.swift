/// A bill of materials of models, in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): local weights as components of the type
/// `machine-learning-model`, providers' models as such components and the services that run them.
public struct ModelBOM: Sendable {
    /// A model that a provider runs, as the journal saw it.
    public struct Remote: Sendable, Hashable {
        /// The model's name, as far as events hold it in clear.
        public var model: String
        /// Catalogue id of the surface that serves it.
        public var surface: String
        /// The surface's name for people.
        public var surfaceName: String
        /// Who runs the inference.
        public var provider: String
        /// Law that the provider is under.
        public var jurisdiction: String?
        /// Tier that policy gives the surface.
        public var tier: String
        /// How many verdicts named it.
        public var count: UInt64

        /// Makes a record.
        public init(
            model: String, surface: String, surfaceName: String, provider: String, jurisdiction: String?, tier: String,
            count: UInt64
        ) {
            self.model = model
            self.surface = surface
            self.surfaceName = surfaceName
            self.provider = provider
            self.jurisdiction = jurisdiction
            self.tier = tier
            self.count = count
        }
    }

    /// Version of the product that makes it.
    public var productVersion: String
    /// When it was made, as RFC 3339.
    public var timestamp: String
    /// 32 hex digits that name this document.
    public var serial: String
    /// What lies on this machine.
    public var local: [LocalModel]
    /// What was used of providers.
    public var remote: [Remote]

    /// Makes a bill of materials.
    public init(
        productVersion: String, timestamp: String, serial: String, local: [LocalModel], remote: [Remote]
    ) {
        self.productVersion = productVersion
        self.timestamp = timestamp
        self.serial = serial
        self.local = local
        self.remote = remote
    }

    /// The document as a tree of values.
    public var document: BOMValue {
        var services: [String: Remote] = [:]
        for use in remote where services[use.surface] == nil { services[use.surface] = use }
        return .object([
            ("bomFormat", "CycloneDX"), ("specVersion", "1.6"), ("serialNumber", .text("urn:uuid:" + uuid)),
            ("version", 1),
            (
                "metadata",
                .object([
                    ("timestamp", .text(timestamp)),
                    (
                        "tools",
                        .object([
                            (
                                "components",
                                .array([
                                    .object([
                                        ("type", "application"), ("name", "sluice"), ("version", .text(productVersion)),
                                    ])
                                ])
                            )
                        ])
                    ),
                ])
            ),
            ("components", .array(local.map(component) + remote.map(component))),
            ("services", .array(services.values.sorted { $0.surface < $1.surface }.map(service))),
        ])
    }

    private var uuid: String {
        let digits = Array(serial.utf8.prefix(32))
        guard digits.count == 32 else { return serial }
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
            .joined(separator: "-")
    }

    private func component(_ model: LocalModel) -> BOMValue {
        var members: [(String, BOMValue)] = [
            ("type", "machine-learning-model"), ("bom-ref", .text("local:" + model.path)), ("name", .text(model.name)),
        ]
        if let publisher = model.publisher { members.append(("publisher", .text(publisher))) }
        if let digest = model.sha256 {
            members.append(
                ("hashes", .array([.object([("alg", "SHA-256"), ("content", .text(digest))])])))
        }
        if let licence = model.licence {
            members.append(
                ("licenses", .array([.object([("license", .object([("name", .text(licence))]))])])))
        }
        if let architecture = model.architecture {
            members.append(
                (
                    "modelCard",
                    .object([("modelParameters", .object([("architectureFamily", .text(architecture))]))])
                ))
        }
        var properties = [
            ("sluice:runs", model.remoteHost == nil ? "local" : "remote"), ("sluice:store", model.store.rawValue),
            ("sluice:format", model.format.rawValue), ("sluice:bytes", String(model.bytes)),
            ("sluice:path", model.path),
        ]
        if let host = model.remoteHost { properties.append(("sluice:remote-host", host)) }
        members.append(("properties", Self.properties(properties)))
        return .object(members)
    }

    private func component(_ use: Remote) -> BOMValue {
        .object([
            ("type", "machine-learning-model"), ("bom-ref", .text("remote:\(use.surface):\(use.model)")),
            ("name", .text(use.model)), ("publisher", .text(use.provider)),
            (
                "properties",
                Self.properties([
                    ("sluice:runs", "remote"), ("sluice:surface", use.surface), ("sluice:verdicts", String(use.count)),
                ])
            ),
        ])
    }

    private func service(_ use: Remote) -> BOMValue {
        var properties = [("sluice:tier", use.tier)]
        if let law = use.jurisdiction { properties.append(("sluice:jurisdiction", law)) }
        return .object([
            ("bom-ref", .text("service:" + use.surface)), ("name", .text(use.surfaceName)),
            ("provider", .object([("name", .text(use.provider))])), ("x-trust-boundary", .flag(true)),
            ("properties", Self.properties(properties)),
        ])
    }

    private static func properties(_ pairs: [(String, String)]) -> BOMValue {
        .array(pairs.map { .object([("name", .text($0.0)), ("value", .text($0.1))]) })
    }
}

/// A value of a JSON document whose members keep their order.
public indirect enum BOMValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case text(String)
    case number(Int)
    case flag(Bool)
    case array([BOMValue])
    case object([(String, BOMValue)])

    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .number(value) }
}
