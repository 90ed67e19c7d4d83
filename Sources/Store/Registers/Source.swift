package import Exchange
package import Postgres

/// A database to ask.
package struct Source: Sendable {
    /// The institution that the database belongs to; also the source's name.
    package let institution: InstitutionNumber
    package let acronym: String
    package let name: String
    /// As it was registered.
    package let connectionText: String
    /// A failure when libpq cannot read it: that source's trouble, and no other's.
    package let connection: Result<ConnectionString, PostgresError>
    package let isActive: Bool
    /// Persons per question.
    package let setSize: Int
    /// For each address.
    package let connectTimeout: Duration
    /// For each question.
    package let statementTimeout: Duration
    /// Connections that all workers together may open.
    package let maxConnections: Int
    /// Bytes of one answer.
    package let answerLimit: Int
    /// Set while it may not be asked; `infinity` is told as `reason` alone.
    package let isPaused: Bool
    package let pausedUntil: String?
    package let pauseReason: String?
    /// When the maintenance window ends that it is in.
    package let maintenanceUntil: String?
    package let consentRule: ConsentRule
    /// What it last answered to the question whether it shares.
    package let sharing: Sharing?
    /// Whom case workers turn to there.
    package let contact: String?
    /// Its own number and what was merged into it.
    package let answersFor: Set<InstitutionNumber>
}

extension Source {
    /// Why it may not be asked now, if it may not.
    package var pause: Fault? {
        if isPaused {
            let until = pausedUntil.map { " until \($0)" } ?? ""
            return Fault(.paused, reason: "paused\(until)\(pauseReason.map { ": \($0)" } ?? "")")
        }
        return maintenanceUntil.map { Fault(.maintenance, reason: "in its maintenance window until \($0)") }
    }
}

extension Store {
    /// The databases to ask, by number, without the own institution.
    package func sources() async throws -> [Source] {
        try await pool.withConnection { try await Source.all($0.query(Source.selection)) }
    }

    /// Registers a database to ask, or changes the one that is registered under the number.
    package func addSource(
        _ institution: InstitutionNumber, connection: ConnectionString, setSize: Int?, consentRule: ConsentRule?,
        contact: String? = nil
    ) async throws {
        do {
            _ = try await query(
                """
                INSERT INTO resutveksl.sources AS s
                    (source, conninfo, set_size, is_consent_required, consent_rule_from, legal_basis, contact)
                VALUES ($1, $2, coalesce($3, 5000), coalesce($4, true), $5, coalesce($6, 'consent'), $7)
                ON CONFLICT (source) DO UPDATE SET conninfo = EXCLUDED.conninfo, is_active = true,
                    set_size = coalesce($3, s.set_size), is_consent_required = coalesce($4, s.is_consent_required),
                    consent_rule_from = CASE WHEN $4 IS NULL THEN s.consent_rule_from ELSE $5 END,
                    legal_basis = coalesce($6, s.legal_basis), contact = coalesce($7, s.contact)
                """,
                institution.rawValue, connection.text, setSize.map(Int32.init), consentRule?.isRequired,
                consentRule?.from.map { PostgresDate($0) }, consentRule?.legalBasis, contact)
        } catch let error as PostgresError where error.isServer("23503") {
            throw StoreError(.notFound, "institution \(institution) is not in the register of institutions")
        } catch let error as PostgresError where error.isServer("23") {
            throw StoreError(.refused, error.message)
        }
    }

    /// Which source is asked for an institution: its own database, or that of what it was merged into.
    ///
    /// - Throws: `StoreError` when none is registered.
    package func source(for institution: InstitutionNumber) async throws -> InstitutionNumber {
        let number = try await query("SELECT resutveksl.source_for($1)", institution.rawValue).single(Int32?.self)
        guard let source = number.flatMap(InstitutionNumber.init(rawValue:)) else {
            throw StoreError(.notFound, "no source has the number \(institution). List them: resutveksl source list")
        }
        return source
    }

