import DevCluster
import Postgres

extension BenchWorld {
    /// Lets one result in fifty be graded otherwise than before.
    ///
    /// - Parameter lot: which ones.
    func changeGrades(lot: Int) async throws {
        try await atSources(
            """
            UPDATE fs.studentvurdkombprotokoll SET karaktertall = 61 + (karaktertall - 60)::int % 5
            WHERE karregelkode IN (30, 31) AND karaktertall BETWEEN 61 AND 65
                AND hashtextextended(emnekode || fodselsdato || personnr, \(lot)) % 50 = 0
            """)
        try await atSources("VACUUM fs.studentvurdkombprotokoll")
    }

    /// Empties the sources' records, which grow with every measured run.
    ///
    /// They are append-only: as a superuser, past the triggers that see to it.
    func forgetDisclosures() async throws {
        try await atSources(
            """
            SET session_replication_role = replica;
            TRUNCATE resutveksl.disclosures, resutveksl.disclosure_blocks, resutveksl.disclosure_chains;
            RESET session_replication_role
            """)
    }

    /// Transactions that the sources' servers have ended so far.
    func sourceTransactions() async throws -> Int {
        // What a session did is counted when it has gone, or a second later.
        try await Task.sleep(for: .milliseconds(1500))
        let connection = try await cluster.connect()
        let count = try await connection.query(
            "SELECT sum(xact_commit + xact_rollback)::bigint FROM pg_stat_database WHERE datname = ANY ($1)",
            examples.sources.map(\.database)
        ).single(Int.self)
        await connection.close()
        return count
    }
}
