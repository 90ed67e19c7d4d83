/// A right of one of the roles in the own database.
package struct RoleGrant: Sendable {
    package let role: String
    /// The group role in the cluster, nil until the roles are installed in this database.
    package let name: String?
    /// `resutveksl.orders`, `resutveksl.requeue(bigint)`, `schema resutveksl`.
    package let object: String
    package let privilege: String
    /// Empty: the whole object.
    package let columns: [String]
}
