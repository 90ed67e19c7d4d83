import ArgumentParser
import Exchange
import Foundation
import Postgres
import Store
import Worker

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Searches the transfer log: what happened to orders, and at sources.",
        discussion: """
            Shows the newest entries, the newest last. What is written there is explained in docs/logs.md; what the program \
            itself says while it works is in its own log (journalctl). In SQL: SELECT * FROM resutveksl.transfer_log.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Only of this order, and of lanes in which it failed with others.") var order: OrderNumber?
    @Option(help: "Only of the source with this number, or that the institution is part of.")
    var institution: InstitutionNumber?
    @Option(help: "Only with this outcome, as unreachable, given_up, fetched.") var outcome: String?
    @Option(help: "Only of this kind.") var event: TransferEvent?
    @Option(
        help: ArgumentHelp(
            "From this moment on.",
            discussion: "YYYY-MM-DD, with HH:MM or HH:MM:SS behind it, in local time; or an age: 90s, 30min, 2h, 7d.",
            valueName: "moment"))
    var since: TransferLogSearch.Moment?
    @Option(help: ArgumentHelp("Up to this moment.", valueName: "moment")) var until: TransferLogSearch.Moment?
    @Flag(help: "Leave out the persons, whose numbers are masked otherwise.") var personFree = false
    @Option(help: "At most so many.") var limit = 200
    @Flag(
        help: "Stay, and show entries as they are written; with --json one object a line. Ends with 0 on TERM or INT.")
    var follow = false

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit goes from 1 to 100000.") }
        if follow, until != nil { throw ValidationError("--follow and --until exclude each other.") }
    }

    func run() async throws {
        var store = try await database.store()
        var search = TransferLogSearch()
        search.order = order
        search.outcome = outcome
        search.event = event
        search.since = since
        search.until = until
        search.limit = limit
        if let institution { search.institution = try await store.source(for: institution) }
        let report = TransferLogReport(showsPersons: !personFree, isJSON: json.isJSON)
        guard follow else { return try report.show(try await store.transferLog(search)) }

        // A reader that goes away (`resutveksl log --follow | head`) ends it; nothing is in the middle of anything.
        signal(SIGPIPE, SIG_DFL)
        let stop = StopSignal()
        let signals = SignalWatch([SIGTERM, SIGINT]) { stop.give() }
        defer { signals.end() }
        store.patience = Patience(limit: .seconds(365 * 86_400)) { stop.isGiven }
        let follower = TransferLogFollower(store: store, search: search)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.follow(follower, report) }
            group.addTask { await stop.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Looks again and again, and for less than a tenth of the time: the log may be long.
    private static func follow(_ follower: TransferLogFollower, _ report: TransferLogReport) async throws {
        var follower = follower
        while true {
            let began = ContinuousClock.now
            for entry in try await follower.next() { try report.showOne(entry) }
            let pause = max(.seconds(1), (.now - began) * 10)
            if await EventLoop.shared.sleep(for: pause) == .cancelled { return }
        }
    }
}
