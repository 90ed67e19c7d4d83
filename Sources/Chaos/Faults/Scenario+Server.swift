import DevCluster
import Foundation

/// Faults of a source's server and of what is installed in it.
extension Scenario {
    static let contractMissing = fault(
        "contract_missing", "A source has no contract.",
        SourceFault(outcomes: ["failed"], sqlStates: ["3F000", "42883"]) { ground in
            try await ground.own("ALTER SCHEMA resutveksl RENAME TO elsewhere")
        } lift: { ground in
            try await ground.own("ALTER SCHEMA elsewhere RENAME TO resutveksl")
        })

    static let contractVersion = fault(
        "contract_version", "A source speaks a newer or an older contract only, or belongs to another institution.",
        contract("2, 3, i.institution, i.answers_for"), contract("0, 0, i.institution, i.answers_for"),
        contract("1, 1, 999, ARRAY[999]"))

    private static func contract(_ row: String) -> SourceFault {
        SourceFault(outcomes: ["failed"]) { ground in
            try await ground.own(
                """
                ALTER FUNCTION resutveksl.contract RENAME TO contract_truly;
                CREATE FUNCTION resutveksl.contract()
                RETURNS TABLE (oldest int, newest int, institution int, answers_for int[])
                LANGUAGE sql SECURITY DEFINER AS $$ SELECT \(row) FROM resutveksl.identity i $$
                """)
        } lift: { ground in
            try await ground.own(
                "DROP FUNCTION resutveksl.contract; ALTER FUNCTION resutveksl.contract_truly RENAME TO contract")
        }
    }

    static let tooSlow = fault(
        "too_slow", "A question takes longer at a source than it may.",
        SourceFault(outcomes: ["timed_out"], sqlStates: ["57014"]) { ground in
            _ = try await ground.hold("postgres", "BEGIN; LOCK TABLE fs.person IN ACCESS EXCLUSIVE MODE")
        } lift: { ground in
            await ground.letGo()
        })

    static let diskFull = fault(
        "disk_full", "A source's disk is full when it is asked.",
        SourceFault(outcomes: ["failed"], sqlStates: ["53100"]) { ground in
            try await ground.wrap(
                "plpgsql",
                """
                BEGIN
                    COPY (SELECT repeat('x', 100000)) TO '/dev/full';
                    RETURN QUERY SELECT * FROM \(FaultGround.truly);
                END
                """)
        } lift: { ground in
            try await ground.unwrap()
        })

    static let shutdown = fault(
        "shutdown", "A source's server is shut down, or crashes, before and during the run.", isGuarded: true,
        stopped(.fast), stopped(.immediate))

    private static func stopped(_ mode: PrivateCluster.StopMode) -> SourceFault {
        SourceFault(outcomes: ["unreachable"]) { ground in
            try await ground.victim.cluster.stop(mode)
        } lift: { ground in
            try await ground.victim.cluster.startAgain()
        }
    }

    static let recovery = fault(
        "recovery", "A source's server is starting up, or is a standby that can only be read.", isGuarded: true,
        standby(isReadable: false, ["unreachable"], "57P03"), standby(isReadable: true, ["failed"], "25006"))

    private static func standby(isReadable: Bool, _ outcomes: [String], _ state: String) -> SourceFault {
        SourceFault(outcomes: outcomes, sqlStates: [state], strikesLate: false) { ground in
            let cluster = ground.victim.cluster
            try await ground.own("ALTER SYSTEM SET hot_standby = \(isReadable ? "on" : "off")")
            try await cluster.stop()
            try "".write(toFile: "\(cluster.folder)/data/standby.signal", atomically: false, encoding: .utf8)
            try await cluster.startAgain()
        } lift: { ground in
            let cluster = ground.victim.cluster
            try await cluster.stop()
            try FileManager.default.removeItem(atPath: "\(cluster.folder)/data/standby.signal")
            try await cluster.startAgain()
            try await ground.own("ALTER SYSTEM RESET hot_standby")
        }
    }
}
