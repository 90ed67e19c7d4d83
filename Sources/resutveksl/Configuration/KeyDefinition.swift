import Configuration
import Postgres

/// What is known of a key: its names, what it may be, and what holds when nobody says anything.
///
/// The only place where this stands in code; `docs/configuration.md` repeats it, and a test compares the two.
struct KeyDefinition: Sendable {
    /// As in the file: `worker.claim_size`.
    let name: String
    let values: Values
    /// As it would stand in the file; nil for a key that is simply not set.
    let standard: String?
    /// The option without its dashes; nil for a key that has none.
    let option: String?
    /// Whether its value is never shown.
    let isSecret: Bool
    /// One sentence.
    let meaning: String

    init(
        name: String, values: Values, standard: String?, option: String? = nil, isSecret: Bool = false, meaning: String
    ) {
        self.name = name
        self.values = values
        self.standard = standard
        self.option = option
        self.isSecret = isSecret
        self.meaning = meaning
    }

    /// The prefix of every name in the environment.
    static let environmentPrefix = "RESUTVEKSL"

    /// `RESUTVEKSL_WORKER_CLAIM_SIZE`, as swift-configuration makes it of the key.
    var environmentName: String {
        Self.environmentPrefix + "_" + name.replacing(".", with: "_").uppercased()
    }

    /// As swift-configuration's providers know it.
    var key: AbsoluteConfigKey { AbsoluteConfigKey(name.split(separator: ".").map(String.init)) }

    /// What a text is not, as the end of a sentence that begins with the key; nil when it is a value of it.
    func problem(with text: String) -> String? {
        if case .connection = values {
            do throws(PostgresError) {
                _ = try ConnectionString(text)
                return nil
            } catch {
                return "cannot be used: \(error)"
            }
        }
        return values.allow(text) ? nil : values.rule
    }
}
