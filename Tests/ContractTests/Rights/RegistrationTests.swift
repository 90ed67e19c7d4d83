import Postgres
import Testing

/// Who may ask, and for which institution.
@Suite struct RegistrationTests {
    private static let contract = "SELECT FROM resutveksl.contract()"

    @Test("a role that was never registered does not get into the schema")
    func stranger() async throws {
        try await Source.undoing(as: ContractServer.stranger) { source in
            for error in [
                try await source.refusal(of: Question(), as: ContractServer.stranger),
                try await source.refusal(of: Self.contract),
            ] {
                #expect(error.sqlState == "42501")
                #expect(error.message.contains("schema resutveksl"))
            }
        }
    }

    @Test("a role with rights that is not in the register is told who can put it there, and how")
    func grantedOnly() async throws {
        try await Source.undoing { source in
            try await source.run(
                """
                GRANT USAGE ON SCHEMA resutveksl TO \(ContractServer.stranger);
                GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA resutveksl TO \(ContractServer.stranger);
                """)
            for error in [
                try await source.refusal(of: Question(), as: ContractServer.stranger),
                try await source.refusal(of: Self.contract, as: ContractServer.stranger),
            ] {
                #expect(error.sqlState == "42501")
                #expect(error.message.contains("role \(ContractServer.stranger) is not registered"))
                #expect(error.message.contains("register_requester('\(ContractServer.stranger)'"))
            }
        }
    }

    @Test("who asks follows from the login, not from a role that is set")
    func setRole() async throws {
        try await Source.undoing { source in
            try await source.run(
                """
                GRANT \(ContractServer.requester) TO \(ContractServer.stranger);
                SET LOCAL SESSION AUTHORIZATION \(ContractServer.stranger);
                SET LOCAL ROLE \(ContractServer.requester);
                """)
            let error = try await source.refusal(of: Self.contract)
            #expect(error.sqlState == "42501")
            #expect(error.message.contains("role \(ContractServer.stranger) is not registered"))
        }
    }

    @Test("a removed requester can ask no more, and its role can be dropped")
    func removed() async throws {
        try await Source.undoing { source in
            try await source.run(
                "CREATE ROLE contract_leaver LOGIN; SELECT resutveksl.register_requester('contract_leaver', 184)")
            #expect(try await source.ask(Question(), as: "contract_leaver").persons.map(\.verdict) == ["fetched"])
            try await source.run("SELECT resutveksl.remove_requester('contract_leaver')")
            #expect(try await source.refusal(of: Question(), as: "contract_leaver").sqlState == "42501")
            #expect(try await source.refusal(of: Self.contract, as: "contract_leaver").sqlState == "42501")
            try await source.run("DROP ROLE contract_leaver")
        }
    }

    @Test("a role that was dropped can still be removed from the register")
    func removedLate() async throws {
        try await Source.undoing { source in
            try await source.run(
                """
                INSERT INTO resutveksl.requesters (role_name, institution) VALUES ('contract_gone', 184);
                SELECT resutveksl.remove_requester('contract_gone');
                """)
            #expect(
                try await source.texts("SELECT role_name::text FROM resutveksl.requesters") == [
                    ContractServer.requester
                ])
        }
    }

    @Test("registering again with another number corrects it, and the record follows")
    func corrected() async throws {
        try await Source.undoing { source in
            try await source.run("SELECT resutveksl.register_requester('\(ContractServer.requester)', 184)")
            _ = try await source.ask(Question())
            #expect(try await source.texts("SELECT requester::text FROM resutveksl.disclosures") == ["184"])
        }
    }

    @Test("a role that does not exist cannot be registered")
    func unknownRole() async throws {
        try await Source.undoing { source in
            let error = try await source.refusal(of: "SELECT resutveksl.register_requester('contract_nobody', 184)")
            #expect(error.sqlState == "42704")
            #expect(error.message.contains("contract_nobody"))
        }
    }
}
