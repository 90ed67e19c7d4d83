import Exchange
import Logging
import Postgres
import Sources
import Store

/// Takes one source through the orders of a claim, set by set.
///
/// What to do next is `LaneMachine`'s; this only does it.
struct Lane {
    let work: LaneWork
    let claim: Claim
    let store: Store
    /// Writes what became of a source that failed: many lanes fail at the same moment, and an import must not wait for them.
    let unhurriedStore: Store
    let line: SourceLine
    /// Through which its sets go; nil where nothing may hold them up.
    let gate: SetGate?
    let leases: Leases
    let stop: StopSignal
    /// Whether its questions go before those of a large run.
    let isUrgent: Bool
    /// Where it runs; nil for the pool.
    let executor: (any TaskExecutor)?
    let logger: Logger
    let tell: @Sendable (RunEvent) -> Void

    private var source: Source { work.source }
    private var token: LeaseToken { claim.token }

    /// What a lane knows while it goes on.
    private struct Progress {
        var report: LaneReport
        var answer: CheckedAnswer?
        /// Where the set has been let in.
        var place: SetGate.Place?
        /// How many are asked about first.
        var firstSize: Int?
        /// How the answer came.
        var pace: AnswerPace?
        /// How many are asked about after what is imported now.
        var nextSize = 0
        /// Why the source could not answer what was asked last.
        var failure: SourceError?
        var isStopTold = false

        /// Gives the set's place to another lane's.
        mutating func leave() {
            place?.giveBack()
            place = nil
        }
    }

    /// - Throws: only for trouble with the own database. Trouble with the source is in the report.
    func drain() async throws -> LaneReport {
        var progress = Progress(report: LaneReport(source: source.institution, acronym: source.acronym))
        var machine = LaneMachine(orderCount: work.orders.count, setSize: largestSet, first: LaneMachine.usualSetSize)
        var action: LaneAction?
        do {
            try await store.beginLane(work, token: token)
            action = try machine.handle(source.pause == nil ? .started : .paused)
        } catch let error as StoreError where error.code == .staleToken {
            action = try machine.handle(.tokenLost)
        }
        while let next = action {
            progress.nextSize = machine.nextSize
            if case .finish = next { progress.leave() }
            let event: LaneEvent?
            do {
                event = try await perform(next, &progress)
            } catch {
                progress.leave()
                throw error
            }
            switch event {
            case .connected, .answered: break
            default: progress.leave()
            }
            guard let event else { break }
            if let size = progress.firstSize {
                machine.begin(with: size)
                progress.firstSize = nil
            }
            if let pace = progress.pace {
                machine.note(pace)
                progress.pace = nil
            }
            if stop.isGiven, !progress.isStopTold {
                progress.isStopTold = true
                action = try machine.handle(.stopRequested)
                if action != nil { continue }
            }
            action = try machine.handle(event)
            if case .answered = event, machine.nextSize != progress.nextSize {
                await line.note(setSize: machine.nextSize)
            }
        }
        tell(.laneEnded(progress.report))
        return progress.report
    }

    /// As many as the lanes of other claims have found to suit the source; the usual number where that cannot be noted.
    private func firstSize() async throws -> Int {
        let size = min(await line.setSize, largestSet)
        let span = span(of: work.orders.prefix(size))
        do {
            if span > LaneMachine.usualSetSize { try await store.note(firstSet: span, of: work, token: token) }
            return size
        } catch let error as PostgresError where error.code == .server {
            return min(size, LaneMachine.usualSetSize)
        }
    }

    /// Over how many of the claim's orders a set of this lane goes.
    private func span(of set: ArraySlice<ClaimedOrder>) -> Int {
        guard let last = set.last?.number else { return 0 }
        return claim.count(after: set.startIndex > 0 ? work.orders[set.startIndex - 1].number : nil, through: last)
    }

    /// A person may have several numbers, and a question has so many elements at most.
    private var largestSet: Int {
        let numbers = work.orders.reduce(1) { max($0, $1.numbers.count) }
        return min(source.setSize, SourceSession.mostElements / numbers)
    }

