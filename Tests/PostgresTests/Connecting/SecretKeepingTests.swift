import Postgres
import Testing

/// Connection strings that come from a table.
@Suite struct SecretKeepingTests {
    @Test(
        "one that would send a password elsewhere is refused, and what to take out is said",
        arguments: [
            ("service=hvl host=evil", "host beside a service"),
            ("service=hvl hostaddr=10.0.0.1", "hostaddr beside a service"),
            ("host=evil service=hvl", "host beside a service"), ("service=hvl port=6000", "port beside a service"),
            ("postgresql://evil/fs?service=hvl", "host beside a service"),
            ("postgresql:///fs?service=hvl&h%6Fst=evil", "host beside a service"),
            ("host=fs.hvl.no hostaddr=10.0.0.1 dbname=fs", "hostaddr beside a host"),
            ("postgresql://fs.hvl.no/fs?hostaddr=10.0.0.1", "hostaddr beside a host"),
        ])
    func refused(text: String, sentence: String) throws {
        let string = try ConnectionString(text)
        let error = #expect(throws: PostgresError.self) { try string.keepingSecrets() }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(sentence) == true)
    }

    @Test(
        "others stay as they are",
        arguments: [
            "service=hvl", "service=hvl user=resutveksl_185 dbname=fs",
            "host=fs.hvl.no port=5433 dbname=fs sslmode=verify-full",
            "hostaddr=10.0.0.1 dbname=fs", "", "host=fs.hvl.no hostaddr=10.0.0.1 sslmode=verify-full",
            "postgresql://fs.hvl.no:5433/fs?sslmode=verify-full",
        ])
    func kept(text: String) throws {
        #expect(try ConnectionString(text).keepingSecrets().text == text)
    }
}
