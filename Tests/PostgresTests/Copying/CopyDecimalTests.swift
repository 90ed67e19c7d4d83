import Postgres
import Testing

@Suite(.fewAtOnce) struct `Decimals that are copied in` {
    /// Around every group of four digits that the binary form has, in both signs, and numbers without a pattern.
    static let units: [Int64] = {
        var units: [Int64] = [0, Int64.max, Int64.min, Int64.min + 1]
        var power: Int64 = 1
        for _ in 0..<19 {
            for near in -2...2 { units += [power + Int64(near), -power - Int64(near)] }
            units += [power &* 5, power &* 37, power &* -9_999]
            power &*= 10
        }
        var mixed: UInt64 = 88_172_645_463_325_252
        for _ in 0..<2000 {
            mixed ^= mixed << 13
            mixed ^= mixed >> 7
            mixed ^= mixed << 17
            units.append(Int64(bitPattern: mixed) >> (mixed % 60))
        }
        return units
    }()

    @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9])
    func `are what the server makes of the same number`(_ scale: Int) async throws {
        var rows = CopyData()
        for unit in Self.units {
            rows.beginRow(columns: 2)
            rows.append(unit)
            rows.append(decimal: unit, scale: scale)
        }
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (unit int8, number numeric)")
            try await connection.withTransaction { [rows] transaction in
                _ = try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
            }
            let wrong = try await connection.query(
                """
                SELECT count(*) FILTER (WHERE number <> unit / 10::numeric ^ $1),
                    count(*) FILTER (WHERE number::text <> round(unit * (10::numeric ^ -$1), $1)::text),
                    count(*)
                FROM t
                """, Int32(scale)
            ).single(Int.self, Int.self, Int.self)
            #expect(wrong == (0, 0, Self.units.count))
        }
    }

    @Test func `come back as the same number of units`() async throws {
        var rows = CopyData()
        for unit in Self.units {
            rows.beginRow(columns: 2)
            rows.append(unit)
            rows.append(decimal: unit, scale: 2)
        }
        try await withConnection { connection in
            try await connection.execute(script: "CREATE TEMPORARY TABLE t (unit int8, number numeric)")
            try await connection.withTransaction { [rows] transaction in
                _ = try await transaction.copyIn("COPY t FROM STDIN (FORMAT binary)", rows)
            }
            let found = try await connection.query("SELECT unit, number FROM t").decode(
                Int64.self, PostgresNumeric.self)
            let isEqual = found.allSatisfy { $1.scaled(by: 2) == $0 || $0 == Int64.min }
            #expect(isEqual)
        }
    }
}
