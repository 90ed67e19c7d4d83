import DevCluster
import Postgres
import Store
import Testing

extension Playground {
    /// Installs the roles in the own database; the logins belong to the whole server.
    func installRoles() async throws {
        _ = try await store.installRoles(prefix: nil)
        let logins = UserRole.allCases.map { role in
            """
            BEGIN CREATE ROLE \(role.login) LOGIN IN ROLE \(role.group);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
            """
        }
        try await own("DO $$ BEGIN \(logins.joined()) END $$")
    }

    /// The same, as a member of a role sees it.
    func acting(as role: UserRole) throws -> Playground {
        Playground(
            cluster: cluster, name: name,
            store: Store(try cluster.connectionString(database: name, user: role.login), logger: log.logger()), log: log
        )
    }

    /// The error with which SQL of a member of a role is refused; nil when it is done.
    ///
    /// Nothing of it stays.
    func attempt(_ script: String, as role: UserRole) async throws -> PostgresError? {
        let connection = try await cluster.connect(database: name, user: role.login)
        var refusal: PostgresError?
        do throws(PostgresError) {
            try await connection.execute(script: "BEGIN; \(script); ROLLBACK")
        } catch {
            refusal = error
        }
        await connection.close()
        return refusal
    }

    /// Orders 17 (completed), 18 (awaiting a retry at 204) and 19 (held), with a fetched row and one that was entered by
    /// hand: a row for every right that there is.
    static func withARowForEveryRight() async throws -> Playground {
        let playground = try await Playground.make()
        try await playground.own(
            """
            INSERT INTO resutveksl.sources (source, conninfo) VALUES (203, 'service=hvl'), (204, 'service=nord');
            INSERT INTO resutveksl.persons (person_number, given_name, family_name) VALUES
                ('\(person1)', 'Testperson1', 'Resultatutveksling'), ('\(person2)', 'Testperson2', 'Resultatutveksling');
            INSERT INTO resutveksl.acceptances (person_id, answer, answered_on, channel)
            SELECT person_id, 'J', '2026-01-01', 'Studentweb' FROM resutveksl.persons;
            SET session_replication_role = replica;
            ALTER TABLE resutveksl.orders ALTER order_number RESTART WITH 17;
            INSERT INTO resutveksl.orders
                (person_id, state, due_at, completed_at, hold_reason, asks_every_source, first_token)
            VALUES (1, 'completed', NULL, now(), NULL, false, 1), (2, 'awaiting_retry', now(), NULL, NULL, false, 1),
                (3, 'held', now(), NULL, 'why', true, NULL);
            INSERT INTO resutveksl.runs (worker) VALUES ('host:1');
            INSERT INTO resutveksl.claims (token, run_id, lease_until, ended_at, orders) VALUES (1, 1, now(), now(), 2);
            INSERT INTO resutveksl.run_sources (token, source, run_id, cursor, outcome) VALUES
                (1, 203, 1, 18, 'done'), (1, 204, 1, NULL, 'unreachable');
            INSERT INTO resutveksl.transfers (order_number, source, outcome, next_attempt) VALUES
                (18, 204, 'unreachable', now());
            INSERT INTO resutveksl.external_studies (person_id, institution) VALUES (1, 216);
            INSERT INTO resutveksl.external_results (study_id, origin, source, result_key, category, code, grade) VALUES
                (1, 'AUTOMATISK', 203, 'k', 'Emne', 'RES-100', 'B'), (1, 'MANUELL', NULL, NULL, 'Emne', 'HAND-1', 'C');
            INSERT INTO resutveksl.result_changes (order_number, result_id, kind) VALUES (17, 1, 'added');
            INSERT INTO resutveksl.admissions (admission, opens_on, closes_on) VALUES
                ('MASTER-2027', '2026-01-01', '2036-01-01');
            INSERT INTO resutveksl.transfer_log (event, order_number) VALUES ('completed', 17);
            SET session_replication_role = DEFAULT;
            """)
        try await playground.installRoles()
        return playground
    }
}
