import DevCluster
import Glibc
import Logging
import Postgres
import Testing

@Suite(.serialized, .fewAtOnce) struct `A private cluster` {
    /// Whether anything runs whose arguments name the folder.
    private static func hasProcesses(_ folder: String) -> Bool {
        guard let processes = opendir("/proc") else { return false }
        defer { closedir(processes) }
        while let entry = readdir(processes) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil, let file = fopen("/proc/\(name)/cmdline", "r") else { continue }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = fread(&bytes, 1, bytes.count, file)
            if String(decoding: bytes[..<count], as: UTF8.self).contains(folder) { return true }
        }
        return false
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    @Test func `leaves no process and no folder when it is removed`() async throws {
        let cluster = try await PrivateCluster.start()
        #expect(Self.exists(cluster.folder))
        #expect(Self.hasProcesses(cluster.folder))
        await cluster.remove()
        #expect(!Self.exists(cluster.folder))
        #expect(!Self.hasProcesses(cluster.folder))
        await cluster.remove()
        await #expect(throws: ClusterError.self) { try await cluster.restart() }
    }

    @Test func `with a clock of its own shows the time that it was set to, also after a restart`() async throws {
        var options = ClusterOptions()
        options.hasOwnClock = true
        try await PrivateCluster.with(options) { cluster in
            func ahead(_ connection: Connection) async throws -> Int {
                let now = try await connection.query("SELECT extract(epoch FROM clock_timestamp())::bigint")
                return try now.single(Int.self) - time(nil)
            }
            var connection = try await cluster.connect()
            #expect(abs(try await ahead(connection)) <= 1)
            for seconds in [40_000_000, -40_000_000, 3_600] {
                try await cluster.setClock(secondsAhead: seconds)
                #expect(abs(try await ahead(connection) - seconds) <= 1, "in a session that existed")
            }
            await connection.close()
            try await cluster.restart()
            connection = try await cluster.connect()
            #expect(abs(try await ahead(connection) - 3_600) <= 1)
            await connection.close()
        }
    }

    @Test func `without a clock of its own cannot be set`() async throws {
        try await PrivateCluster.with { cluster in
            _ = await #expect(throws: ClusterError.self) { try await cluster.setClock(secondsAhead: 60) }
        }
    }

    @Test func `leaves nothing when its last reference goes`() async throws {
        var cluster: PrivateCluster? = try await PrivateCluster.start()
        let folder = try #require(cluster?.folder)
        cluster = nil
        try await eventually { !Self.exists(folder) && !Self.hasProcesses(folder) }
    }

    @Test func `leaves nothing when its owner is killed`() async throws {
        let log = try TemporaryFile("")
        let path = log.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let cluster = try await PrivateCluster.start()
            let file = try #require(fopen(path, "w"))
            fputs(cluster.folder, file)
            fclose(file)
            _ = try await cluster.connect()
            kill(getpid(), SIGKILL)
        }
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 200)
        let folder = String(decoding: bytes[..<fread(&bytes, 1, 200, file)], as: UTF8.self)
        #expect(folder.hasPrefix("/tmp/resutveksl-"))
        try await eventually { !Self.exists(folder) && !Self.hasProcesses(folder) }
    }

    @Test func `keeps its data over a stop, and over a crash what was written down`() async throws {
        try await PrivateCluster.with { cluster in
            try await cluster.run("CREATE TABLE kept (x int); INSERT INTO kept VALUES (1); CHECKPOINT")
            try await cluster.restart()
            try await cluster.restart(.immediate)
            let connection = try await cluster.connect()
            #expect(try await connection.query("SELECT count(*) FROM kept").single(Int.self) == 1)
            await connection.close()
        }
    }

    @Test func `has the settings that it was given, and databases made from templates`() async throws {
        var options = ClusterOptions()
        options.isDurable = true
        options.settings = ["work_mem": "12MB", "log_min_messages": "warning"]
        try await PrivateCluster.with(options) { cluster in
            try await cluster.createDatabase("template \"æ\"")
            try await cluster.run("CREATE TABLE t (x int)", in: "template \"æ\"")
            try await cluster.createDatabase("copy", template: "template \"æ\"")
            let connection = try await cluster.connect(database: "copy")
            let rows = try await connection.query(
                """
                SELECT current_setting('work_mem'), current_setting('fsync'), to_regclass('t') IS NOT NULL,
                    current_setting('listen_addresses'), current_setting('server_encoding')
                """)
            #expect(
                try rows.single(String.self, String.self, Bool.self, String.self, String.self)
                    == ("12MB", "on", true, "", "UTF8"))
            await connection.close()
        }
    }

    @Test func `with a setting that the server refuses tells what the server said, and leaves nothing`() async throws {
        var options = ClusterOptions()
        options.settings = ["no_such_setting": "1"]
        let error = await #expect(throws: ClusterError.self) { try await PrivateCluster.start(options) }
        #expect(error?.code == .serverFailed)
        #expect(error?.message.contains("no_such_setting") == true)
        let folder = try #require(error?.message.firstMatch(of: #//tmp/resutveksl-\w+/#)).output
        #expect(!Self.exists(String(folder)))
    }

    @Test func `in a folder that cannot be used says so`() async throws {
        var options = ClusterOptions()
        options.parentFolder = "/nowhere"
        let error = await #expect(throws: ClusterError.self) { try await PrivateCluster.start(options) }
        #expect(error?.code == .folder)
        #expect(error?.message.contains("/nowhere") == true)
    }

    @Test func `that is kept outlives its owner and goes when it is told to`() async throws {
        let cluster = try await PrivateCluster.start()
        try await cluster.keep()
        await #expect(throws: ClusterError.self) { try await cluster.stop() }
        let connection = try await cluster.connect()
        await connection.close()
        #expect(Self.exists(cluster.folder))
        #expect(system("\(cluster.stopCommand) >/dev/null") == 0)
        #expect(!Self.exists(cluster.folder))
        #expect(!Self.hasProcesses(cluster.folder))
    }
}
