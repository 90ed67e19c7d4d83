// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "resutveksl",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "Postgres", dependencies: ["CLibpq", logging], swiftSettings: settings),
        .target(name: "Exchange", swiftSettings: settings),
        .target(
            name: "Migrations",
            dependencies: ["Postgres", logging],
            resources: [.embedInCode("sql")],
            swiftSettings: settings),
        .target(name: "Store", dependencies: ["Postgres", "Exchange", logging], swiftSettings: settings),
        .target(name: "Sources", dependencies: ["Postgres", "Exchange", logging], swiftSettings: settings),
        .target(
            name: "Worker", dependencies: ["Store", "Sources", "Postgres", "Exchange", logging],
            swiftSettings: settings),
        .target(
            name: "Exposition",
            dependencies: ["Postgres", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: settings),
        .target(
            name: "DevCluster",
            dependencies: ["Postgres", "Exchange", "Migrations", logging],
            resources: [.embedInCode("sql")],
            swiftSettings: settings),
        .executableTarget(
            name: "resutveksl",
            dependencies: [
                "Postgres", "Exchange", "Migrations", "Store", "Sources", "Worker", "Exposition", "DevCluster", logging,
                argumentParser,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "chaos",
            dependencies: [
                "DevCluster", "Postgres", "Exchange", "Migrations", "Store", logging, argumentParser,
            ],
            path: "Sources/Chaos",
            resources: [.embedInCode("sql")],
            swiftSettings: settings),
        .executableTarget(
            name: "bench",
            dependencies: ["DevCluster", "Postgres", "Exchange", "Migrations", logging, argumentParser],
            path: "Benchmarks/Harness",
            swiftSettings: settings),
        .testTarget(
            name: "ExpositionTests",
            dependencies: ["Exposition", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: settings),
        .target(name: "TestLogs", dependencies: [logging], path: "Tests/TestLogs", swiftSettings: settings),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "DevCluster", "TestLogs", logging],
            swiftSettings: settings),
        .testTarget(name: "ExchangeTests", dependencies: ["Exchange"], swiftSettings: settings),
        .testTarget(
            name: "ContractTests",
            dependencies: ["DevCluster", "Migrations", "Postgres", "Exchange", "TestLogs", logging],
            swiftSettings: settings),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "Store", "Sources", "Worker", "DevCluster", "Migrations", "Postgres", "Exchange", "TestLogs", logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "resutveksl", "chaos", "bench", "DevCluster", "Postgres", "Store", "Exposition", "TestLogs", logging,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ]
)
