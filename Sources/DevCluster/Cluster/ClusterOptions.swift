/// How a private cluster is set up; what is not said here is as `initdb` leaves it.
package struct ClusterOptions: Sendable {
    /// Whether it survives a crash of the machine; off, everything is several times faster.
    package var isDurable = false
    package var maxConnections = 200
    /// Lines of postgresql.conf, written after the cluster's own; values are quoted when they are written.
    package var settings: [String: String] = [:]
    /// Whether it also listens on 127.0.0.1, at a port that is free when it starts.
    package var listensOnTCP = false
    /// The names that the server's certificate is made out to; empty for no TLS, otherwise implies TCP.
    package var certificateNames: [String] = []
    /// Lines of pg_hba.conf that come before those that trust everybody.
    ///
    /// For example `host all anna 127.0.0.1/32 scram-sha-256`.
    package var accessRules: [String] = []
    /// Whether the server goes by a clock of its own, which `setClock` moves; needs the Debian package libfaketime.
    ///
    /// Time goes by for it as for everybody, but its own timeouts (`statement_timeout`, `lock_timeout`) do not fire.
    package var hasOwnClock = false
    /// Where the cluster's folder is made; short, because the path of a socket has at most 107 bytes.
    package var parentFolder = "/tmp"

    package init(listensOnTCP: Bool = false) { self.listensOnTCP = listensOnTCP }

    var needsTCP: Bool { listensOnTCP || !certificateNames.isEmpty }

    /// The lines for postgresql.conf.
    func configuration(folder: String, port: Int) -> String {
        var lines: [(String, String)] = [
            ("unix_socket_directories", folder), ("listen_addresses", needsTCP ? "127.0.0.1" : ""),
            ("port", String(port)), ("max_connections", String(maxConnections)), ("logging_collector", "off"),
            ("log_line_prefix", "%m [%p] %q%u@%d "),
        ]
        if !isDurable {
            lines += [
                ("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("wal_level", "minimal"),
                ("max_wal_senders", "0"), ("max_wal_size", "4GB"), ("checkpoint_timeout", "1h"),
            ]
        }
        if !certificateNames.isEmpty {
            lines += [
                ("ssl", "on"), ("ssl_cert_file", folder + "/tls/server.crt"),
                ("ssl_key_file", folder + "/tls/server.key"),
            ]
        }
        lines += settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return lines.map { "\($0.0) = '\($0.1.replacing("'", with: "''"))'\n" }.joined()
    }

    /// The text of pg_hba.conf: the folder is its owner's alone, so whoever reaches the socket may come in.
    func accessFile() -> String {
        let rules =
            accessRules + [
                "local all all trust", "host all all 127.0.0.1/32 trust",
            ]
        return rules.joined(separator: "\n") + "\n"
    }
}
