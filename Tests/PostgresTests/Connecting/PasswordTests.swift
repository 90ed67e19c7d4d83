import DevCluster
import Glibc
import Logging
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Passwords` {
    private func passwordFile(_ password: String, mode: mode_t = 0o600) throws -> TemporaryFile {
        try TemporaryFile("*:*:*:anna:\(password)\n", mode: mode)
    }

    @Test func `come from the password file`() async throws {
        let file = try passwordFile("fjord")
        let connection = try await connect(tcp: "user=anna passfile=\(file.path)")
        #expect(try await connection.query("SELECT session_user::text").single(String.self) == "anna")
        await connection.close()
    }

    @Test func `that are wrong are the server's refusal, and are not shown`() async throws {
        let file = try passwordFile("vidde")
        let error = try await failure { _ = try await connect(tcp: "user=anna passfile=\(file.path)") }
        #expect(error.code == .server)
        #expect(error.phase == .authenticate)
        #expect(error.sqlState == "28P01")
        #expect(!String(reflecting: error).contains("vidde"))
    }

    @Test func `that are missing fail before the server can refuse`() async throws {
        let error = try await failure { _ = try await connect(tcp: "user=anna passfile=/dev/null") }
        #expect(error.code == .passwordMissing)
        #expect(error.phase == .authenticate)
        #expect(error.message.contains("no password supplied"))
    }

    @Test(arguments: [
        "host=h password=fjord", "password='fjord' host=h", "host=h  PASSWORD = fjord", "host=h password = 'f j'",
        "postgresql://anna:fjord@h/d", "postgres://anna:fjord@h", "postgresql://h/d?password=fjord",
        "postgresql://anna:fj%6Frd@h/d", "postgresql://h/d?user=anna&password=fjord&sslmode=require",
        "host=h sslpassword=fjord", "postgresql://h/d?sslpassword=fjord", "host=h password=",
        "host=h dbname='postgresql://anna:fjord@h/d'", "host=h dbname='password=fjord'",
        "postgresql://h/postgresql%3A%2F%2Fanna%3Afjord%40h",
    ])
    func `in a connection string are refused, and not repeated`(_ text: String) throws {
        let error = try #require(throws: PostgresError.self) { try ConnectionString(text) }
        #expect(error.code == .configuration)
        #expect(error.phase == .configure)
        #expect(!String(reflecting: error).contains("fjord"))
    }

    @Test(arguments: [
        "host=h dbname=d user=u", "service=fs_203", "postgresql://anna@h:5433/d?sslmode=verify-full", "",
        "host=h passfile=/etc/resutveksl/pgpass", "host=a,b hostaddr=10.0.0.1,10.0.0.2 port=5432,5433",
        "dbname=password",
    ])
    func `are not in an ordinary connection string, which is kept as it was written`(_ text: String) throws {
        #expect(try ConnectionString(text).text == text)
    }

    @Test(arguments: ["host", "host=h nonsense=1 password=fjord", "postgresql://anna:fjord@[h/d", "host='h"])
    func `in a string that cannot be read are not repeated`(_ text: String) throws {
        let error = try #require(throws: PostgresError.self) { try ConnectionString(text) }
        #expect(error.code == .configuration)
        #expect(!String(reflecting: error).contains("fjord"))
    }

    @Test func `cannot be put into a string afterwards`() throws {
        let string = try ConnectionString("host=h dbname='it''s'".replacing("''", with: "\\'"))
        #expect(throws: PostgresError.self) { try string.with(["password": "fjord"]) }
        let other = try string.with(["user": "anna o'hara \\ x"])
        #expect(other.text == "dbname='it\\'s' host='h' user='anna o\\'hara \\\\ x'")
        #expect(try ConnectionString(other.text).text == other.text)
    }
}
