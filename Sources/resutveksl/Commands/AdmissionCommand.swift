import ArgumentParser

struct AdmissionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admission",
        abstract: "Admissions, whose applicants' results are fetched again every week.",
        discussion: """
            Orders belong to an admission when they are placed with `order place --from … --admission CODE`. Until its closing \
            date every order of an open admission is queued again once a week, Friday 18:00 unless it says otherwise. `run` \
            and `watch` see to it; a timer only has to start one of them.
            """,
        subcommands: [AdmissionAdd.self, AdmissionList.self, AdmissionClose.self, AdmissionRefresh.self])
}
