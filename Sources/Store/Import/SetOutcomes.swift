import Exchange

/// The answers of a set sorted by what has to be written for them.
///
/// An uneventful "nothing found" costs no row: that nobody is known there is told from the lane's cursor. It gets one when
/// the order had a row at the source already, when there were results before, or when the person is known there and has
/// nothing to show, which a case worker reads as another thing.
struct SetOutcomes {
    /// A row of `transfers`.
    struct Settled {
        let order: ClaimedOrder
        let outcome: Outcome
        var heldBack = 0
        /// How many results the source has; nil when the answer does not say.
        var results: Int?
        /// Whether the source knows the person; nil when its answer does not say.
        var isKnown: Bool?
        var isFoundEarlier = false

        init(_ order: ClaimedOrder, _ outcome: Outcome, isKnown: Bool?, heldBack: Int = 0) {
            self.order = order
            self.outcome = outcome
            self.isKnown = isKnown
            self.heldBack = heldBack
        }

        init(_ order: ClaimedOrder, _ outcome: Outcome, _ disclosure: PersonAnswer.Disclosure) {
            self.init(order, outcome, isKnown: true, heldBack: disclosure.heldBack)
            results = disclosure.resultCount
            isFoundEarlier = order.isEarlier(disclosure.foundUnder)
        }
    }

    /// A person whose rows are compared with what stands here.
    struct Merged {
        let order: ClaimedOrder
        /// Whether something of the source stood here when the order was claimed, so that it is compared.
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
            let hadAnswer = set.fingerprints.keys.contains(entry.order.person)
            if let fault = entry.fault {
                invalid[fault, default: []].append(entry.order)
                continue
            }
            switch entry.answer {
            case .fetched(let disclosure, _):
                found += 1
                settled.append(Settled(entry.order, .fetched, disclosure))
                merged.append(Merged(order: entry.order, hadAnswer: hadAnswer, fingerprint: disclosure.fingerprint))
            case .unchanged(let disclosure):
                found += 1
                settled.append(Settled(entry.order, .unchanged, disclosure))
            case .nothing(let heldBack):
                addNothing(entry.order, heldBack, isKnown: true, hadAnswer)
            case nil:
                addNothing(entry.order, 0, isKnown: false, hadAnswer)
            case .noConsent:
                settled.append(Settled(entry.order, .noConsent, isKnown: true))
            case .refused:
                settled.append(Settled(entry.order, .refused, isKnown: true))
            case .invalid(let rule):
                invalid[Fault(.badPerson, reason: rule.sentence, phase: "answer"), default: []].append(entry.order)
            }
        }
    }

    private mutating func addNothing(_ order: ClaimedOrder, _ heldBack: Int, isKnown: Bool, _ hadAnswer: Bool) {
        if hadAnswer { merged.append(Merged(order: order, hadAnswer: true, fingerprint: nil)) }
        guard hadAnswer || isKnown || !order.asksEverySource else { return }
        settled.append(Settled(order, .nothing, isKnown: isKnown, heldBack: heldBack))
    }
}
