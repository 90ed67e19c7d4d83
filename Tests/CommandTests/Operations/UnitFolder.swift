import Foundation

/// The shipped units, as `systemd-analyze` finds them on a machine where they are installed.
final class UnitFolder {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let units = repository.appending(path: "ops/systemd")
    static let isUsable = FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")

    static let services = [
        "resutveksl.service", "resutveksl@203.service", "resutveksl-watch.service", "resutveksl-watch@203.service",
        "resutveksl-refresh.service", "resutveksl-refresh@203.service", "resutveksl-report.service",
        "resutveksl-report@203.service", "resutveksl-failure@resutveksl@203.service",
    ]
    static let timers = [
        "resutveksl.timer", "resutveksl@203.timer", "resutveksl-refresh.timer", "resutveksl-refresh@203.timer",
        "resutveksl-report.timer", "resutveksl-report@203.timer",
    ]

    /// The root of a file system with nothing else in it than systemd's own units.
    let root = FileManager.default.temporaryDirectory.appending(path: "units-\(UUID().uuidString)")

    init() throws {
        let files = FileManager.default
        let place = root.appending(path: "lib/systemd/system")
        try files.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try files.copyItem(at: Self.units, to: place)
        for name in try files.contentsOfDirectory(atPath: "/lib/systemd/system")
        where name.hasSuffix(".target") || name.hasSuffix(".slice") {
            try files.copyItem(atPath: "/lib/systemd/system/\(name)", toPath: place.appending(path: name).path())
        }
        // Only looked at, never started.
        for program in ["usr/bin/resutveksl", "usr/lib/resutveksl/failure", "usr/lib/resutveksl/report"] {
            let path = root.appending(path: program)
            try files.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try files.copyItem(atPath: "/bin/true", toPath: path.path())
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: units.appending(path: name), encoding: .utf8)
    }

    /// What a unit says after `NAME=`, the last time that it says so.
    static func value(of name: String, in unit: String) throws -> String? {
        let line = try text(unit).split(separator: "\n").last { $0.hasPrefix("\(name)=") }
        return line.map { String($0.dropFirst(name.count + 1)) }
    }
}
