/// One row of a source's answer, as loosely typed as it came: nothing in it has been checked.
///
/// Its fields are the columns of the contract (docs/source-contract.md), which explains them.
package enum AnswerRecord: Sendable {
    case source(Source)
    case person(Person)
    case result(Result)

    /// What the column `record` may say.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case source
        case person
        case result
    }

    /// The row that comes first, about whether the institution shares.
    package struct Source: Hashable, Sendable {
        package var verdict: String?
        package var answered: Int32?

        package init(verdict: String?, answered: Int32?) {
            self.verdict = verdict
            self.answered = answered
        }
    }

    /// The row that opens the answer about one person.
    package struct Person: Hashable, Sendable {
        package var ref: Int64?
        package var personNumber: String?
        package var verdict: String?
        package var answered: Int32?
        package var heldBack: Int32?
        package var fingerprint: String?

        package init(
            ref: Int64?, personNumber: String?, verdict: String?, answered: Int32? = nil, heldBack: Int32? = nil,
            fingerprint: String? = nil
        ) {
            self.ref = ref
            self.personNumber = personNumber
            self.verdict = verdict
            self.answered = answered
            self.heldBack = heldBack
            self.fingerprint = fingerprint
        }
    }
}

extension AnswerRecord.Person: Redacted {
    package var description: String { "person row" }
}
