import Logging

/// Ends the line of a progress bar before each line of the log, so that neither is written into the other.
struct ProgressLogHandler: LogHandler {
    private var handler: StreamLogHandler
    private let progress: RunProgress

    init(handler: StreamLogHandler, progress: RunProgress) {
        self.handler = handler
        self.progress = progress
    }

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        progress.finish()
        handler.log(event: event)
    }
}
