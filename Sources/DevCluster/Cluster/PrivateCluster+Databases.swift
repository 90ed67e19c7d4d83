package import Postgres

extension PrivateCluster {
    /// How to reach a database of the cluster; no password is needed unless `accessRules` say so.
    ///
    /// - Parameter tcp: through 127.0.0.1 instead of the socket.
    package nonisolated func connectionString(
        database: String = "postgres", user: String = "postgres", tcp: Bool = false
    ) throws(PostgresError) -> ConnectionString {
        try ConnectionString("host=\(tcp ? "127.0.0.1" : folder) port=\(port)").with(["dbname": database, "user": user])
    }

    package nonisolated func connect(
        database: String = "postgres", user: String = "postgres", options: ConnectionOptions = ConnectionOptions()
    ) async throws(PostgresError) -> Connection {
        try await .connect(try connectionString(database: database, user: user), options: options, logger: logger)
    }

    /// Makes a database, as a copy of a template that nobody is connected to.
    package nonisolated func createDatabase(
        _ name: String, template: String = "template1"
    ) async throws(PostgresError) {
        try await run("CREATE DATABASE \(name.quotedIdentifier) TEMPLATE \(template.quotedIdentifier)")
    }

    /// Runs SQL, one statement or many, as the superuser.
    package nonisolated func run(
        _ script: String, in database: String = "postgres", timeout: Duration = .seconds(600)
    ) async throws(PostgresError) {
        let connection = try await connect(database: database)
        do throws(PostgresError) {
            try await connection.execute(script: script, timeout: timeout)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension String {
    /// The text as an SQL identifier.
    var quotedIdentifier: String { "\"" + replacing("\"", with: "\"\"") + "\"" }
}
