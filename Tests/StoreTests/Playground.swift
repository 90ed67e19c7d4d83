import DevCluster
import Exchange
import Postgres
import Store
import Testing
import Worker

/// An ordering institution (215) and some sources, in databases of their own.
struct Playground {
    static let requester = "resutveksl_requester"
    /// Testperson1 and Testperson2 of the routine.
    static let person1 = "01536112185"
    static let person2 = "19588312510"

    let cluster: PrivateCluster
    let name: String
    let store: Store
    let log: LogBook

    static func make(_ sources: Int32...) async throws -> Playground {
        let cluster = try await TestServer.shared.cluster()
        let name = await TestServer.shared.nextName()
        try await TestServer.shared.copy("own_template", as: name)
        let log = LogBook()
        let playground = Playground(
            cluster: cluster, name: name,
            store: Store(try cluster.connectionString(database: name), logger: log.logger()), log: log)
        for source in sources { try await playground.addSource(source) }
        return playground
    }

    func database(of source: Int32) -> String { "\(name)_\(source)" }

    /// A source with empty FS tables and the contract; 203 and 204 answer for what was merged into them.
    func addSource(_ source: Int32) async throws {
        let database = database(of: source)
        try await TestServer.shared.copy("resutveksl_source_template", as: database)
        try await at(
            source,
            """
            SELECT resutveksl.set_identity(\(source), example.answers_for(\(source)));
            SELECT resutveksl.register_requester('\(Self.requester)', 215);
            """)
        try await register(source, try cluster.connectionString(database: database, user: Self.requester))
    }

    func register(_ source: Int32, _ connection: ConnectionString) async throws {
        try await store.addSource(institution(source), connection: connection, setSize: nil, consentRule: nil)
    }

    func institution(_ number: Int32) throws -> InstitutionNumber {
        try #require(InstitutionNumber(rawValue: number))
    }

    /// Runs SQL as the owner of a source.
    func at(_ source: Int32, _ script: String) async throws {
        try await cluster.run(script, in: database(of: source))
    }

    /// The first column of the first row of a query at a source, as text.
    func value(at source: Int32, _ query: String) async throws -> String? {
        let connection = try await cluster.connect(database: database(of: source))
        let text = try await connection.query(Statement("SELECT (\(query))::text")).single(String?.self)
        await connection.close()
        return text
    }

    /// Runs SQL in the own database.
    func own(_ script: String) async throws {
        try await store.pool.withConnection { try await $0.execute(script: script) }
    }

    func value(_ query: String) async throws -> String? {
        try await store.pool.withConnection {
            try await $0.query(Statement("SELECT (\(query))::text")).single(String?.self)
        }
    }

    /// No source requires consent any more.
    func mayBeAskedAboutAnybody() async throws {
        try await own("UPDATE resutveksl.sources SET is_consent_required = false")
    }

    /// Registers a person who had another number before.
    func addPerson(_ number: PersonNumber, earlier: PersonNumber) async throws {
        try await own(
            """
            INSERT INTO resutveksl.persons (person_number) VALUES ('\(number.digits)') ON CONFLICT DO NOTHING;
            INSERT INTO resutveksl.person_number_changes (person_id, earlier_number)
            SELECT person_id, '\(earlier.digits)' FROM resutveksl.persons WHERE person_number = '\(number.digits)'
            """)
    }

    /// Registers a person with consent, and orders.
    @discardableResult
    func order(_ number: String, consent: ConsentAnswer? = .yes) async throws -> OrderNumber {
        let person = try PersonNumber(number)
        _ = try await store.addPerson(person, givenName: "Kari", familyName: "Resultatutveksling")
        if let consent {
            try await store.setAcceptance(
                of: person, answer: consent, on: nil, channel: .studentweb, type: .resultatutveks)
        }
        return try await store.placeOrder(
            for: person, purpose: .externalStudy, reference: nil, orderedBy: "case worker"
        ).number
    }

    func run(
        _ change: (inout WorkerOptions) -> Void = { _ in }, stop: StopSignal = StopSignal(),
        tell: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> RunSummary {
        var options = WorkerOptions()
        options.waitsForOthers = false
        change(&options)
        return try await Run(store: store, options: options, stop: stop, logger: log.logger(), tell: tell).drain()
    }

    func outcome(_ order: OrderNumber, _ source: Int32) async throws -> String? {
        try await atSource(order, source)?.outcome
    }

    func atSource(_ order: OrderNumber, _ source: Int32) async throws -> OrderAtSource? {
        try await store.sources(of: order).first { $0.source.rawValue == source }
    }

    func state(_ order: OrderNumber) async throws -> OrderState { try await store.order(order).state }

    func results(_ number: String) async throws -> [TabResult] {
        try await store.results(of: try PersonNumber(number))
    }
}
