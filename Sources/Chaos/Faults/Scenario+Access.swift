import DevCluster
import Foundation

/// Faults on the way in: TLS, passwords, rights, places.
extension Scenario {
    private static func encrypted(_ ground: FaultGround, authority: String, host: String = "localhost") -> String {
        let victim = ground.victim
        return
            "host=\(host) hostaddr=127.0.0.1 port=\(victim.proxy.port) dbname=\(victim.database) user=\(victim.role) "
            + "sslmode=verify-full sslrootcert=\(victim.cluster.folder)/tls/\(authority).crt"
    }

    /// The rules by which the victim's server lets sessions in, before those that let everybody in.
    private static func admit(_ rules: [String], at ground: FaultGround) async throws {
        try await ground.victim.cluster.replaceAccessRules(rules)
    }

    static let tlsRequired = fault(
        "tls_required",
        "A source demands TLS of a client that offers none; a client demands it of a source that has none.",
        isGuarded: true,
        SourceFault(outcomes: ["denied", "unreachable"], sqlStates: ["28000"]) { ground in
            try await admit(["hostnossl all all 127.0.0.1/32 reject"], at: ground)
        } lift: { ground in
            try await admit([], at: ground)
        },
        SourceFault(outcomes: ["denied", "unreachable"]) { ground in
            try await ground.own("ALTER SYSTEM SET ssl = off")
            try await ground.own("SELECT pg_reload_conf()")
            try await ground.reach(encrypted(ground, authority: "ca"))
        } lift: { ground in
            try await ground.own("ALTER SYSTEM RESET ssl")
            try await ground.own("SELECT pg_reload_conf()")
            try await ground.reachAsUsual()
        })

    static let wrongCertificate = fault(
        "wrong_certificate", "A source's certificate is signed by another authority, or made out to another name.",
        isGuarded: true,
        SourceFault(outcomes: ["denied", "unreachable"], strikesLate: false) { ground in
            try await ground.reach(encrypted(ground, authority: "other-ca"))
        } lift: { ground in
            try await ground.reach(encrypted(ground, authority: "ca"))
        },
        SourceFault(outcomes: ["denied", "unreachable"], strikesLate: false) { ground in
            try await ground.reach(encrypted(ground, authority: "ca", host: "fs.example.invalid"))
        } lift: { ground in
            try await ground.reach(encrypted(ground, authority: "ca"))
        })

    static let wrongPassword = fault(
        "wrong_password", "A source has another password than our password file.", isGuarded: true,
        SourceFault(outcomes: ["denied"], sqlStates: ["28P01"], strikesLate: false) { ground in
            try await admit(["host all \(ground.victim.role) 127.0.0.1/32 scram-sha-256"], at: ground)
            try await ground.own("ALTER ROLE \(ground.victim.role) PASSWORD 'rett'")
            let file = try passwordFile(ground, "feil")
            try await ground.reach("\(ground.victim.connectionText) passfile=\(file)")
        } lift: { ground in
            _ = try passwordFile(ground, "rett")
        })

    private static func passwordFile(_ ground: FaultGround, _ password: String) throws -> String {
        let file = "\(ground.site.folder)/passwords"
        try "*:*:*:*:\(password)\n".write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        return file
    }

    static let databaseMissing = fault(
        "database_missing", "A source's database does not exist.",
        SourceFault(outcomes: ["unreachable"], sqlStates: ["3D000"]) { ground in
            try await ground.reach(
                ground.victim.connectionText.replacing(ground.victim.database, with: "fs_missing"))
        } lift: { ground in
            try await ground.reachAsUsual()
        })

    static let denied = fault(
        "denied", "A source takes back our right to ask.",
        SourceFault(outcomes: ["denied"], sqlStates: ["42501"]) { ground in
            try await ground.own("REVOKE EXECUTE ON FUNCTION resutveksl.ask_v1 FROM \(ground.victim.role)")
        } lift: { ground in
            try await ground.own("GRANT EXECUTE ON FUNCTION resutveksl.ask_v1 TO \(ground.victim.role)")
        },
        SourceFault(outcomes: ["denied"], sqlStates: ["42501"]) { ground in
            try await ground.own("SELECT resutveksl.remove_requester('\(ground.victim.role)')")
        } lift: { ground in
            try await ground.own("SELECT resutveksl.register_requester('\(ground.victim.role)', \(World.own))")
        })

    static let tooManyConnections = fault(
        "too_many_connections", "A source has no place for another connection.", isGuarded: true,
        SourceFault(outcomes: ["unreachable"], sqlStates: ["53300"]) { ground in
            while try await ground.hold(ground.victim.role) {}
        } lift: { ground in
            await ground.letGo()
        },
        SourceFault(outcomes: ["unreachable"], sqlStates: ["53300"]) { ground in
            try await ground.own("ALTER ROLE \(ground.victim.role) CONNECTION LIMIT 0")
        } lift: { ground in
            try await ground.own("ALTER ROLE \(ground.victim.role) CONNECTION LIMIT -1")
        })
}