    /// Asks a source nothing until then.
    ///
    /// - Returns: the source that is paused, which is another one when the institution was merged.
    @discardableResult
    package func pauseSource(
        _ institution: InstitutionNumber, until: String?, reason: String?
    ) async throws -> InstitutionNumber {
        let source = try await source(for: institution)
        do {
            _ = try await query(
                "SELECT resutveksl.pause_source($1, coalesce($2::text::timestamptz, 'infinity'), $3)",
                source.rawValue, until, reason)
        } catch let error as PostgresError where error.isServer("P0002") || error.isServer("22") {
            throw StoreError(.refused, error.message)
        }
        return source
    }

    /// Ends the pause of a source, and says which.
    @discardableResult
    package func resumeSource(_ institution: InstitutionNumber) async throws -> InstitutionNumber {
        let source = try await source(for: institution)
        try await sayingWhy { _ = try await query("SELECT resutveksl.resume_source($1)", source.rawValue) }
        return source
    }
}

extension Source {
    static let selection = Statement(
        prepared: "sources",
        """
        SELECT s.source, i.acronym, i.name, s.conninfo, s.is_active, s.set_size,
            (extract(epoch FROM s.connect_timeout) * 1000)::bigint,
            (extract(epoch FROM s.statement_timeout) * 1000)::bigint,
            coalesce(s.paused_until > now(), false),
            CASE WHEN s.paused_until < 'infinity' THEN resutveksl.local_minute(s.paused_until) END, s.pause_reason,
            -- Read with every claim, of which the smallest is for one order: no function is called for nothing.
            CASE WHEN EXISTS (SELECT FROM resutveksl.maintenance_windows w WHERE w.source = s.source)
                THEN resutveksl.local_minute(resutveksl.maintenance_until(s.source, now())) END,
            s.is_consent_required, s.consent_rule_from, s.legal_basis,
            a.institutions, s.max_connections, s.answer_limit, s.sharing, s.contact
        FROM resutveksl.sources s
        JOIN (SELECT source, array_agg(institution) AS institutions FROM resutveksl.source_institutions GROUP BY source) a
            USING (source)
        JOIN resutveksl.institutions i ON i.institution = s.source
        WHERE s.source IS DISTINCT FROM (SELECT own_institution FROM resutveksl.settings)
        ORDER BY s.source
        """)

    static func all(_ rows: Rows) throws -> [Source] {
        try rows.decode(
            Int32.self, String.self, String.self, String.self, Bool.self, Int.self, Int64.self, Int64.self, Bool.self,
            String?.self, String?.self, String?.self, Bool.self, PostgresDate?.self, String.self, [Int32].self,
            Int.self, Int.self, String?.self, String?.self
        ).map { row in
            guard let institution = InstitutionNumber(rawValue: row.0) else {
                throw StoreError(.configuration, "\(row.0) is not an institution number")
            }
            return Source(
                institution: institution, acronym: row.1, name: row.2, connectionText: row.3,
                connection: Result { () throws(PostgresError) in try ConnectionString(row.3).keepingSecrets() },
                isActive: row.4, setSize: row.5, connectTimeout: .milliseconds(row.6),
                statementTimeout: .milliseconds(row.7), maxConnections: row.16, answerLimit: row.17, isPaused: row.8,
                pausedUntil: row.9, pauseReason: row.10, maintenanceUntil: row.11,
                consentRule: ConsentRule(
                    isRequired: row.12, from: row.13.flatMap { CalendarDay(daysSince2000: $0.daysSince2000) },
                    legalBasis: row.14),
                sharing: row.18.flatMap(Sharing.init(rawValue:)), contact: row.19,
                answersFor: Set(row.15.compactMap(InstitutionNumber.init(rawValue:))))
        }
    }
}

extension PostgresDate {
    init(_ day: CalendarDay) { self.init(daysSince2000: day.daysSince2000) }
}
