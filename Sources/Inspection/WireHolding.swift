import Policy
import Primitives
import PromptFormats

/// The request that a prompt was read from, for channels that send it: what terms are put on.
public struct WireSubject: Sendable {
    /// Method, path and header fields, as they go to the provider.
    public var head: RequestHead
    /// What the format found in the body.
    public var request: ParsedRequest
    /// The body that it was found in; empty where there is none.
    public var body: [UInt8]
    /// The format.
    public var format: any RequestFormat
    /// The provider's host.
    public var host: String
    /// False where the body is in a coding that can't be undone.
    public var isReadable: Bool

    /// Takes the values as they are.
    public init(
        head: RequestHead, request: ParsedRequest, body: [UInt8], format: any RequestFormat, host: String,
        isReadable: Bool = true
    ) {
        self.head = head
        self.request = request
        self.body = body
        self.format = format
        self.host = host
        self.isReadable = isReadable
    }
}

/// What became of the policy's demands on one request.
struct WireHolding: Sendable {
    var edits = WireEdits()
    var refusal: WireRefusal?
    /// Terms that the request holds the provider to.
    var enforced: Set<Term> = []
    private var plan = WirePlan()

    /// Nothing is demanded.
    init() {}

    /// Applies what the policy demands of the request, given what was found in it.
    init(_ subject: WireSubject, _ question: PolicyQuestion, _ engine: PolicyEngine) {
        plan = engine.wirePlan(question)
        guard !plan.isEmpty else { return }
        let isVendors =
            engine.catalogue.provider(plan.provider)?.surfaces.contains { $0.isServed(by: subject.host) } ?? false
        let tenants = TenantHeaders.demands(
            plan.tenants, provider: subject.head.provider, host: subject.host,
            isVendors: isVendors || TenantHeaders.knows(subject.host), path: subject.head.path)
        let demands = WireDemands(
            terms: Self.wire(plan.inject), required: Self.wire(plan.require), denied: Set(plan.deny.keys),
            tenants: tenants.claims, stripped: tenants.stripped, regions: plan.regions,
            fields: plan.fields.sorted { $0.key < $1.key }.map { FieldDemand(name: $0.key, values: $0.value) },
            upstreams: plan.upstreams)
        guard subject.isReadable || !demands.looksAtBody else {
            refusal = .unreadable
            return
        }
        do throws(WireRefusal) {
            edits = try WireTerms.edits(
                demands, on: subject.head, subject.request, body: subject.body, format: subject.format,
                surface: plan.surface, host: subject.host)
        } catch {
            refusal = error
        }
        enforced = Set(edits.enforced.compactMap { Term(rawValue: $0.rawValue) })
        if edits.region == "eu" { enforced.insert(.euResidency) }
    }

    private static func wire(_ terms: Set<Term>) -> Set<WireTerm> {
        Set(terms.compactMap { WireTerm(rawValue: $0.rawValue) })
    }

    /// A term that must hold may be vouched for instead of being carried; a request without a body carries nothing.
    mutating func checkRequired(_ held: [HeldTerm], hasBody: Bool) {
        guard refusal == nil, hasBody else { return }
        let missing = plan.require.filter { term in !held.contains { $0.term == term && $0.basis >= .attested } }
        let named = missing.compactMap { WireTerm(rawValue: $0.rawValue) }
        guard !missing.isEmpty else { return }
        refusal = named.isEmpty ? .unvouched(missing.map { $0.rawValue }.sorted()) : .terms(named.sorted())
    }

    /// What was done, for the trace.
    var trace: [TraceLine] {
        guard !plan.isEmpty || !edits.isEmpty else { return [] }
        var lines: [TraceLine] = []
        if !plan.lines.isEmpty {
            lines.append(TraceLine(.wire, plan.lines.map { "\"\($0)\"" }.joined(separator: ", ")))
        }
        if !edits.applied.isEmpty { lines.append(TraceLine(.wire, "set: " + edits.applied.joined(separator: ", "))) }
        if !edits.kept.isEmpty {
            lines.append(TraceLine(.wire, "set by the client as demanded: " + edits.kept.joined(separator: ", ")))
        }
        let stripped = self.stripped
        if !stripped.isEmpty { lines.append(TraceLine(.wire, "taken out: " + stripped.joined(separator: ", "))) }
        if let region = edits.region { lines.append(TraceLine(.wire, "processed in: \(region)")) }
        if let refusal { lines.append(TraceLine(.wire, "refused: \(refusal)")) }
        return lines
    }

    /// Header fields that the client sent and that are taken out without another in their place.
    var stripped: [String] { edits.headers.filter { $0.value == nil }.map(\.name) }
}
