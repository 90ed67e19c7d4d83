import DevCluster
import Exchange
import Postgres

extension Playground {
    /// Puts PL/pgSQL before a source's answer, and counts how often the source was asked, errors included.
    ///
    /// It sees the parameters of `ask_v1`: `17 = ANY (refs)` tells whether order 17 is asked about.
    ///
    /// - Parameters:
    ///   - answer: what is returned, over the true answer `a`.
    ///   - options: of the function, such as settings.
    func interpose(
        at source: Int32, _ before: String = "", answer: String = "SELECT * FROM true_answer a", options: String = ""
    ) async throws {
        try await at(
            source,
            """
            CREATE SEQUENCE public.questions;
            ALTER FUNCTION resutveksl.ask_v1 RENAME TO ask_truly;
            CREATE FUNCTION resutveksl.ask_v1(
                refs bigint[], numbers text[], consents text[], consent_dates date[], fingerprints text[], purposes text[],
                basis text)
            RETURNS TABLE (record text, ref bigint, person_number text, verdict text, answered int, held_back int,
                fingerprint text, institution int, result_key text, part_of_key text, category text, code text, version text,
                name_bokmal text, name_nynorsk text, name_english text, thesis_title text, thesis_title_english text,
                description_bokmal text, description_nynorsk text, description_english text, term_year int, term text,
                credits numeric, grading_rule int, grade_value numeric, grade text, obtained_on date)
            LANGUAGE plpgsql SECURITY DEFINER \(options) AS $function$
            #variable_conflict use_column
            BEGIN
                PERFORM nextval('public.questions');
                \(before)
                RETURN QUERY WITH true_answer AS (
                    SELECT * FROM resutveksl.ask_truly(refs, numbers, consents, consent_dates, fingerprints, purposes, basis))
                \(answer);
            END $function$;
            """)
    }

    /// How often an interposed source was asked.
    func questions(at source: Int32) async throws -> Int {
        let count = try await value(
            at: source, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.questions")
        return Int(count ?? "") ?? -1
    }

    /// Makes a source answer wrongly about one order: a column of its results is replaced by an expression.
    func falsify(at source: Int32, _ order: OrderNumber, _ column: String, _ expression: String) async throws {
        try await tamper(
            at: source, column,
            "CASE WHEN ref = \(order) AND record = 'result' THEN \(expression) ELSE \(column) END")
    }

    /// Adds a source with somebody in it, reached by other settings than the healthy one's.
    func addSource(_ source: Int32, reached settings: [String: String]) async throws {
        try await addSource(source)
        let string = try cluster.connectionString(
            database: database(of: source), user: Self.requester, tcp: settings["host"] == "127.0.0.1"
        ).with(settings)
        try await register(source, string)
    }

    /// Limits that keep tests short.
    func hurry(_ source: Int32 = 204, connect: Int = 300, statement: Int = 300) async throws {
        try await own(
            """
            UPDATE resutveksl.sources SET connect_timeout = '\(connect) milliseconds',
                statement_timeout = '\(statement) milliseconds' WHERE source = \(source)
            """)
    }
}
