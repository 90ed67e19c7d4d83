package import Exchange
import Postgres

/// An institution of the register, and where its results are asked for.
package struct Institution: Sendable {
    package let number: InstitutionNumber
    package let acronym: String
    package let name: String
    /// Whether a public source confirms the number; otherwise it is inferred.
    package let isNumberConfirmed: Bool
    package let mergedInto: InstitutionNumber?
    package let mergedYear: Int?
    /// What it is part of today; itself when it was not merged.
    package let successor: InstitutionNumber?
    /// The source that is asked for it; nil when none is registered.
    package let askedAt: InstitutionNumber?
}

extension Store {
    /// The register of institutions, in order of number.
    package func institutions() async throws -> [Institution] {
        try await query(
            """
            SELECT institution, acronym, name, number_confirmed, merged_into, merged_year, successor, asked_at
            FROM resutveksl.institution_register ORDER BY institution
            """
        ).decode(
            Int32.self, String.self, String.self, Bool.self, Int32?.self, Int?.self, Int32?.self, Int32?.self
        ).compactMap { row in
            InstitutionNumber(rawValue: row.0).map {
                Institution(
                    number: $0, acronym: row.1, name: row.2, isNumberConfirmed: row.3,
                    mergedInto: row.4.flatMap(InstitutionNumber.init(rawValue:)), mergedYear: row.5,
                    successor: row.6.flatMap(InstitutionNumber.init(rawValue:)),
                    askedAt: row.7.flatMap(InstitutionNumber.init(rawValue:)))
            }
        }
    }
}
