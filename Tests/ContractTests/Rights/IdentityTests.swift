import Postgres
import Testing

/// Which institution a source says that it is.
@Suite struct IdentityTests {
    @Test("a source that has not been told which institution it is says so, and what its operator must do")
    func missing() async throws {
        try await Source.undoing { source in
            try await source.run("DELETE FROM resutveksl.identity")
            let error = try await source.refusal(
                of: "SELECT FROM resutveksl.contract()", as: ContractServer.requester)
            #expect(error.sqlState == "55000")
            #expect(error.message.contains("set_identity("))
        }
    }

    @Test("set_identity replaces what was said before; left out, a source answers for itself alone")
    func replaced() async throws {
        try await Source.undoing { source in
            try await source.run("SELECT resutveksl.set_identity(204)")
            let identities = try await source.texts(
                "SELECT institution || ' ' || answers_for::text FROM resutveksl.identity")
            #expect(identities == ["204 {204}"])
        }
    }

    @Test(
        "an identity is one row, and answers for itself and for numbers only",
        arguments: [
            ("INSERT INTO resutveksl.identity (institution, answers_for) VALUES (204, '{204}')", "23505"),
            ("INSERT INTO resutveksl.identity VALUES (false, 204, '{204}')", "23514"),
            ("UPDATE resutveksl.identity SET single = false", "23514"),
            ("SELECT resutveksl.set_identity(203, '{216}')", "23514"),
            ("SELECT resutveksl.set_identity(203, '{}')", "23514"),
            ("SELECT resutveksl.set_identity(203, '{203,NULL}')", "23514"),
            ("SELECT resutveksl.set_identity(203, '{NULL}')", "23514"),
            ("SELECT resutveksl.set_identity(0)", "23514"),
        ])
    func constraint(statement: String, state: String) async throws {
        try await Source.undoing { source in
            let error = try await source.refusal(of: statement)
            #expect(error.sqlState == state)
        }
    }
}
