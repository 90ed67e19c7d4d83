package import Exchange
import Store

/// How a lane went, over all claims of a run.
package struct LaneReport: Sendable {
    package let source: InstitutionNumber
    package let acronym: String
    package var sets = 0
    package var asked = 0
    package var found = 0
    package var rows = 0
    package var new = 0
    package var changed = 0
    package var missing = 0
    /// How long the source took to answer what it was asked, without connecting and waiting for other questions.
    package var asking: Duration = .zero
    /// Orders that the source was not asked about, or whose answer was lost with it.
    package var remaining = 0
    /// Persons whose answer was bad.
    package var invalid = 0
    /// Orders that will not be asked about again by themselves: all their days are used up.
    package var gaveUp = 0
    package var sharing = Sharing.open
    package var fault: Fault?
    /// Whether the source was tried, and not left alone because it had failed just before.
    package var isFaultFresh = false
    /// When what failed is due again, as FS shows times.
    package var nextAttempt: String?
    /// Whether it came to an end that is written down, and was not stopped.
    var isEnded = false

    package init(source: InstitutionNumber, acronym: String) {
        self.source = source
        self.acronym = acronym
    }

    /// `done`, `reserved`, `not_open`, or the outcome of the fault.
    package var outcome: String {
        fault?.outcome.rawValue ?? (sharing == .open ? "done" : sharing.rawValue)
    }

    mutating func add(_ counts: ImportCounts, orders: Int) {
        sets += 1
        asked += orders
        found += counts.found
        rows += counts.rows
        new += counts.new
        changed += counts.changed
        missing += counts.missing
        invalid += counts.invalid
        gaveUp += counts.gaveUp
    }

    mutating func add(_ other: LaneReport) {
        sets += other.sets
        asked += other.asked
        found += other.found
        rows += other.rows
        new += other.new
        changed += other.changed
        missing += other.missing
        asking += other.asking
        remaining += other.remaining
        invalid += other.invalid
        gaveUp += other.gaveUp
        if other.sharing != .open { sharing = other.sharing }
        fault = fault ?? other.fault
        nextAttempt = nextAttempt ?? other.nextAttempt
    }
}
