import ArgumentParser
import Store

struct RolesCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says what each role may as the server has it, and what of it is not as it should be.",
        discussion: "Exit code 1 when something is not: rights that are missing, or that somebody granted beside them.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption

    private struct Report: Encodable {
        let grants: [Grant]
        let faults: [Entry]
    }

    private struct Grant: Encodable {
        let role: String
        let name: String?
        let object: String
        let privilege: String
        let columns: [String]
    }

    private struct Entry: Encodable {
        let role: String?
        let fault: String
    }

    func run() async throws {
        let store = try await database.store()
        let grants = try await store.roleGrants().map {
            Grant(role: $0.role, name: $0.name, object: $0.object, privilege: $0.privilege, columns: $0.columns)
        }
        let faults = try await store.roleFaults().map { Entry(role: $0.role, fault: $0.sentence) }
        if json.isJSON {
            try printJSON(Report(grants: grants, faults: faults))
        } else {
            print(text(grants, faults))
        }
        if !faults.isEmpty { throw ExitCode(1) }
    }

    private func text(_ grants: [Grant], _ faults: [Entry]) -> String {
        var table = Table("role", "privilege", "object", "columns")
        for grant in grants {
            table.add(grant.role, grant.privilege, grant.object, grant.columns.joined(separator: " "))
        }
        let lines = faults.map { fault in (fault.role.map { "\($0): " } ?? "") + fault.fault }
        return (table.isEmpty ? [] : [table.text(), ""]).joined(separator: "\n")
            + (lines.isEmpty ? "all roles are as they should be" : lines.joined(separator: "\n"))
    }
}
