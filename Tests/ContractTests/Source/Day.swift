/// Days as SQL.
enum Day {
    /// The day that the contract goes by.
    static let today = "(now() AT TIME ZONE 'Europe/Oslo')::date"
}
