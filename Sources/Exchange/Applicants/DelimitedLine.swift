/// One line of delimited text, cut into its fields.
///
/// A field does not go on over the end of its line: numbers have no line breaks, and a forgotten quotation mark then costs
/// one line and not the rest of the list.
struct DelimitedLine {
    /// Without quotation marks and without white space around.
    let fields: [String]

    /// - Throws: what makes the line unreadable.
    init(_ text: String, delimiter: Unicode.Scalar) throws(BrokenLine.Fault) {
        var fields: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                scalars.removeFirst()
                field.append(scalar)
            case "\"" where isQuoted || field.allSatisfy(\.properties.isWhitespace):
                isQuoted.toggle()
            case delimiter where !isQuoted:
                fields.append(Self.trimmed(field))
                field.removeAll()
            case _ where scalar.properties.generalCategory == .control && scalar != "\t":
                throw .controlCharacter
            default:
                field.append(scalar)
            }
        }
        if isQuoted { throw .openQuote }
        self.fields = fields + [Self.trimmed(field)]
    }

    /// What spreadsheets and admission systems write: a semicolon where the comma is the decimal sign, or else a comma.
    static let delimiters: [Unicode.Scalar] = [";", ","]

    /// The delimiter that a line `sep=;` says the list has, which Excel writes and reads; nil for any other line.
    static func declaredDelimiter(in text: String) -> Unicode.Scalar? {
        let scalars = text.unicodeScalars
        guard scalars.count == 5, text.lowercased().hasPrefix("sep=") else { return nil }
        return scalars.last.flatMap { (delimiters + ["\t", "|"]).contains($0) ? $0 : nil }
    }

    private static func trimmed(_ field: String.UnicodeScalarView) -> String {
        var field = field[...]
        while field.first?.properties.isWhitespace == true { field.removeFirst() }
        while field.last?.properties.isWhitespace == true { field.removeLast() }
        return String(field)
    }
}
