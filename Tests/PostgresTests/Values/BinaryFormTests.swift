import Testing

@testable import Postgres

/// What a server would have to be broken, or hostile, to send.
@Suite(.fewAtOnce) struct `Binary values that lie about themselves` {
    /// Dimensions, NULL flag, element type int8, count, lower bound.
    private static let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20]

    @Test(
        arguments: [
            [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 99],  // An element longer than the field.
            [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1],  // Fewer elements than announced.
            [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1],  // A negative count.
            [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1],  // A count that nothing could hold.
            [0, 0, 0, 1],
            [],
        ] as [[UInt8]])
    func `an array that ends too early is no array`(_ rest: [UInt8]) {
        let bytes = Self.header + rest
        bytes.withUnsafeBytes { bytes in
            #expect([Int64].decode(Field(type: TypeIdentifier(rawValue: 1016), bytes: bytes)) == nil)
        }
    }

    @Test(
        arguments: [
            [], [0, 1], [0, 1, 0, 0, 0, 0, 0, 0], [0, 2, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0x12, 0x34, 0, 0],
        ] as [[UInt8]])
    func `a numeric of the wrong length or sign is no number`(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            #expect(PostgresNumeric.decode(Field(type: .numeric, bytes: bytes)) == nil)
        }
    }

    @Test func `bytes that are no UTF-8 are no text`() {
        ([0x61, 0xC3, 0x28] as [UInt8]).withUnsafeBytes { bytes in
            #expect(String.decode(Field(type: .text, bytes: bytes)) == nil)
        }
    }

    @Test func `a whole number of another width is no number`() {
        ([0, 0, 1] as [UInt8]).withUnsafeBytes { bytes in
            #expect(Int32.decode(Field(type: .int4, bytes: bytes)) == nil)
        }
    }
}
