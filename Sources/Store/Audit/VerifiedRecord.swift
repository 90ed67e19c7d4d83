/// Where a chain of blocks ended when somebody looked: to be kept elsewhere, and shown again later.
package struct ChainEnd: Sendable, Codable {
    package let chain: Int32
    package let block: Int64
    /// Hexadecimal.
    package let hash: String
}

/// What became of looking at a record of disclosures.
package struct VerifiedRecord: Sendable, Encodable {
    package struct Chain: Sendable, Encodable {
        package let chain: Int32
        /// The last block.
        package let block: Int64
        package let hash: String
        /// How many blocks stand there, checkpoints with them.
        package let blocks: Int64
        package let entries: Int64
        /// Up to when was cut, and who signed off the last time.
        package let cutUntil: String?
        package let signedOffBy: String?
    }

    package struct Finding: Sendable, Encodable {
        /// `changed`, `removed`, `inserted`, `broken`, `shortened`, `rewritten`; `unrecorded` is no tampering with the record.
        package let finding: String
        package let chain: Int32?
        package let block: Int64?
        /// The institution that asked, in a source's record.
        package let requester: Int32?
        package let at: String?
        package let detail: String
    }

    package let record: DisclosureRecord
    package let chains: [Chain]
    package let findings: [Finding]

    /// Whether everything that was recorded stands there as it was recorded.
    package var isIntact: Bool { findings.allSatisfy { $0.finding == "unrecorded" } }

    /// Whether answers were given, or nearly, of which no record stands.
    package var hasUnrecorded: Bool { findings.contains { $0.finding == "unrecorded" } }
    package var entries: Int64 { chains.reduce(0) { $0 + $1.entries } }
}
