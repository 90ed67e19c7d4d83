import ArgumentParser

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The record of disclosures: is it whole, does the other side's say the same?",
        subcommands: [AuditVerify.self, AuditReconcile.self, AuditCheckpoint.self])
}
