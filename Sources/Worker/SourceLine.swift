import Exchange
import Logging
import Sources
import Store

/// The way to one source during a run: one lane at a time goes over it, on one connection that stays open in between.
///
/// Its breaker: the first fault closes the line for the rest of the run, so that a dead source costs one deadline and
/// not one for every claim.
actor SourceLine {
    private var session: SourceSession?
    private var fault: Fault?
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// Waits for the lanes that came before.
    func take() async {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isTaken = true
        }
    }

    func giveBack() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }

    /// The open session, or a new one.
    func session(to source: Source) async throws(SourceError) -> SourceSession {
        if let fault { throw SourceError(.connection, fault.outcome, fault.reason, sqlState: fault.sqlState) }
        if let session, await session.isUsable { return session }
        let opened = try await SourceSession.open(
            source.institution, connection: source.connection, answersFor: source.answersFor,
            connectTimeout: source.connectTimeout, statementTimeout: source.statementTimeout, logger: logger)
        session = opened
        return opened
    }

    /// Closes the line for the rest of the run.
    func `break`(_ fault: Fault) async {
        self.fault = fault
        await session?.close()
        session = nil
    }

    func close() async {
        await session?.close()
        session = nil
    }
}
