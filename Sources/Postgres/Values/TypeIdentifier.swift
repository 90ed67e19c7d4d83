/// The object identifier (OID) of a PostgreSQL type, as `pg_type` lists it.
///
/// Built-in ones are the same everywhere.
package struct TypeIdentifier: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let bool = TypeIdentifier(rawValue: 16)
    package static let bytea = TypeIdentifier(rawValue: 17)
    package static let char = TypeIdentifier(rawValue: 18)
    package static let name = TypeIdentifier(rawValue: 19)
    package static let int8 = TypeIdentifier(rawValue: 20)
    package static let int2 = TypeIdentifier(rawValue: 21)
    package static let int4 = TypeIdentifier(rawValue: 23)
    package static let text = TypeIdentifier(rawValue: 25)
    package static let oid = TypeIdentifier(rawValue: 26)
    package static let json = TypeIdentifier(rawValue: 114)
    package static let float4 = TypeIdentifier(rawValue: 700)
    package static let float8 = TypeIdentifier(rawValue: 701)
    package static let unknown = TypeIdentifier(rawValue: 705)
    package static let bpchar = TypeIdentifier(rawValue: 1042)
    package static let varchar = TypeIdentifier(rawValue: 1043)
    package static let date = TypeIdentifier(rawValue: 1082)
    package static let timestamp = TypeIdentifier(rawValue: 1114)
    package static let timestamptz = TypeIdentifier(rawValue: 1184)
    package static let interval = TypeIdentifier(rawValue: 1186)
    package static let numeric = TypeIdentifier(rawValue: 1700)

    /// The array type whose elements are of this type.
    var array: TypeIdentifier {
        TypeIdentifier(rawValue: Self.arrays[rawValue] ?? 0)
    }

    private static let arrays: [UInt32: UInt32] = [
        16: 1000, 17: 1001, 18: 1002, 19: 1003, 20: 1016, 21: 1005, 23: 1007, 25: 1009, 114: 199, 700: 1021,
        701: 1022, 1042: 1014, 1043: 1015, 1082: 1182, 1114: 1115, 1184: 1185, 1186: 1187, 1700: 1231,
    ]

    /// Types whose binary form is their text in the client encoding.
    var isText: Bool {
        switch self {
        case .text, .varchar, .bpchar, .name, .char, .json, .unknown: true
        default: false
        }
    }
}
