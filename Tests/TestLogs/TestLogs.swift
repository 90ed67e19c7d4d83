import Glibc
package import Logging

/// Keeps everything that the tests log, so that `Tests/logs/check` can look for what must not stand in any log.
///
/// Does nothing unless the environment names a folder in TEST_LOGS, as `make test` does.
package enum TestLogs {
    package static let variable = "TEST_LOGS"

    private static let folder: String? = getenv(variable).map { String(cString: $0) }

    /// For a database of an ordering institution: tells PostgreSQL's log of every entry of the transfer log, one message a statement.
    package static let transferLogScript =
        folder == nil
        ? ""
        : """
        CREATE FUNCTION public.tell_transfer_log() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE LOG 'transfer_log: %', (SELECT string_agg(t::text, chr(10)) FROM told t);
            RETURN NULL;
        END $$;
        CREATE TRIGGER tell_transfer_log AFTER INSERT ON resutveksl.transfer_log REFERENCING NEW TABLE AS told
            FOR EACH STATEMENT EXECUTE FUNCTION public.tell_transfer_log()
        """

    /// Makes loggers that tests give no handler of their own be kept too; the first call counts.
    package static func begin() { _ = isBegun }

    private static let isBegun: Bool = {
        if folder == nil { return false }
        LoggingSystem.bootstrap { KeptLogHandler(label: $0) }
        return true
    }()

    /// Adds a text to one of the folder's files, in one piece.
    package static func keep(_ text: String, as name: String) {
        guard let folder, !text.isEmpty else { return }
        let descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// A message of the log with all that goes with it.
    package static func keep(_ event: LogEvent, label: String, metadata: Logger.Metadata) {
        if folder == nil { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        keep("\(event.level) \(label) \(event.message) \(pairs) \(event.error.map { "\($0)" } ?? "")", as: "swift.log")
    }
}
