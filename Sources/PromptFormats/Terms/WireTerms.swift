import Primitives

/// A promise that a field or header of a request can hold the provider to.
public enum WireTerm: String, Sendable, Codable, CaseIterable, Comparable {
    /// Prompts are not used to train models.
    case noTraining = "no-training"
    /// Prompts are not stored beyond the exchange, not even for abuse monitoring.
    case zeroRetention = "zero-retention"
    /// The exchange is not kept as an object that can be fetched later; what is kept for abuse monitoring is another matter.
    case noStore = "no-store"

    /// Orders by name.
    public static func < (a: WireTerm, b: WireTerm) -> Bool { a.rawValue < b.rawValue }
}

/// A header by which the provider itself refuses other tenants than the organisation's.
public struct TenantClaim: Sendable, Hashable {
    /// Name of the header field.
    public var name: String
    /// Its value: the organisation's own ids or domains.
    public var value: String

    /// Takes the values as they are.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A header field that a request must carry, with one of these values (case aside).
public struct FieldDemand: Sendable, Hashable {
    /// Name of the header field.
    public var name: String
    /// The values that will do.
    public var values: [String]

    /// Takes the values as they are.
    public init(name: String, values: [String]) {
        self.name = name
        self.values = values
    }
}

/// What policy demands of a request, besides that its texts are judged.
public struct WireDemands: Sendable, Hashable {
    /// Terms to be put on the wire wherever the provider has a field or header for them.
    public var terms: Set<WireTerm>
    /// Terms that the request must carry in the end, whoever put them there. `WireEdits.missing` says which it does not.
    public var required: Set<WireTerm>
    /// Features that this request may not ask for, given its destination and what was found in it.
    public var denied: Set<RetentionFeature>
    /// Tenant headers for this destination.
    public var tenants: [TenantClaim]
    /// Header fields that only the gate may set: what the client sent under these names is taken out.
    public var stripped: [String]
    /// Regions of which one must be where the request is processed ("eu", "us"); empty for any.
    public var regions: [String]
    /// Header fields that the request must carry.
    public var fields: [FieldDemand]
    /// Companies that a router may hand the request to; empty for any.
    public var upstreams: [String]

    /// Takes the values as they are.
    public init(
        terms: Set<WireTerm> = [], required: Set<WireTerm> = [], denied: Set<RetentionFeature> = [],
        tenants: [TenantClaim] = [], stripped: [String] = [], regions: [String] = [], fields: [FieldDemand] = [],
        upstreams: [String] = []
    ) {
        self.terms = terms
        self.required = required
        self.denied = denied
        self.tenants = tenants
        self.stripped = stripped
        self.regions = regions
        self.fields = fields
        self.upstreams = upstreams
    }

    /// Whether nothing is demanded, so that nothing has to be looked at.
    public var isEmpty: Bool { !looksAtBody && tenants.isEmpty && stripped.isEmpty && fields.isEmpty }

    /// Whether the body has to be read for it.
    public var looksAtBody: Bool {
        !(terms.isEmpty && required.isEmpty && denied.isEmpty && regions.isEmpty && upstreams.isEmpty)
    }
}

/// What has to change on one request so that it meets the demands.
public struct WireEdits: Sendable {
    /// One change of the header.
    public struct HeaderEdit: Sendable, Hashable {
        /// Name of the field; every copy of it is taken out.
        public var name: String
        /// What is put in its place, at the end; nil for nothing.
        public var value: String?

        /// Takes the values as they are.
        public init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// Changes of the body that the request was parsed from.
    package var patches: [Patch] = []
    /// Changes of the header, in order.
    public internal(set) var headers: [HeaderEdit] = []
    /// Terms that the request then holds the provider to.
    public internal(set) var enforced: Set<WireTerm> = []
    /// Required terms that it does not.
    public internal(set) var missing: Set<WireTerm> = []
    /// The region that the request is held to, where one was demanded.
    public internal(set) var region: String?
    /// Fields and headers that are set or taken out, by name and never by value: `store`, `provider.data_collection`.
    public internal(set) var applied: [String] = []
    /// Fields that the client had set as demanded.
    public internal(set) var kept: [String] = []

