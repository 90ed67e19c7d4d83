import Foundation
import Testing

/// What is shipped for systemd, looked at by systemd's own tools.
///
/// What the units do when they run is looked at by `make test-ops`.
@Suite(.enabled(if: UnitFolder.isUsable, "systemd-analyze is not on this machine"))
struct UnitTests {
    @Test("every unit is well-formed")
    func verify() async throws {
        let folder = try UnitFolder()
        let finished = try await Command(
            ["systemd-analyze", "verify", "--man=no", "--root=\(folder.root.path())"] + UnitFolder.timers
                + UnitFolder.services
        ).finished()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(!finished.errors.contains("resutveksl"), "\(finished.errors)")
    }

    @Test("every unit that is shipped is one of those that are looked at here")
    func complete() throws {
        let shipped = try FileManager.default.contentsOfDirectory(atPath: UnitFolder.units.path())
            .filter { !$0.hasSuffix(".d") }
        let known = (UnitFolder.services + UnitFolder.timers).map {
            $0.replacing("@resutveksl@203.", with: "@.").replacing("@203.", with: "@.")
        }
        #expect(Set(shipped) == Set(known))
    }

    @Test("a service is exposed to no more than 1.5 of 10, by systemd's own measure", arguments: UnitFolder.services)
    func exposure(service: String) async throws {
        let folder = try UnitFolder()
        let finished = try await Command(
            [
                "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=15",
                "--root=\(folder.root.path())", service,
            ], environment: ["LANG": "C.UTF-8"]
        ).finished()
        #expect(finished.status == 0, "\(finished.output)")
        let line = try #require(finished.output.firstMatch(of: /Overall exposure level for \S+: ([0-9.]+)/))
        #expect(try #require(Double(line.output.1)) <= 1.5)
    }

    @Test("each restriction stands under a comment that says why")
    func reasons() throws {
        var above = ""
        var directives = 0
        for line in try UnitFolder.text("resutveksl-.service.d/hardening.conf").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.contains(/^[A-Z]/) {
                directives += 1
                #expect(!above.isEmpty && !above.hasPrefix("["), "no reason before \(line)")
            }
            above = String(line)
        }
        #expect(directives > 30)
    }

    @Test(
        "a template differs from the plain unit in whose configuration and credentials it reads, and in nothing else",
        arguments: [
            "resutveksl.service", "resutveksl-watch.service", "resutveksl-refresh.service", "resutveksl.timer",
            "resutveksl-refresh.timer", "resutveksl-report.service", "resutveksl-report.timer",
        ])
    func templates(plain: String) throws {
        func directives(_ name: String) throws -> [String] {
            try UnitFolder.text(name).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        }
        let expected = try directives(plain).filter { !$0.hasPrefix("ConditionPathExists=") }.map { line in
            line.hasPrefix("Description=")
                ? line + " (%i)"
                : line.replacing("/etc/resutveksl/environment", with: "/etc/resutveksl/%i.env")
                    .replacing(":resutveksl.pg", with: ":resutveksl-%i.pg")
                    .replacing("/resutveksl.prom", with: "/resutveksl@%i.prom")
        }
        let configuration = "Environment=RESUTVEKSL_CONFIG=-/etc/resutveksl/%i.conf"
        let template = try directives(plain.replacing(".", with: "@."))
        #expect(template.filter { $0 != configuration } == expected)
        #expect(template.contains(configuration) == plain.hasSuffix(".service"))
    }
}
