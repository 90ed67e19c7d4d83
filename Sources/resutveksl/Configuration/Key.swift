import Logging

/// Everything that can be configured.
///
/// A new key is one line here and its name in `all`; the file, the environment, `config show` and `config check` know it then.
/// A test tells when `docs/configuration.md` does not. A key with an option needs its declaration beside the command's others.
enum Key {
    static let database = ConfigurationKey.text(
        "database", .connection, option: "database", "The own database: a libpq connection string without a password.")
    static let logLevel = ConfigurationKey<Logger.Level?>.choice(
        "log.level", option: "log-level",
        "From which level on is logged; without it notice as text, info as JSON and in the journal.")
    static let logFormat = ConfigurationKey<LogFormat>.choice(
        "log.format", .auto, option: "log-format", "How the log is written to standard error, or to the journal.")
    static let claimSize = ConfigurationKey.count(
        "worker.claim_size", of: "orders", 5000, in: 1...100_000, option: "claim-size", "Orders per claim.")
    static let connections = ConfigurationKey.count(
        "worker.connections", of: "connections", 4, in: 1...100, option: "connections",
        "Connections to the own database; half as many more for orders placed during a large run.")
    static let lease = ConfigurationKey.seconds(
        "worker.lease", 45, in: 1...3600, option: "lease",
        "How long orders stay with a worker that shows no sign of life; then another takes them over.")
    static let grace = ConfigurationKey.seconds(
        "worker.grace", 20, in: 0...3600, option: "grace",
        "How long TERM waits for the questions in work before it takes them back.")
    static let patience = ConfigurationKey.seconds(
        "worker.patience", 300, in: 0...86_400, option: "patience",
        "How long `run` waits for the own database when it goes away during the work.")
    static let poll = ConfigurationKey.seconds(
        "watch.poll", 5, in: 0.05...3600, option: "poll", "How often `watch` looks for orders by itself.")
    static let idle = ConfigurationKey.seconds(
        "watch.idle", 300, in: 0...86_400, option: "idle",
        "How long `watch` keeps a connection to a source open without a question.")
    static let rest = ConfigurationKey.seconds(
        "watch.rest", 60, in: 0...86_400, option: "rest",
        "How long `watch` leaves a source that failed alone before it is tried again.")
    static let metricsTextfile = ConfigurationKey.text(
        "metrics.textfile", .path, option: "metrics-textfile",
        "The file that `run` writes metrics to at its end, for Prometheus' node exporter, which wants it to end with .prom."
    )
    static let metricsListen = ConfigurationKey.text(
        "metrics.listen", .address, option: "metrics-listen",
        "Where `watch` serves metrics over HTTP: /metrics for Prometheus, and /healthz.")
    static let pingURL = ConfigurationKey.text(
        "ping.url", .url, isSecret: true,
        "A dead-man switch (as healthchecks.io has them) that is told when each run begins and how it ended.")

    static let all: [KeyDefinition] = [
        database.definition, logLevel.definition, logFormat.definition, claimSize.definition, connections.definition,
        lease.definition, grace.definition, patience.definition, poll.definition, idle.definition, rest.definition,
        metricsTextfile.definition, metricsListen.definition, pingURL.definition,
    ]
}
