package import Exchange
package import Logging
package import Postgres

/// A connection to a source that speaks the contract.
package struct SourceSession: Sendable {
    let connection: Connection
    package let contract: SourceContract
    /// Elements of a question at most, each a number of a person (contract version 1).
    package static let mostElements = 10_000
    /// The institution numbers that the own register lets the source answer for.
    private let answersFor: Set<InstitutionNumber>

    /// Connects, limits what a statement may take on the source's side too, and checks the contract.
    ///
    /// - Throws: `SourceError`, also when the database is another institution's than `institution`.
    package static func open(
        _ institution: InstitutionNumber, connection string: ConnectionString, answersFor: Set<InstitutionNumber>,
        connectTimeout: Duration, statementTimeout: Duration, answerLimit: Int, logger: Logger
    ) async throws(SourceError) -> SourceSession {
        // The server is given a little less time than we wait, so that it stops the statement itself, which needs no
        // second connection.
        var options = ConnectionOptions(
            connectTimeout: connectTimeout, statementTimeout: statementTimeout + .seconds(2), answerLimit: answerLimit)
        // What the source's own functions and triggers say may quote a row.
        options.logsNoticeTexts = false
        let connection: Connection
        do throws(PostgresError) {
            connection = try await Connection.connect(string, options: options, logger: logger)
        } catch {
            throw SourceError(error)
        }
        do throws(SourceError) {
            let contract = try await Self.contract(
                on: connection, institution, statementTimeout: statementTimeout, deadline: connectTimeout)
            return SourceSession(connection: connection, contract: contract, answersFor: answersFor)
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func contract(
        on connection: Connection, _ institution: InstitutionNumber, statementTimeout: Duration, deadline: Duration
    ) async throws(SourceError) -> SourceContract {
        let rows: Rows
        do throws(PostgresError) {
            rows = try await connection.query(
                Self.contract, String(Int64(statementTimeout / .milliseconds(1))), timeout: deadline)
        } catch {
            // A server that lets us in and then says nothing is as far away as one that does not.
            throw error.code == .timedOut
                ? SourceError(
                    Fault(
                        .noAnswer, reason: "\(error). \(FaultKind.noAnswer.advice)", errno: "ETIMEDOUT",
                        phase: "contract"))
                : SourceError(error)
        }
        let contract = try SourceContract(rows)
        try contract.requireUsable(for: institution)
        return contract
    }

    private static let contract: Statement = """
        SELECT c.oldest, c.newest, c.institution, c.answers_for
        FROM resutveksl.contract() AS c, set_config('statement_timeout', $1, false)
        """

    /// Tries a connection that has been idle: a firewall may have forgotten it without a word.
    ///
    /// - Returns: whether it may be used; if not it is closed.
    package func isAlive(within deadline: Duration) async -> Bool {
        guard await connection.isUsable else { return false }
        do throws(PostgresError) {
            _ = try await connection.query("SELECT", timeout: deadline)
            return true
        } catch {
            await connection.close()
            return false
        }
    }

    /// Asks one question about a set of persons, and checks what comes back.
    ///
    /// - Parameters:
    ///   - basis: on what legal basis it is asked, for the source's record.
    ///   - beforeAnswer: is waited for before the answer is read into memory.
    /// - Throws: `SourceError`. The session goes on where only the answer was at fault; `isUsable` tells.
    package func ask(
        _ questions: [Question], basis: String, beforeAnswer: (@Sendable () async -> Void)? = nil
    ) async throws(SourceError) -> CheckedAnswer {
        let rows: Rows
        do throws(PostgresError) {
            rows = try await connection.query(
                Self.ask, arguments: Self.arguments(questions, basis), beforeAnswer: beforeAnswer)
        } catch {
            throw SourceError(error)
        }
        return try AnswerRows(rows).checked(questions, institution: contract.institution, answersFor: answersFor)
    }

    package var isUsable: Bool {
        get async { await connection.isUsable }
    }

    package func close() async { await connection.close() }

    private static let ask = Statement(
        prepared: "ask_v1",
        """
        SELECT record, ref, person_number, verdict, answered, held_back, fingerprint, institution, result_key, part_of_key,
            category, code, version, name_bokmal, name_nynorsk, name_english, thesis_title, thesis_title_english,
            description_bokmal, description_nynorsk, description_english, term_year, term, credits, grading_rule,
            grade_value, grade, obtained_on
        FROM resutveksl.ask_v1($1, $2, $3, $4, $5, $6, $7)
        """)

    /// The parallel arrays of `ask_v1`: an element for each number of each person.
    private static func arguments(_ questions: [Question], _ basis: String) -> [any PostgresEncodable] {
        var refs: [Int64] = []
        var numbers: [String] = []
        var consents: [String?] = []
        var dates: [PostgresDate?] = []
        var fingerprints: [String?] = []
        var purposes: [String] = []
        for question in questions {
            for number in question.numbers {
                refs.append(question.ref.rawValue)
                numbers.append(number.digits)
                consents.append(question.consent?.rawValue)
                dates.append(question.consentedOn.map { PostgresDate(daysSince2000: $0.daysSince2000) })
                fingerprints.append(question.fingerprint?.text)
                purposes.append(question.purpose.rawValue)
            }
        }
        return [refs, numbers, consents, dates, fingerprints, purposes, basis]
    }
}
