import Store

/// A report as a page to read: a heading, and a paragraph for each kind of thing, the most urgent first.
struct ReportText: CustomStringConvertible {
    let description: String

    init(_ report: Report) {
        let own = [report.ownInstitution.map { "\($0)" }, report.ownAcronym].compactMap(\.self).joined(separator: " ")
        var paragraphs = ["Resultatutveksling at \(own), \(report.since) to \(report.until)"]
        for section in ReportLine.Section.allCases {
            let lines = report.lines.filter { $0.section == section }
            if !lines.isEmpty { paragraphs.append(Self.paragraph(section, lines)) }
        }
        description = paragraphs.joined(separator: "\n\n")
    }

    private static func paragraph(_ section: ReportLine.Section, _ lines: [ReportLine]) -> String {
        let orders = lines.reduce(0) { $0 + ($1.orders ?? 0) }
        switch section {
        case .overdue:
            return "Overdue: nobody has fetched for \(orders.counted("order")) since \(lines[0].at ?? "")\n"
                + "  is resutveksl run started every night? resutveksl order list --state ordered"
        case .takenOver:
            return "Workers died: \((lines[0].items ?? 0).counted("claim")) taken over by others, "
                + "\(orders.counted("order")), last \(lines[0].at ?? "")"
        case .givenUp:
            var table = Table("source", "acronym", "orders", "last", "reason")
            for line in lines { table.add(line.number, line.acronym, line.count, line.at, line.reason) }
            return "Given up: not tried again before resutveksl order requeue\n" + table.text(indent: 2)
        case .held:
            let rows = lines.map { line in
                "  \(line.outcome ?? ""): \((line.items ?? 0).counted("order")), \(line.orders ?? 0) of them since then"
            }
            return (["Held: resutveksl order list --state held, order release"] + rows).joined(separator: "\n")
        case .failed:
            var table = Table("source", "acronym", "outcome", "orders", "next attempt", "reason")
            for line in lines {
                table.add(line.number, line.acronym, line.outcome, line.count, line.at, line.reason)
            }
            return "Could not be fetched, and is tried again by itself\n" + table.text(indent: 2)
        case .closed:
            var table = Table("source", "acronym", "what it says", "since")
            for line in lines { table.add(line.number, line.acronym, line.outcome, line.at) }
            return "Sources that share nothing\n" + table.text(indent: 2)
        case .refused:
            var table = Table("reason", "orders", "last")
            for line in lines { table.add(line.outcome, line.count, line.at) }
            return "Refused: nobody was asked\n" + table.text(indent: 2)
        case .changed:
            return "Changed results: resutveksl changes list\n" + changes(lines).text(indent: 2)
        }
    }

    private static func changes(_ lines: [ReportLine]) -> Table {
        var table = Table("institution", "acronym", "added", "changed", "missing", "returned")
        for (institution, lines) in Dictionary(grouping: lines, by: \.institution).sorted(by: {
            $0.key ?? 0 < $1.key ?? 0
        }) {
            func count(_ kind: String) -> String { "\(lines.first { $0.outcome == kind }?.items ?? 0)" }
            table.add(
                institution.map { "\($0)" }, lines.first?.acronym, count("added"), count("changed"), count("missing"),
                count("returned"))
        }
        return table
    }
}

extension ReportLine {
    fileprivate var number: String? { institution.map { "\($0)" } }
    fileprivate var count: String? { orders.map { "\($0)" } }
}
