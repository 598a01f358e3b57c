import Primitives

// A decoded part has passed no initialiser: here its limits are put on again, since the bytes may be a hostile device's.

extension MaskedText {
    func bounded(_ maxBytes: Int = EventLimits.maxNameBytes) -> MaskedText {
        MaskedText(masked: value, maxBytes: maxBytes)
    }
}

extension PlaceRecord {
    var bounded: PlaceRecord {
        var place = PlaceRecord(message: message, role: role, line: line, column: column, textKind: textKind)
        place.path = path?.bounded(EventLimits.maxPathBytes)
        return place
    }
}

extension FingerprintRecord {
    var bounded: FingerprintRecord { FingerprintRecord(scope: scope, hmac: Hex.decode(value) ?? []) }
}

extension FindingRecord {
    var bounded: FindingRecord {
        var finding = FindingRecord(
            rule: rule, name: name, kind: kind, dataClass: dataClass, severity: severity, confidence: confidence,
            action: action,
            place: place.bounded, length: lengthClass, views: views, reasons: reasons, excerpt: excerpt,
            fingerprint: fingerprint?.bounded, revoke: revoke, count: count)
        finding.key = key?.bounded()
        return finding
    }
}

extension OriginRecord {
    var bounded: OriginRecord {
        var origin = OriginRecord(channel: channel, user: user)
        origin.application = application?.bounded()
        return origin
    }
}

extension ProviderFacts {
    var bounded: ProviderFacts {
        ProviderFacts(
            runBy: runBy, jurisdiction: jurisdiction, trainsByDefault: trainsByDefault, retention: retention,
            terms: terms.map { TermRecord(name: $0.name, standing: $0.standing) }, source: source, checked: checked)
    }
}

extension DestinationRecord {
    var bounded: DestinationRecord {
        var destination = DestinationRecord(
            provider: provider, providerName: providerName, surface: surface, surfaceName: surfaceName, tier: tier,
            host: host,
            isKnownHost: true, facts: facts?.bounded,
            controls: (controls ?? []).map { ControlRecord(name: $0.name, outcome: $0.outcome) })
        destination.model = model?.bounded()
        return destination
    }
}

extension PolicyRecord {
    var bounded: PolicyRecord {
        PolicyRecord(name: name, digest: digest, trace: trace.map { TraceStep(step: $0.step, text: $0.text) })
    }
}

extension GapRecord {
    var bounded: GapRecord { GapRecord(first: first, last: last, lastHash: lastHash, signature: signature) }
}