    /// No change.
    public init() {}

    /// Whether nothing changes on the wire.
    public var isEmpty: Bool { patches.isEmpty && headers.isEmpty }
    /// Whether the body changes.
    public var changesBody: Bool { !patches.isEmpty }

    /// The header fields as they are to be sent.
    public func apply(to given: [(name: String, value: String)]) -> [(name: String, value: String)] {
        var out = given
        for edit in headers {
            out.removeAll { $0.name.lowercased() == edit.name.lowercased() }
            if let value = edit.value { out.append((edit.name, value)) }
        }
        return out
    }

    mutating func set(_ name: String, _ value: String) {
        headers.append(HeaderEdit(name: name, value: value))
        applied.append(name)
    }
}

/// Why a request may not go out.
public enum WireRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// It asks for features that are denied.
    case features([RetentionFeature])
    /// A field would have to be set in a body that can't be edited.
    case sealed(field: String)
    /// A tenant header has a value that the provider would disregard or misread.
    case tenantValue(header: String)
    /// It goes to another region than those that are allowed, or to none that can be told.
    case region(String?, wanted: [String])
    /// A header field that it must carry is missing or has another value.
    case field(String)
    /// A router would choose by itself who serves it.
    case upstream(wanted: [String])
    /// Terms that must hold are neither carried by the request nor vouched for.
    case terms([WireTerm])
    /// Terms that no request can carry, and that nobody vouches for.
    case unvouched([String])
    /// The body is in a coding that can't be read.
    case unreadable

    /// What it is about, by name: features, fields, terms.
    public var names: [String] {
        switch self {
        case .features(let features): features.map(\.rawValue)
        case .sealed(let field): [field]
        case .tenantValue(let header): [header]
        case .region: ["region"]
        case .field(let name): [name]
        case .upstream: ["upstream"]
        case .terms(let terms): terms.map(\.rawValue)
        case .unvouched(let terms): terms
        case .unreadable: ["content-encoding"]
        }
    }

    public var description: String {
        switch self {
        case .features(let features):
            "this request " + features.map(\.description).joined(separator: "; it ")
                + ". Policy does not allow that here"
        case .sealed(let field):
            "policy demands the field \(field), but this request is signed or can't be edited. Use a key that does not sign the body, or set the field in the client"
        case .tenantValue(let header):
            "the value that policy has for \(header) is empty or malformed, which the provider may read as no restriction"
        case .region(let found, let wanted):
            "it would be processed in "
                + (found.map { "the region \($0)" } ?? "a region that the request does not fix")
                + ", and policy allows \(wanted.joined(separator: ", ")) only. Use the provider's address for that region"
        case .field(let name):
            "the header field \(name) is missing, or has a value that policy does not allow"
        case .terms(let terms):
            "policy demands \(terms.map(\.rawValue).joined(separator: ", ")), which this request does not carry and nobody vouches for"
        case .unvouched(let terms):
            "policy demands \(terms.joined(separator: ", ")), and nobody vouches for it"
        case .unreadable: "policy makes demands on this request, and its body is in a coding that can't be read"
        case .upstream(let wanted):
            "the request does not say which company serves the model, and policy allows \(wanted.joined(separator: ", ")) only"
        }
    }
}

/// Puts terms on the wire: by fields spliced into the body, by headers, or by saying why a request may not go out. Pure.
public enum WireTerms {
    /// Longest value of a tenant header, in bytes.
    public static let maxTenantValueBytes = 8192

