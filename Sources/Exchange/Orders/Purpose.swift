/// What an order was placed for, kept on both sides with the disclosure.
package enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// From *Godkjenningssak samlebilde*.
    case approvalCase = "approval_case"

    /// From *Person eksternstudium*.
    case externalStudy = "external_study"

    /// From *Søknad samlebilde*.
    case application
}
