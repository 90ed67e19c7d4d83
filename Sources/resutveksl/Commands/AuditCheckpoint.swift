import ArgumentParser
import Exchange
import Postgres
import Store

struct AuditCheckpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Cuts what is old enough from a record of disclosures.",
        discussion: """
            Removes what was recorded before a day, and leaves a checkpoint in each chain: who signed off, up to which block, and \
            the hash there, from which the chain goes on. A record that does not verify is only cut with a remark, which stays \
            with the checkpoint. How long disclosures must be kept is a rule of retention (`resutveksl purge`).
            """)

    @OptionGroup var record: RecordOption
    @Option(help: "What was recorded on this day stays, YYYY-MM-DD (Europe/Oslo).") var until: CalendarDay
    @Option(help: "Name of who signs it off; kept with the checkpoint.") var signedOffBy: String
    @Option(help: "Why it is cut although it does not verify.") var remark: String?

    func run() async throws {
        let day = PostgresDate(daysSince2000: until.daysSince2000)
        let (record, connection) = try await self.record.open()
        let (blocks, entries) = try await record.cut(
            connection, until: day, signedOffBy: signedOffBy, remark: remark)
        await connection.close()
        print("\(entries) disclosures in \(blocks) blocks cut, up to \(until)")
    }
}
