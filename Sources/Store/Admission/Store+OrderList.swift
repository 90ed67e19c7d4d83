package import Exchange
import Postgres

extension Store {
    /// Orders for a list of applicants, in one transaction: all lines that are taken are, or none.
    ///
    /// The lines travel as COPY data, because a statement's parameters may be written to the server's log. It is not tried
    /// again when the connection is lost: whether it was committed is then not known, and the same list once more answers
    /// with the open orders.
    ///
    /// - Returns: a row per line, in order of line.
    package func placeOrders(_ list: ApplicantList, options: OrderListOptions) async throws -> [ListedOrder] {
        // Lines that cannot be read are refused lines too.
        let isDryRun = options.isDryRun || (options.allOrNothing && !list.broken.isEmpty)
        let rows = try await sayingWhy {
            try await pool.withTransaction { transaction in
                try await transaction.execute(script: Self.applicants)
                _ = try await transaction.copyIn(
                    "COPY pg_temp.applicants FROM STDIN (FORMAT binary)", list.copyData(), timeout: .seconds(600))
                return try await transaction.query(
                    Self.placing, options.purpose.rawValue, options.admission, options.consentChannel?.rawValue,
                    options.consentedOn.map { PostgresDate($0) }, options.registersPersons, options.allOrNothing,
                    isDryRun, options.orderedBy, timeout: .seconds(600))
            }
        }
        let isWithheld = isDryRun && !options.isDryRun
        let taken = try rows.decode(Int.self, String?.self, String.self, Int64?.self, String?.self).map { row in
            guard let outcome = ListedOrder.Outcome(rawValue: row.2) else {
                throw StoreError(.refused, "unknown outcome \(row.2) of a line")
            }
            return ListedOrder(
                line: row.0, application: row.1, outcome: isWithheld && outcome != .refused ? .notTaken : outcome,
                order: row.3.flatMap(OrderNumber.init(rawValue:)), reason: row.4)
        }
        let broken = list.broken.map {
            ListedOrder(line: $0.line, application: nil, outcome: .refused, order: nil, reason: $0.reason)
        }
        return (taken + broken).sorted { $0.line < $1.line }
    }

    private static let applicants = """
        CREATE TEMP TABLE applicants (line integer NOT NULL, application text NOT NULL, person text NOT NULL)
        ON COMMIT DROP
        """

    private static let placing = Statement(
        """
        SELECT p.line, p.application_number, p.outcome, p.order_number, p.reason
        FROM (SELECT coalesce(array_agg(application ORDER BY line), '{}') AS applications,
                coalesce(array_agg(person ORDER BY line), '{}') AS persons, array_agg(line ORDER BY line) AS lines
            FROM pg_temp.applicants) AS l
        CROSS JOIN LATERAL resutveksl.place_orders(l.applications, l.persons, purpose => $1, admission => $2,
            consent_channel => $3, consent_on => $4, registers_persons => $5, all_or_nothing => $6, dry_run => $7,
            ordered_by => coalesce($8, session_user::text), lines => l.lines) AS p
        """)
}

extension ApplicantList {
    fileprivate func copyData() -> CopyData {
        var data = CopyData(reservingBytes: lines.count * 48)
        for line in lines {
            data.beginRow(columns: 3)
            data.append(Int32(clamping: line.line))
            data.append(line.application)
            data.append(line.person)
        }
        return data
    }
}
