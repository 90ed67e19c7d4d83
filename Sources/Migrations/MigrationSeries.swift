/// The migrations of one schema, and where the database remembers which of them it has.
package struct MigrationSeries: Sendable {
    /// For messages: `own database`, `source contract`.
    package let name: String
    /// Schema-qualified; own database and contract may live in the same database and keep apart by this.
    package let history: String
    package let migrations: [Migration]

    package init(name: String, history: String, migrations: [Migration]) {
        self.name = name
        self.history = history
        self.migrations = migrations
    }

    /// `migrations/*.sql`.
    package static let ownDatabase = MigrationSeries(
        name: "own database", history: "resutveksl.applied_migrations",
        migrations: numbered([
            ("institutions", PackageResources._001_institutions_sql),
            ("persons", PackageResources._002_persons_sql),
            ("orders", PackageResources._003_orders_sql),
            ("results", PackageResources._004_results_sql),
            ("log", PackageResources._005_log_sql),
            ("ordering", PackageResources._006_ordering_sql),
            ("faults", PackageResources._007_faults_sql),
            ("admission", PackageResources._008_admission_sql),
            ("changes", PackageResources._009_changes_sql),
            ("domain", PackageResources._010_domain_sql),
            ("lasting", PackageResources._011_lasting_sql),
            ("answers-and-lists", PackageResources._012_answers_and_lists_sql),
            ("set-sizes", PackageResources._013_set_sizes_sql),
            ("roles", PackageResources._014_roles_sql),
            ("disclosures", PackageResources._015_disclosures_sql),
            ("retention", PackageResources._016_retention_sql),
            ("metrics", PackageResources._017_metrics_sql),
            ("rights", PackageResources._018_rights_sql),
            ("first-sets", PackageResources._019_first_sets_sql),
        ]))

    /// `migrations/source/*.sql`.
    package static let sourceContract = MigrationSeries(
        name: "source contract", history: "resutveksl.applied_contract_migrations",
        migrations: numbered([
            ("contract", PackageResources._001_contract_sql),
            ("unchanged", PackageResources._002_unchanged_sql),
            ("disclosures", PackageResources._003_disclosures_sql),
        ]))

    private static func numbered(_ files: [(name: String, bytes: [UInt8])]) -> [Migration] {
        files.enumerated().map { index, file in
            Migration(version: index + 1, name: file.name, sql: String(decoding: file.bytes, as: UTF8.self))
        }
    }
}
