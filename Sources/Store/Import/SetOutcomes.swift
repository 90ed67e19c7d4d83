import Exchange

/// The answers of a set sorted by what has to be written for them.
///
/// An uneventful "nothing found" costs no row: it is known from the lane's cursor. It gets one when the order had a row
/// at the source already, when a degree is held back, or when there were results before.
struct SetOutcomes {
    /// A row of `transfers`.
    struct Settled {
        let order: ClaimedOrder
        let outcome: Outcome
        let heldBack: Int
    }

    /// A person whose rows are compared with what stands here.
    struct Merged {
        let order: ClaimedOrder
        /// Whether the source's last answer about the person is known; the database also knows whether anything stands here.
        let hadAnswer: Bool
        /// Nil when the source has nothing to show any more.
        let fingerprint: Fingerprint?
    }

    private(set) var settled: [Settled] = []
    private(set) var merged: [Merged] = []
    /// By what was wrong: each kind is written by one statement.
    private(set) var invalid: [Fault: [ClaimedOrder]] = [:]
    private(set) var found = 0

    var isUneventful: Bool { settled.isEmpty && merged.isEmpty && invalid.isEmpty }

    init(_ set: SetImport) {
        for entry in set.entries {
            let hadAnswer = set.fingerprints[entry.order.person] != nil
            if let fault = entry.fault {
                invalid[fault, default: []].append(entry.order)
                continue
            }
            switch entry.answer {
            case .fetched(let disclosure, _):
                found += 1
                settle(entry.order, .fetched, disclosure.heldBack)
                merged.append(Merged(order: entry.order, hadAnswer: hadAnswer, fingerprint: disclosure.fingerprint))
            case .unchanged(let disclosure):
                found += 1
                settle(entry.order, .unchanged, disclosure.heldBack)
            case .nothing(let heldBack):
                addNothing(entry.order, heldBack, hadAnswer)
            case nil:
                addNothing(entry.order, 0, hadAnswer)
            case .noConsent:
                settle(entry.order, .noConsent, 0)
            case .refused:
                settle(entry.order, .refused, 0)
            case .invalid(let rule):
                invalid[Fault(.badPerson, reason: rule.sentence, phase: "answer"), default: []].append(entry.order)
            }
        }
    }

    private mutating func addNothing(_ order: ClaimedOrder, _ heldBack: Int, _ hadAnswer: Bool) {
        if hadAnswer { merged.append(Merged(order: order, hadAnswer: true, fingerprint: nil)) }
        if hadAnswer || heldBack > 0 || !order.asksEverySource { settle(order, .nothing, heldBack) }
    }

    private mutating func settle(_ order: ClaimedOrder, _ outcome: Outcome, _ heldBack: Int) {
        settled.append(Settled(order: order, outcome: outcome, heldBack: heldBack))
    }
}
