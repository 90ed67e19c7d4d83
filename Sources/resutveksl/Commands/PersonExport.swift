import ArgumentParser
import Exchange
import Foundation
import Store

struct PersonExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes everything that is held on a person (GDPR article 15), as JSON.",
        discussion: """
            Table by table, found by what refers to a person. Of somebody who was forgotten: what had to stay. The file is \
            new and readable by its owner only. In SQL: SELECT resutveksl.export_person('…'). What an institution holds as a \
            source: SELECT resutveksl.export_disclosures('…') in that database, as the contract's owner.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var person: PersonOption
    @Option(help: ArgumentHelp("A file that does not exist yet; - is standard output.", valueName: "file"))
    var to: String

    func run() async throws {
        let number = try person.number()
        let text = try await database.store().export(number) + "\n"
        if to == "-" { return print(text, terminator: "") }
        let descriptor = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(code: 1, message: "\(to) cannot be made: \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
        print("what is held on person \(number) stands in \(to)")
    }
}
