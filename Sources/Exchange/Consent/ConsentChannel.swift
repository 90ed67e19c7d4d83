/// Where a person's answer about consent was given.
package enum ConsentChannel: String, Hashable, Sendable, CaseIterable {
    /// At semester registration.
    case studentweb = "Studentweb"

    /// By an applicant to the institution itself.
    case soknadsweb = "Søknadsweb"

    /// By an applicant in the national admission.
    case samordnaOpptak = "Samordna opptak"

    /// By a case worker, in *Akseptanse for person*.
    case manual = "by hand"
}
