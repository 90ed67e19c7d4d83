/// Why a whole answer is bad, so that nothing of it may be used.
package enum AnswerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first row is not the source row, or there are no rows.
    case noSourceRow
    case severalSourceRows

    /// The column `record` says something that the contract does not have. Found by whoever decodes the rows.
    case unknownRecord

    /// The verdict of the source row is none of the contract's.
    case unknownVerdict

    /// The source did not consider as many persons as it was asked about, so that silence about one means nothing.
    case wrongAnswered(asked: Int, answered: Int?)

    /// The source does not share, but sent rows about persons.
    case rowsThoughClosed

    /// A text code for logs.
    package var code: String {
        switch self {
        case .noSourceRow: "no_source_row"
        case .severalSourceRows: "several_source_rows"
        case .unknownRecord: "unknown_record"
        case .unknownVerdict: "unknown_sharing_verdict"
        case .wrongAnswered: "wrong_answered"
        case .rowsThoughClosed: "rows_though_closed"
        }
    }

    /// A sentence for an operator, without personal data.
    package var description: String {
        switch self {
        case .noSourceRow:
            "The answer does not begin with the source row. Check which version of the contract the source has installed."
        case .severalSourceRows:
            "The answer has more than one source row. Check which version of the contract the source has installed."
        case .unknownRecord:
            "The answer has a row of an unknown kind. Check which version of the contract the source has installed."
        case .unknownVerdict:
            "The source neither shares, nor is reserved, nor closed: its verdict is not one of the contract's."
        case .wrongAnswered(let asked, let answered):
            "The source was asked about \(asked) persons and says that it considered "
                + "\(answered.map(String.init) ?? "none that it counted"), so its answer cannot be relied on."
        case .rowsThoughClosed:
            "The source says that it does not share results, but sent rows about persons; they were thrown away."
        }
    }
}