    /// - Returns: what came of it; nil when the lane has ended.
    private func perform(_ action: LaneAction, _ progress: inout Progress) async throws -> LaneEvent? {
        switch action {
        case .connect:
            do throws(SourceError) {
                try await untilTimeIsUp { () async throws(SourceError) in
                    try await line.connect(to: source, isUrgent: isUrgent) { leases.isHeld(token) }
                }
            } catch {
                try Task.checkCancellation()
                guard leases.isHeld(token) else { return .tokenLost }
                if error.isCancelled || error.isPutOff { return .putOff }
                return .connectFailed(fail(error, &progress))
            }
            // Before the first size is chosen: those that stood before it may know the source's pace by then.
            progress.place = await gate?.enter()
            progress.firstSize = try await firstSize()
            return .connected
        case .ask(let set):
            return try await ask(set, &progress)
        case .importSet(let set):
            return try await write(work.orders[set], &progress)
        case .setAside(let place):
            let fault = progress.failure.map { Self.personal($0.fault) }
            return try await write(work.orders[place...place], fault: fault, &progress)
        case .finish(let end):
            try await finish(end, &progress)
            return nil
        }
    }

    // MARK: Asking

    private func ask(_ set: Range<Int>, _ progress: inout Progress) async throws -> LaneEvent {
        // Somebody else may have settled them by now, and would be asking a second time.
        guard leases.isHeld(token) else { return .tokenLost }
        if progress.place == nil { progress.place = await gate?.enter() }
        let place = progress.place
        let questions = work.orders[set].map(question)
        do throws(SourceError) {
            let (checked, time) = try await untilTimeIsUp { () async throws(SourceError) in
                try await line.ask(questions, of: source, isUrgent: isUrgent, place: place) { leases.isHeld(token) }
            }
            progress.report.asking += time
            progress.answer = checked
            progress.pace = AnswerPace(time: time, resultCount: checked.resultCount)
            return .answered(checked.sharing)
        } catch {
            try Task.checkCancellation()
            guard leases.isHeld(token) else { return .tokenLost }
            if error.isCancelled || error.isPutOff { return .putOff }
            progress.failure = error
            let isSetTooLarge = error.fault.kind == .tooSlow && set.count > LaneMachine.usualSetSize
            if error.mayConcernOnePerson || isSetTooLarge { return .answerFailed(error.outcome) }
            return .askFailed(fail(error, &progress))
        }
    }

    private func question(_ order: ClaimedOrder) -> Question {
        Question(
            ref: order.number, numbers: order.numbers, consent: order.consent, consentedOn: order.consentedOn,
            fingerprint: work.fingerprints[order.person] ?? nil, purpose: order.purpose)
    }

