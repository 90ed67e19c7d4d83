/// FS's code of the acceptance that covers the exchange of results.
///
/// FS itself spells it in two ways: the type is set up as RESUTVEKSL, and *Akseptanse for person* shows RESULTATUTVEKS. Both
/// mean the same and both are accepted; what stands in the source is kept.
package enum AcceptanceType: String, Hashable, Sendable, CaseIterable {
    case resutveksl = "RESUTVEKSL"
    case resultatutveks = "RESULTATUTVEKS"
}
