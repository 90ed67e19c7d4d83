import Exchange
import Logging
import Postgres
import Sources
import Store

/// The way to one source: one question at a time goes over it, on one connection that stays open in between.
///
/// Whoever is urgent goes first, so that a new order waits for one question of a large run at most.
actor SourceLine {
    private let slots: ConnectionSlots
    private let logger: Logger
    private var breaker: Breaker
    private var session: SourceSession?
    /// What the session was opened with; an operator may have changed it since.
    private var opening: Opening?
    private var slot: (source: InstitutionNumber, number: Int)?
    private var usedAt = ContinuousClock.now
    /// How many at once suit the source's pace, as far as it is known on this connection: a lane begins with so many.
    private(set) var setSize = LaneMachine.usualSetSize
    /// How many were too many at once, as long as nothing was answered since.
    private var excess: (size: Int, fault: Fault)?
    private var isTaken = false
    private var waiting: [(isUrgent: Bool, continuation: CheckedContinuation<Void, Never>)] = []

    private struct Opening: Equatable {
        let connection: String
        let statementTimeout: Duration
        let answerLimit: Int
        let answersFor: Set<InstitutionNumber>

        init(_ source: Source) {
            connection = source.connectionText
            statementTimeout = source.statementTimeout
            answerLimit = source.answerLimit
            answersFor = source.answersFor
        }
    }

    /// A connection that was idle for longer is tried before a question goes over it.
    private static let trust = Duration.seconds(5)

    init(slots: ConnectionSlots, breaker: Breaker, logger: Logger) {
        self.slots = slots
        self.breaker = breaker
        self.logger = logger
    }

    /// Connects, unless that has been done.
    ///
    /// - Parameter isCurrent: whether it is still wanted. A worker that was stopped or suspended finds its deadlines passed,
    ///   and must not blame the source for that.
    func connect(to source: Source, isUrgent: Bool, isCurrent: @Sendable () -> Bool) async throws(SourceError) {
        await take(isUrgent)
        defer { giveBack() }
        do throws(SourceError) {
            guard isCurrent() else { throw .putOff }
            _ = try await session(to: source, isCurrent)
            usedAt = .now
        } catch {
            throw isCurrent() ? await noted(error) : error
        }
    }

    /// - Parameters:
    ///   - place: where the set was let in; nil where nothing holds it up.
    ///   - isCurrent: as for `connect`; somebody else may have settled what is asked about by the time it is our turn.
    func ask(
        _ questions: [Question], of source: Source, isUrgent: Bool, place: SetGate.Place?,
        isCurrent: @Sendable () -> Bool
    ) async throws(SourceError) -> (answer: CheckedAnswer, time: Duration) {
        // From here on: who holds the line may be waiting for the place of one who waits for the line.
        async let _ = place?.giveUpWhenOverdue()
        await take(isUrgent)
        defer { giveBack() }
        // Another lane has waited in vain for as large an answer, while we waited for the line.
        if let excess, questions.count >= excess.size { throw SourceError(excess.fault, isRepeated: true) }
        do throws(SourceError) {
            guard isCurrent() else { throw .putOff }
            let session = try await session(to: source, isCurrent)
            guard isCurrent() else { throw .putOff }
            defer { usedAt = .now }
            let askedAt = ContinuousClock.now
            let answer = try await session.ask(
                questions, basis: source.consentRule.legalBasis, beforeAnswer: place.map { $0.keep })
            excess = nil
            return (answer, .now - askedAt - (place?.heldUp ?? .zero))
        } catch {
            // A set that had grown too large is asked about again as smaller ones.
            if error.fault.kind == .tooSlow, questions.count > LaneMachine.usualSetSize {
                excess = (questions.count, error.fault)
                setSize = LaneMachine.usualSetSize
                throw error
            }
            throw isCurrent() ? await noted(error) : error
        }
    }

    /// Notes how many a lane asks about next, by the pace of an answer.
    func note(setSize: Int) { self.setSize = max(setSize, LaneMachine.usualSetSize) }

    /// Opens the breaker while the line is still taken: whoever waits finds it open.
    ///
    /// Not for what one person may have brought about, and not for what we took back ourselves.
    private func noted(_ error: SourceError) async -> SourceError {
        if !error.isRepeated, !error.isCancelled, !error.isPutOff, !error.mayConcernOnePerson {
            breaker.open(error.fault)
            await close()
        }
        return error
    }

    /// Leaves the source alone from now on, for as long as the breaker says.
    ///
    /// The question of another claim that is under way is answered: its answer may be a good one.
    func `break`(_ fault: Fault) async {
        breaker.open(fault)
        if !isTaken { await close() }
    }

    /// Closes the connection if nobody has used it for so long.
    func closeIfIdle(for limit: Duration) async {
        if !isTaken, waiting.isEmpty, session != nil, .now - usedAt >= limit { await close() }
    }

    func close() async {
        let (closing, slot) = (session, slot)
        session = nil
        setSize = LaneMachine.usualSetSize
        excess = nil
        self.slot = nil
        await closing?.close()
        if let slot { await slots.giveBack(slot.source, slot.number) }
    }

    // MARK: One at a time

    private func take(_ isUrgent: Bool) async {
        if isTaken {
            await withCheckedContinuation { continuation in
                let place = isUrgent ? waiting.firstIndex { !$0.isUrgent } : nil
                waiting.insert((isUrgent, continuation), at: place ?? waiting.endIndex)
            }
        } else {
            isTaken = true
        }
    }

    private func giveBack() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().continuation.resume() }
    }

    // MARK: The connection

    private func session(
        to source: Source, _ isCurrent: @Sendable () -> Bool
    ) async throws(SourceError) -> SourceSession {
        if let fault = breaker.fault() {
            await close()
            throw SourceError(fault, isRepeated: true)
        }
        if let session, opening == Opening(source) {
            if .now - usedAt < Self.trust
                ? await session.isUsable : await session.isAlive(within: source.connectTimeout)
            {
                return session
            }
        }
        await close()
        let string: ConnectionString
        do throws(PostgresError) { string = try source.connection.get() } catch { throw SourceError(error) }
        switch await slots.take(source, until: .now + source.connectTimeout) {
        case .taken(let number): slot = (source.institution, number)
        case .unlimited: break
        // No fault of the source: whoever has a connection, or we later, ask for what is put off.
        case .full: throw .putOff
        }
        do throws(SourceError) {
            let opened = try await SourceSession.open(
                source.institution, connection: string, answersFor: source.answersFor,
                connectTimeout: source.connectTimeout, statementTimeout: source.statementTimeout,
                answerLimit: source.answerLimit, logger: logger)
            session = opened
            opening = Opening(source)
            breaker.close()
            return opened
        } catch {
            await close()
            throw error
        }
    }
}
