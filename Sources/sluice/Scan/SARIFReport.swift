import Classifier
import Events
import Packs
import Primitives

/// SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/): one run, the rules that found something, one result a
/// finding. Regions count columns in Unicode scalars; the masked excerpt stands in the message, never a snippet of the file.
struct SARIFReport: ScanReport {
    private var results = JSONText()
    private var isEmpty = true
    private var rules: [RuleSource] = []
    private var ruleIndex: [String: Int] = [:]

    mutating func add(_ outcome: FileOutcome, to output: StandardOutput) {
        for finding in outcome.findings {
            let index = index(of: finding.source)
            if !isEmpty { results.raw(",\n".utf8) }
            isEmpty = false
            Self.result(finding, outcome.path, index, &results)
        }
    }

    private mutating func index(of source: RuleSource) -> Int {
        let id = source.definition.id
        if let known = ruleIndex[id] { return known }
        ruleIndex[id] = rules.count
        rules.append(source)
        return rules.count - 1
    }

    mutating func finish(_ summary: ScanSummary, to output: StandardOutput) {
        var json = JSONText()
        json.object { json in
            json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            json.member("version", "2.1.0")
            json.member("runs") { json in
                json.array { json in run(summary, &json) }
            }
        }
        output.write(json.bytes)
        output.write("\n")
    }

    private func run(_ summary: ScanSummary, _ json: inout JSONText) {
        json.object { json in
            json.member("tool") { json in
                json.object { json in
                    json.member("driver") { json in driver(&json) }
                }
            }
            json.member("columnKind", "unicodeCodePoints")
            json.member("invocations") { json in
                json.array { json in invocation(summary, &json) }
            }
            json.member("results") { json in
                json.raw("[".utf8 + results.bytes + Array("]".utf8))
            }
        }
    }

    private func driver(_ json: inout JSONText) {
        json.object { json in
            json.member("name", "Sluice")
            json.member("version", Sluice.version)
            json.member("semanticVersion", Sluice.version)
            json.member("rules") { json in
                json.array { json in for source in rules { Self.rule(source, &json) } }
            }
        }
    }

    private func invocation(_ summary: ScanSummary, _ json: inout JSONText) {
        let isWhole = summary.problems.isEmpty && summary.incomplete.isEmpty
        json.object { json in
            json.member("executionSuccessful", isWhole)
            guard !isWhole else { return }
            json.member("toolExecutionNotifications") { json in
                json.array { json in
                    for problem in summary.problems { Self.notification(problem.path, problem.reason, &json) }
                    for item in summary.incomplete {
                        Self.notification(item.path, "not scanned in full: \(item.reason.rawValue)", &json)
                    }
                }
            }
        }
    }

    private static func notification(_ path: String, _ reason: String, _ json: inout JSONText) {
        json.object { json in
            json.member("level", "error")
            json.member("message") { $0.object { $0.member("text", reason) } }
            json.member("locations") { json in
                json.array { json in
                    json.object { json in
                        json.member("physicalLocation") { json in
                            json.object { json in
                                json.member("artifactLocation") { $0.object { $0.member("uri", uri(path)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func rule(_ source: RuleSource, _ json: inout JSONText) {
        let rule = source.definition
        json.object { json in
            json.member("id", rule.id)
            json.member("name", rule.name)
            json.member("shortDescription") { $0.object { $0.member("text", rule.name) } }
            if !source.summary.isEmpty {
                json.member("fullDescription") { $0.object { $0.member("text", source.summary) } }
            }
            if let link = rule.revoke ?? rule.references.first { json.member("helpUri", link) }
            json.member("defaultConfiguration") { $0.object { $0.member("level", level(rule.severity)) } }
            json.member("properties") { json in
                json.object { json in
                    json.member("tags", ["security", rule.kind.rawValue, rule.dataClass.rawValue])
                    json.member("security-severity", score(rule.severity))
                }
            }
        }
    }

    private static func result(_ finding: ReportedFinding, _ path: String, _ index: Int, _ json: inout JSONText) {
        let rule = finding.source.definition
        json.object { json in
            json.member("ruleId", rule.id)
            json.member("ruleIndex", index)
            json.member("level", level(rule.severity))
            json.member("message") { $0.object { $0.member("text", "\(rule.name): \(finding.excerpt.text)") } }
            json.member("locations") { json in
                json.array { json in location(finding, path, &json) }
            }
            if let fingerprint = finding.fingerprint {
                json.member("partialFingerprints") { $0.object { $0.member("sluiceValue/v1", fingerprint) } }
            }
            json.member("properties") { json in
                json.object { json in
                    json.member("confidence") { $0.literal(Score.text(finding.confidence)) }
                    json.member("reasons", finding.reasons.map(\.description))
                    if !finding.views.isEmpty { json.member("views", finding.views) }
                }
            }
        }
    }

    private static func location(_ finding: ReportedFinding, _ path: String, _ json: inout JSONText) {
        json.object { json in
            json.member("physicalLocation") { json in
                json.object { json in
                    json.member("artifactLocation") { $0.object { $0.member("uri", uri(path)) } }
                    json.member("region") { json in
                        json.object { json in
                            json.member("startLine", finding.start.line)
                            json.member("startColumn", finding.start.column)
                            json.member("endLine", finding.end.line)
                            json.member("endColumn", finding.end.column)
                            json.member("byteOffset", finding.span.start)
                            json.member("byteLength", finding.span.count)
                        }
                    }
                }
            }
        }
    }

    private static func level(_ severity: Severity) -> String {
        switch severity {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low: "note"
        }
    }

    /// As GitHub reads it: over 9 critical, 7 high, 4 medium.
    private static func score(_ severity: Severity) -> String {
        switch severity {
        case .critical: "9.5"
        case .high: "8.0"
        case .medium: "5.5"
        case .low: "2.5"
        }
    }

    /// A path as a URI reference (RFC 3986): relative stays relative, absolute becomes `file://`.
    static func uri(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: out.append(byte)
            default: out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        let text = String(decoding: out, as: UTF8.self)
        return text.hasPrefix("/") ? "file://" + text : text
    }
}
