import Testing

/// `setting list` and `setting set`.
@Suite struct SettingTests {
    private struct Entry: Decodable, Equatable {
        let key: String
        let value: String?
    }

    @Test("settings are listed with their values, and as JSON")
    func list() async throws {
        let installation = try await Installation.unset()
        let text = try await installation.run("setting", "list")
        #expect(text.status == 0)
        #expect(text.output.contains(/own_institution +\(not set\)/))
        #expect(text.output.contains(/time_zone +Europe\/Oslo/))
        let entries = try await installation.run("setting", "list", "--json").json([Entry].self)
        #expect(entries.first == Entry(key: "own_institution", value: nil))
        #expect(entries.contains(Entry(key: "attempt_days", value: "14")))
    }

    @Test(
        "a setting is changed and said back",
        arguments: [
            ("own_institution", "215", "215"), ("time_zone", "Europe/London", "Europe/London"),
            ("due_horizon", "30 minutes", "00:30:00"), ("attempt_days", "7", "7"),
        ])
    func set(key: String, value: String, stored: String) async throws {
        let installation = try await Installation.unset()
        let finished = try await installation.run("setting", "set", key, value)
        #expect(finished.status == 0)
        #expect(finished.output == "\(key) = \(value)\n")
        let entries = try await installation.run("setting", "list", "--json").json([Entry].self)
        #expect(entries.contains(Entry(key: key, value: stored)))
    }

    @Test(
        "an impossible value is refused with the setting's name, and changes nothing",
        arguments: [
            ("own_institution", "999999"), ("own_institution", "abc"), ("time_zone", "Mars/Olympus"),
            ("due_horizon", "a while"), ("due_horizon", "7 hours"), ("attempt_days", "0"), ("attempt_days", "two"),
        ])
    func impossible(key: String, value: String) async throws {
        let installation = try await Installation.untouched()
        let before = try await installation.run("setting", "list").output
        let finished = try await installation.run("setting", "set", key, value)
        #expect(finished.status == 1)
        #expect(finished.errors.hasPrefix("resutveksl: \(key) cannot be \(value): "))
        #expect(try await installation.run("setting", "list").output == before)
    }
}
