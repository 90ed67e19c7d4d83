/// A list of applicants as spreadsheets and admission systems write it: CSV of application number and person number.
///
/// Delimited by `;` or `,`, or by what a first line `sep=` says; with or without a header, byte order mark, carriage returns
/// and quotation marks. A header is a line that calls both columns by known names; they may then stand in any order and
/// others beside them. Blank lines count, and are passed over.
package struct ApplicantList: Sendable {
    package private(set) var lines: [ApplicantLine] = []
    package private(set) var broken: [BrokenLine] = []

    private struct Columns {
        var application = 0
        var person = 1
        var count = 2
        var isNamed = false
    }

    /// Reads a whole list; a line that cannot be read is put aside, and the others are taken.
    package init(_ bytes: some RandomAccessCollection<UInt8>) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var rest = bytes[...]
        if rest.starts(with: mark) { rest = rest.dropFirst(mark.count) }
        let end = UInt8(ascii: rest.contains(UInt8(ascii: "\n")) ? "\n" : "\r")
        let texts = rest.split(separator: end, omittingEmptySubsequences: false).map { Self.text($0) }
        var isDeclared = false
        let delimiter = Self.delimiter(of: texts, isDeclared: &isDeclared)
        var columns = Columns()
        var isHeaderPossible = true
        for (index, text) in texts.enumerated() {
            do throws(BrokenLine.Fault) {
                guard let text else { throw .notUTF8 }
                if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { continue }
                if isDeclared {
                    isDeclared = false
                    continue
                }
                let fields = try DelimitedLine(text, delimiter: delimiter).fields
                // Rows that are empty in a spreadsheet come as delimiters alone.
                if fields.allSatisfy(\.isEmpty) { continue }
                if isHeaderPossible, let named = Self.columns(in: fields) {
                    columns = named
                    isHeaderPossible = false
                    continue
                }
                // A title may stand above the header; whatever has a digit in it is meant as a line.
                if isHeaderPossible, !Self.hasDigit(fields) { throw .unknownHeader }
                guard fields.count == columns.count else {
                    throw columns.isNamed || fields.count < columns.count
                        ? .fields(fields.count, expected: columns.count) : .unnamedFields(fields.count)
                }
                isHeaderPossible = false
                lines.append(
                    ApplicantLine(
                        line: index + 1, application: fields[columns.application], person: fields[columns.person]))
            } catch {
                broken.append(BrokenLine(line: index + 1, fault: error))
            }
        }
    }

    /// A line without the carriage return at its end; nil when it is not UTF-8.
    private static func text(_ piece: some Collection<UInt8>) -> String? {
        guard var text = String(validating: piece, as: UTF8.self) else { return nil }
        if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
        return text
    }

    /// What the list is delimited by.
    ///
    /// That is what its first line says, or else what makes a header or an applicant of the first line that can be one: a
    /// title above them, or a line of one field, tells nothing.
    private static func delimiter(of texts: [String?], isDeclared: inout Bool) -> Unicode.Scalar {
        var fallback: Unicode.Scalar?
        var isFirst = true
        for case let text? in texts where !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
            if isFirst, let declared = DelimitedLine.declaredDelimiter(in: text) {
                isDeclared = true
                return declared
            }
            isFirst = false
            for delimiter in DelimitedLine.delimiters where text.unicodeScalars.contains(delimiter) {
                fallback = fallback ?? delimiter
                guard let fields = try? DelimitedLine(text, delimiter: delimiter).fields, fields.count > 1 else {
                    continue
                }
                if columns(in: fields) != nil || fields.contains(where: isElevenDigits) { return delimiter }
            }
        }
        return fallback ?? ";"
    }

    private static func isElevenDigits(_ field: String) -> Bool {
        field.utf8.count { $0 != UInt8(ascii: " ") } == 11
            && field.utf8.allSatisfy { $0 == UInt8(ascii: " ") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func hasDigit(_ fields: [String]) -> Bool {
        fields.contains { $0.unicodeScalars.contains { ("0"..."9").contains($0) } }
    }

    /// - Returns: nil when the fields are no header: one of the two columns is not called by a known name.
    private static func columns(in fields: [String]) -> Columns? {
        let names = fields.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        guard let application = names.firstIndex(where: applicationNames.contains),
            let person = names.firstIndex(where: personNames.contains)
        else { return nil }
        return Columns(application: application, person: person, count: fields.count, isNamed: true)
    }

    private static let applicationNames: Set = [
        "application", "applicationnumber", "søknadsnr", "soknadsnr", "søknadsnummer", "soknadsnummer", "søknad",
        "soknad", "søkernr", "sokernr", "søkernummer", "sokernummer",
    ]
    private static let personNames: Set = [
        "person", "personnumber", "fødselsnummer", "fodselsnummer", "fødselsnr", "fodselsnr", "fnr", "personnummer",
        "personnr",
    ]
}
