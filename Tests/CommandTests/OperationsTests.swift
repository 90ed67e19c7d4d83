import Foundation
import Testing

private let hasSystemd = FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")

/// What is shipped for operation, looked at by the tools that will run it.
@Suite(.enabled(if: hasSystemd, "systemd-analyze is not on this machine"))
struct OperationsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "ops/systemd")

    @Test("the units of the weekly refresh are well-formed")
    func units() async throws {
        let copies = FileManager.default.temporaryDirectory.appending(path: "units-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: copies) }
        var files: [String] = []
        for name in ["resutveksl-refresh.service", "resutveksl-refresh.timer"] {
            // The program is not installed here: the built one stands for it.
            let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
                .replacing("/usr/bin/resutveksl", with: Command.program)
            let copy = copies.appending(path: name)
            try text.write(to: copy, atomically: true, encoding: .utf8)
            files.append(copy.path())
        }
        let finished = try await Command(["systemd-analyze", "verify"] + files).finished()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(!finished.errors.contains("resutveksl-refresh"), "\(finished.errors)")
    }

    @Test("the timer comes on Fridays at 18:00 in Oslo, summer and winter, and makes up for what it missed")
    func calendar() async throws {
        let timer = try String(contentsOf: Self.folder.appending(path: "resutveksl-refresh.timer"), encoding: .utf8)
        let line = try #require(timer.firstMatch(of: /OnCalendar=(.*)\n/))
        let finished = try await Command(
            [
                "systemd-analyze", "calendar", "--base-time=2027-03-26 00:00 UTC", "--iterations=2",
                String(line.output.1),
            ], environment: ["TZ": "UTC"]
        ).finished()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(finished.output.contains("Fri 2027-03-26 17:00:00 UTC"))
        #expect(finished.output.contains("Fri 2027-04-02 16:00:00 UTC"))
        #expect(timer.contains("\nPersistent=true\n"))
    }
}
