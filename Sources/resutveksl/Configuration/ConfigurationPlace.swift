import Foundation

/// Which configuration file is read.
struct ConfigurationPlace: Sendable {
    /// Where an installed program looks when nothing else was said.
    static let standard = "/etc/resutveksl/resutveksl.conf"
    static let variable = "RESUTVEKSL_CONFIG"

    let path: String
    /// Whether it has to be there.
    let isRequired: Bool
    /// Whether it is one institution's of several, which may have said in the environment instead where its database is.
    let isInstance: Bool

    /// - Parameters:
    ///   - option: what `--config` says.
    ///   - environment: of which `RESUTVEKSL_CONFIG` counts when there is no option. With a leading - the file may be missing, as
    ///     in systemd's units.
    init(option: String?, environment: [String: String]) {
        let variable = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
        let mayBeMissing = option == nil && variable?.first == "-"
        isInstance = mayBeMissing
        path = option ?? variable.map { mayBeMissing ? String($0.dropFirst()) : $0 } ?? Self.standard
        isRequired = !mayBeMissing && (option != nil || variable != nil)
    }

    /// - Returns: nil when a file that need not be there is not, or may not be read by whoever runs this.
    /// - Throws: `ConfigurationError` when a file that has to be there cannot be read.
    func read() throws(ConfigurationError) -> ConfigurationFile? {
        guard access(path, R_OK) == 0 else {
            if !isRequired { return nil }
            throw failure(String(cString: strerror(errno)))
        }
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            return ConfigurationFile(text: String(decoding: data, as: UTF8.self), name: path)
        } catch {
            throw failure(error.localizedDescription)
        }
    }

    private func failure(_ reason: String) -> ConfigurationError {
        ConfigurationError(problems: [.init(place: path, sentence: "cannot be read: \(reason)")])
    }
}
