package import Postgres

/// One FS-shaped database that a requester may ask.
package struct ExampleSource: Sendable {
    package let institution: Int32
    package let database: String
    /// As the requester's role, through the socket.
    package let connectionString: ConnectionString
    /// The persons that it knows, as places in the pool.
    package let poolPlaces: [Int]
    package let resultCount: Int
    package let degreeCount: Int
}
