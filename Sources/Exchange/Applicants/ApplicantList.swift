/// A list of applicants as spreadsheets and admission systems write it: CSV of application number and person number.
///
/// Delimited by `;` or `,`; with or without a header, byte order mark, carriage returns and quotation marks. A header that
/// names the two columns may have them in any order and others beside them. Blank lines count, and are passed over.
package struct ApplicantList: Sendable {
    package private(set) var lines: [ApplicantLine] = []
    package private(set) var broken: [BrokenLine] = []

    private struct Columns {
        var application = 0
        var person = 1
        var count = 2
    }

    /// Reads a whole list; a line that cannot be read is put aside, and the others are taken.
    package init(_ bytes: some RandomAccessCollection<UInt8>) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var rest = bytes[...]
        if rest.starts(with: mark) { rest = rest.dropFirst(mark.count) }
        let end = UInt8(ascii: rest.contains(UInt8(ascii: "\n")) ? "\n" : "\r")
        var columns = Columns()
        var delimiter: Unicode.Scalar?
        for (index, piece) in rest.split(separator: end, omittingEmptySubsequences: false).enumerated() {
            do throws(BrokenLine.Fault) {
                guard var text = String(validating: piece, as: UTF8.self) else { throw .notUTF8 }
                if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
                if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { continue }
                let isFirst = delimiter == nil
                let cut = delimiter ?? DelimitedLine.delimiter(in: text)
                delimiter = cut
                let fields = try DelimitedLine(text, delimiter: cut).fields
                // Rows that are empty in a spreadsheet come as delimiters alone.
                if fields.allSatisfy(\.isEmpty) { continue }
                if isFirst, let named = Self.columns(in: fields) {
                    columns = named
                    continue
                }
                guard fields.count == columns.count else {
                    throw .fields(fields.count, expected: columns.count)
                }
                lines.append(
                    ApplicantLine(
                        line: index + 1, application: fields[columns.application], person: fields[columns.person]))
            } catch {
                broken.append(BrokenLine(line: index + 1, fault: error))
            }
        }
    }

    /// - Returns: nil when the fields are no header: some digit stands in them, and no column is called by a name.
    private static func columns(in fields: [String]) -> Columns? {
        let names = fields.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        if let application = names.firstIndex(where: applicationNames.contains),
            let person = names.firstIndex(where: personNames.contains)
        {
            return Columns(application: application, person: person, count: fields.count)
        }
        let hasDigit = fields.contains { $0.unicodeScalars.contains { ("0"..."9").contains($0) } }
        return hasDigit ? nil : Columns()
    }

    private static let applicationNames: Set = [
        "application", "applicationnumber", "søknadsnr", "soknadsnr", "søknadsnummer", "soknadsnummer", "søknad",
        "soknad",
    ]
    private static let personNames: Set = [
        "person", "personnumber", "fødselsnummer", "fodselsnummer", "fødselsnr", "fodselsnr", "fnr", "personnummer",
        "personnr",
    ]
}
