import Foundation
import Testing

/// A demo that does not come to its end, or that is to stay; one at a time, because each is two servers.
@Suite(.serialized) struct DemoEndTests {
    /// Waits until everything that a demo had made is gone.
    private func expectNothing(of traces: Traces, _ folders: Set<String>) async throws {
        do {
            try await eventually("no process is left") { traces.processes.isEmpty }
            #expect(Traces.existing(folders) == [])
        } catch {
            traces.remove(folders)
            throw error
        }
    }

    enum Moment: String, CaseIterable, CustomTestStringConvertible {
        case making = "while it makes its servers"
        case routine = "in the middle of the routine"
        var testDescription: String { rawValue }
    }

    @Test("kill -9 leaves no process and no folder", arguments: Moment.allCases)
    func killed(moment: Moment) async throws {
        let traces = Traces()
        let demo = try Command([Command.program, "demo"], environment: traces.environment)
        switch moment {
        case .making: try await eventually("a server has started") { !traces.folders.isEmpty }
        case .routine: try await demo.prints("== A case worker")
        }
        let folders = traces.folders
        #expect(!Traces.existing(folders).isEmpty)
        demo.send(SIGKILL)
        #expect(try await demo.finished().status == 128 + SIGKILL)
        try await expectNothing(of: traces, folders)
    }

    @Test("Ctrl-C on a terminal leaves no process and no folder")
    func interrupted() async throws {
        let traces = Traces()
        let words = "exec '\(try Command.program)' demo"
        let demo = try Command(["script", "-qec", words, "/dev/null"], environment: traces.environment, input: nil)
        try await demo.prints("== A case worker")
        let folders = Traces.folders(in: demo.printed)
        #expect(Traces.existing(folders).count == 2)
        demo.type("\u{3}")
        #expect(try await demo.finished().status == 128 + SIGINT)
        try await expectNothing(of: traces, folders)
    }

    @Test("--keep leaves servers that psql and the program reach as it is printed, and the commands remove everything")
    func kept() async throws {
        let traces = Traces()
        let demo = try Command([Command.program, "demo", "--keep", "--orders", "2"], environment: traces.environment)
        let finished = try await demo.finished()
        let folders = Traces.folders(in: finished.output)
        do {
            try await expectKept(finished, traces, folders)
        } catch {
            traces.remove(folders)
            throw error
        }
        try await expectNothing(of: traces, folders)
    }

    private func expectKept(_ finished: Finished, _ traces: Traces, _ folders: Set<String>) async throws {
        #expect(finished.status == 0)
        #expect(folders.count == 2)
        #expect(traces.folders == folders)
        let lines = finished.lines.map { String($0.drop { $0 == " " }) }
        let own = try #require(lines.first { $0.hasPrefix("psql ") })
        #expect(
            try await shell(own + " -Atc \"SELECT count(*) FROM resutveksl.orders WHERE state = 'completed'\"") == "2\n"
        )
        let source = try #require(lines.first { $0.hasPrefix("A source: psql ") }?.dropFirst(10))
        #expect(try await shell(source + " -Atc 'SELECT institution FROM resutveksl.identity'") == "203\n")
        let export = try #require(lines.first { $0.hasPrefix("export RESUTVEKSL_DATABASE=") })
        let list = try await shell("\(export); '\(Command.program)' order list")
        #expect(list.split(separator: "\n").count == 3)

        let stops = lines.drop { $0 != "When you are done:" }.dropFirst()
        #expect(stops.count == 2)
        for stop in stops { _ = try await shell(stop) }
        #expect(Traces.existing(folders) == [])
    }

    private func shell(_ command: String) async throws -> String {
        let finished = try await Command(["sh", "-c", command]).finished()
        #expect(finished.status == 0, "\(command): \(finished.errors)")
        return finished.output
    }
}
