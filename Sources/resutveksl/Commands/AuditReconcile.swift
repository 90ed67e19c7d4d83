import ArgumentParser
import Exchange
import Postgres
import Sources
import Store

struct AuditReconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compares what we recorded with what a source recorded about us.",
        discussion: """
            Names every difference: a disclosure that is missing here or there, or that reads differently. Orders that are being \
            fetched meanwhile are counted and not missed.

            Exit codes: 0 the same on both sides; 1 differences; 3 the source could not be asked.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Number of the source.") var source: InstitutionNumber
    @Option(help: "From this day on, YYYY-MM-DD; otherwise since both sides have kept a record.")
    var since: CalendarDay?

    private static let page = 10_000
    private static let day: Int64 = 86_400_000_000

    func run() async throws {
        let store = try await database.store()
        let number = try await store.source(for: source)
        guard let registered = try await store.sources().first(where: { $0.institution == number }) else {
            throw StoreError(.notFound, "no source has the number \(source)")
        }
        let session = try await open(registered, store)
        let kept = try await session.recordIsKeptFrom()
        let from = try await store.comparableSince(
            since.map { PostgresDate(daysSince2000: $0.daysSince2000) }, keptThere: kept)
        let pages = try await pages(session, since: from - Self.day)
        await session.close()
        let found = try await store.reconcile(number, since: from, with: pages)
        if json.isJSON { try printJSON(found) } else { tell(found) }
        if !found.differences.isEmpty { throw ExitCode(1) }
    }

    private func open(_ source: Source, _ store: Store) async throws(SourceError) -> SourceSession {
        let string: ConnectionString
        do throws(PostgresError) { string = try source.connection.get() } catch { throw SourceError(error) }
        return try await SourceSession.open(
            source.institution, connection: string, answersFor: source.answersFor,
            connectTimeout: source.connectTimeout, statementTimeout: source.statementTimeout,
            answerLimit: source.answerLimit, logger: store.logger)
    }

    private func pages(_ session: SourceSession, since: Int64) async throws(SourceError) -> [SourceRows] {
        var pages: [SourceRows] = []
        var last: Int64 = 0
        while true {
            let page = try await session.recorded(since: since, after: last, most: Self.page)
            guard let end = page.last else { return pages }
            last = end.id
            pages.append(SourceRows(page))
            if page.count < Self.page { return pages }
        }
    }

    private func tell(_ found: Reconciliation) {
        print("source \(found.source) since \(found.since): \(found.here) disclosures here, \(found.there) there")
        if found.underWay > 0 { print("\(found.underWay) of them are being fetched right now") }
        if found.differences.isEmpty { return print("no difference") }
        var table = Table("difference", "order", "fields", "here", "there", "recorded here", "recorded there")
        for each in found.differences {
            table.add(
                each.kind.rawValue, each.order.map { "\($0)" }, each.fields, each.here, each.there, each.recordedHere,
                each.recordedThere)
        }
        print(table.text())
    }
}

extension SourceRows {
    init(_ page: [RecordedDisclosure]) {
        self.init()
        for row in page {
            ids.append(row.id)
            times.append(row.recordedAt)
            orders.append(row.order)
            numbers.append(row.personNumber)
            purposes.append(row.purpose)
            outcomes.append(row.outcome)
            results.append(row.results)
            heldBack.append(row.heldBack)
        }
    }
}
