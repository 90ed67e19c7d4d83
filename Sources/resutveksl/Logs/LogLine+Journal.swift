import Logging

extension LogLine {
    /// The datagram of systemd's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
    ///
    /// What goes with the message is a field each, in capitals: `INSTITUTION=184`. It also follows the message itself, so that
    /// plain `journalctl` shows it.
    var journalEntry: [UInt8] {
        var entry: [UInt8] = []
        Self.append("MESSAGE", metadata.isEmpty ? message : "\(message): \(pairs)", to: &entry)
        Self.append("PRIORITY", String(level.priority), to: &entry)
        Self.append("SYSLOG_IDENTIFIER", "resutveksl", to: &entry)
        if let event = KnownEvent(message) { Self.append("MESSAGE_ID", event.identifier, to: &entry) }
        Self.append("CODE_FILE", file, to: &entry)
        Self.append("CODE_LINE", String(line), to: &entry)
        Self.append("CODE_FUNC", function, to: &entry)
        Self.append("LOGGER", label, to: &entry)
        var taken = Self.own
        for (key, value) in metadata {
            let name = Self.fieldName(key)
            if !name.isEmpty, taken.insert(name).inserted { Self.append(name, "\(value)", to: &entry) }
        }
        return entry
    }

    private static let own: Set = [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE_ID", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "LOGGER",
    ]

    /// Capitals, digits and underscores, at most 64, beginning with a letter: what journald takes.
    ///
    /// A leading underscore is for fields that it makes itself, and would be dropped.
    static func fieldName(_ key: String) -> String {
        let name = key.unicodeScalars.map { scalar -> Character in
            let upper = Character(scalar).uppercased()
            guard scalar.isASCII, let letter = upper.first, letter.isLetter || letter.isNumber else { return "_" }
            return letter
        }
        return String(name.drop { !$0.isLetter }.prefix(64))
    }

    /// `NAME=value` on a line, or the name, the length in eight bytes and the value where the value has line breaks.
    private static func append(_ name: String, _ value: String, to entry: inout [UInt8]) {
        entry += name.utf8
        if value.utf8.contains(UInt8(ascii: "\n")) {
            entry.append(UInt8(ascii: "\n"))
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { entry += $0 }
        } else {
            entry.append(UInt8(ascii: "="))
        }
        entry += value.utf8
        entry.append(UInt8(ascii: "\n"))
    }
}
