import CLibpq

/// One address that a connection string leads to.
struct Endpoint: Sendable {
    /// As the string names it; kept for the password file and for certificate names.
    ///
    /// Nil for libpq's default socket.
    let host: String?
    /// Numeric; nil for a socket, or while the name is not resolved.
    let address: String?
    let port: String?

    var isSocket: Bool { host.map { $0.hasPrefix("/") || $0.hasPrefix("@") } ?? (address == nil) }
}

/// What libpq makes of a connection string once service file and environment have been read.
struct EffectiveOptions {
    let endpoints: [Endpoint]
    let database: String?
    let connectTimeout: Duration?
    /// The hosts as the string has them, for messages.
    let hostText: String?

    /// Asks libpq itself, without a packet being sent.
    ///
    /// A connection attempt with a parameter that cannot be right fails after libpq has merged string, service file and
    /// environment and before it opens a socket; what it merged can be read from the failed attempt.
    init(_ string: ConnectionString) throws(PostgresError) {
        let attempt = LibpqParameters(string, overrides: [("ssl_min_protocol_version", "none of them")]).start()
        guard let attempt else { throw PostgresError(.configuration, phase: .configure, message: "out of memory") }
        defer { PQfinish(attempt) }
        guard let options = PQconninfo(attempt) else {
            throw PostgresError(.configuration, phase: .configure, message: "out of memory")
        }
        defer { PQconninfoFree(options) }
        let values = ConnectionString.values(in: options)
        let message = String(cString: PQerrorMessage(attempt))
        if !message.contains("ssl_min_protocol_version") {
            throw PostgresError(
                .configuration, phase: .configure,
                message: message.trimmingNewlines(), host: values["host"], database: values["dbname"])
        }
        func list(_ key: String) -> [String] {
            guard let value = values[key], !value.isEmpty else { return [] }
            return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let hosts = list("host")
        let addresses = list("hostaddr")
        let ports = list("port")
        endpoints = (0..<max(hosts.count, addresses.count, 1)).map { index in
            Endpoint(
                host: index < hosts.count && !hosts[index].isEmpty ? hosts[index] : nil,
                address: index < addresses.count && !addresses[index].isEmpty ? addresses[index] : nil,
                port: ports.count == 1 ? ports[0] : (index < ports.count ? ports[index] : nil))
        }
        database = values["dbname"]
        hostText = values["host"] ?? values["hostaddr"]
        let seconds = values["connect_timeout"].flatMap { Int64($0) } ?? 0
        connectTimeout = seconds > 0 ? .seconds(seconds) : nil
    }
}

/// Keywords and values as `PQconnectStartParams` wants them.
struct LibpqParameters {
    private var pairs: [(String, String)]

    init(_ string: ConnectionString, overrides: [(String, String)]) {
        // dbname comes first and is expanded as a connection string; what follows it takes precedence.
        pairs = [("dbname", string.text)] + overrides
    }

    func start() -> OpaquePointer? {
        withCStrings(pairs.map(\.0)) { keywords in
            withCStrings(pairs.map(\.1)) { values in
                PQconnectStartParams(keywords + [nil], values + [nil], 1)
            }
        }
    }
}

extension String {
    func trimmingNewlines() -> String {
        var text = self[...]
        while let last = text.last, last.isNewline || last == " " { text.removeLast() }
        return String(text)
    }
}
