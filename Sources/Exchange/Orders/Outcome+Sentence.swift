extension Outcome {
    /// A short sentence for a case worker or an operator.
    package var sentence: String {
        switch self {
        case .fetched: "Results were fetched."
        case .unchanged: "Nothing has changed since the last fetch."
        case .nothing: "The institution has no passed results for this person."
        case .reserved: "The institution has reserved itself against sharing results."
        case .notOpen: "The institution has not opened for the exchange of results."
        case .noConsent: "The person has not consented to results being fetched."
        case .refused: "The person has refused that results are fetched."
        case .unreachable: "The institution's database could not be reached and will be asked again."
        case .denied: "The institution's database denied access and will be asked again."
        case .timedOut: "The institution's database did not answer in time and will be asked again."
        case .failed: "The institution's database answered with an error and will be asked again."
        case .invalid: "The institution's answer was not valid, so nothing was taken from it; it will be asked again."
        case .paused: "Asking this institution is paused; it will be asked later."
        case .pending: "The institution has not been asked yet."
        case .givenUp: "The institution could not be asked, and all attempts are used up."
        }
    }
}
