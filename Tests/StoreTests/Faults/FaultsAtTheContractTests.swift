import DevCluster
import Postgres
import Testing

/// A database that lets us in but does not keep the contract is told apart from one that is down.
@Suite struct FaultsAtTheContractTests {
    @Test("a database that does not speak our contract is told by what is missing", arguments: strangers)
    func spoken(_ example: FaultCase) async throws {
        try await Self.night.value.check(example)
    }

    @Test("all of these in one night cost the healthy source nothing, and nothing personal is logged")
    func unharmed() async throws { try await Self.night.value.checkUnharmed() }

    private static let night = Task { try await FaultNight(strangers) }

    static let strangers = [
        FaultCase(
            "the contract is not installed",
            ExpectedFault("failed", "contract_missing", sqlState: "3F000", phase: "query", words: "source install")
        ) { playground, source in
            try await playground.addSource(source, reached: ["dbname": "postgres"])
            return nil
        },
        FaultCase(
            "the contract lost a function",
            ExpectedFault("failed", "contract_missing", sqlState: "42883", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(source, "DROP FUNCTION resutveksl.contract()")
            return nil
        },
        FaultCase(
            "the contract has no function to ask",
            ExpectedFault("failed", "contract_missing", sqlState: "42883", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(source, "ALTER FUNCTION resutveksl.ask_v1 RENAME TO ask_v0")
            return nil
        },
        FaultCase(
            "the contract is too new",
            ExpectedFault("failed", "contract_version", phase: "contract", words: "upgrade resutveksl")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.speak(
                at: source, "SELECT 2, 3, i.institution, i.answers_for FROM resutveksl.identity i")
            return nil
        },
        FaultCase(
            "the contract is too old",
            ExpectedFault("failed", "contract_version", phase: "contract", words: "must run a newer")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.speak(
                at: source, "SELECT 0, 0, i.institution, i.answers_for FROM resutveksl.identity i")
            return nil
        },
        FaultCase(
            "the contract answers in another shape",
            ExpectedFault("failed", "contract_version", phase: "contract", words: "another shape")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.speak(at: source, "SELECT 1, 1, NULL::int, NULL::int[]")
            return nil
        },
        FaultCase(
            "an answer has a column of another type",
            ExpectedFault("failed", "contract_version", phase: "contract", words: "credits")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(
                source,
                """
                ALTER FUNCTION resutveksl.ask_v1 RENAME TO ask_truly;
                CREATE FUNCTION resutveksl.ask_v1(bigint[], text[], text[], date[], text[], text[], text)
                RETURNS TABLE (record text, ref bigint, person_number text, verdict text, answered int, held_back int,
                    fingerprint text, institution int, result_key text, part_of_key text, category text, code text,
                    version text, name_bokmal text, name_nynorsk text, name_english text, thesis_title text,
                    thesis_title_english text, description_bokmal text, description_nynorsk text,
                    description_english text, term_year int, term text, credits float8, grading_rule int,
                    grade_value numeric, grade text, obtained_on date)
                LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM resutveksl.ask_truly($1, $2, $3, $4, $5, $6, $7)';
                """)
            return nil
        },
        FaultCase(
            "the database is another institution's",
            ExpectedFault("failed", "wrong_institution", phase: "contract", words: "203, not of ")
        ) { playground, source in
            try await playground.addSource(source, reached: ["dbname": playground.database(of: 203)])
            return nil
        },
        FaultCase(
            "the source was not told which institution it is",
            ExpectedFault("failed", "server_error", sqlState: "55000", phase: "query", words: "which institution")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(source, "DELETE FROM resutveksl.identity")
            return nil
        },
        FaultCase(
            "our role is not registered",
            ExpectedFault(
                "denied", "permission_denied", sqlState: "42501", phase: "query", words: "register_requester()")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(source, "SELECT resutveksl.remove_requester('\(Playground.requester)')")
            return nil
        },
        FaultCase(
            "our role is no longer registered, but still has its rights",
            ExpectedFault("denied", "permission_denied", sqlState: "42501", phase: "query", words: "not registered")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(source, "DELETE FROM resutveksl.requesters")
            return nil
        },
        FaultCase(
            "our role may not ask",
            ExpectedFault("denied", "permission_denied", sqlState: "42501", phase: "query", words: "ask_v1")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(
                source, "REVOKE EXECUTE ON FUNCTION resutveksl.ask_v1 FROM \(Playground.requester)")
            return nil
        },
    ]
}

extension Playground {
    /// Makes `contract()` say something else.
    fileprivate func speak(at source: Int32, _ query: String) async throws {
        try await at(
            source,
            """
            CREATE OR REPLACE FUNCTION resutveksl.contract()
            RETURNS TABLE (oldest int, newest int, institution int, answers_for int[])
            LANGUAGE sql SECURITY DEFINER AS $$ \(query) $$;
            """)
    }
}
