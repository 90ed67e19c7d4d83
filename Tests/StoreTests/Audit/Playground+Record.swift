import Postgres

extension Playground {
    /// What is found wrong with the own record, as `finding chain/block`, separated by commas.
    func findings() async throws -> String {
        try await value(
            """
            SELECT coalesce(string_agg(concat_ws(' ', finding, chain || '/' || block), ', '), '')
            FROM resutveksl.verify_received()
            """) ?? ""
    }

    /// Does as the superuser what triggers refuse.
    func ownPastTriggers(_ script: String) async throws {
        try await own("SET session_replication_role = replica; \(script); RESET session_replication_role")
    }

    /// Testperson1 fetched from 203 and Testperson2 from 204, in a run each.
    static func withRecord() async throws -> Playground {
        let playground = try await Playground.make(203, 204)
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.at(204, "SELECT example.add_test_person_2()")
        for person in [Playground.person1, Playground.person2] {
            try await playground.order(person)
            _ = try await playground.run()
        }
        return playground
    }
}

extension Playground {
    /// Lets the record be from some days ago, sealed anew as it would have been then.
    func ageRecord(days: Int) async throws {
        try await ownPastTriggers(
            """
            UPDATE resutveksl.received_disclosures SET recorded_at = recorded_at - interval '\(days) days';
            CREATE TEMP TABLE old_blocks AS SELECT * FROM resutveksl.received_blocks;
            TRUNCATE resutveksl.received_blocks;
            UPDATE resutveksl.received_chains SET last_block = 0, last_hash = '';
            DO $$
            DECLARE
                o record;
                b resutveksl.received_blocks;
            BEGIN
                FOR o IN SELECT * FROM old_blocks ORDER BY chain, block LOOP
                    SELECT last_block + 1, last_hash INTO b.block, b.previous FROM resutveksl.received_chains c
                    WHERE c.chain = o.chain;
                    b.chain := o.chain;
                    b.sealed_at := o.sealed_at - interval '\(days) days';
                    b.entries := o.entries;
                    b.ids := o.ids;
                    b.hash := resutveksl.received_hash(b, (SELECT string_agg(resutveksl.received_text(d), E'\\n'
                        ORDER BY d.disclosure_id) FROM resutveksl.received_disclosures d WHERE o.ids @> d.disclosure_id));
                    INSERT INTO resutveksl.received_blocks VALUES (b.*);
                    UPDATE resutveksl.received_chains c SET last_block = b.block, last_hash = b.hash WHERE c.chain = b.chain;
                END LOOP;
            END $$;
            DROP TABLE old_blocks
            """)
    }
}
