import Logging

/// What each logger of this process hands its messages to.
struct ProgramLogHandler: LogHandler {
    let label: String
    let output: LogOutput
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, output: LogOutput = .shared) {
        self.label = label
        self.output = output
        logLevel = output.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let base = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }
        output.write(LogLine(event, label: label, base: base))
    }
}
