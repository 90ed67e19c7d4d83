import DevCluster
import Exchange
import Foundation
import Logging
import Migrations
import Postgres
import Store

/// What the demo plays in: an ordering institution, and fifty others with a database each.
///
/// Two servers, so that two of the sources can really be down.
struct DemoWorld {
    static let own: InstitutionNumber = 215
    static let ownAcronym = "OsloMet"
    static let reserved: Int32 = 190
    static let down: [Int32] = [184, 201]

    /// Holds the own database and most of the sources.
    let main: PrivateCluster
    /// Holds the sources that are down at first.
    let other: PrivateCluster
    let store: Store
    let orders: Int

    static func make(orders: Int, logger: Logger) async throws -> DemoWorld {
        print("Making a private PostgreSQL with fifty institutions' databases …")
        let began = ContinuousClock.now
        let main = try await PrivateCluster.start(logger: logger)
        let other: PrivateCluster
        do {
            other = try await PrivateCluster.start(logger: logger)
        } catch {
            await main.remove()
            throw error
        }
        do {
            let world = try await fill(main, other, orders: orders, logger: logger)
            let seconds = Int((ContinuousClock.now - began) / .seconds(1))
            print("  in \(main.folder) and \(other.folder), \(seconds) s")
            return world
        } catch {
            await main.remove()
            await other.remove()
            throw error
        }
    }

    private static func fill(
        _ main: PrivateCluster, _ other: PrivateCluster, orders: Int, logger: Logger
    ) async throws -> DemoWorld {
        var plan = ExamplePlan(sources: 50)
        plan.requester = own.rawValue
        var planOfOther = plan
        planOfOther.institutions = down
        plan.institutions.removeAll { down.contains($0) }
        let install: (Connection) async throws -> Void = { connection in
            _ = try await Migrator(.sourceContract).migrate(connection)
        }
        let sources = try await ExampleSources.make(plan, in: main, installContract: install)
        let sourcesOfOther = try await ExampleSources.make(planOfOther, in: other, installContract: install)
        try await main.run(
            "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J' WHERE egenskapkode = 'RESERVER'",
            in: "\(plan.databasePrefix)\(reserved)")
        try await other.stop()

        try await main.createDatabase("resutveksl")
        let store = Store(
            try main.connectionString(database: "resutveksl"), logger: logger)
        try await store.pool.withConnection { connection in
            _ = try await Migrator(.ownDatabase).migrate(connection)
            _ = try await connection.query(
                """
                INSERT INTO resutveksl.institutions (institution, acronym, name)
                SELECT n, 'Eks' || n, 'Eksempelhøgskolen ' || n FROM unnest($1) AS n ON CONFLICT DO NOTHING
                """, plan.institutions)
        }
        try await store.set(.ownInstitution, to: own.description)
        for source in sources.sources + sourcesOfOther.sources {
            guard let institution = InstitutionNumber(rawValue: source.institution) else { continue }
            try await store.addSource(
                institution, connection: source.connectionString, setSize: nil, consentRule: nil)
        }
        for person in sources.pool.persons.prefix(orders - TestPerson.all.count) {
            _ = try await store.addPerson(
                person.number, givenName: person.givenName, familyName: person.familyName)
            try await store.setAcceptance(
                of: person.number, answer: .yes, on: nil, channel: .studentweb, type: .resultatutveks)
            _ = try await store.placeOrder(
                for: person.number, purpose: .application, reference: nil, orderedBy: "opptak")
        }
        return DemoWorld(main: main, other: other, store: store, orders: orders)
    }

    func remove() async {
        await main.remove()
        await other.remove()
    }

    func keep() async throws {
        try await main.keep()
        try await other.keep()
        print(
            """

            The servers stay. The own database:
                psql -h \(main.folder) -U postgres resutveksl
                export RESUTVEKSL_DATABASE='host=\(main.folder) user=postgres dbname=resutveksl'
            A source: psql -h \(main.folder) -U postgres fs_203
            When you are done:
                \(main.stopCommand)
                \(other.stopCommand)
            """)
    }
}

/// The routine's own test persons.
struct TestPerson {
    let name: String
    let number: String
    /// What is to be fetched, and where it was earned.
    let code: String
    let institution: InstitutionNumber
    let reference: String

    static let all = [
        TestPerson(
            name: "Testperson1", number: "01536112185", code: "RES-100", institution: 216, reference: "2026/1001"),
        TestPerson(
            name: "Testperson2", number: "19588312510", code: "RES-OAL", institution: 214, reference: "2026/1002"),
    ]
}
