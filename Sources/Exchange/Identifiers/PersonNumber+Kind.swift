extension PersonNumber {
    /// Who gave out a number and what it may be used for.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Fødselsnummer: a plain date.
        case birthNumber = "F"

        /// D-number, for those without a fødselsnummer: day + 40.
        case dNumber = "D"

        /// S-number, given nationally to foreign applicants until they have another: month + 50, personnr below 90000.
        case sNumber = "S"

        /// FS-number, made by one institution for itself: month + 50, personnr from 90000.
        case fsNumber = "FS"

        /// Help number, and NAV's synthetic test numbers: month + 40.
        case helpNumber = "H"

        /// Synthetic number of the tax administration's test population (Tenor): month + 80.
        case tenorSynthetic = "T"

        /// A D-number marked as a help number: day + 40, month + 40.
        case dHelpNumber = "D+H"

        /// A D-number of the test population: day + 40, month + 80.
        case dTenorSynthetic = "D+T"

        /// Common help number of the health services: first digit 8 or 9, no date inside.
        case fhNumber = "FH"

        /// Whether another institution can know a person by a number of this kind.
        ///
        /// An FS-number is unique only where it was made: asked elsewhere it would find somebody else. An FH-number is not
        /// kept in student systems.
        package var isUsableBetweenInstitutions: Bool {
            switch self {
            case .fsNumber, .fhNumber: false
            case .birthNumber, .dNumber, .sNumber, .helpNumber, .tenorSynthetic, .dHelpNumber, .dTenorSynthetic: true
            }
        }

        /// Higher is better: real > D > S > FS.
        ///
        /// A person's number is never changed to one of lower priority.
        ///
        /// Synthetic numbers rank as what they imitate. Help numbers are temporary like S-numbers, but not given for
        /// studies, and so come after them; this order of theirs is not FS's.
        package var priority: Int {
            switch self {
            case .birthNumber, .tenorSynthetic: 5
            case .dNumber, .dTenorSynthetic: 4
            case .sNumber: 3
            case .helpNumber, .dHelpNumber: 2
            case .fsNumber: 1
            case .fhNumber: 0
            }
        }

        /// Whether the number belongs to nobody and exists for testing only.
        package var isSynthetic: Bool {
            self == .tenorSynthetic || self == .dTenorSynthetic
        }
    }
}
