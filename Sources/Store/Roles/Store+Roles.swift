import Postgres

/// The roles of users of the own database: migration 0014 has the rights as rows.
extension Store {
    /// Makes the group roles that the cluster has not got, and grants what each may.
    ///
    /// - Parameter prefix: what their names begin with; nil for what they are called already, or else `resutveksl`.
    /// - Returns: the roles that were made by this call.
    /// - Throws: `StoreError` that says what an administrator must run, when the own role may not make roles.
    package func installRoles(prefix: String?) async throws -> [String] {
        do {
            return try await query("SELECT made::text FROM resutveksl.install_roles($1) AS made", prefix)
                .decode(String.self)
        } catch let error as PostgresError where ["42501", "55", "22"].contains(where: error.isServer) {
            throw StoreError(.refused, error.message)
        }
    }

    /// What is not as it should be with the roles in this database; empty when all is well.
    package func roleFaults() async throws -> [RoleFault] {
        try await query("SELECT role, fault FROM resutveksl.role_faults()").decode(String?.self, String.self)
            .map { RoleFault(role: $0.0, sentence: $0.1) }
    }

    /// The rights that the roles have in this database, as the server's own catalogue tells them.
    package func roleGrants() async throws -> [RoleGrant] {
        try await query(
            """
            SELECT g.role, r.name::text, g.object, g.privilege,
                array_remove(array_agg(g.column_name ORDER BY g.column_name), NULL)
            FROM resutveksl.role_grants g LEFT JOIN resutveksl.roles r USING (role)
            WHERE g.is_granted GROUP BY g.role, r.name, g.object, g.privilege ORDER BY g.role, g.object, g.privilege
            """
        ).decode(String.self, String?.self, String.self, String.self, [String].self)
            .map { RoleGrant(role: $0.0, name: $0.1, object: $0.2, privilege: $0.3, columns: $0.4) }
    }
}
