/// FS's code of the acceptance that covers the exchange of results.
///
/// FS itself spells it in two ways: the type is set up as RESUTVEKSL, and *Akseptanse for person* shows RESULTATUTVEKS. Both
/// mean the same and both are accepted; what stands in the source is kept.
package enum AcceptanceType: String, Hashable, Sendable, CaseIterable {
    case resutveksl = "RESUTVEKSL"
    case resultatutveks = "RESULTATUTVEKS"

    /// Reads an akseptansetypekode, forgiving lower case and the padding of fixed-width columns.
    ///
    /// - Returns: `nil` for an acceptance of something else.
    package init?(_ code: String) {
        let words = code.split(separator: " ")
        guard words.count == 1, let word = words.first else { return nil }
        self.init(rawValue: word.uppercased())
    }
}
