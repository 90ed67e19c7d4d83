import CLibpq
import Logging

/// Hands the server's notices to the log.
final class NoticeSink: Sendable {
    private let logger: Logger
    private let logsTexts: Bool

    init(logger: Logger, logsTexts: Bool = true) {
        self.logger = logger
        self.logsTexts = logsTexts
    }

    /// Notices are delivered while libpq parses input, so the sink must outlive the connection that it is given to.
    func attach(to connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func receive(_ result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        let severity = field("V") ?? "NOTICE"
        var metadata: Logger.Metadata = ["severity": "\(severity)", "sqlstate": "\(field("C") ?? "")"]
        if logsTexts { metadata["notice"] = "\((field("M") ?? "").maskingPersonNumbers())" }
        logger.log(
            level: severity == "WARNING" ? .warning : .debug, "notice from the server", metadata: metadata)
    }
}
