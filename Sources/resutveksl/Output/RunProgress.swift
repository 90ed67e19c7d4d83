import Exchange
import Foundation
import Postgres
import Worker

/// Shows a run on a terminal as a bar over the sources, and as nothing in a pipe, where the log tells.
final class RunProgress: Sendable {
    private struct State {
        var lanes = 0
        var ended = 0
        var orders = 0
        var rows = 0
        var failed = 0
        var isShown = false
        var drawnAt: ContinuousClock.Instant?
    }

    private let state = Guarded(State())
    private let isTerminal: Bool

    init(isTerminal: Bool = isatty(STDERR_FILENO) == 1) { self.isTerminal = isTerminal }

    func take(_ event: RunEvent) {
        let line: String? = state.withLock { state in
            switch event {
            case .swept(let claims):
                return isTerminal ? "Took over \(claims.counted("claim")) of workers that had died\n" : nil
            case .claimed(let orders, let lanes):
                state.lanes += lanes
                state.orders += orders
            case .set(_, _, let rows):
                state.rows += rows
            case .laneEnded(let report):
                state.ended += 1
                if report.fault != nil { state.failed += 1 }
            case .settled: break
            }
            let now = ContinuousClock.now
            let isDue = state.drawnAt.map { now - $0 > .milliseconds(50) } ?? true
            guard isTerminal, isDue || state.ended == state.lanes else { return nil }
            state.drawnAt = now
            state.isShown = true
            return "\r" + Self.bar(state)
        }
        if let line { FileHandle.standardError.write(Data(line.utf8)) }
    }

    /// Ends the bar's line, so that what follows starts on a new one.
    func finish() {
        let isShown = state.withLock { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if isShown { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    private static func bar(_ state: State) -> String {
        let width = 30
        let filled = state.lanes == 0 ? 0 : width * state.ended / state.lanes
        let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let failed = state.failed > 0 ? ", \(state.failed) failed" : ""
        return "\(blocks) \(state.ended)/\(state.lanes) sources\(failed), \(state.orders.counted("order")), "
            + "\(state.rows.counted("row"))\u{1B}[K"
    }
}
