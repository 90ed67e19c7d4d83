// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that nobody who builds the program fetches what measures it. Its targets are the program's own
// folders (`Sources` holds links), because what is measured is not visible outside the package that it is part of.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "micro",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "Postgres", dependencies: ["CLibpq", logging], swiftSettings: settings),
        .target(name: "Exchange", swiftSettings: settings),
        .target(name: "Sources", dependencies: ["Postgres", "Exchange", logging], swiftSettings: settings),
        .executableTarget(
            name: "Micro",
            dependencies: [
                "CLibpq", "Postgres", "Exchange", "Sources", .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro",
            swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