    /// Cancels what the body does when the stop becomes urgent.
    private func untilTimeIsUp<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(SourceError) -> Value
    ) async throws(SourceError) -> Value {
        // A task of its own, because the lane itself goes on and hands back what it has.
        let asking = Task(executorPreference: executor) { () async -> Result<Value, SourceError> in
            do throws(SourceError) { return .success(try await body()) } catch { return .failure(error) }
        }
        let notice = stop.notify(at: .atOnce) { asking.cancel() }
        defer { stop.forget(notice) }
        return try await withTaskCancellationHandler {
            await asking.value
        } onCancel: {
            asking.cancel()
        }.get()
    }

    private func fail(_ error: SourceError, _ progress: inout Progress) -> Outcome {
        progress.report.fault = error.fault
        progress.report.isFaultFresh = !error.isRepeated
        return error.outcome
    }

    /// What a source could not answer about one person is that person's bad data, whatever it is called in general.
    private static func personal(_ fault: Fault) -> Fault {
        Fault(
            fault.kind == .answerTooLarge ? .answerTooLarge : .badPerson, reason: fault.reason,
            sqlState: fault.sqlState,
            errno: fault.errno, phase: fault.phase)
    }

    /// What a source cannot answer about anybody is no longer a person's.
    private static func general(_ fault: Fault) -> Fault {
        Fault(
            fault.kind == .answerTooLarge ? .badAnswer : fault.kind, reason: fault.reason, sqlState: fault.sqlState,
            errno: fault.errno, phase: fault.phase)
    }

    // MARK: Writing

    private func write(
        _ orders: ArraySlice<ClaimedOrder>, fault: Fault? = nil, _ progress: inout Progress
    ) async throws -> LaneEvent {
        guard let cursor = orders.last?.number else { return .imported }
        let isLast = orders.endIndex == work.orders.endIndex
        // What is being written is held once.
        let answer = progress.answer
        progress.answer = nil
        let counts: ImportCounts
        do {
            counts = try await store.write(
                SetImport(
                    token: token, run: claim.run, source: source.institution, orders: orders,
                    answers: answer?.answers ?? [:], fault: fault, cursor: cursor, isLast: isLast,
                    nextSize: span(of: work.orders[orders.endIndex...].prefix(progress.nextSize)),
                    fingerprints: work.fingerprints))
        } catch let error as StoreError where error.code == .staleToken {
            return .tokenLost
        } catch let error as PostgresError where error.code == .server {
            // What an operator deleted meanwhile, a full disk: this lane's trouble, and no other's.
            progress.report.fault = Fault(
                .importFailed, reason: FaultKind.importFailed.advice, sqlState: error.sqlState, phase: "import")
            progress.report.isFaultFresh = true
            return .importFailed(.failed)
        }
        logBadData(answer?.rejected ?? [])
        if let fault, let order = orders.first?.number { log(fault, order) }
        progress.report.isEnded = isLast
        progress.report.add(counts, orders: orders.count)
        tell(.set(source.institution, orders: orders.count, rows: counts.rows))
        return .imported
    }

    private func logBadData(_ rejected: [BadData]) {
        for bad in rejected {
            logger.warning(
                "bad data in the source's answer",
                metadata: [
                    "run": "\(claim.run)", "institution": "\(source.institution)", "rule": "\(bad.rule.rawValue)",
                    "order": "\(bad.ref.map(\.description) ?? "-")", "rows": "\(bad.rows)",
                ])
        }
    }

    private func log(_ fault: Fault, _ order: OrderNumber) {
        logger.warning(
            "the source cannot answer about one person",
            metadata: [
                "run": "\(claim.run)", "institution": "\(source.institution)", "order": "\(order)",
                "fault": "\(fault.kind.rawValue)", "reason": "\(fault.reason)",
                "sqlstate": "\(fault.sqlState ?? "")",
            ])
    }

    private func finish(_ end: LaneEnd, _ progress: inout Progress) async throws {
        let remaining = work.orders[(end.remainingFrom ?? work.orders.endIndex)...]
        progress.report.remaining = remaining.count
        switch end {
        case .tokenLost:
            return noteLostClaim()
        case .done where progress.report.isEnded:
            // Written with the last set.
            return
        case .sharingClosed(let sharing, _):
            progress.report.sharing = sharing
        case .failed(.paused, _):
            progress.report.fault = progress.report.fault ?? source.pause
        case .failed where progress.report.fault == nil:
            // It turned out that it can answer about nobody.
            if let failure = progress.failure {
                let fault = Self.general(failure.fault)
                progress.report.fault = fault
                progress.report.isFaultFresh = true
                await line.break(fault)
            }
        default: break
        }
        do {
            let rescheduled = try await unhurriedStore.endLane(
                work, end, remaining: remaining, fault: progress.report.fault, token: token)
            progress.report.nextAttempt = rescheduled.nextAttempt
            progress.report.gaveUp += rescheduled.gaveUp
            progress.report.isEnded = end.isFinal
        } catch let error as StoreError where error.code == .staleToken {
            noteLostClaim()
        } catch let error as PostgresError where error.code == .server {
            // The source may have been deleted; if not, settling the claim leaves what was not asked for the next one.
            logger.error(
                "a lane could not be ended",
                metadata: [
                    "run": "\(claim.run)", "institution": "\(source.institution)",
                    "sqlstate": "\(error.sqlState ?? "")",
                ])
        }
    }

    private func noteLostClaim() {
        logger.warning(
            "the claim is no longer held; what is left of it is another worker's",
            metadata: ["run": "\(claim.run)", "token": "\(token)", "institution": "\(source.institution)"])
    }
}
