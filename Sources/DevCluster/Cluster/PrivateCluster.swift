package import Logging
import Postgres

/// A PostgreSQL server of one's own in a temporary folder, gone without a trace when its owner is gone.
///
/// The owner is the process that started it. However it ends, `kill -9` included, a guard beside the server notices and
/// removes both; only `keep()` ends that.
package actor PrivateCluster {
    /// How the server ends its sessions; PostgreSQL's words.
    package enum StopMode: String, Sendable {
        /// Waits until the clients leave.
        case smart
        /// Ends sessions with SQLSTATE 57P01 and writes everything down.
        case fast
        /// Leaves at once, as in a crash; the next start recovers.
        case immediate
    }

    /// Where everything lies: `data/`, `server.log`, `tls/`, the socket.
    package nonisolated let folder: String
    /// The number in the socket's name, and the TCP port if it listens on TCP.
    package nonisolated let port: Int
    package nonisolated let options: ClusterOptions
    package nonisolated let logger: Logger
    private nonisolated let serverPrograms: String
    private var guardian: ClusterGuard?
    private var isTalking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(
        guardian: ClusterGuard, folder: String, serverPrograms: String, port: Int, options: ClusterOptions,
        logger: Logger
    ) {
        self.guardian = guardian
        self.folder = folder
        self.serverPrograms = serverPrograms
        self.port = port
        self.options = options
        self.logger = logger
    }

    /// Makes a cluster and starts its server; takes about a second.
    ///
    /// - Throws: `ClusterError`; whatever was made until then is removed.
    package static func start(
        _ options: ClusterOptions = ClusterOptions(), logger: Logger = Logger(label: "resutveksl.cluster")
    ) async throws(ClusterError) -> PrivateCluster {
        try await start(options, logger: logger, copying: nil)
    }

    /// - Parameter origin: how to reach the server that it becomes a standby of; nil for one that begins empty.
    static func start(
        _ options: ClusterOptions, logger: Logger, copying origin: String?
    ) async throws(ClusterError) -> PrivateCluster {
        let guardian = try ClusterGuard(parentFolder: options.parentFolder)
        let places = try place(try await guardian.ask(nil))
        let port = options.needsTCP ? try LocalPort.free() : 5432
        let cluster = PrivateCluster(
            guardian: guardian, folder: places.folder, serverPrograms: places.programs, port: port, options: options,
            logger: logger)
        do throws(ClusterError) {
            try await cluster.setUp(copying: origin)
        } catch {
            await cluster.remove()
            throw error
        }
        return cluster
    }

    /// Runs `body` with a cluster that is removed after it.
    package static func with<Value: Sendable>(
        _ options: ClusterOptions = ClusterOptions(), logger: Logger = Logger(label: "resutveksl.cluster"),
        _ body: (PrivateCluster) async throws -> Value
    ) async throws -> Value {
        let cluster = try await start(options, logger: logger)
        do {
            let value = try await body(cluster)
            await cluster.remove()
            return value
        } catch {
            await cluster.remove()
            throw error
        }
    }

    private func setUp(copying origin: String?) async throws(ClusterError) {
        let socket = "\(folder)/.s.PGSQL.\(port)"
        guard socket.utf8.count <= 107 else {
            throw ClusterError(
                .folder, "the socket \(socket) has a longer path than the 107 bytes that fit: choose a shorter folder")
        }
        if let origin { try await command("copy \(origin)") } else { try await command("init") }
        if !options.certificateNames.isEmpty {
            let isPlain = options.certificateNames.allSatisfy { name in
                name.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 46 }
            }
            guard isPlain else { throw ClusterError(.invalidRequest, "a certificate name has a-z, 0-9, - and . only") }
            try await command("certificates \(options.certificateNames.joined(separator: " "))")
        }
        try TextFile.append(options.configuration(folder: folder, port: port), to: folder + "/data/postgresql.conf")
        try TextFile.replace(folder + "/data/pg_hba.conf", with: options.accessFile())
        if options.hasOwnClock { try await command("clock +0") }
        try await command("start")
    }

    // MARK: Life

    /// Starts the server again after `stop`.
    package func startAgain() async throws(ClusterError) { try await command("start") }

    /// Stops the server; the folder stays, for `startAgain`.
    package func stop(_ mode: StopMode = .fast) async throws(ClusterError) {
        try await command("stop \(mode.rawValue)")
    }

    package func restart(_ mode: StopMode = .fast) async throws(ClusterError) {
        try await stop(mode)
        try await startAgain()
    }

    /// Moves the server's clock to so many seconds after (or before) the machine's.
    ///
    /// It is what the server shows from now on, in sessions that exist too, and after a restart.
    ///
    /// - Throws: `ClusterError` for a cluster whose options give it no clock of its own.
    package func setClock(secondsAhead seconds: Int) async throws(ClusterError) {
        guard options.hasOwnClock else {
            throw ClusterError(.invalidRequest, "this private PostgreSQL server has no clock of its own")
        }
        try await command("clock \(seconds < 0 ? "" : "+")\(seconds)")
    }

    /// Changes who is let in; in force when this returns, for sessions that begin later.
    ///
    /// - Parameter rules: as `ClusterOptions.accessRules`.
    package func replaceAccessRules(_ rules: [String]) async throws {
        var changed = options
        changed.accessRules = rules
        try TextFile.replace(folder + "/data/pg_hba.conf", with: changed.accessFile())
        let connection = try await connect()
        _ = try await connection.query("SELECT pg_reload_conf()")
        await connection.close()
        // The server reads the file a moment after it was told to.
        try await Task.sleep(for: .milliseconds(100))
    }

    /// Stops the server and removes the folder; safe to call twice.
    ///
    /// Nothing is left when it returns.
    package func remove() async {
        guard let guardian else { return }
        self.guardian = nil
        await guardian.end()
    }

    /// Lets server and folder outlive their owner; from now on they are the user's own (`stopCommand`).
    package func keep() async throws(ClusterError) {
        try await command("keep")
        guardian = nil
    }

    /// What to type to get rid of a cluster that was kept.
    package nonisolated var stopCommand: String {
        let words = ServerUser.change + ["\(serverPrograms)/pg_ctl", "stop", "-m", "fast", "-D", "\(folder)/data"]
        return words.joined(separator: " ") + " && rm -r \(folder)"
    }

    /// What the server has logged, for messages and tests.
    package nonisolated func log() throws(ClusterError) -> String { try TextFile.read(folder + "/server.log") }

    // MARK: The guard

    func command(_ command: String) async throws(ClusterError) {
        // One question at a time: the answers carry no number.
        while isTalking { await withCheckedContinuation { waiting.append($0) } }
        isTalking = true
        defer {
            isTalking = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        guard let guardian else {
            throw ClusterError(.gone, "the private PostgreSQL server was removed or is no longer ours")
        }
        let answer: String
        do throws(ClusterError) { answer = try await guardian.ask(command) } catch {
            self.guardian = nil
            throw error
        }
        if answer.hasPrefix("error") {
            throw ClusterError(
                .serverFailed, "the private PostgreSQL server in \(folder) did not \(command): \(answer.dropFirst(6))")
        }
    }

    private static func place(_ answer: String) throws(ClusterError) -> (programs: String, folder: String) {
        let words = answer.split(separator: " ").map(String.init)
        switch words.first {
        case "ok" where words.count == 3:
            return (words[1], words[2])
        case "missing":
            throw ClusterError(
                .serverMissing,
                "no PostgreSQL server programs on this machine: looked where pg_config points, in "
                    + "/usr/lib/postgresql/*/bin and in PATH. Install the Debian package postgresql-15")
        default:
            throw ClusterError(.folder, String(answer.dropFirst(6)))
        }
    }
}
