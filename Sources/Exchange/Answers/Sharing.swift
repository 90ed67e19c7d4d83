/// A source's answer to the first question, whether it shares results; the raw values are the contract's.
package enum Sharing: String, Hashable, Sendable, CaseIterable {
    case open
    case reserved
    case notOpen = "not_open"

    /// What every order shows for a source that does not share; `nil` for one that does.
    package var outcome: Outcome? {
        switch self {
        case .open: nil
        case .reserved: .reserved
        case .notOpen: .notOpen
        }
    }
}
