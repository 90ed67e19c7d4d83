import Foundation

extension KeyDefinition {
    /// What a key may be.
    enum Values: Sendable {
        case text
        /// A libpq connection string without a password.
        case connection
        /// An absolute path.
        case path
        /// Of the web.
        case url
        /// Host and port that something listens at.
        case address
        case count(ClosedRange<Int>, String)
        case seconds(ClosedRange<Double>)
        case choice([String])

        /// Whether a text is one of these; of a connection string only libpq can tell.
        func allow(_ text: String) -> Bool {
            switch self {
            case .text, .connection: !text.isEmpty
            case .path: text.hasPrefix("/")
            case .url:
                URL(string: text).map { ["http", "https"].contains($0.scheme) && $0.host()?.isEmpty == false } ?? false
            case .address: text.wholeMatch(of: /.+:([0-9]{1,5})/).map { UInt16($0.output.1) != nil } ?? false
            case .count(let range, _): Int(text).map(range.contains) ?? false
            case .seconds(let range): Double(text).map(range.contains) ?? false
            case .choice(let words): words.contains(text)
            }
        }

        /// The end of a sentence that begins with the key.
        var rule: String {
            switch self {
            case .text, .connection: "has to be a text"
            case .path: "has to be a path that begins with /"
            case .url: "has to be an address that begins with http:// or https://"
            case .address: "has to be a host and a port, as 127.0.0.1:9187"
            case .count, .seconds: "goes from \(type)"
            case .choice(let words): "has to be one of \(words.joined(separator: ", "))"
            }
        }

        /// For the usage of an option.
        var placeholder: String {
            switch self {
            case .text: "text"
            case .connection: "conninfo"
            case .path: "path"
            case .url: "url"
            case .address: "address"
            case .count(_, let unit): unit
            case .seconds: "seconds"
            case .choice: "word"
            }
        }

        /// What the column "type" of the documentation says.
        var type: String {
            switch self {
            case .text: "text"
            case .connection: "libpq connection string, no password"
            case .path: "absolute path"
            case .url: "http or https address"
            case .address: "host:port"
            case .count(let range, let unit): "\(range.lowerBound) to \(range.upperBound) \(unit)"
            case .seconds(let range): "\(range.lowerBound.plain) to \(range.upperBound.plain) seconds"
            case .choice(let words): words.joined(separator: ", ")
            }
        }
    }
}

extension Double {
    /// `45`, and `0.05`.
    var plain: String { self == rounded() && magnitude < 1e15 ? String(Int(self)) : String(self) }
}
