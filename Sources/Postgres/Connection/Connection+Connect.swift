import CLibpq
package import Logging

extension Connection {
    /// Connects to the first address that accepts, each with a deadline of its own.
    ///
    /// Addresses are tried as libpq tries them: all addresses of all hosts in order; a server that refuses the login ends
    /// the search, a server that is starting up or shutting down does not.
    package static func connect(
        _ string: ConnectionString, options: ConnectionOptions = ConnectionOptions(), loop: EventLoop = .shared,
        logger: Logger
    ) async throws(PostgresError) -> Connection {
        let effective = try EffectiveOptions(string)
        let timeout = effective.connectTimeout ?? options.connectTimeout
        var lastError: PostgresError?
        for endpoint in effective.endpoints {
            let addresses: [String?]
            do throws(PostgresError) {
                addresses = try await self.addresses(of: endpoint, timeout: timeout, loop: loop)
            } catch {
                if error.code == .cancelled { throw error }
                lastError = error
                continue
            }
            for address in addresses {
                let attempt = ConnectAttempt(
                    string: string, endpoint: endpoint, address: address, database: effective.database,
                    deadline: .now + timeout, options: options, loop: loop, logger: logger)
                do throws(PostgresError) {
                    return try await attempt.run()
                } catch {
                    let mayTryNext = error.code != .cancelled && (error.code != .server || error.sqlState == "57P03")
                    guard mayTryNext else { throw error }
                    lastError = error
                }
            }
        }
        throw lastError
            ?? PostgresError(.configuration, phase: .configure, message: "the connection string names no server")
    }

    /// What to connect to for an endpoint; nil stands for "as it is" (a socket, or an address given by hand).
    private static func addresses(
        of endpoint: Endpoint, timeout: Duration, loop: EventLoop
    ) async throws(PostgresError) -> [String?] {
        guard let host = endpoint.host, endpoint.address == nil, !endpoint.isSocket else { return [endpoint.address] }
        return try await NameResolver.addresses(of: host, until: .now + timeout, on: loop)
    }
}

/// One attempt at one address: `PQconnectPoll` driven by the loop.
private actor ConnectAttempt {
    let string: ConnectionString
    let endpoint: Endpoint
    let address: String?
    let database: String?
    let deadline: ContinuousClock.Instant
    let options: ConnectionOptions
    let loop: EventLoop
    let logger: Logger

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        string: ConnectionString, endpoint: Endpoint, address: String?, database: String?,
        deadline: ContinuousClock.Instant, options: ConnectionOptions, loop: EventLoop, logger: Logger
    ) {
        self.string = string
        self.endpoint = endpoint
        self.address = address
        self.database = database
        self.deadline = deadline
        self.options = options
        self.loop = loop
        self.logger = logger
    }

    func run() async throws(PostgresError) -> Connection {
        guard let pointer = parameters().start() else {
            throw failure(.connectFailed, .connect, "out of memory")
        }
        let handle = LibpqHandle(pointer, notices: NoticeSink(logger: logger, logsTexts: options.logsNoticeTexts))
        // libpq tells the SQLSTATE of a refused login only inside the text, and only when it is asked to be verbose.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        var next = PGRES_POLLING_WRITING
        var phase = PostgresError.Phase.connect
        while next != PGRES_POLLING_OK {
            // libpq forgets how far it had come when it fails: then it is what it was before.
            if next == PGRES_POLLING_FAILED || PQstatus(pointer) == CONNECTION_BAD { throw refusal(pointer, phase) }
            phase = self.phase(of: pointer)
            // The socket may be another one after each call: libpq opens a new one when it falls back from TLS.
            let interest: EventLoop.Interest = next == PGRES_POLLING_READING ? .read : .write
            switch await loop.wait(for: PQsocket(pointer), interest, until: deadline) {
            case .ready: break
            case .timedOut: throw failure(.timedOut, phase, "no answer within the time allowed for connecting")
            case .cancelled: throw failure(.cancelled, phase, "cancelled while connecting")
            }
            next = PQconnectPoll(pointer)
        }
        PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        guard PQsetnonblocking(pointer, 1) == 0 else { throw refusal(pointer, .connect) }
        return Connection(
            handle: handle, loop: loop, host: host, database: PQdb(pointer).map { String(cString: $0) },
            options: options, logger: logger)
    }

    private var host: String? { endpoint.host ?? address }

    private func parameters() -> LibpqParameters {
        var overrides = [("client_encoding", "UTF8"), ("fallback_application_name", options.applicationName)]
        // The name stays beside the address: verify-full and the password file go by it.
        if let host = endpoint.host { overrides.append(("host", host)) }
        if let address { overrides.append(("hostaddr", address)) }
        if let port = endpoint.port { overrides.append(("port", port)) }
        return LibpqParameters(string, overrides: overrides)
    }

    private func phase(of pointer: OpaquePointer) -> PostgresError.Phase {
        switch PQstatus(pointer) {
        case CONNECTION_SSL_STARTUP: .tls
        case CONNECTION_MADE, CONNECTION_AWAITING_RESPONSE, CONNECTION_AUTH_OK: .authenticate
        default: .connect
        }
    }

    private func refusal(_ pointer: OpaquePointer, _ phase: PostgresError.Phase) -> PostgresError {
        let text = String(cString: PQerrorMessage(pointer)).trimmingNewlines()
        // The severity is in the language of the server (FATALT, 致命错误); two spaces and five characters follow it.
        guard let match = text.firstMatch(of: /(\S+):  ([0-9A-Z]{5}): ([^\n]*)/) else {
            if PQconnectionNeedsPassword(pointer) == 1 { return failure(.passwordMissing, .authenticate, text) }
            let isTLS = phase == .tls || text.contains("SSL") || text.contains("certificate")
            return failure(
                .connectFailed, isTLS ? .tls : phase, text.isEmpty ? "the server closed the connection" : text)
        }
        return PostgresError(
            .server, phase: .authenticate, message: String(match.output.3), sqlState: String(match.output.2),
            severity: "FATAL", host: host, database: database)
    }

    private func failure(
        _ code: PostgresError.Code, _ phase: PostgresError.Phase, _ message: String
    ) -> PostgresError {
        PostgresError(
            code, phase: phase, message: message, host: host, database: database,
            errno: code == .timedOut ? "ETIMEDOUT" : SystemErrorName.inMessage(message))
    }
}
