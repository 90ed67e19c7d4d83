import Postgres

/// The arguments of `ask_v1`, written as PostgreSQL's array literals so that wrong ones can be written too.
struct Question: Sendable {
    /// One person asked about.
    struct Element: Sendable {
        var ref = 1
        var number = TestPerson.first
        var consent: String? = "J"
        var fingerprint: String?
    }

    var refs: String?
    var numbers: String?
    var consents: String?
    var consentDates: String?
    var fingerprints: String?
    var purposes: String?
    var basis: String? = "test"

    init(_ elements: [Element]) {
        func literal(_ texts: [String?]) -> String { "{" + texts.map { $0 ?? "NULL" }.joined(separator: ",") + "}" }
        refs = literal(elements.map { String($0.ref) })
        numbers = literal(elements.map(\.number))
        consents = literal(elements.map(\.consent))
        consentDates = literal(elements.map { _ in nil })
        fingerprints = literal(elements.map(\.fingerprint))
        purposes = literal(elements.map { _ in "application" })
    }

    /// About one person, with consent unless something else is said.
    init(_ number: String = TestPerson.first, consent: String? = "J", fingerprint: String? = nil) {
        self.init([Element(number: number, consent: consent, fingerprint: fingerprint)])
    }

    static let call: Statement = """
        SELECT * FROM resutveksl.ask_v1($1::bigint[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7)
        """

    /// For `call`.
    var arguments: [any PostgresEncodable] {
        [refs, numbers, consents, consentDates, fingerprints, purposes, basis]
    }
}
