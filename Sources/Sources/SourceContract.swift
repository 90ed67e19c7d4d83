package import Exchange
import Postgres

/// What a source says of itself before it is asked anything.
package struct SourceContract: Sendable {
    /// The version that this program speaks.
    package static let version = 1

    package let oldest: Int
    package let newest: Int
    package let institution: InstitutionNumber
    package let answersFor: Set<InstitutionNumber>

    init(_ rows: Rows) throws(SourceError) {
        do throws(PostgresError) {
            let (oldest, newest, number, numbers) = try rows.single(Int.self, Int.self, Int32.self, [Int32].self)
            guard let institution = InstitutionNumber(rawValue: number) else {
                throw PostgresError(.decoding, phase: .query, message: "\(number) is not an institution number")
            }
            self.oldest = oldest
            self.newest = newest
            self.institution = institution
            answersFor = Set(numbers.compactMap(InstitutionNumber.init(rawValue:)))
        } catch {
            throw SourceError(
                .contractVersion, phase: "contract", "the source's contract() answers in another shape: \(error)")
        }
    }

    /// - Throws: `SourceError` when there is no common version, or the database is another institution's.
    func requireUsable(for institution: InstitutionNumber) throws(SourceError) {
        if oldest > Self.version {
            throw SourceError(
                .contractVersion, phase: "contract",
                "the source speaks contract \(oldest) to \(newest), this program speaks \(Self.version): upgrade resutveksl"
            )
        }
        if newest < Self.version {
            throw SourceError(
                .contractVersion, phase: "contract",
                "the source speaks contract \(oldest) to \(newest), this program speaks \(Self.version): its operator must "
                    + "run a newer `resutveksl source install`")
        }
        if self.institution != institution {
            throw SourceError(
                .wrongInstitution, phase: "contract",
                "the database is that of institution \(self.institution), not of \(institution): correct its connection "
                    + "string")
        }
    }
}
