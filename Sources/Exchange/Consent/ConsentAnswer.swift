/// What a person answered when asked whether results may be fetched; no answer at all is the absence of one of these.
package enum ConsentAnswer: String, Hashable, Sendable, CaseIterable {
    /// FS: status_svar = J.
    case yes = "J"

    /// FS: status_svar = N. It always stops the fetch, whatever the source's rule says.
    case no = "N"
}
