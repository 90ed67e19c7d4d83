import ArgumentParser
import DevCluster
import Dispatch
import Foundation
import Logging

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the routine on a private PostgreSQL with fifty sources, and leaves nothing behind.",
        discussion: """
            Makes an ordering institution and fifty institutions' databases with invented students in a temporary folder, and \
            goes through the routine with its two test persons: two sources are down, one has reserved itself. Touches no \
            other cluster. As root it drops to an ordinary user for the servers.
            """)

    @Flag(help: "Leave the servers running at the end, and print how to connect with psql.")
    var keep = false

    @Option(help: "Orders that are placed, those for the two test persons included.")
    var orders = 25

    @Option(name: .customLong("log-level"), help: "From which level on is logged, on standard error.")
    var logLevel: Logger.Level = .error

    func validate() throws {
        guard (2...400).contains(orders) else { throw ValidationError("--orders goes from 2 to 400.") }
    }

    func run() async throws {
        var logger = Logger(label: "resutveksl") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        do {
            try await run(logger)
        } catch let error as ClusterError {
            throw CommandFailure(code: 1, message: error.description)
        }
    }

    private func run(_ logger: Logger) async throws {
        let world = try await DemoWorld.make(orders: orders, logger: logger)
        do {
            try await DemoRoutine(world: world, logger: logger).show()
        } catch {
            await world.remove()
            throw error
        }
        if keep {
            try await world.keep()
        } else {
            await world.remove()
            print("\nThe servers are stopped and their folders removed.")
        }
    }
}
