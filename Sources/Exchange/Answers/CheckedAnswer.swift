/// A source's answer to one set of questions, after it was checked.
package struct CheckedAnswer: Sendable {
    package var sharing: Sharing

    /// The answer about each person that the source has a row for.
    ///
    /// Whoever was asked about and is missing here is unknown at the source, if it is open.
    package var answers: [OrderNumber: PersonAnswer]

    /// Everything that was wrong, for the log: what was thrown away, and why answers are invalid.
    package var rejected: [BadData]

    /// How many results were sent.
    package var resultCount: Int {
        answers.values.reduce(0) { count, answer in
            if case .fetched(_, let results) = answer { count + results.count } else { count }
        }
    }

    package init(sharing: Sharing, answers: [OrderNumber: PersonAnswer] = [:], rejected: [BadData] = []) {
        self.sharing = sharing
        self.answers = answers
        self.rejected = rejected
    }
}
