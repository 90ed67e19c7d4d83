import DevCluster
import Postgres

/// Where a fault is put into force: the victim among a site's sources, and what has to be let go of afterwards.
struct FaultGround: Sendable {
    let site: Site
    let victim: WorldSource
    private let sessions = HeldSessions()

    init(site: Site, victim: WorldSource) {
        self.site = site
        self.victim = victim
    }

    /// Runs SQL as the victim's owner.
    func own(_ script: String) async throws { try await victim.own(script) }

    /// Changes how the victim is reached.
    func reach(_ connection: String) async throws { try await site.register(victim, connection: connection) }

    func reachAsUsual() async throws { try await site.register(victim) }

    /// Keeps a session of a role at the victim, with a statement in it, until `letGo`.
    ///
    /// - Returns: whether there was a place for it.
    func hold(_ role: String = "postgres", _ script: String = "SELECT 1") async throws -> Bool {
        do {
            let connection = try await victim.cluster.connect(database: victim.database, user: role)
            await sessions.add(connection)
            try await connection.execute(script: script)
            return true
        } catch  where error.isServer("53300") {
            return false
        }
    }

    func letGo() async { await sessions.close() }

    /// Puts a function of our own in the place of `ask_v1`, which it may call as `ask_truly`.
    func wrap(_ language: String, _ body: String) async throws {
        try await own(
            """
            ALTER FUNCTION resutveksl.ask_v1 RENAME TO ask_truly;
            CREATE FUNCTION resutveksl.ask_v1(
                refs bigint[], numbers text[], consents text[], consent_dates date[], fingerprints text[], purposes text[],
                basis text)
            RETURNS TABLE (record text, ref bigint, person_number text, verdict text, answered int, held_back int,
                fingerprint text, institution int, result_key text, part_of_key text, category text, code text,
                version text, name_bokmal text, name_nynorsk text, name_english text, thesis_title text,
                thesis_title_english text, description_bokmal text, description_nynorsk text, description_english text,
                term_year int, term text, credits numeric, grading_rule int, grade_value numeric, grade text,
                obtained_on date)
            LANGUAGE \(language) SECURITY DEFINER AS $wrapped$ \(body) $wrapped$;
            """)
    }

    func unwrap() async throws {
        try await own("DROP FUNCTION resutveksl.ask_v1; ALTER FUNCTION resutveksl.ask_truly RENAME TO ask_v1;")
    }

    /// What stands after a wrapper's own work: the true answer.
    static let truly = "resutveksl.ask_truly(refs, numbers, consents, consent_dates, fingerprints, purposes, basis)"
}

/// Sessions that take up room or hold locks.
private actor HeldSessions {
    private var connections: [Connection] = []

    func add(_ connection: Connection) { connections.append(connection) }

    func close() async {
        for connection in connections { await connection.close() }
        connections = []
    }
}
