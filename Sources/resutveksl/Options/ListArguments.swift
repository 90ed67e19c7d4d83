import ArgumentParser
import Exchange
import Foundation
import Store

/// How `order place` takes a list of applicants.
struct ListArguments: ParsableArguments {
    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "A list of applicants instead of one person: CSV of application number and person number; - for standard input.",
            discussion: """
                UTF-8; delimited by ; or , and with or without a header. A header that names both columns may have others \
                beside them.
                """, valueName: "file"))
    var file: String?

    @Option(help: "List: the admission that the orders belong to, by its code.") var admission: String?

    @Option(
        help: ArgumentHelp(
            "List: it is the applicants' consent, which they gave here; without it consent must be registered.",
            valueName: "channel"))
    var consent: ApplicantChannel?

    @Option(
        help: ArgumentHelp(
            "List: the day on which they consented, YYYY-MM-DD; today when it is left out.", valueName: "day")
    )
    var consentDate: CalendarDay?

    @Flag(help: "List: take persons only who are registered here; otherwise the others are registered.")
    var knownOnly = false

    @Flag(help: "List: take nothing when one line is refused; otherwise the good lines are taken.")
    var allOrNothing = false

    @Flag(help: "List: write nothing, and tell what would become of each line.")
    var dryRun = false

    /// An option that only makes sense with a list, and was given without one.
    var strayOption: String? {
        if file != nil { return nil }
        let given = [
            ("--admission", admission != nil), ("--consent", consent != nil), ("--consent-date", consentDate != nil),
            ("--known-only", knownOnly), ("--all-or-nothing", allOrNothing), ("--dry-run", dryRun),
        ]
        return given.first { $0.1 }?.0
    }

    func validate() throws {
        if let strayOption { throw ValidationError("\(strayOption) goes with --from.") }
        if consentDate != nil, consent == nil { throw ValidationError("--consent-date goes with --consent.") }
    }

    var options: OrderListOptions {
        var options = OrderListOptions()
        options.admission = admission
        options.consentChannel = consent?.channel
        options.consentedOn = consentDate
        options.registersPersons = !knownOnly
        options.allOrNothing = allOrNothing
        options.isDryRun = dryRun
        return options
    }

    /// - Throws: `CommandFailure` when the file cannot be read or has nothing in it.
    func read(_ file: String) throws -> ApplicantList {
        let data: Data
        do {
            if file == "-" {
                data = try FileHandle.standardInput.readToEnd() ?? Data()
            } else {
                data = try Data(contentsOf: URL(filePath: file))
            }
        } catch {
            throw CommandFailure(code: 1, message: "the list \(file) cannot be read: \(error.localizedDescription)")
        }
        let list = ApplicantList(data)
        if list.lines.isEmpty, list.broken.isEmpty {
            throw CommandFailure(code: 1, message: "the list has no lines")
        }
        return list
    }
}

/// The channels by which applicants answer.
enum ApplicantChannel: String, ExpressibleByArgument, CaseIterable {
    case soknadsweb = "Søknadsweb"
    case samordnaOpptak = "Samordna opptak"

    var channel: ConsentChannel {
        switch self {
        case .soknadsweb: .soknadsweb
        case .samordnaOpptak: .samordnaOpptak
        }
    }
}
