// swift-tools-version: 6.2
import PackageDescription

// Every target of ours: Swift 6 language mode, and a warning is an error. The last one is left out below.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The libraries of a desktop session.
let desktop = TargetDependencyCondition.when(platforms: [.linux], traits: ["Desktop"])

// For modules above DeviceCA that look at files: the module map of CoreFoundation, which X509 imports, claims the C library's `stat`, and
// whether a file then has to import it depends on the order of the compiler's work.
let lenient: [SwiftSetting] = Array(strict.dropLast())

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    .product(name: "NIOHPACK", package: "swift-nio-http2"),
    .product(name: "Logging", package: "swift-log"),
]

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .executable(name: "sluice-collector", targets: ["sluice-collector"]),
    ],
    // What needs further C libraries. Without a trait the package builds with PCRE2 and SQLite alone; `make` turns on what it installs.
    traits: [
        .trait(name: "Codings", description: "Request bodies in br and zstd: libbrotlidec, libzstd."),
        .trait(name: "Desktop", description: "Clipboard and notifications: libxcb, libwayland-client, libsystemd."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // Collector only. Without its default traits: no swift-configuration, no full Foundation.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CKernels"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CXCB"),
        .systemLibrary(name: "CSystemd"),
        .target(
            name: "CWayland", exclude: ["make-glue.sh", "protocols"],
            cSettings: [.define("SLUICE_DESKTOP", .when(platforms: [.linux], traits: ["Desktop"]))]),
        .systemLibrary(name: "CBrotli"),
        .systemLibrary(name: "CZstd"),

        .target(name: "Primitives", swiftSettings: strict),
        .target(
            name: "Events",
            dependencies: ["Primitives", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),
        .target(name: "Classifier", dependencies: ["CKernels", "Primitives", "CPCRE2"], swiftSettings: strict),
        .target(name: "Policy", dependencies: ["Primitives"], swiftSettings: strict),
        .target(name: "PromptFormats", dependencies: ["Primitives"], swiftSettings: strict),
        .target(
            name: "Packs",
            dependencies: [
                "Classifier", "Policy", "Primitives", "TOMLKit", "Yams",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
        .target(
            name: "Journal",
            dependencies: [
                "CSQLite", "Events", "Primitives", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .target(
            name: "Inspection",
            dependencies: [
                "Classifier", "Events", "Journal", "Policy", "Primitives", "PromptFormats",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
        .target(
            name: "DeviceCA",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ], swiftSettings: strict),
        .target(name: "Inventory", swiftSettings: strict),
        .target(
            name: "Clipboard",
            dependencies: [
                "Policy", "Primitives",
                .target(name: "CXCB", condition: desktop),
                .target(name: "CSystemd", condition: desktop),
                .target(name: "CWayland", condition: desktop),
            ], swiftSettings: strict),
        .target(name: "Hooks", dependencies: ["Primitives", "PromptFormats"], swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "Classifier", "Inspection", "Policy", "PromptFormats", "Primitives",
                .target(name: "CBrotli", condition: .when(traits: ["Codings"])),
                .target(name: "CZstd", condition: .when(traits: ["Codings"])),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ] + nio,
            swiftSettings: strict),
        .target(
            name: "Agent",
            dependencies: [
                .target(name: "CLinux", condition: .when(platforms: [.linux])),
                "Clipboard", "DeviceCA", "Events", "Gateway", "Hooks", "Inspection", "Journal", "Packs", "Policy",
                "Primitives",
                "PromptFormats",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + nio,
            swiftSettings: lenient),
        .target(
            name: "Collector",
            dependencies: [
                "Events", "Primitives",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Agent", "Classifier", "Clipboard", "Events", "Hooks", "Inspection", "Inventory", "Journal", "Packs",
                "Policy",
                "Primitives",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: lenient),
        .executableTarget(
            name: "sluice-collector",
            dependencies: [
                "Collector", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),

        // Measures the classifier alone: see Benchmarks/README.md. Not a product.
        .executableTarget(
            name: "classifier-bench", dependencies: ["Classifier", "Packs", "Primitives"],
            path: "Benchmarks/ClassifierBench",
            swiftSettings: strict),

        .testTarget(name: "PrimitivesTests", dependencies: ["Primitives"], swiftSettings: strict),
        .testTarget(name: "EventsTests", dependencies: ["Events", "Primitives"], swiftSettings: strict),
        .testTarget(name: "ClassifierTests", dependencies: ["Classifier"], swiftSettings: strict),
        .testTarget(name: "PolicyTests", dependencies: ["Policy"], swiftSettings: strict),
        .testTarget(name: "PromptFormatsTests", dependencies: ["PromptFormats"], swiftSettings: strict),
        .testTarget(name: "PacksTests", dependencies: ["Packs"], swiftSettings: strict),
        // Writes events until it is killed; not a product.
        .executableTarget(
            name: "JournalWriterFixture", dependencies: ["Events", "Journal"], path: "Tests/Fixtures/JournalWriter",
            swiftSettings: strict),
        .testTarget(
            name: "JournalTests",
            dependencies: [
                "CSQLite", "Events", "Journal", "JournalWriterFixture", "Primitives",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(
            name: "DeviceCATests",
            dependencies: ["DeviceCA", .product(name: "NIOEmbedded", package: "swift-nio")] + nio, swiftSettings: strict
        ),
        .testTarget(name: "InventoryTests", dependencies: ["Inventory"], swiftSettings: strict),
        .testTarget(name: "ClipboardTests", dependencies: ["Clipboard", "Policy"], swiftSettings: strict),
        .testTarget(name: "HooksTests", dependencies: ["Hooks", "Primitives"], swiftSettings: strict),
        .testTarget(name: "InspectionTests", dependencies: ["Inspection"], swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: ["DeviceCA", "Gateway"], swiftSettings: strict),
        .testTarget(
            name: "AgentTests",
            dependencies: ["Agent", .product(name: "NIOEmbedded", package: "swift-nio")], swiftSettings: lenient),
        .testTarget(name: "CommandTests", dependencies: ["sluice", "Packs"], swiftSettings: lenient),
        .testTarget(
            name: "CollectorTests",
            dependencies: ["Collector", .product(name: "HummingbirdTesting", package: "hummingbird")],
            swiftSettings: strict),
    ]
)
