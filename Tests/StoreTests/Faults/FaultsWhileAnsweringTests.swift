import DevCluster
import Postgres
import Testing

/// What breaks while a source answers ends that source's lane, with the reason that its server gave.
@Suite struct FaultsWhileAnsweringTests {
    @Test("a source that fails while it answers is told by what its server said", arguments: failures)
    func answering(_ example: FaultCase) async throws {
        try await Self.night.value.check(example)
    }

    @Test("all of these in one night cost the healthy source nothing, and nothing personal is logged")
    func unharmed() async throws { try await Self.night.value.checkUnharmed() }

    private static let night = Task { try await FaultNight(failures) }

    static let failures = [
        FaultCase(
            "the statement is too slow",
            ExpectedFault("timed_out", "too_slow", sqlState: "57014", phase: "query", words: "statement_timeout")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.interpose(at: source, "PERFORM pg_sleep(20);")
            try await playground.hurry(source, connect: 5000)
            return nil
        },
        FaultCase(
            "somebody else has locked what is to be read",
            ExpectedFault("timed_out", "too_slow", sqlState: "57014", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            let lock = try await playground.lockPersons(at: source)
            try await playground.hurry(source, connect: 5000)
            return lock
        },
        FaultCase(
            "the source itself does not wait for a lock",
            ExpectedFault("timed_out", "too_slow", sqlState: "55P03", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(
                source, "ALTER DATABASE \(playground.database(of: source)) SET lock_timeout = '100ms'")
            return try await playground.lockPersons(at: source)
        },
        FaultCase(
            "an administrator ends the session",
            ExpectedFault("unreachable", "shutting_down", sqlState: "57P01", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.interpose(
                at: source, "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(20);")
            return nil
        },
        FaultCase(
            "the database is read-only",
            ExpectedFault("failed", "read_only", sqlState: "25006", phase: "query", words: "primary")
        ) { playground, source in
            try await playground.addSource(source)
            // Testperson2 does not matter: a disclosure of Testperson1 is what has to be written.
            try await playground.at(
                source,
                """
                SELECT example.add_test_person_1();
                ALTER DATABASE \(playground.database(of: source)) SET default_transaction_read_only = on
                """)
            return nil
        },
        FaultCase(
            "the source's disk is full",
            ExpectedFault("failed", "disk_full", sqlState: "53100", phase: "query", words: "disk is full")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.interpose(
                at: source, "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000)) TO '/dev/full';")
            return nil
        },
        FaultCase(
            "the source's temporary files reach their limit",
            ExpectedFault("failed", "out_of_resources", sqlState: "53400", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.interpose(
                at: source, "PERFORM count(*) FROM (SELECT n FROM generate_series(1, 100000) n ORDER BY -n) s;",
                options: "SET temp_file_limit = '64kB' SET work_mem = '64kB'")
            return nil
        },
        FaultCase(
            "a table of FS is gone",
            ExpectedFault("failed", "server_error", sqlState: "42P01", phase: "query")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.at(source, "DROP TABLE fs.person CASCADE")
            return nil
        },
        FaultCase(
            "the answer does not begin as the contract says",
            ExpectedFault("invalid", "bad_answer", phase: "answer", words: "source row")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.interpose(at: source, answer: "SELECT * FROM true_answer WHERE record <> 'source'")
            return nil
        },
        FaultCase(
            "the source did not consider everybody",
            ExpectedFault("invalid", "bad_answer", phase: "answer", words: "cannot be relied on")
        ) { playground, source in
            try await playground.addSource(source)
            try await playground.tamper(at: source, "answered", "CASE record WHEN 'source' THEN 0 ELSE answered END")
            return nil
        },
    ]
}
