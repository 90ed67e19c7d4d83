import Exchange
import Postgres

extension Store {
    /// Records what a set's answers disclosed, in the transaction that imports them.
    ///
    /// One statement for the set: the database seals it in a block of a chain, as late as can be, because the block's chain is
    /// then held until the commit. What counts as a disclosure stands in docs/disclosures.md.
    static func disclose(_ set: SetImport, _ transaction: Transaction) async throws {
        let disclosed = set.entries.compactMap(Disclosed.init)
        if disclosed.isEmpty { return }
        _ = try await transaction.query(
            Statement(
                prepared: "disclose",
                """
                INSERT INTO resutveksl.received_disclosures (source, institution, order_number, ordered_by, person_id,
                    person_number, purpose, reference, basis, basis_date, outcome, results, held_back, run_id, token)
                SELECT $3, s.own_institution, a.order_number, o.ordered_by, a.person_id, a.person_number, a.purpose, o.reference,
                    CASE WHEN a.consented_on IS NULL THEN l.legal_basis ELSE 'consent' END,
                    coalesce(a.consented_on, c.consent_rule_from), a.outcome, a.results, a.held_back, $1, $2
                FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) AS a (order_number, person_id, person_number, purpose,
                    consented_on, outcome, results, held_back)
                CROSS JOIN resutveksl.settings s
                JOIN resutveksl.run_sources l ON l.token = $2 AND l.source = $3
                JOIN resutveksl.sources c ON c.source = $3
                LEFT JOIN LATERAL (SELECT ordered_by, reference FROM resutveksl.orders
                    WHERE order_number = a.order_number OFFSET 0) o ON true
                """),
            set.run.rawValue, set.token.rawValue, set.source.rawValue, disclosed.map(\.order.number.rawValue),
            disclosed.map(\.order.person), disclosed.map(\.number?.digits), disclosed.map(\.order.purpose.rawValue),
            disclosed.map(\.consentedOn), disclosed.map(\.outcome.rawValue), disclosed.map(\.results),
            disclosed.map(\.heldBack))
    }

    /// An answer about a person whom the source knows.
    private struct Disclosed {
        let order: ClaimedOrder
        let outcome: Outcome
        /// The number under which the source knows the person, as far as its answer tells.
        let number: PersonNumber?
        /// Nil when nobody can tell, because the answer broke a rule.
        var results: Int32? = 0
        var heldBack: Int32 = 0
        var consentedOn: PostgresDate? { order.consent == .yes ? order.consentedOn.map { PostgresDate($0) } : nil }

        init?(_ entry: SetImport.Entry) {
            guard let answer = entry.answer else { return nil }
            order = entry.order
            outcome = answer.outcome
            switch answer {
            case .fetched(let disclosure, _), .unchanged(let disclosure):
                number = disclosure.foundUnder
                results = Int32(clamping: disclosure.resultCount)
                heldBack = Int32(clamping: disclosure.heldBack)
            case .nothing(let count):
                number = order.numbers.first
                heldBack = Int32(clamping: count)
            case .noConsent, .refused:
                number = order.numbers.first
            case .invalid:
                number = order.numbers.first
                results = nil
            }
        }
    }
}
