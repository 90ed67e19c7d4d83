import DevCluster

/// Faults on the way to a source.
extension Scenario {
    private static func mode(
        _ mode: FaultProxy.Mode, _ outcomes: [String] = ["unreachable"]
    ) -> SourceFault {
        SourceFault(outcomes: outcomes) { ground in
            await ground.victim.proxy.set(mode)
        } lift: { ground in
            await ground.victim.proxy.set(.pass)
        }
    }

    static let refused = fault("refused", "Nobody listens at a source.", mode(.refuse))

    static let silent = fault("silent", "A source's host answers nothing, not even the first packet.", mode(.silent))

    static let blackHole = fault("black_hole", "Something listens at a source and never speaks.", mode(.blackHole))

    static let halfOpen = fault(
        "half_open", "A source stops speaking in the middle, and its connections stay open.",
        mode(.halfOpen, ["unreachable", "timed_out"]))

    static let cutMidRow = fault(
        "cut_mid_row", "Connections to a source are cut in the middle of an answer.",
        mode(.cut(afterBytes: 3000)), mode(.cut(afterBytes: 9000)), mode(.cut(afterBytes: 700)))

    static let delay = fault(
        "delay", "Every packet to and from a source is late.", mode(.delay(.milliseconds(30)), []))

    static let hostUnknown = fault(
        "host_unknown", "A source's host name has no address.",
        SourceFault(outcomes: ["unreachable"]) { ground in
            try await ground.reach("host=fs.example.invalid dbname=fs user=\(ground.victim.role)")
        } lift: { ground in
            try await ground.reachAsUsual()
        })
}
