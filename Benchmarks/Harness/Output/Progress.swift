import Foundation
import Logging

/// What is said on the way, on standard error; standard output is for results.
enum Progress {
    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// For servers and connections, whose own log would stand between the figures.
    static var quietLogger: Logger {
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        return logger
    }
}
