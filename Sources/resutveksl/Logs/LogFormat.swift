import ArgumentParser

/// How the log is written.
enum LogFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// `journal` where systemd says that standard error is the journal, `text` everywhere else.
    case auto
    /// A line a message for people, on standard error.
    case text
    /// A JSON object a line, on standard error.
    case json
    /// Native fields, to systemd's journal.
    case journal
}
