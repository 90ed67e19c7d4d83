import Foundation
import Logging

extension LogLine {
    /// Members that every line has; what goes with a message and is called the same gets `metadata_` before its name.
    private static let own: Set = ["time", "level", "logger", "source", "message", "message_id"]

    /// One object on one line: its own members first, then what goes with the message, by name.
    ///
    /// All values are texts, because a number of orders and an SQLSTATE look alike.
    var json: String {
        var members = [
            ("time", Self.quoted(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
            ("level", Self.quoted(level.rawValue)), ("logger", Self.quoted(label)), ("source", Self.quoted(source)),
            ("message", Self.quoted(message)),
        ]
        if let event = KnownEvent(message) { members.append(("message_id", Self.quoted(event.identifier))) }
        for (key, value) in metadata {
            members.append((Self.own.contains(key) ? "metadata_" + key : key, Self.json(value)))
        }
        return "{" + members.map { "\(Self.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(json($0.value))" }.joined(separator: ",")
                + "}"
        }
    }

    /// A string as RFC 8259 wants it.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
