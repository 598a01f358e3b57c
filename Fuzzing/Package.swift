// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the program's build knows nothing of it; its sources are links to the program's.
// With SLUICE_FUZZ set: classifier and rule readers with libFuzzer's coverage, and one executable for all targets.
// Without: the same with their tests, to be run under a sanitizer.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let isFuzzing = Context.environment["SLUICE_FUZZ"] != nil

let crypto: Target.Dependency = isFuzzing ? "Crypto" : .product(name: "Crypto", package: "swift-crypto")

let own: [Target] =
    isFuzzing
    ? [
        .target(name: "Crypto", swiftSettings: strict),
        // libFuzzer brings main.
        .executableTarget(
            name: "fuzz", dependencies: ["Classifier", "CPCRE2", "Packs", "Primitives"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
    ]
    : [
        .testTarget(
            name: "ClassifierTests", dependencies: ["Classifier"], path: "Sources/ClassifierTests",
            swiftSettings: strict),
        .testTarget(
            name: "PacksTests", dependencies: ["Packs"], path: "Sources/PacksTests", swiftSettings: strict),
    ]

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ] + (isFuzzing ? [] : [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")]),
    targets: [
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .target(name: "CKernels"),
        .target(name: "Primitives", swiftSettings: strict),
        .target(name: "Classifier", dependencies: ["CKernels", "Primitives", "CPCRE2"], swiftSettings: strict),
        .target(name: "Policy", dependencies: ["Primitives"], swiftSettings: strict),
        .target(
            name: "Packs",
            dependencies: ["Classifier", crypto, "Policy", "Primitives", "TOMLKit", "Yams"], swiftSettings: strict),
    ] + own
)
