import CLibpq
import Glibc
package import Logging

/// One connection to one server, driven without blocking on the event loop.
///
/// It does one thing at a time: a second task that uses it meanwhile, or uses it beside its open transaction, gets an
/// error with code `inUse` and disturbs nothing. Every wait has a deadline. After an error from the server it can be
/// used again; after a lost connection, or a cancellation that the server did not acknowledge in time, it is closed.
package actor Connection {
    enum Use: Equatable {
        case idle
        case busy
        case transaction(UInt64, isBusy: Bool)
        case closed
    }

    nonisolated let loop: EventLoop
    package nonisolated let host: String?
    package nonisolated let database: String?
    nonisolated let options: ConnectionOptions
    package nonisolated let logger: Logger

    var use: Use = .idle
    private var lastTransaction: UInt64 = 0
    private var preparedNames: Set<String> = []
    private var doneOnce: Set<String> = []
    private var handle: LibpqHandle?
    private var meter: AnswerMeter

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        handle: LibpqHandle, loop: EventLoop, host: String?, database: String?, options: ConnectionOptions,
        logger: Logger
    ) {
        self.handle = handle
        self.loop = loop
        self.host = host
        self.database = database
        self.options = options
        self.logger = logger
        meter = AnswerMeter(limit: options.answerLimit)
    }

    /// Whether it can take a statement now.
    ///
    /// A connection that the server closed meanwhile shows as closed after this.
    package var isUsable: Bool {
        guard use == .idle, let handle else { return false }
        // What a server said unasked (a notification, or its last word) waits in the socket; PQconsumeInput never blocks.
        if PQconsumeInput(handle.pointer) == 0 || PQstatus(handle.pointer) != CONNECTION_OK { close() }
        // One call reads one piece: behind the server's last word waits the end of the stream.
        var pieces = 0
        while use == .idle, pieces < 64, Self.isReadable(PQsocket(handle.pointer)) {
            if PQconsumeInput(handle.pointer) == 0 { close() }
            pieces += 1
        }
        return use == .idle
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Ends the session.
    ///
    /// Never blocks; safe to call twice.
    package func close() {
        switch use {
        case .busy, .transaction(_, isBusy: true):
            // A task waits for the socket and keeps it open: the end of the stream wakes it.
            if let handle { _ = Glibc.shutdown(PQsocket(handle.pointer), Int32(SHUT_RDWR)) }
        default: break
        }
        use = .closed
        handle = nil
    }

    // MARK: Statements

    /// Sends one statement and waits for its rows.
    ///
    /// - Parameter deadline: for the statement; `options.statementTimeout` when nil. The server is asked to cancel what
    ///   runs longer.
    package func query(
        _ statement: Statement, _ parameters: any PostgresEncodable..., timeout: Duration? = nil
    ) async throws(PostgresError) -> Rows {
        try await query(statement, arguments: parameters, timeout: timeout)
    }

    /// - Parameter beforeAnswer: is waited for when the answer begins to come, and before it is read: until then it stays with
    ///   the server, but for what fits into the socket. That time is not counted against the statement.
    package func query(
        _ statement: Statement, arguments: [any PostgresEncodable], timeout: Duration? = nil,
        beforeAnswer: (@Sendable () async -> Void)? = nil
    ) async throws(PostgresError) -> Rows {
        try await query(
            statement, arguments.map(Parameter.init), timeout: timeout, transaction: nil, beforeAnswer: beforeAnswer)
    }

    func query(
        _ statement: Statement, _ parameters: [Parameter], timeout: Duration?, transaction: UInt64?,
        beforeAnswer: (@Sendable () async -> Void)? = nil
    ) async throws(PostgresError) -> Rows {
        try enter(transaction)
        defer { leave() }
        let deadline = ContinuousClock.now + (timeout ?? options.statementTimeout)
        if let name = statement.name, !preparedNames.contains(name) {
            try send { PQsendPrepare($0, name, statement.sql, Int32(parameters.count), parameters.types) }
            _ = try await results(phase: .query, until: deadline)
            preparedNames.insert(name)
        }
        try send(statement, parameters)
        return try await lastResult(phase: .query, until: deadline, beforeAnswer: beforeAnswer)
    }

    /// Runs a text of several statements (a migration) without parameters, in the order that it stands in.
    package func execute(script: String, timeout: Duration? = nil) async throws(PostgresError) {
        try await execute(script: script, timeout: timeout, transaction: nil)
    }

    func execute(script: String, timeout: Duration?, transaction: UInt64?) async throws(PostgresError) {
        try enter(transaction)
        defer { leave() }
        try send { PQsendQuery($0, script) }
        _ = try await results(phase: .query, until: .now + (timeout ?? options.statementTimeout))
    }

    /// Runs a script the first time that it is asked for in this session: temporary tables, session settings.
    ///
    /// Outside transactions, so that a rollback does not undo what is remembered as done.
    package func once(_ name: String, script: String) async throws(PostgresError) {
        if doneOnce.contains(name) { return }
        try await execute(script: script)
        doneOnce.insert(name)
    }

    // MARK: Exclusive use

    func enter(_ transaction: UInt64?) throws(PostgresError) {
        switch (use, transaction) {
        case (.idle, nil):
            use = .busy
        case (.transaction(let open, isBusy: false), .some(let id)) where open == id:
            use = .transaction(id, isBusy: true)
        case (.closed, _):
            throw failure(.closed, .query, "the connection is closed")
        default:
            throw failure(.inUse, .query, "the connection is in use by another task")
        }
    }

    func leave() {
        switch use {
        case .busy: use = .idle
        case .transaction(let id, isBusy: true): use = .transaction(id, isBusy: false)
        default: break
        }
    }

    func beginTransaction() async throws(PostgresError) -> UInt64 {
        do throws(PostgresError) {
            _ = try await query("BEGIN", [], timeout: nil, transaction: nil)
        } catch {
            // It may have taken effect without our hearing of it: the next user would be in a transaction unawares.
            if error.code != .inUse { close() }
            throw error
        }
        // Between the statement and this line nobody else can have entered: both run on the actor without suspension.
        guard use == .idle else { throw failure(.inUse, .query, "the connection is in use by another task") }
        lastTransaction += 1
        use = .transaction(lastTransaction, isBusy: false)
        return lastTransaction
    }

    func endTransaction(_ id: UInt64, with command: Statement) async throws(PostgresError) -> String {
        let rows = try await query(command, [], timeout: nil, transaction: id)
        if use == .transaction(id, isBusy: false) { use = .idle }
        return rows.commandTag
    }

    // MARK: Talking to libpq

    func pointer() throws(PostgresError) -> OpaquePointer {
        guard let handle else { throw failure(.closed, .query, "the connection is closed") }
        return handle.pointer
    }

    func send(_ start: (OpaquePointer) -> Int32) throws(PostgresError) {
        let pointer = try pointer()
        // A request to cancel could overtake the statement, and would then miss it.
        if Task.isCancelled { throw failure(.cancelled, .query, "cancelled before the statement was sent") }
        meter.begin(PQsocket(pointer))
        if start(pointer) == 0 { throw lost(.query) }
    }

    private func send(_ statement: Statement, _ parameters: [Parameter]) throws(PostgresError) {
        for (index, parameter) in parameters.enumerated() where parameter.holdsNUL {
            throw failure(.decoding, .query, "parameter $\(index + 1) holds a NUL character, which no text column can")
        }
        try send { pointer in
            withForms(parameters) { values, lengths, formats in
                if let name = statement.name {
                    PQsendQueryPrepared(pointer, name, Int32(parameters.count), values, lengths, formats, 1)
                } else {
                    PQsendQueryParams(
                        pointer, statement.sql, Int32(parameters.count), parameters.types, values, lengths, formats, 1)
                }
            }
        }
    }

    func lastResult(
        phase: PostgresError.Phase, until deadline: ContinuousClock.Instant,
        beforeAnswer: (@Sendable () async -> Void)? = nil
    ) async throws(PostgresError) -> Rows {
        guard let last = try await results(phase: phase, until: deadline, beforeAnswer: beforeAnswer).last else {
            throw lost(phase)
        }
        return last
    }

    /// Collects the results of what was sent; the first error wins, the connection stays usable after it.
    func results(
        phase: PostgresError.Phase, until deadline: ContinuousClock.Instant,
        beforeAnswer: (@Sendable () async -> Void)? = nil
    ) async throws(PostgresError) -> [Rows] {
        do throws(Interruption) {
            var deadline = deadline
            if let beforeAnswer {
                try await flush(phase, until: deadline)
                try await wait(.read, until: deadline)
                deadline += await ContinuousClock().measure(beforeAnswer)
            }
            return try await collect(phase: phase, until: deadline, heedsCancellation: true)
        } catch {
            switch error {
            case .failed(let error):
                throw error
            case .timedOut:
                try await stopStatement(phase)
                throw failure(.timedOut, phase, "no answer within the time allowed for the statement")
            case .cancelled:
                try await stopStatement(phase)
                throw failure(.cancelled, phase, "cancelled while the statement ran")
            case .tooLarge:
                // The server notices that nobody reads any more when it next writes.
                close()
                throw failure(
                    .tooLarge, phase, "the answer is larger than the \(options.answerLimit ?? 0) bytes allowed")
            }
        }
    }

    enum Interruption: Error {
        case failed(PostgresError)
        case timedOut
        case cancelled
        case tooLarge
    }

    private func collect(
        phase: PostgresError.Phase, until deadline: ContinuousClock.Instant, heedsCancellation: Bool
    ) async throws(Interruption) -> [Rows] {
        try await flush(phase, until: deadline, heedsCancellation: heedsCancellation)
        var rows: [Rows] = []
        var firstError: PostgresError?
        while let result = try await nextResult(phase, until: deadline, heedsCancellation: heedsCancellation) {
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                rows.append(Rows(result))
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // libpq would answer with this again and again until the copy ends: the caller takes over.
                rows.append(Rows(result))
                return rows
            default:
                firstError = firstError ?? serverError(result, phase)
                PQclear(result)
            }
        }
        if let handle, PQstatus(handle.pointer) != CONNECTION_OK {
            let error = firstError ?? lost(phase)
            close()
            throw .failed(error)
        }
        if let firstError { throw .failed(firstError) }
        return rows
    }

    func flush(
        _ phase: PostgresError.Phase, until deadline: ContinuousClock.Instant, heedsCancellation: Bool = true
    ) async throws(Interruption) {
        while true {
            guard let handle else { throw .failed(lost(phase)) }
            switch PQflush(handle.pointer) {
            case 0: return
            case 1: break
            default: throw .failed(lost(phase))
            }
            // A server that fills its own send buffer waits for us to read before it reads on (libpq documentation, 34.4).
            try await wait([.read, .write], until: deadline, heedsCancellation: heedsCancellation)
            if PQconsumeInput(handle.pointer) == 0 { throw .failed(lost(phase)) }
        }
    }

    private func nextResult(
        _ phase: PostgresError.Phase, until deadline: ContinuousClock.Instant, heedsCancellation: Bool
    ) async throws(Interruption) -> OpaquePointer? {
        while let handle, PQisBusy(handle.pointer) == 1 {
            try await wait(.read, until: deadline, heedsCancellation: heedsCancellation)
            meter.willRead()
            let isLost = PQconsumeInput(handle.pointer) == 0
            meter.didRead()
            // After reading, so that the last piece counts too.
            if meter.isOver { throw .tooLarge }
            if isLost, PQisBusy(handle.pointer) == 1 { throw .failed(lost(phase)) }
        }
        guard let handle else { throw .failed(lost(phase)) }
        return PQgetResult(handle.pointer)
    }

    func wait(
        _ interest: EventLoop.Interest, until deadline: ContinuousClock.Instant, heedsCancellation: Bool = true
    ) async throws(Interruption) {
        guard let handle else { return }
        let descriptor = PQsocket(handle.pointer)
        switch await loop.wait(for: descriptor, interest, until: deadline, heedsCancellation: heedsCancellation) {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        }
    }

    /// Asks the server to cancel the running statement and waits for its end, at most `options.cancelGrace`.
    ///
    /// The connection is kept only when both the cancellation has been delivered and the statement has ended: a
    /// cancellation still under way could hit the next statement.
    private func stopStatement(_ phase: PostgresError.Phase) async throws(PostgresError) {
        guard let handle else { return }
        let deadline = ContinuousClock.now + options.cancelGrace
        let request = CancelRequest(handle.pointer)
        let isDelivered = await DetachedThread.value(
            name: "pg-cancel", until: deadline, on: loop, heedsCancellation: false
        ) { request.send() }
        do throws(Interruption) {
            _ = try await collect(phase: phase, until: deadline, heedsCancellation: false)
            if isDelivered != true { close() }
        } catch {
            guard case .failed(let error) = error, error.isServer("57014"), isDelivered == true else {
                close()
                return
            }
        }
    }

    // MARK: Errors

    func failure(_ code: PostgresError.Code, _ phase: PostgresError.Phase, _ message: String) -> PostgresError {
        PostgresError(
            code, phase: phase, message: message, host: host, database: database,
            errno: code == .timedOut ? "ETIMEDOUT" : code == .connectionLost ? SystemErrorName.inMessage(message) : nil)
    }

    /// The connection broke: closes it and tells what libpq knows.
    func lost(_ phase: PostgresError.Phase) -> PostgresError {
        let message = handle.map { String(cString: PQerrorMessage($0.pointer)).trimmingNewlines() } ?? ""
        close()
        return failure(.connectionLost, phase, message.isEmpty ? "the connection to the server was lost" : message)
    }

    private func serverError(_ result: OpaquePointer, _ phase: PostgresError.Phase) -> PostgresError {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        guard let sqlState = field("C") else {
            // Without a SQLSTATE the error is libpq's own: the connection broke while the answer was under way.
            let message = String(cString: PQresultErrorMessage(result)).trimmingNewlines()
            return failure(.connectionLost, phase, message)
        }
        var message = field("M") ?? ""
        // Our own functions put the next step into HINT; DETAIL quotes rows and is left alone.
        if let hint = field("H") { message += ". \(hint)" }
        return PostgresError(
            .server, phase: phase, message: message, sqlState: sqlState, severity: field("V"), host: host,
            database: database, constraint: field("n"))
    }
}

extension [Parameter] {
    fileprivate var types: [UInt32] { map(\.type.rawValue) }
}
