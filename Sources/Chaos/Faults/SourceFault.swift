/// A way in which a source cannot be asked, and what has to become of its orders meanwhile.
struct SourceFault: Sendable {
    /// Outcomes of the pairs that could not be asked; those that were asked before it struck are settled.
    let outcomes: [String]
    /// What the log has to say of at least one of them; empty where no server says anything.
    let sqlStates: Set<String>
    /// Whether it strikes while workers are at work too, and not only before they start.
    let strikesLate: Bool
    let strike: @Sendable (FaultGround) async throws -> Void
    let lift: @Sendable (FaultGround) async throws -> Void

    init(
        outcomes: [String], sqlStates: Set<String> = [], strikesLate: Bool = true,
        strike: @escaping @Sendable (FaultGround) async throws -> Void,
        lift: @escaping @Sendable (FaultGround) async throws -> Void
    ) {
        self.outcomes = outcomes
        self.sqlStates = sqlStates
        self.strikesLate = strikesLate
        self.strike = strike
        self.lift = lift
    }
}
