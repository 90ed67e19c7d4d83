import Postgres
import Testing

/// Attempts of members of the roles to get more than they have, which are more than one statement, or refused otherwise than by 42501.
@Suite(.serialized) struct MoreThanTheirRightsTests {
    @Test(
        "things of their own with the names that functions use change nothing: the functions have a search path of their own"
    )
    func searchPath() async throws {
        let playground = try await SharedRights.shared.playground()
        let error = try await playground.attempt(
            """
            CREATE TEMP TABLE persons (person_id bigint, person_number text);
            INSERT INTO persons VALUES (666, '\(Playground.person2)');
            CREATE TEMP TABLE orders (LIKE resutveksl.order_list);
            CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT timestamptz ''epoch''';
            CREATE FUNCTION pg_temp.is_merging() RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE FUNCTION pg_temp.never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE OPERATOR pg_temp.= (FUNCTION = pg_temp.never, LEFTARG = text, RIGHTARG = text);
            SET LOCAL search_path = pg_temp, resutveksl, pg_catalog;
            DO $$ BEGIN ASSERT (SELECT (p.order_number, p.is_new) = (18, false)
                FROM resutveksl.place_order('\(Playground.person2)') AS p); END $$
            """, as: .orderer)
        #expect(error == nil, "\(error?.message ?? "")")
    }

    @Test(
        "a function in a condition over a view sees what the view shows, and no person number",
        arguments: [
            "order_list", "failed_transfers", "due_now", "stuck",
        ])
    func leakyFunction(view: String) async throws {
        let playground = try await SharedRights.shared.playground()
        let error = try await playground.attempt(
            """
            CREATE FUNCTION pg_temp.leak(seen text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN
                IF seen ~ '[0-9]{11}' THEN RAISE EXCEPTION 'leaked'; END IF; RETURN true; END $$;
            SELECT FROM resutveksl.\(view) v WHERE pg_temp.leak(v::text)
            """, as: .operator)
        #expect(error == nil, "\(error?.message ?? "")")
    }

    @Test(
        "statistics of columns that a role may not read are not shown to it",
        arguments: [UserRole.operator, .orderer, .monitor])
    func statistics(role: UserRole) async throws {
        let playground = try await SharedRights.shared.playground()
        try await playground.own("ANALYZE resutveksl.persons, resutveksl.external_results")
        let error = try await playground.attempt(
            """
            DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_stats
                WHERE schemaname = 'resutveksl' AND tablename IN ('persons', 'external_results')); END $$
            """, as: role)
        #expect(error == nil, "\(error?.message ?? "")")
    }

    @Test(
        "whoever they would become, and whatever they would read besides, is refused",
        arguments: [
            "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "SET ROLE resutveksl_case_worker",
            "GRANT resutveksl_monitor TO resutveksl_requester", "GRANT resutveksl_worker TO play_monitor",
            "ALTER ROLE play_monitor SUPERUSER", "SET LOCAL row_security = off; SELECT FROM resutveksl.persons",
            "COPY resutveksl.persons TO STDOUT", "COPY (SELECT person_number FROM resutveksl.persons) TO STDOUT",
            "COPY (SELECT 1) TO PROGRAM 'cat'", "COPY (SELECT 1) TO '/tmp/resutveksl-attempt'",
            "CREATE TEMP TABLE t (line text); COPY t FROM '/etc/passwd'", "SELECT pg_read_file('/etc/passwd')",
            "SELECT lo_import('/etc/passwd')", "SELECT rolpassword FROM pg_authid", "CREATE EXTENSION dblink",
            "ALTER FUNCTION resutveksl.is_merging() SECURITY DEFINER",
            "ALTER VIEW resutveksl.order_figures OWNER TO play_monitor",
            "CREATE TRIGGER t BEFORE INSERT ON resutveksl.orders EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
            "INSERT INTO resutveksl.order_figures (state) VALUES ('x')", "LOAD 'auto_explain'",
        ])
    func refused(script: String) async throws {
        let playground = try await SharedRights.shared.playground()
        let error = try await playground.attempt(script, as: .monitor)
        #expect(["42501", "55000"].contains(error?.sqlState), "\(error?.message ?? "allowed")")
    }

    @Test("bodies of functions may be read by everybody, and there is no person number and no password in them")
    func functionBodies() async throws {
        let playground = try await SharedRights.shared.playground()
        let error = try await playground.attempt(
            """
            DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_proc
                WHERE pronamespace = 'resutveksl'::regnamespace AND (prosrc ~ '[0-9]{11}' OR prosrc ~* 'password')); END $$
            """, as: .monitor)
        #expect(error == nil, "\(error?.message ?? "")")
    }

    @Test(
        "what an operator sets and the database refuses is refused with a sentence and without the row",
        arguments: [
            ("SET state = 'fetching' WHERE order_number = 17", "only a worker can begin to fetch order 17"),
            (
                "SET state = 'completed' WHERE order_number = 18",
                "order 18 cannot be set from awaiting_retry to completed by hand"
            ),
            ("SET due_at = NULL WHERE order_number = 18", "order 18 is open and needs a moment at which it is due"),
            (
                "SET state = 'nonsense' WHERE order_number = 18",
                "order 18 cannot be set from awaiting_retry to nonsense by hand"
            ),
            (
                "SET state = 'held', hold_reason = NULL WHERE order_number = 17",
                "order 17 cannot be set from completed to held by hand"
            ),
        ])
    func sentences(change: String, sentence: String) async throws {
        let playground = try await SharedRights.shared.playground()
        let error = try #require(
            try await playground.attempt("UPDATE resutveksl.orders \(change)", as: .operator))
        #expect(error.message.contains(sentence))
        #expect(!"\(error)".contains("Failing row") && !error.message.contains(Playground.person1))
    }
}
