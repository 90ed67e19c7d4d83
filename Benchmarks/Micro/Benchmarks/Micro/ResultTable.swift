import CLibpq
import Glibc
import Postgres

/// Builds what libpq hands over when a statement has answered, in binary form.
struct ResultTable {
    enum Value {
        case text(String)
        case int4(Int32)
        case int8(Int64)
        /// A whole number from 1 to 9999.
        case numeric(Int16)

        var bytes: [UInt8] {
            switch self {
            case .text(let text): Array(text.utf8)
            case .int4(let value): Self.bigEndian(value)
            case .int8(let value): Self.bigEndian(value)
            // One digit to the base of 10,000 with weight 0, sign + and no decimals.
            case .numeric(let value): [1, 0, 0, 0, value].flatMap { Self.bigEndian($0) }
            }
        }

        private static func bigEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
            withUnsafeBytes(of: value.bigEndian) { Array($0) }
        }
    }

    private let columns: [(name: String, type: TypeIdentifier)]
    private var values: [[Value?]] = []

    init(_ columns: [(String, TypeIdentifier)]) { self.columns = columns.map { (name: $0.0, type: $0.1) } }

    /// Columns that are not given are NULL.
    mutating func append(_ row: [Value?]) { values.append(row) }

    func rows() -> Rows {
        guard let result = PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK) else { preconditionFailure("out of memory") }
        let names = columns.map { strdup($0.name) }
        defer { names.forEach { free($0) } }
        var attributes = zip(columns, names).map { column, name in
            pgresAttDesc(
                name: name, tableid: 0, columnid: 0, format: 1, typid: column.type.rawValue, typlen: -1, atttypmod: -1)
        }
        PQsetResultAttrs(result, Int32(attributes.count), &attributes)
        for (row, cells) in values.enumerated() {
            for column in columns.indices {
                guard column < cells.count, let bytes = cells[column]?.bytes else {
                    PQsetvalue(result, Int32(row), Int32(column), nil, -1)
                    continue
                }
                var terminated = bytes + [0]
                terminated.withUnsafeMutableBytes { buffer in
                    let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                    _ = PQsetvalue(result, Int32(row), Int32(column), start, Int32(bytes.count))
                }
            }
        }
        return Rows(result)
    }
}
