import ArgumentParser
import Foundation
import Postgres
import Store

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Tells whether anything was changed in a record of disclosures.",
        discussion: """
            Looks at every row, block and chain. The ends of the chains that --json prints, kept where nobody who can write in \
            the database can write, and given back with --known, also show that the record was rewritten as a whole.

            Exit codes: 0 intact; 1 changed, removed, inserted, broken, shortened or rewritten; 3 intact, but answers were \
            given that a requester rolled back.
            """)

    @OptionGroup var record: RecordOption
    @OptionGroup var json: JSONOption
    @Option(
        help: ArgumentHelp("What an earlier `audit verify --json` printed; - is standard input.", valueName: "file"))
    var known: [String] = []

    func run() async throws {
        let ends = try known.flatMap(ends)
        let (record, connection) = try await self.record.open()
        let verified = try await record.verify(connection, known: ends)
        await connection.close()
        if json.isJSON { try printJSON(Report(verified)) } else { tell(verified) }
        if !verified.isIntact { throw ExitCode(1) }
        if verified.hasUnrecorded { throw ExitCode(ExitStatus.incomplete) }
    }

    private struct Report: Encodable {
        let record: String
        let isIntact: Bool
        let entries: Int64
        let chains: [VerifiedRecord.Chain]
        let findings: [VerifiedRecord.Finding]

        init(_ verified: VerifiedRecord) {
            record = verified.record.rawValue
            isIntact = verified.isIntact
            entries = verified.entries
            chains = verified.chains
            findings = verified.findings
        }
    }

    private struct Earlier: Decodable {
        let chains: [ChainEnd]
    }

    private func ends(_ file: String) throws -> [ChainEnd] {
        do {
            let data =
                file == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(filePath: file))
            return try JSONDecoder().decode(Earlier.self, from: data).chains
        } catch {
            throw CommandFailure(code: 64, message: "\(file) is not what `audit verify --json` prints")
        }
    }

    private func tell(_ verified: VerifiedRecord) {
        let chains = verified.chains.count
        print(
            "\(verified.entries) disclosures \(verified.record.rawValue), in \(chains == 1 ? "1 chain" : "\(chains) chains"): "
                + (verified.isIntact ? "intact" : "NOT intact"))
        for chain in verified.chains {
            guard let until = chain.cutUntil, let name = chain.signedOffBy else { continue }
            print("chain \(chain.chain) was cut up to \(until), signed off by \(name)")
        }
        if verified.findings.isEmpty { return }
        var table = Table("finding", "chain", "block", "asked by", "at", "what")
        for finding in verified.findings {
            table.add(
                finding.finding, finding.chain.map { "\($0)" }, finding.block.map { "\($0)" },
                finding.requester.map { "\($0)" }, finding.at, finding.detail)
        }
        print(table.text())
    }
}
