import Foundation
import Glibc
import Logging

extension ProgramConfiguration {
    /// The program's logger; from now on all others of the process go where this one does.
    ///
    /// - Parameter progress: a bar that is on the same terminal.
    func logger(besides progress: RunProgress? = nil) -> Logger {
        let stream = JournalStream(environment: ProcessInfo.processInfo.environment)
        let destination = LogOutput.Destination(
            self[Key.logFormat], isJournal: stream?.leads(from: STDERR_FILENO) ?? false)
        let level = self[Key.logLevel] ?? destination.usualLevel
        LogOutput.shared.configure(destination, level: level)
        if let progress { LogOutput.shared.share(with: progress) }
        return Logger(label: "resutveksl") { ProgramLogHandler(label: $0) }
    }
}
