import Migrations
import Postgres
import Testing

/// Installing the contract beside FS's tables.
@Suite struct InstallationTests {
    /// What an operator does after installing, and somebody to ask about.
    private static let opening = """
        SELECT resutveksl.set_identity(203, '{203,216}');
        SELECT resutveksl.register_requester('\(ContractServer.requester)', 215);
        """

    @Test("an owner who is no superuser can install it, open it and be asked")
    func ordinaryOwner() async throws {
        let database = try await ContractServer.shared.copy(.tables)
        try await database.run(
            """
            SELECT example.add_test_person_1();
            GRANT CREATE ON DATABASE \(database.name) TO \(ContractServer.owner);
            ALTER SCHEMA fs OWNER TO \(ContractServer.owner);
            DO $$ DECLARE relation regclass; BEGIN
                FOR relation IN SELECT oid FROM pg_class WHERE relnamespace = 'fs'::regnamespace AND relkind = 'r' LOOP
                    EXECUTE format('ALTER TABLE %s OWNER TO \(ContractServer.owner)', relation);
                END LOOP;
            END $$;
            """)
        try await database.installContract(as: ContractServer.owner)
        let owner = try await database.connect(as: ContractServer.owner)
        try await owner.execute(script: Self.opening)
        await owner.close()
        let answer = try await database.ask(Question())
        #expect(answer.persons.flatMap(\.results).map(\.code) == ["RES-100"])
    }

    @Test("tables may be views of the expected names")
    func views() async throws {
        let database = try await ContractServer.shared.copy(.tables)
        try await database.run("SELECT example.add_test_person_1()")
        for table in ["person", "emne_infotekst"] {
            try await database.run(
                """
                ALTER TABLE fs.\(table) RENAME TO \(table)_elsewhere;
                CREATE VIEW fs.\(table) AS SELECT * FROM fs.\(table)_elsewhere;
                """)
        }
        try await database.run(DescriptionTests.InformationText(from: (2010, "VÅR"), text: "through a view").insert)
        try await database.installContract()
        try await database.run(Self.opening)
        let result = try #require(try await database.ask(Question()).persons.first?.results.first)
        #expect(result.code == "RES-100")
        #expect(result.descriptions.bokmal == "through a view")
    }

    @Test("all columns that are missing are named at once, and nothing is installed")
    func missingColumns() async throws {
        let database = try await ContractServer.shared.copy(.tables)
        try await database.run(
            """
            ALTER TABLE fs.emne RENAME COLUMN vekttypekode TO vekttype;
            DROP TABLE fs.modulvalg_egenskap;
            """)
        let error = try await #require(throws: MigrationError.self) { try await database.installContract() }
        #expect(error.code == .failed)
        let underlying = try #require(error.underlying as? PostgresError)
        #expect(underlying.sqlState == "42703")
        #expect(
            underlying.message.contains(
                "fs.emne.vekttypekode, fs.modulvalg_egenskap.egenskapkode, fs.modulvalg_egenskap.modulkode, "
                    + "fs.modulvalg_egenskap.status_aktiv. "))
        #expect(!underlying.message.contains("fs.person"))
        #expect(underlying.message.contains("make a view"))
        #expect(try await database.texts("SELECT to_regclass('resutveksl.identity')::text") == [nil])
    }

    @Test("an index is made where none begins with the person or the course, and nowhere else")
    func indexes() async throws {
        let database = try await ContractServer.shared.copy(.tables)
        try await database.run("ALTER TABLE fs.emne_infotekst DROP CONSTRAINT emne_infotekst_pkey")
        try await database.installContract()
        let made = try await database.texts(
            """
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'fs' AND indexname LIKE '%\\_resutveksl\\_idx'
            ORDER BY indexname COLLATE "C"
            """)
        #expect(
            made == [
                "CREATE INDEX emne_infotekst_resutveksl_idx ON fs.emne_infotekst USING btree "
                    + "(institusjonsnr, emnekode, versjonskode)",
                "CREATE INDEX studentvurdkombprotokoll_resutveksl_idx ON fs.studentvurdkombprotokoll USING btree "
                    + "(fodselsdato, personnr)",
            ])
    }

    @Test("installed as it is, a source waits for its operator: nobody may ask")
    func untouched() async throws {
        let database = try await ContractServer.shared.copy(.tables)
        try await database.installContract()
        let error = try await #require(throws: PostgresError.self) { try await database.ask(Question()) }
        #expect(error.sqlState == "42501")
        #expect(try await database.texts("SELECT resutveksl.consent_required()::text") == ["true"])
    }
}
