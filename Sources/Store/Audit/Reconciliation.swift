/// What a comparison of our record with a source's came to.
package struct Reconciliation: Sendable, Encodable {
    package struct Difference: Sendable, Encodable {
        package enum Kind: String, Sendable, Encodable {
            case missingHere = "missing_here"
            case missingThere = "missing_there"
            case different
        }

        package let kind: Kind
        package let order: Int64?
        /// Which of outcome, results, held_back, purpose and person differ; nil when one of the two is missing.
        package let fields: String?
        /// What stands here: outcome, number of results, purpose.
        package let here: String?
        package let there: String?
        package let recordedHere: String?
        package let recordedThere: String?
    }

    package let source: Int32
    /// From when on was compared, by each side's own clock.
    package let since: String
    package let here: Int
    package let there: Int
    /// Of those that are missing here: their orders are being fetched right now.
    package let underWay: Int
    package let differences: [Difference]
}
