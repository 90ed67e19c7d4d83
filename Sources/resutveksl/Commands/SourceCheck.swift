import ArgumentParser
import Exchange
import Postgres
import Sources
import Store

struct SourceCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tries whether sources can be asked, without asking about anybody.",
        discussion: "Exit code 3 when one of them cannot.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "Numbers of sources, or of institutions that are part of one; all sources when none is given.")
    var institutions: [InstitutionNumber] = []

    private struct Entry: Encodable {
        let source: Int32
        let acronym: String
        let outcome: String
        let reason: String?
        let fault: String?
        let phase: String?
        let sqlstate: String?
        let errno: String?
        let milliseconds: Int

        init(_ source: Source, _ outcome: String, _ error: SourceError?, since began: ContinuousClock.Instant) {
            self.source = source.institution.rawValue
            acronym = source.acronym
            self.outcome = outcome
            reason = error?.description
            fault = error?.fault.kind.rawValue
            phase = error?.fault.phase
            sqlstate = error?.sqlState
            errno = error?.fault.errno
            milliseconds = Int((ContinuousClock.now - began) / .milliseconds(1))
        }
    }

    func run() async throws {
        let store = try await database.store()
        let registered = try await store.sources()
        // After a merger the successor's database is the one that is asked.
        var chosen: Set<InstitutionNumber> = []
        for institution in institutions { chosen.insert(try await store.source(for: institution)) }
        if registered.isEmpty {
            throw StoreError(.configuration, "no source is registered. Register one: resutveksl source add")
        }
        let sources = registered.filter { institutions.isEmpty || chosen.contains($0.institution) }
        let entries = await withTaskGroup(of: Entry.self) { group in
            for source in sources { group.addTask { await Self.check(source, store) } }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.source < $1.source }
        }
        if json.isJSON {
            try printJSON(entries)
        } else {
            var table = Table("source", "acronym", "outcome", "ms", "reason")
            for entry in entries {
                table.add("\(entry.source)", entry.acronym, entry.outcome, "\(entry.milliseconds)", entry.reason)
            }
            print(table.text())
        }
        if entries.contains(where: { Outcome(rawValue: $0.outcome)?.isRetried == true }) {
            throw ExitCode(ExitStatus.incomplete)
        }
    }

    private static func check(_ source: Source, _ store: Store) async -> Entry {
        let began = ContinuousClock.now
        do throws(SourceError) {
            let sharing = try await sharing(of: source, store)
            return Entry(source, sharing.rawValue, nil, since: began)
        } catch {
            return Entry(source, error.outcome.rawValue, error, since: began)
        }
    }

    private static func sharing(of source: Source, _ store: Store) async throws(SourceError) -> Sharing {
        let string: ConnectionString
        do throws(PostgresError) { string = try source.connection.get() } catch { throw SourceError(error) }
        let session = try await SourceSession.open(
            source.institution, connection: string, answersFor: source.answersFor,
            connectTimeout: source.connectTimeout, statementTimeout: source.statementTimeout,
            answerLimit: source.answerLimit, logger: store.logger)
        let answer = try await session.ask([], basis: source.consentRule.legalBasis)
        await session.close()
        return answer.sharing
    }
}
