package import Exchange
package import Postgres

extension Store {
    /// Prolongs the lease of a claim.
    ///
    /// - Throws: `StoreError` with code `staleToken` when it had run out: somebody else may have the orders by now.
    package func prolong(_ token: LeaseToken, by lease: Duration, on connection: Connection) async throws {
        let rows = try await connection.query(
            Statement(
                prepared: "prolong",
                """
                UPDATE resutveksl.claims SET lease_until = clock_timestamp() + $2
                WHERE token = $1 AND ended_at IS NULL AND lease_until > clock_timestamp()
                """), token.rawValue, lease)
        if rows.affected == 0 { throw StoreError.stale(token) }
    }

    /// Locks the claim for the length of the transaction, so that nobody can take its orders over before it commits.
    ///
    /// `FOR KEY SHARE` lets the other lanes of the claim and its heartbeat go on; the sweep, which wants the row
    /// `FOR UPDATE`, passes over it.
    static func hold(_ token: LeaseToken, _ transaction: Transaction) async throws {
        let rows = try await transaction.query(
            Statement(
                prepared: "hold",
                """
                SELECT FROM resutveksl.claims
                WHERE token = $1 AND ended_at IS NULL AND lease_until > clock_timestamp() FOR KEY SHARE
                """), token.rawValue)
        if rows.isEmpty { throw StoreError.stale(token) }
    }

    /// The same for several claims.
    ///
    /// - Returns: those that are held.
    static func held(_ tokens: [LeaseToken], _ transaction: Transaction) async throws -> Set<LeaseToken> {
        let held = try await transaction.query(
            Statement(
                prepared: "held",
                """
                SELECT token FROM resutveksl.claims
                WHERE token = ANY ($1) AND ended_at IS NULL AND lease_until > clock_timestamp() FOR KEY SHARE
                """), tokens.map(\.rawValue)
        ).decode(Int64.self)
        return Set(held.compactMap(LeaseToken.init(rawValue:)))
    }
}
