package import Exchange
package import Store

/// What a run came to.
package struct RunSummary: Sendable {
    package let run: RunNumber
    package var orders = 0
    package var refused = 0
    package var settlement = Settlement()
    package var lanes: [InstitutionNumber: LaneReport] = [:]
    package var duration: Duration = .zero
    package var isStopped = false
    /// What was taken over from workers that had died.
    package var swept = Swept()

    init(run: RunNumber) { self.run = run }

    package var rows: Int { lanes.values.reduce(0) { $0 + $1.rows } }
    package var sets: Int { lanes.values.reduce(0) { $0 + $1.sets } }

    /// Sources that could not be asked, by number.
    package var failed: [LaneReport] {
        lanes.values.filter { $0.fault != nil }.sorted { $0.source < $1.source }
    }

    package var closed: [LaneReport] {
        lanes.values.filter { $0.fault == nil && $0.sharing != .open }.sorted { $0.source < $1.source }
    }

    /// Whether every source could be asked about every order, and every answer could be used.
    package var isComplete: Bool {
        !isStopped && swept.held == 0 && lanes.values.allSatisfy { $0.fault == nil && $0.invalid == 0 }
    }

    mutating func add(_ report: ClaimReport) {
        orders += report.orders
        refused += report.refused
        settlement = settlement + report.settlement
        for lane in report.lanes { add(lane) }
    }

    private mutating func add(_ report: LaneReport) {
        lanes[report.source, default: LaneReport(source: report.source, acronym: report.acronym)].add(report)
    }
}
