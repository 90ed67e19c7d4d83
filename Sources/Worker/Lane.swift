import Exchange
import Logging
import Sources
import Store

/// Takes one source through the orders of a claim, set by set.
///
/// What to do next is `LaneMachine`'s; this only does it.
struct Lane {
    let work: LaneWork
    let token: LeaseToken
    let run: RunNumber
    let store: Store
    let line: SourceLine
    let stop: StopSignal
    let logger: Logger
    let tell: @Sendable (RunEvent) -> Void

    private var source: Source { work.source }

    /// - Throws: only for trouble with the own database. Trouble with the source is in the report.
    func drain() async throws -> LaneReport {
        await line.take()
        do {
            let report = try await drainInTurn()
            await line.giveBack()
            tell(.laneEnded(report))
            return report
        } catch {
            await line.giveBack()
            throw error
        }
    }

    private func drainInTurn() async throws -> LaneReport {
        let sets = work.orders.chunks(of: source.setSize)
        var machine = LaneMachine(setCount: sets.count)
        var report = LaneReport(source: source.institution, acronym: source.acronym)
        var session: SourceSession?
        var answer: CheckedAnswer?
        try await store.beginLane(work, token: token)
        var action = try machine.handle(source.isPaused ? .paused : .started)
        while let next = action {
            let event: LaneEvent
            switch next {
            case .connect:
                do throws(SourceError) {
                    session = try await line.session(to: source)
                    event = .connected
                } catch {
                    event = .connectFailed(await fail(error, &report))
                }
            case .ask(let set):
                do throws(SourceError) {
                    guard let session else { throw SourceError(.connection, .failed, "not connected") }
                    let checked = try await session.ask(
                        sets[set].map(question), basis: source.consentRule.legalBasis)
                    answer = checked
                    event = .answered(checked.sharing, set: set)
                } catch {
                    event = .askFailed(await fail(error, &report))
                }
            case .importSet(let set):
                guard let checked = answer else { return report }
                do {
                    try await write(checked, sets[set], &report)
                    event = stop.isGiven ? .stopRequested : .imported
                } catch let error as StoreError where error.code == .staleToken {
                    event = .tokenLost
                }
            case .finish(let end):
                try await finish(end, sets, &report)
                return report
            }
            action = try machine.handle(event)
            // A stop that was asked for while a set was written takes effect when that set is done.
            if event == .stopRequested, action == nil { action = try machine.handle(.imported) }
        }
        return report
    }

    private func question(_ order: ClaimedOrder) -> Question {
        Question(
            ref: order.number, numbers: order.numbers, consent: order.consent, consentedOn: order.consentedOn,
            fingerprint: work.fingerprints[order.person], purpose: order.purpose)
    }

    private func fail(_ error: SourceError, _ report: inout LaneReport) async -> Outcome {
        let fault = Fault(outcome: error.outcome, reason: error.description, sqlState: error.sqlState)
        report.fault = fault
        await line.break(fault)
        return fault.outcome
    }

    private func write(
        _ answer: CheckedAnswer, _ orders: ArraySlice<ClaimedOrder>, _ report: inout LaneReport
    ) async throws {
        guard let last = orders.last else { return }
        let entries = orders.map { SetImport.Entry(order: $0, answer: answer.answers[$0.number]) }
        let counts = try await store.write(
            SetImport(
                token: token, run: run, source: source.institution, entries: entries, cursor: last.number,
                fingerprints: work.fingerprints))
        for rejected in answer.rejected {
            logger.warning(
                "bad data in the source's answer",
                metadata: [
                    "run": "\(run)", "institution": "\(source.institution)", "rule": "\(rejected.rule.rawValue)",
                    "order": "\(rejected.ref.map(\.description) ?? "-")", "rows": "\(rejected.rows)",
                ])
        }
        report.invalid += entries.count { $0.answer?.outcome == .invalid }
        report.sets += 1
        report.asked += entries.count
        report.found += counts.found
        report.rows += counts.rows
        report.new += counts.new
        report.changed += counts.changed
        report.missing += counts.missing
        tell(.set(source.institution, orders: entries.count, rows: counts.rows))
    }

    private func finish(
        _ end: LaneEnd, _ sets: [ArraySlice<ClaimedOrder>], _ report: inout LaneReport
    ) async throws {
        if end == .tokenLost {
            logger.error(
                "the claim was lost; its orders belong to another worker now",
                metadata: ["run": "\(run)", "token": "\(token)", "institution": "\(source.institution)"])
            return
        }
        let from = end.remainingFrom.map { $0 < sets.count ? sets[$0].startIndex : work.orders.endIndex }
        let remaining = work.orders[(from ?? work.orders.endIndex)...]
        report.remaining = remaining.count
        switch end {
        case .sharingClosed(let sharing, _): report.sharing = sharing
        case .failed(.paused, _):
            report.fault = report.fault ?? Fault(outcome: .paused, reason: pauseSentence)
        default: break
        }
        do {
            report.nextAttempt = try await store.endLane(
                work, end, remaining: remaining, fault: report.fault, token: token, run: run)
        } catch let error as StoreError where error.code == .staleToken {
            try await finish(.tokenLost, sets, &report)
        }
    }

    private var pauseSentence: String {
        "paused\(source.pausedUntil.map { " until \($0)" } ?? "")\(source.pauseReason.map { ": \($0)" } ?? "")"
    }
}

extension Array {
    /// Neighbours in slices of at most `size`.
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: startIndex, to: endIndex, by: size).map { self[$0..<Swift.min($0 + size, endIndex)] }
    }
}
