import CLibpq

/// What a statement answered: rows in libpq's own memory, decoded where and when they are read.
package final class Rows: Sendable {
    // A PGresult that is not written to any more may be read by several threads (libpq documentation, 34.20).
    private nonisolated(unsafe) let result: OpaquePointer
    package let count: Int
    package let columnCount: Int

    /// Takes ownership of the result.
    package init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    package var isEmpty: Bool { count == 0 }

    /// Rows that an INSERT, UPDATE, DELETE, COPY or SELECT touched.
    package var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The command that was carried out, like `COMMIT`; a COMMIT of a failed transaction says `ROLLBACK`.
    var commandTag: String { String(cString: PQcmdStatus(result)) }

    package func columnName(_ column: Int) -> String {
        PQfname(result, Int32(column)).map { String(cString: $0) } ?? ""
    }

    package func columnType(_ column: Int) -> TypeIdentifier {
        TypeIdentifier(rawValue: PQftype(result, Int32(column)))
    }

    package func field(_ row: Int, _ column: Int) -> Field {
        let (row32, column32) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row32, column32) == 0, let start = PQgetvalue(result, row32, column32) else {
            return Field(type: columnType(column), bytes: nil)
        }
        let length = Int(PQgetlength(result, row32, column32))
        return Field(type: columnType(column), bytes: UnsafeRawBufferPointer(start: start, count: length))
    }

    /// The value at a row and column, both counted from 0.
    ///
    /// - Throws: `PostgresError` with code `decoding`; the message names column and type, never the value.
    package func value<Value: PostgresDecodable>(
        _ row: Int, _ column: Int, as _: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        if let value = Value.decode(field(row, column)) { return value }
        let isNull = PQgetisnull(result, Int32(row), Int32(column)) == 1
        throw PostgresError(
            .decoding, phase: .query,
            message: "column \(columnName(column)) (type \(columnType(column).rawValue)"
                + "\(isNull ? ", NULL" : "")) is not a \(Value.self)")
    }

    /// All rows as tuples: `try rows.decode(Int64.self, String?.self)`.
    package func decode<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws(PostgresError) -> [(repeat each Value)] {
        var tuples: [(repeat each Value)] = []
        tuples.reserveCapacity(count)
        for row in 0..<count {
            tuples.append(try self.tuple(row, repeat each types))
        }
        return tuples
    }

    /// The only row, for statements that answer with exactly one.
    package func single<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        guard count == 1 else {
            throw PostgresError(.decoding, phase: .query, message: "expected one row, got \(count)")
        }
        return try tuple(0, repeat each types)
    }

    private func tuple<each Value: PostgresDecodable>(
        _ row: Int, _ types: repeat (each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var column = -1
        func next<Next: PostgresDecodable>(_ type: Next.Type) throws(PostgresError) -> Next {
            column += 1
            return try value(row, column, as: type)
        }
        return (repeat try next(each types))
    }
}
