extension PrivateCluster {
    /// Makes a streaming standby of a cluster, in a folder of its own with a guard of its own.
    ///
    /// The other one must let replication in: `local replication all trust` among its rules, `wal_level` replica, and
    /// `max_wal_senders` of at least two. It is a read-only copy until `promote`.
    package static func startStandby(of other: PrivateCluster) async throws(ClusterError) -> PrivateCluster {
        try await start(
            other.options, logger: other.logger,
            copying: "host=\(other.folder) port=\(other.port) user=postgres")
    }

    /// Makes a standby a primary; it can be written to when this returns.
    package func promote() async throws(ClusterError) { try await command("promote") }
}
