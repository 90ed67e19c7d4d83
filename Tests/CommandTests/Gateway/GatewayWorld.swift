import DevCluster
import Exchange
import Foundation
import Postgres
import Testing

/// One institution's data twice: in PostgreSQL, and in MariaDB with a gateway before it, set up by `ops/gateway/`.
struct GatewayWorld: Sendable {
    /// The database that has FS's tables itself.
    static let native = "fs_203"
    static let gateway = "gateway"
    /// Owns the gateway's database, and is no superuser.
    static let owner = "fs_owner"

    let cluster: PrivateCluster
    let foreign: MariaDBServer
    /// Testperson1, everybody whom the institution knows, and some whom it does not.
    let persons: [String]

    /// The tables that the contract reads.
    static let tables = [
        "person", "akseptansetype", "personakseptanse", "karakterregel", "tallkarakter", "vurderingstid", "emne",
        "emne_infotekst", "studentvurdkombprotokoll", "grad", "oppnadd_grad_prot", "emne_i_grad_prot", "modulvalg",
        "modulvalg_egenskap",
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../ops/gateway").standardized.path()

    // MARK: Making it

    static func make() async throws -> GatewayWorld {
        async let server = MariaDBServer.start()
        var options = ClusterOptions()
        // What the planner thinks of the tables that hold a question's persons must not decide how fast it is answered.
        options.settings = ["autovacuum_naptime": "1s"]
        let cluster = try await PrivateCluster.start(options)
        var plan = ExamplePlan(sources: 1, personsPerSource: 3000, poolSize: 3300)
        plan.requesterRole = CommandServer.requester
        let examples = try await ExampleSources.make(plan, in: cluster) { connection in
            try await install(try cluster.connectionString(database: connection.database ?? "").text)
        }
        let numbers = examples.pool.persons.map(\.number.digits)
        let world = GatewayWorld(cluster: cluster, foreign: try await server, persons: [Installation.person1] + numbers)
        try await cluster.run(strangeRows, in: native)
        try await world.fillForeign()
        try await world.setUpGateway()
        return world
    }

    private static func install(_ connection: String) async throws {
        let finished = try await Command([
            Command.program, "source", "install", connection, "--institution", "203", "--answers-for", "216", "218",
            "--requester", "\(CommandServer.requester)=215",
        ]).finished()
        try #require(finished.status == 0, "\(finished.errors)")
    }

    /// What example data does not have: codes that are SQL to whoever does not quote them, long texts, all kinds of letters,
    /// and a person without results.
    private static let strangeRows = #"""
        INSERT INTO fs.emne (institusjonsnr, emnekode, versjonskode, emnenavn_bokmal, vektingstall, vekttypekode)
        VALUES (216, E'R\'Å\\x', '1', E'"Kurs" med \'alt\' \\ 😀', 10, 'SP'), (216, ''') OR 1=1', '1', 'Kurs', 5, 'SP');
        INSERT INTO fs.emne_infotekst (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode, arstall_fra,
            terminkode_fra, infotekst)
        VALUES (216, E'R\'Å\\x', '1', 'INNHOLD', 'BOKMÅL', 1990, 'VÅR', repeat('blåbær 😀 ', 5000) || 'slutt');
        INSERT INTO fs.studentvurdkombprotokoll (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall,
            vurdtidkode, fodselsdato, personnr, karregelkode, karaktertall, oppgavetittel_original)
        SELECT 216, code, '1', '1', 2014, 'HØST', p.fodselsdato, p.personnr, 30, 64, E'Tittel \\ med\nlinjer'
        FROM (SELECT fodselsdato, personnr FROM fs.person ORDER BY personlopenr OFFSET 10 LIMIT 3) AS p,
            unnest(ARRAY[E'R\'Å\\x', ''') OR 1=1']) AS code;
        INSERT INTO fs.person (fodselsdato, personnr, personlopenr, fornavn, etternavn)
        SELECT left(person_number, 6)::numeric, right(person_number, 5)::numeric, 90000, given_name, family_name
        FROM example.pool WHERE i = 3200;
        INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, dato_svar, status_svar)
        SELECT fodselsdato, personnr, 'RESUTVEKSL', DATE '2020-08-20', 'J' FROM fs.person WHERE personlopenr = 90000
        """#

    private func fillForeign() async throws {
        try await foreign.run("CREATE DATABASE fs")
        try await foreign.run(try String(contentsOfFile: Self.folder + "/example-fs.sql", encoding: .utf8), in: "fs")
        for table in Self.tables {
            let columns = try await value(
                """
                string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
                WHERE attrelid = 'fs.\(table)'::regclass AND attnum > 0 AND NOT attisdropped
                """, in: Self.native)
            // Both servers run as the same user, who owns the folder.
            let file = "\(foreign.folder)/\(table)"
            try await cluster.run("COPY fs.\(table) TO '\(file)'", in: Self.native)
            try await foreign.run(
                "LOAD DATA INFILE '\(file)' INTO TABLE \(table) CHARACTER SET utf8mb4 (\(columns))", in: "fs")
        }
        // Dates have a time of day there, as in Oracle.
        try await foreign.run(
            """
            UPDATE personakseptanse SET dato_svar = dato_svar + INTERVAL 10 HOUR;
            UPDATE oppnadd_grad_prot SET dato_utlev_vitn = dato_utlev_vitn + INTERVAL 23 HOUR;
            ANALYZE TABLE person, personakseptanse, studentvurdkombprotokoll, oppnadd_grad_prot, emne_i_grad_prot;
            """, in: "fs")
        try await foreign.run(try String(contentsOfFile: Self.folder + "/mariadb-user.sql", encoding: .utf8))
        try await setPassword(Secrets.password)
    }

    /// Of the user that the gateway reads with, at MariaDB.
    func setPassword(_ password: String) async throws {
        try await foreign.run("SET PASSWORD FOR resutveksl_gateway = PASSWORD('\(password)')")
    }

    /// As docs/gateway.md has it.
    private func setUpGateway() async throws {
        try await cluster.run("CREATE ROLE \(Self.owner) LOGIN")
        try await cluster.createDatabase(Self.gateway)
        try await psql("1-server.sql", as: "postgres", "owner=\(Self.owner)", "host=127.0.0.1", "port=\(foreign.port)")
        try await psql("2-tables.sql")
        try await psql("3-staging.sql")
        try await Self.install(try cluster.connectionString(database: Self.gateway, user: Self.owner).text)
        try await psql("4-ask.sql")
    }

    /// Runs a file of `ops/gateway/` in the gateway's database.
    func psql(_ file: String, as user: String = owner, _ variables: String...) async throws {
        let where_ = ["-h", cluster.folder, "-p", "\(cluster.port)", "-U", user, "-d", Self.gateway]
        let finished = try await Command(
            ["psql", "-X", "-q"] + where_ + variables.flatMap { ["-v", $0] } + ["-f", Self.folder + "/" + file],
            environment: ["GATEWAY_PASSWORD": Secrets.password]
        ).finished()
        try #require(finished.status == 0, "\(file): \(finished.errors)")
    }

    // MARK: Using it

    /// Where a requester asks.
    func source(_ database: String) throws -> String {
        try cluster.connectionString(database: database, user: CommandServer.requester).text
    }

    /// The first column of the first row of a query, as text; the query stands behind SELECT.
    func value(_ query: String, in database: String = gateway) async throws -> String {
        let connection = try await cluster.connect(database: database)
        let text = try await connection.query(Statement("SELECT (SELECT \(query))::text")).single(String?.self)
        await connection.close()
        return text ?? ""
    }

    /// A number that MariaDB keeps, for all sessions.
    func counter(_ name: String) async throws -> Int {
        let line = try await foreign.run("SHOW GLOBAL STATUS LIKE '\(name)'")
        return try #require(line.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
    }

    /// How many rows MariaDB has read of a table of FS's.
    func rowsRead(_ table: String) async throws -> Int {
        let line = try await foreign.run(
            """
            SELECT coalesce(sum(rows_read), 0) FROM information_schema.table_statistics
            WHERE table_schema = 'fs' AND table_name = '\(table)'
            """)
        return try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
