import ArgumentParser
import Exchange
import Foundation

/// A person number, from a place where others do not see it.
struct PersonOption: ParsableArguments {
    @Option(
        name: .customLong("person"),
        help: ArgumentHelp(
            "Person number, eleven digits. Arguments are visible to others on the machine: without it, it is asked for, or "
                + "read from standard input.",
            valueName: "number"))
    var text: String?

    func number() throws -> PersonNumber {
        if let text { return try PersonNumber(text) }
        return try Self.read("Person number", missing: "no person number: give it on standard input, or with --person")
    }

    /// Asks for a number on a terminal; takes the next line of standard input otherwise.
    static func read(_ name: String, missing: String) throws -> PersonNumber {
        if isatty(STDIN_FILENO) == 1 { FileHandle.standardError.write(Data("\(name): ".utf8)) }
        guard let line = readLine(), !line.allSatisfy(\.isWhitespace) else {
            throw CommandFailure(code: 64, message: missing)
        }
        return try PersonNumber(line)
    }
}
