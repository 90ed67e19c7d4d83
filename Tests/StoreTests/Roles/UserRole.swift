/// A role of the own database, and the tests' login that is a member of it and of nothing else.
enum UserRole: String, CaseIterable, Sendable {
    case worker, orderer, caseWorker = "case_worker", `operator`, monitor

    var login: String { "play_\(rawValue)" }
    var group: String { "resutveksl_\(rawValue)" }
}
