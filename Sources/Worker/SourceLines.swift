import Exchange
import Logging
import Store

/// The lines of a worker, one for each source that it comes to.
actor SourceLines {
    /// Through which the sets of large runs go.
    nonisolated let gate = SetGate()
    private var lines: [InstitutionNumber: SourceLine] = [:]
    private let slots: ConnectionSlots
    private let breakerRest: Duration?
    private let logger: Logger

    init(store: Store, breakerRest: Duration?, logger: Logger) {
        slots = ConnectionSlots(store: store, logger: logger)
        self.breakerRest = breakerRest
        self.logger = logger
    }

    func line(to source: InstitutionNumber) -> SourceLine {
        if let line = lines[source] { return line }
        let line = SourceLine(slots: slots, breaker: Breaker(rest: breakerRest), logger: logger)
        lines[source] = line
        return line
    }

    func closeIdle(for limit: Duration) async {
        for line in lines.values { await line.closeIfIdle(for: limit) }
    }

    func close() async {
        for line in lines.values { await line.close() }
        await slots.close()
    }
}
