/// Something that somebody should look at, in figures: a row of `resutveksl.report`.
package struct ReportLine: Sendable {
    /// In the order in which they are read: what is wrong stands first.
    package enum Section: String, Sendable, CaseIterable {
        /// Orders that have been due since before the report's time, and that nobody has fetched for.
        case overdue
        /// Claims of workers that died.
        case takenOver = "taken_over"
        case givenUp = "given_up"
        case held
        /// Could not be asked, or about some; tried again by itself.
        case failed
        /// Sources that share nothing.
        case closed
        /// Orders that nobody was asked about.
        case refused
        /// What later fetches changed.
        case changed
    }

    package let section: Section
    /// Whether it came about since then, and does not just stand beside what did.
    package let isNews: Bool
    /// Source; of what was changed, the institution where it was earned.
    package let institution: Int32?
    package let acronym: String?
    package let outcome: String?
    package let reason: String?
    package let orders: Int?
    package let items: Int?
    /// As FS shows times: the next attempt of what failed, since when or when last for the others.
    package let at: String?
}

/// What has come about since a moment.
package struct Report: Sendable {
    package let ownInstitution: Int32?
    package let ownAcronym: String?
    /// As FS shows times.
    package let since: String
    package let until: String
    package let lines: [ReportLine]

    package var isSilent: Bool { lines.allSatisfy { !$0.isNews } }
}
