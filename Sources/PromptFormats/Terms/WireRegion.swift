/// Where a request is processed, as far as the request itself fixes it: by host, path, model or field.
enum WireRegion {
    /// A field that fixes the region.
    struct Field {
        var path: [String]
        var value: String
        var region: String
    }

    /// The field by which this request can be held to a region; nil where the provider has none.
    ///
    /// Source: https://platform.claude.com/docs/en/manage-claude/data-residency (models before Opus 4.6 answer it with 400).
    static func field(_ place: WirePlace) -> Field? {
        guard place.surface == "claude-api", place.format.id == "anthropic.messages" else { return nil }
        return Field(path: ["inference_geo"], value: "\"us\"", region: "us")
    }

    /// Regions that a request can name; anything else that stands in their place says nothing.
    static let known: Set<String> = [
        "eu", "us", "gb", "ch", "ca", "au", "jp", "in", "sg", "kr", "ae", "apac", "ap", "sa", "me", "af", "il", "mx",
        "cn",
    ]

    /// The region, as the first part of the provider's own name for it: "eu", "us", "gb"; nil where the request leaves it open.
    static func of(_ place: WirePlace) -> String? { named(place).flatMap { known.contains($0) ? $0 : nil } }

    private static func named(_ place: WirePlace) -> String? {
        let host = place.host.lowercased()
        let labels = host.split(separator: ".").map(String.init)
        switch place.surface {
        case "openai-api":
            return labels.count == 4 && host.hasSuffix(".api.openai.com") ? labels[0] : nil
        case "openrouter-api":
            return labels.count == 3 && host.hasSuffix(".openrouter.ai") ? labels[0] : nil
        case "xai-api":
            return host.hasSuffix(".api.x.ai") ? labels.first.flatMap(cloud) : nil
        case "bedrock": return bedrock(labels, place.models.first ?? "")
        case "vertex-ai", "gemini-api-free", "gemini-api-paid": return vertex(place.head.path, host)
        case "dashscope":
            if host.hasPrefix("dashscope-us.") { return "us" }
            if host.hasPrefix("dashscope-intl.") { return "sg" }
            return host == "dashscope.aliyuncs.com" ? "cn" : nil
        default: return nil
        }
    }

    /// Bedrock's cross-region profiles move the work: the prefix of the model says where to, else it stays in the host's region.
    private static func bedrock(_ labels: [String], _ model: String) -> String? {
        let prefix = model.prefix { $0 != "." }
        switch prefix {
        case "global": return nil
        case "us", "eu", "apac", "jp", "au", "ca": return String(prefix)
        default: return labels.count > 2 ? cloud(labels[1]) : nil
        }
    }

    /// `/locations/{location}/` names the place; the location `global` fixes nothing.
    private static func vertex(_ path: String, _ host: String) -> String? {
        let segments = RequestPath.segments(path)
        guard let at = segments.firstIndex(of: "locations"), at + 1 < segments.count else {
            return host == "aiplatform.eu.rep.googleapis.com" ? "eu" : nil
        }
        return cloud(segments[at + 1])
    }

    /// The country group of a cloud's region. London and Zurich are no part of the European Union, whatever the region's name begins with.
    private static func cloud(_ region: String) -> String? {
        switch region {
        case "eu-west-2", "europe-west2": return "gb"
        case "eu-central-2", "europe-west6": return "ch"
        case "global", "": return nil
        default: break
        }
        let first = region.prefix { $0 != "-" }
        switch first {
        case "europe", "eu": return "eu"
        case "us", "northamerica": return region.hasPrefix("northamerica-northeast") ? "ca" : "us"
        case "asia", "australia": return "apac"
        case "southamerica": return "sa"
        case "africa": return "af"
        default: return String(first)
        }
    }
}
