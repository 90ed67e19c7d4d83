import ArgumentParser
import Store

struct RolesInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Makes the group roles that are missing, and grants what each may.",
        discussion: """
            Five roles without login: worker, orderer, case_worker, operator, monitor. People and programs get login roles of \
            their own that are members: CREATE ROLE nightly LOGIN IN ROLE resutveksl_worker. Run as the owner of the database; \
            may be repeated. Where the owner may not make roles it says what an administrator must run first.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var json: JSONOption
    @Option(
        help: """
            What their names begin with, e.g. resutveksl_203 for one of several institutions in a cluster (default: resutveksl).
            """)
    var prefix: String?

    func run() async throws {
        let made = try await database.store().installRoles(prefix: prefix)
        if json.isJSON { return try printJSON(made) }
        for role in made { print("made role \(role)") }
        print("rights granted")
    }
}
