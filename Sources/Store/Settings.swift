package import Exchange
import Postgres

/// The settings that stand in the own database, because SQL needs them too.
package struct Settings: Sendable {
    package enum Key: String, Sendable, CaseIterable {
        case ownInstitution = "own_institution"
        case timeZone = "time_zone"
        case dueHorizon = "due_horizon"
        case attemptDays = "attempt_days"
        case outageDays = "outage_days"
        case workerDeaths = "worker_deaths"
    }

    /// The ordering institution.
    ///
    /// It is never asked.
    package let ownInstitution: InstitutionNumber
    package let ownAcronym: String
}

extension Store {
    /// - Throws: `StoreError` with code `configuration` while the own institution is not set.
    package func settings() async throws -> Settings {
        let rows = try await patiently { _ in
            try await query(
                """
                SELECT s.own_institution, i.acronym
                FROM resutveksl.settings s JOIN resutveksl.institutions i ON i.institution = s.own_institution
                """)
        }
        guard let (number, acronym) = try rows.decode(Int32.self, String.self).first,
            let own = InstitutionNumber(rawValue: number)
        else {
            throw StoreError(
                .configuration,
                "the own institution is not set. Set it: resutveksl setting set own_institution NUMBER")
        }
        return Settings(ownInstitution: own, ownAcronym: acronym)
    }

    /// Every setting with its value as text; nil where it is not set.
    package func settingTexts() async throws -> [(key: Settings.Key, value: String?)] {
        var texts: [(Settings.Key, String?)] = []
        for key in Settings.Key.allCases {
            let rows = try await query(Statement("SELECT \(key.rawValue)::text FROM resutveksl.settings"))
            texts.append((key, try rows.single(String?.self)))
        }
        return texts
    }

    package func set(_ key: Settings.Key, to value: String) async throws {
        let type: String =
            switch key {
            case .ownInstitution, .attemptDays, .outageDays, .workerDeaths: "integer"
            case .timeZone: "text"
            case .dueHorizon: "interval"
            }
        do {
            _ = try await query(
                Statement("UPDATE resutveksl.settings SET \(key.rawValue) = $1::text::\(type)"), value)
        } catch let error as PostgresError where error.isServer("22") || error.isServer("23") {
            throw StoreError(.refused, "\(key.rawValue) cannot be \(value): \(error.message)")
        }
    }
}