    /// What has to change so that a request to a surface of the catalogue meets the demands.
    ///
    /// `request` is what the format found in `body`. Bytes that no field of a demand covers stay as they are. `host` is the provider's.
    public static func edits(
        _ demands: WireDemands, on head: RequestHead, _ request: ParsedRequest, body: [UInt8],
        format: any RequestFormat, surface: String, host: String
    ) throws(WireRefusal) -> WireEdits {
        var edits = WireEdits()
        guard !demands.isEmpty else { return edits }
        for name in demands.stripped where head.header(name) != nil {
            edits.headers.append(WireEdits.HeaderEdit(name: name, value: nil))
        }
        for claim in demands.tenants { try set(claim, &edits) }
        for demand in demands.fields {
            guard let value = head.header(demand.name)?.lowercased(),
                demand.values.contains(where: { $0.lowercased() == value })
            else { throw .field(demand.name) }
            edits.kept.append(demand.name)
        }
        guard demands.looksAtBody else { return edits }
        let tape = body.isEmpty ? nil : try? JSONParser.parse(body)
        if !demands.denied.isEmpty {
            let asked = RetentionFeature.found(in: head, request, tape, format: format.id)
                .filter { demands.denied.contains($0) }
            guard asked.isEmpty else { throw .features(asked) }
        }
        // A request without a body has nothing to hold the provider to.
        guard !body.isEmpty else { return edits }
        let place = WirePlace(head: head, format: format, surface: surface, host: host, models: request.models)
        try setFields(demands, place, tape, &edits)
        return edits
    }

    private static func setFields(
        _ demands: WireDemands, _ place: WirePlace, _ tape: JSONTape?, _ edits: inout WireEdits
    ) throws(WireRefusal) {
        var settings = JSONSettings.none
        var names: [String] = []
        func want(_ path: [String], _ value: String) {
            settings.set(path, value)
            names.append(path.joined(separator: "."))
        }
        var carried: Set<WireTerm> = []
        for rule in WireRule.all where rule.applies(place) {
            let asked = rule.serves.contains { demands.terms.contains($0) }
            if asked {
                for header in rule.headers { edits.set(header.name, header.value) }
                if let field = rule.field { want(field.path, field.value) }
                edits.enforced.formUnion(rule.gives)
            } else if rule.isCarried(place.head, tape) {
                edits.kept += rule.names
                carried.formUnion(rule.gives)
            }
        }
        if !demands.upstreams.isEmpty { try pin(demands.upstreams, place, want) }
        if !demands.regions.isEmpty {
            if let geo = WireRegion.field(place), demands.regions.contains(geo.region) {
                want(geo.path, geo.value)
                edits.region = geo.region
            } else {
                let region = WireRegion.of(place)
                guard let region, demands.regions.contains(region) else {
                    throw .region(region, wanted: demands.regions)
                }
                edits.region = region
            }
        }
        edits.enforced.formUnion(carried.intersection(demands.required))
        edits.missing = demands.required.subtracting(edits.enforced)
        guard !settings.isEmpty else { return }
        let sealed = WireRefusal.sealed(field: names.joined(separator: ", "))
        guard let tape, let patches = settings.patches(tape) else { throw sealed }
        guard !patches.isEmpty else {
            edits.kept += names
            return
        }
        guard place.format.isRewritable(place.head) else { throw sealed }
        edits.patches = patches
        edits.applied += names
    }

    /// Has a router hand the request to these companies only.
    private static func pin(
        _ upstreams: [String], _ place: WirePlace, _ want: ([String], String) -> Void
    ) throws(WireRefusal) {
        switch place.surface {
        case "openrouter-api":
            let list = upstreams.map { String(decoding: JSONText.string($0), as: UTF8.self) }
            want(["provider", "only"], "[" + list.joined(separator: ",") + "]")
            want(["provider", "allow_fallbacks"], "false")
        case "hf-router":
            // The suffix of the model's name says who serves it; without one the router chooses.
            let pinned =
                !place.models.isEmpty
                && place.models.allSatisfy { model in
                    model.split(separator: ":").dropFirst().last.map { upstreams.contains(String($0)) } ?? false
                }
            guard pinned else { throw .upstream(wanted: upstreams) }
        default: break
        }
    }

    /// Takes out every copy that the client sent, and puts the organisation's in.
    private static func set(_ claim: TenantClaim, _ edits: inout WireEdits) throws(WireRefusal) {
        let items = claim.value.utf8
        guard !items.isEmpty, items.count <= maxTenantValueBytes, items.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !claim.value.split(separator: ",", omittingEmptySubsequences: false).contains("")
        else { throw .tenantValue(header: claim.name) }
        edits.headers.removeAll { $0.name.lowercased() == claim.name.lowercased() }
        edits.set(claim.name, claim.value)
    }
}
