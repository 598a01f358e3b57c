/// Regions of the clouds whose hosts have the region inside the name: there a name constraint needs each name on its own, since the subtree
/// above would hold the whole cloud.
enum CloudRegions {
    /// Regions that may stand for the `*` of a pattern; nil where the cloud is not known.
    static func regions(for pattern: String) -> [String]? {
        if pattern.hasSuffix(".amazonaws.com") || pattern.hasSuffix(".api.aws") { return amazon }
        if pattern.hasSuffix(".googleapis.com") { return google }
        return nil
    }

    /// Source: https://docs.aws.amazon.com/general/latest/gr/bedrock.html and the list of regions there. One that is not in use costs nothing.
    private static let amazon = [
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
        "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
        "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1",
        "us-west-2",
    ]

    /// Source: https://cloud.google.com/vertex-ai/docs/general/locations
    private static let google = [
        "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3",
        "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2", "australia-southeast1",
        "australia-southeast2", "eu", "europe-central2", "europe-north1", "europe-north2", "europe-southwest1",
        "europe-west1", "europe-west10", "europe-west12", "europe-west2", "europe-west3", "europe-west4",
        "europe-west6",
        "europe-west8", "europe-west9", "me-central1", "me-central2", "me-west1", "northamerica-northeast1",
        "northamerica-northeast2", "northamerica-south1", "southamerica-east1", "southamerica-west1", "us",
        "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
    ]
}
