import DevCluster
import Foundation
import Testing

/// The harness, on a world so small that its figures mean nothing.
@Suite(.serialized) struct BenchTests {
    private func bench(_ arguments: [String]) async throws -> Finished {
        let program = URL(filePath: try Command.program).deletingLastPathComponent().appending(path: "bench").path()
        return try await Command([program] + arguments, limit: .seconds(300)).finished()
    }

    @Test("a drain is measured beside the floor, with the same rows, and every figure has a line")
    func drain() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (json, plot) = (folder.appending(path: "b.json").path(), folder.appending(path: "b.svg").path())
        let finished = try await bench(
            ["run", "--quick", "--only", "drain", "--rounds", "1", "--json", json, "--plot", plot]
                + ["--sources", "4", "--persons", "60", "--results", "6", "--orders", "50", "--pool", "1200"]
                + ["--folder", Self.benchmarks])
        #expect(finished.status == 0, "\(finished.errors)")
        let figures = finished.lines.filter { $0.contains(" | ") }
        #expect(figures.count == 8)
        for line in figures {
            #expect(line.wholeMatch(of: /[^|]+ \| [^|]+ \| [^|]+ \| (ok|missed|not measured)/) != nil, "\(line)")
        }
        #expect(figures.first?.hasSuffix("not measured") == false)
        let written = try Data(contentsOf: URL(filePath: json))
        let report = try #require(try JSONSerialization.jsonObject(with: written) as? [String: Any])
        let samples = try #require(report["samples"] as? [String: Any])
        #expect(samples["drain.first"] != nil && samples["drain.floor"] != nil)
        // A person number is in nothing that is printed or written.
        for text in [finished.output, finished.errors, String(decoding: written, as: UTF8.self)] {
            #expect(!text.contains(/(?:^|[^0-9.])[0-9]{11}(?:$|[^0-9])/))
        }
        #expect(try String(contentsOfFile: plot, encoding: .utf8).hasPrefix("<svg"))
    }

    @Test("the list names every scenario with a sentence")
    func list() async throws {
        let finished = try await bench(["run", "--list"])
        #expect(finished.status == 0)
        #expect(finished.lines.count >= 10)
        for line in finished.lines { #expect(line.wholeMatch(of: /[a-z]+ +[A-Z0-9].*\./) != nil, "\(line)") }
    }

    @Test("an unknown scenario is wrong usage")
    func unknown() async throws {
        let finished = try await bench(["run", "--only", "sunshine"])
        #expect(finished.status == 64)
        #expect(finished.errors.contains("sunshine"))
    }

    /// The folder with the floor, from where this file lies.
    private static let benchmarks = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Benchmarks").path()
}
