import DevCluster
import Foundation
import Testing

/// A MariaDB server of one's own in a temporary folder, gone without a trace when these tests are gone.
///
/// It stands in for the database that FS runs on. A shell beside it obeys `start` and `stop`, and takes it down when its
/// input ends, however these tests end.
actor MariaDBServer {
    /// Where it keeps everything; the same user as a private cluster's may write files there.
    nonisolated let folder: String
    nonisolated let port: Int
    private let keeper: Command
    private var answers = 0

    private static let script = #"""
        umask 077
        cd /
        trap '' PIPE
        trap 'exit 1' HUP INT TERM
        PATH=$PATH:/usr/sbin
        folder=$(mktemp -d /tmp/resutveksl-mariadb-XXXXXX) || exit 1
        stop() {
            [ -n "$server" ] || return 0
            kill "$server"
            wait "$server"
            server=
        }
        finish() {
            trap '' HUP INT TERM
            stop
            rm -rf "$folder"
        }
        trap finish EXIT
        start() {
            mariadbd --no-defaults --datadir="$folder/data" --socket="$folder/socket" --pid-file="$folder/pid" \
                --bind-address=127.0.0.1 --port="$1" --skip-name-resolve --character-set-server=utf8mb4 \
                --collation-server=utf8mb4_danish_ci --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 \
                --performance-schema=off --userstat=1 --secure-file-priv= </dev/null >>"$folder/server.log" 2>&1 &
            server=$!
            tries=0
            until mariadb --no-defaults --socket="$folder/socket" -uroot -e 'SELECT 1' </dev/null >/dev/null 2>&1; do
                tries=$((tries + 1))
                [ "$tries" -lt 600 ] && kill -0 "$server" 2>/dev/null || return 1
                sleep 0.1
            done
        }
        if ! mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal \
            --skip-test-db </dev/null >"$folder/install.log" 2>&1; then
            tail -n 5 "$folder/install.log"
            exit 1
        fi
        echo "folder $folder"
        while read -r command port; do
            case $command in
            start)
                if start "$port"; then echo obeyed; else echo "failed: $(tail -n 5 "$folder/server.log")"; fi
                ;;
            stop)
                stop
                echo obeyed
                ;;
            esac
        done
        """#

    /// Makes a server and starts it; takes some seconds.
    static func start() async throws -> MariaDBServer {
        let keeper = try Command(
            ["setsid"] + ServerUser.change + ["sh", "-c", script], input: nil, limit: .seconds(7200))
        try await keeper.prints("folder /")
        let first = try #require(keeper.printed.split(separator: "\n").first)
        let server = MariaDBServer(keeper, folder: String(first.dropFirst("folder ".count)), port: try LocalPort.free())
        try await server.startAgain()
        return server
    }

    private init(_ keeper: Command, folder: String, port: Int) {
        (self.keeper, self.folder, self.port) = (keeper, folder, port)
    }

    func startAgain() async throws { try await order("start \(port)") }

    /// Ends sessions and server; the data stays, for `startAgain`.
    func stop() async throws { try await order("stop") }

    private func order(_ words: String) async throws {
        answers += 1
        let expected = answers
        keeper.type(words + "\n")
        try await eventually("MariaDB obeys: \(words)") {
            try #require(!self.keeper.printed.contains("failed"), "\(self.keeper.printed)")
            return self.keeper.printed.split(separator: "\n").count { $0 == "obeyed" } >= expected
        }
    }

    /// Runs SQL as MariaDB's administrator.
    ///
    /// - Returns: what it printed: a line for each row, columns separated by tabs, without headings.
    @discardableResult
    nonisolated func run(_ script: String, in database: String? = nil) async throws -> String {
        let finished = try await client(database, input: script).finished()
        try #require(finished.status == 0, "\(finished.errors)")
        return finished.output
    }

    /// A session that waits for more to be typed.
    nonisolated func session() throws -> Command { try client(nil, input: nil) }

    private nonisolated func client(_ database: String?, input: String?) throws -> Command {
        let options = ["--no-defaults", "--socket=\(folder)/socket", "-uroot", "--default-character-set=utf8mb4"]
        return try Command(
            ["mariadb"] + options + ["--batch", "--skip-column-names", "--unbuffered"] + (database.map { [$0] } ?? []),
            input: input)
    }
}
