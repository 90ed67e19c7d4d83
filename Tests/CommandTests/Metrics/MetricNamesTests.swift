import Exposition
import Foundation
import Testing

@testable import resutveksl

/// What is said about metrics, in documentation, alerts and dashboard, beside what the program really shows.
@Suite struct MetricNamesTests {
    private static let folder = UnitFolder.repository

    /// A run and a resident worker of an institution in which something of everything has happened.
    private func shown() async throws -> MetricsText {
        let installation = try await Installation.make(203)
        try await installation.addDeadSource(184)
        try await installation.order(Installation.person1)
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).prom")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try await installation.run("run", "--metrics-textfile", file.path()).status == 3)
        let page = Page(port: try SmallServer.freePort())
        let watch = try installation.start(["watch", "--poll", "1", "--metrics-listen", "127.0.0.1:\(page.port)"])
        defer { watch.send(SIGKILL) }
        try await installation.order(Installation.person2)
        try await eventually("the second order was fetched for") {
            guard await page.status("healthz") == 200 else { return false }
            return try await page.metrics().value("resutveksl_worker_orders_settled_total") ?? 0 >= 1
        }
        var text = try await page.metrics()
        text.add(try MetricsText(String(contentsOf: file, encoding: .utf8)))
        return text
    }

    @Test("what the program shows is the catalogue, with its types, explanations and labels, and nothing else")
    func catalogue() async throws {
        let shown = try await shown()
        let families = MetricCatalogue.all
        #expect(shown.names == Set(families.flatMap(\.seriesNames)))
        for family in families {
            #expect(shown.types[family.name] == family.kind.rawValue)
            #expect(shown.help[family.name] == family.help)
            for sample in shown.samples where family.seriesNames.contains(sample.name) {
                #expect(Set(sample.labels.keys) == Set(family.labels + [MetricCatalogue.commonLabel]), "\(sample.name)")
            }
        }
        for (file, text) in try ["prometheus/resutveksl.rules.yml", "grafana/resutveksl.json"].map({
            ($0, try String(contentsOf: Self.folder.appending(path: "ops/\($0)"), encoding: .utf8))
        }) {
            expectKnown(text, shown, in: file)
        }
    }

    /// Every name and every label that a file of queries uses.
    private func expectKnown(_ text: String, _ shown: MetricsText, in file: String) {
        let names = Set(text.matches(of: /resutveksl_[a-z_]+/).map { String($0.output) })
        #expect(names.count > 5, "\(file)")
        #expect(names.subtracting(shown.names) == [], "\(file)")
        // What Prometheus adds, and what an alert is called by.
        var known: Set = ["instance", "job", "severity"]
        for sample in shown.samples { known.formUnion(sample.labels.keys) }
        var used: Set<String> = []
        for list in text.matches(of: /(?:by|on|ignoring|without) \(([a-z_, ]+)\)/) {
            used.formUnion(list.output.1.split(separator: ",").map { $0.filter { $0 != " " } })
        }
        used.formUnion(text.matches(of: /\$labels\.([a-z_]+)/).map { String($0.output.1) })
        // In JSON the quote of a matcher is escaped.
        used.formUnion(text.matches(of: /[{,]([a-z_]+)(?:=|!=|=~|!~)\\?"/).map { String($0.output.1) })
        #expect(used.count > 2, "\(file)")
        #expect(used.subtracting(known) == [], "\(file)")
    }

    @Test("docs/metrics.md has every metric, and says of it what the program says")
    func documented() throws {
        let text = try String(contentsOf: Self.folder.appending(path: "docs/metrics.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `resutveksl_") }.map(String.init)
        let groups = [
            ("database", MetricCatalogue.database), ("process", MetricCatalogue.process), ("run", MetricCatalogue.run),
            ("worker", MetricCatalogue.worker),
        ]
        let expected = groups.flatMap { name, families in
            families.map { family in
                let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
                let cells = ["`\(family.name)`", family.kind.rawValue, labels, name, family.help]
                return "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
            }
        }
        #expect(rows == expected)
    }

    @Test("names follow Prometheus' conventions: a prefix, base units at the end, _total for what only grows")
    func conventions() {
        #expect(Set(MetricCatalogue.all.map(\.name)).count == MetricCatalogue.all.count)
        for family in MetricCatalogue.all {
            #expect(family.name.hasPrefix("resutveksl_"))
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(!family.name.contains(/milli|minutes|hours|_ms|kilo|mega/), "\(family.name)")
            #expect(family.help.hasSuffix("."), "\(family.name)")
        }
    }

    @Test("each panel of the dashboard has a query, a place of its own and a number of its own")
    func dashboard() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Place: Decodable {
                    let x: Int
                    let y: Int
                    let w: Int
                    let h: Int
                }
                struct Target: Decodable {
                    let expr: String
                    let refId: String
                }
                let id: Int
                let type: String
                let title: String
                let gridPos: Place
                let targets: [Target]
            }
            let title: String
            let uid: String
            let schemaVersion: Int
            let panels: [Panel]
        }
        let dashboard = try JSONDecoder().decode(
            Dashboard.self, from: Data(contentsOf: Self.folder.appending(path: "ops/grafana/resutveksl.json")))
        #expect(dashboard.panels.count > 10)
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        var taken: Set<[Int]> = []
        for panel in dashboard.panels {
            #expect(!panel.title.isEmpty && !panel.targets.isEmpty)
            #expect(Set(panel.targets.map(\.refId)).count == panel.targets.count, "\(panel.title)")
            for target in panel.targets {
                let depth = target.expr.reduce(0) { $1 == "(" ? $0 + 1 : $1 == ")" ? $0 - 1 : $0 }
                #expect(depth == 0 && target.expr.contains("own_institution"), "\(target.expr)")
            }
            let place = panel.gridPos
            #expect(place.x + place.w <= 24)
            for x in place.x..<place.x + place.w {
                for y in place.y..<place.y + place.h { #expect(taken.insert([x, y]).inserted, "\(panel.title)") }
            }
        }
    }
}
