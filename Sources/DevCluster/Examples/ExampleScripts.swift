/// The SQL that makes an FS-shaped database, built into the program.
enum ExampleScripts {
    /// In the order in which they are applied.
    static var all: [String] {
        [PackageResources.fs_tables_sql, PackageResources.fs_students_sql, PackageResources.test_persons_sql]
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
