import DevCluster
import Postgres
import Testing

/// `source install`, as the institution that is to be asked runs it.
@Suite struct SourceInstallTests {
    /// A database of FS tables whose owner is no superuser.
    private func database(_ installation: Installation) async throws -> (name: String, owner: String) {
        let (name, owner) = ("\(installation.name)_fs", "\(installation.name)_owner")
        try await CommandServer.shared.copy(CommandServer.sourceTemplate, as: name)
        let cluster = installation.cluster
        try await cluster.run("CREATE ROLE \(owner) LOGIN; ALTER DATABASE \(name) OWNER TO \(owner)")
        try await cluster.run(
            """
            DROP SCHEMA resutveksl CASCADE;
            ALTER SCHEMA fs OWNER TO \(owner);
            DO $$
            DECLARE
                relation regclass;
            BEGIN
                FOR relation IN SELECT oid FROM pg_class WHERE relnamespace = 'fs'::regnamespace AND relkind IN ('r', 'p')
                LOOP
                    EXECUTE format('ALTER TABLE %s OWNER TO \(owner)', relation);
                END LOOP;
            END $$
            """, in: name)
        return (name, owner)
    }

    private func install(
        _ installation: Installation, _ name: String, _ user: String, _ rest: String...
    ) async throws -> Finished {
        let connection = try installation.cluster.connectionString(database: name, user: user).text
        return try await installation.start(["source", "install", connection, "--institution", "203"] + rest).finished()
    }

    @Test("an owner who is no superuser installs it, twice, and then the source can be asked")
    func twice() async throws {
        let installation = try await Installation.make()
        let (name, owner) = try await database(installation)
        let options = ["--answers-for", "216", "218", "--requester", "\(CommandServer.requester)=215"]
        let connection = try installation.cluster.connectionString(database: name, user: owner).text
        let arguments = ["source", "install", connection, "--institution", "203"] + options
        let first = try await installation.start(arguments).finished()
        #expect(first.status == 0, "\(first.errors)")
        let installed = "contract installed for institution 203; 1 requester registered\n"
        #expect(first.output == "applied 1 contract\napplied 2 unchanged\napplied 3 disclosures\n" + installed)
        let second = try await installation.start(arguments).finished()
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.output == installed)

        let asking = try installation.cluster.connectionString(database: name, user: CommandServer.requester).text
        try await installation.must("source", "add", "203", asking)
        let check = try await installation.run("source", "check")
        #expect(check.status == 0 && check.output.contains(" open "))
        #expect(
            try await installation.value("SELECT answers_for FROM resutveksl.identity", in: name) == "{203,216,218}")
    }

    @Test("somebody who is not the owner, or a role that does not exist, is refused with the reason")
    func refused() async throws {
        let installation = try await Installation.make()
        let (name, owner) = try await database(installation)
        let stranger = try await install(installation, name, CommandServer.requester)
        #expect(stranger.status == 1)
        #expect(stranger.errors.contains("the institution's database refused: permission denied"))
        let role = try await install(installation, name, owner, "--requester", "no_such_role=215")
        #expect(role.status == 1)
        #expect(role.errors.contains("the institution's database refused: role \"no_such_role\" does not exist"))
        let login = try await install(installation, name, "nobody_home")
        #expect(login.status == 78)
        #expect(login.errors.contains("the institution's database does not let us in"))
    }

    @Test("a database without FS tables is refused, and the columns that are missing are named")
    func otherTables() async throws {
        let installation = try await Installation.empty()
        let finished = try await install(installation, installation.name, "postgres")
        #expect(finished.status == 1)
        #expect(finished.errors.contains("fs.person.fodselsdato"))
        #expect(try await installation.value("SELECT to_regprocedure('resutveksl.contract()') IS NULL") == "true")
    }

    @Test("an institution's database that is not reachable ends with 69")
    func unreachable() async throws {
        let connection = "host=127.0.0.1 port=1 dbname=fs user=x connect_timeout=5"
        let finished = try await Command([Command.program, "source", "install", connection, "--institution", "203"])
            .finished()
        #expect(finished.status == 69)
        #expect(finished.errors.contains("the institution's database cannot be reached"))
    }
}
