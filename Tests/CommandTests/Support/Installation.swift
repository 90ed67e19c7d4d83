import DevCluster
import Foundation
import Postgres
import Testing

/// An ordering institution's own database, and some sources, used through the program only.
struct Installation {
    static let person1 = "01536112185"
    static let person2 = "19588312510"
    static let masked1 = "015361 *****"
    static let masked2 = "195883 *****"

    let cluster: PrivateCluster
    let name: String

    /// A migrated own database of institution 215, and sources of these numbers with empty FS tables.
    static func make(_ sources: Int32...) async throws -> Installation {
        let installation = try await unset()
        try await installation.own("UPDATE resutveksl.settings SET own_institution = 215")
        for source in sources { try await installation.addSource(source) }
        return installation
    }

    /// One of institution 215 without anything else, for all tests in which everything is refused.
    static func untouched() async throws -> Installation { try await CommandServer.shared.untouched() }

    /// A migrated own database in which nothing is set.
    static func unset() async throws -> Installation { try await make(from: CommandServer.ownTemplate) }

    /// An empty own database.
    static func empty() async throws -> Installation { try await make(from: "template1") }

    private static func make(from template: String) async throws -> Installation {
        let cluster = try await CommandServer.shared.cluster()
        let name = await CommandServer.shared.nextName()
        try await CommandServer.shared.copy(template, as: name)
        return Installation(cluster: cluster, name: name)
    }

    // MARK: The program

    var environment: [String: String] {
        get throws { ["RESUTVEKSL_DATABASE": try cluster.connectionString(database: name).text] }
    }

    /// Runs `resutveksl` to its end.
    @discardableResult
    func run(
        _ arguments: String..., input: String? = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Finished {
        try await start(arguments, input: input).finished(sourceLocation: sourceLocation)
    }

    func start(_ arguments: [String], input: String? = "") throws -> Command {
        try Command([Command.program] + arguments, environment: environment, input: input)
    }

    /// Runs `resutveksl` as a test needs it to have run.
    @discardableResult
    func must(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> Finished {
        let finished = try await start(arguments).finished(sourceLocation: sourceLocation)
        try #require(finished.status == 0, "\(finished.errors)", sourceLocation: sourceLocation)
        return finished
    }

    /// Runs `resutveksl` on a terminal of its own, where standard input and both outputs are that terminal.
    func startOnTerminal(_ arguments: String..., before preparation: String = "") throws -> Command {
        let words = try ([Command.program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try Command(
            ["script", "-qec", preparation + "exec " + words, "/dev/null"],
            environment: environment.merging(["TERM": "xterm"]) { $1 }, input: nil)
    }

    // MARK: Databases

    /// Runs SQL in the own database.
    func own(_ script: String) async throws { try await cluster.run(script, in: name) }

    /// The first column of the first row of a query in the own database, as text.
    func value(_ query: String, in database: String? = nil) async throws -> String? {
        let connection = try await cluster.connect(database: database ?? name)
        let text = try await connection.query(Statement("SELECT (\(query))::text")).single(String?.self)
        await connection.close()
        return text
    }

    func database(of source: Int32) -> String { "\(name)_\(source)" }

    func connection(of source: Int32) throws -> String {
        try cluster.connectionString(database: database(of: source), user: CommandServer.requester).text
    }

    /// A source that can be asked: test persons' institutions have their results.
    func addSource(_ source: Int32) async throws {
        try await CommandServer.shared.copy(CommandServer.sourceTemplate, as: database(of: source))
        try await at(
            source,
            """
            SELECT resutveksl.set_identity(\(source), example.answers_for(\(source)));
            SELECT CASE WHEN 216 = ANY (example.answers_for(\(source))) THEN example.add_test_person_1()::text END,
                CASE WHEN 214 = ANY (example.answers_for(\(source))) THEN example.add_test_person_2()::text END
            """)
        try await must("source", "add", "\(source)", connection(of: source))
    }

    /// Runs SQL as the owner of a source.
    func at(_ source: Int32, _ script: String) async throws {
        try await cluster.run(script, in: database(of: source))
    }

    // MARK: Orders

    /// Registers a person with consent, and orders.
    func order(_ person: String) async throws {
        try await must("person", "add", "--person", person)
        try await must("acceptance", "set", "J", "--person", person)
        try await must("order", "place", "--person", person)
    }

    /// Registers a source at which nobody listens.
    func addDeadSource(_ source: Int32) async throws {
        try await must("source", "add", "\(source)", "host=127.0.0.1 port=1 dbname=fs user=x connect_timeout=5")
    }
}
