package import Glibc

/// Starts programs; what becomes of them is the caller's business.
package enum ChildProcess {
    /// Starts a program found by PATH, with signals as they are by default and no descriptor beyond the first three.
    ///
    /// - Parameters:
    ///   - environment: added to the process's own, without the variables that are meant for PostgreSQL clients.
    ///   - descriptor: standard input and output.
    ///   - errors: standard error; nil throws it away.
    package static func spawn(
        _ arguments: [String], environment: [String: String], standardInputAndOutput descriptor: Int32,
        standardError errors: Int32? = nil
    ) throws(ClusterError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
        if let errors {
            posix_spawn_file_actions_adddup2(&actions, errors, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        // A server that is kept would hold a pipe of somebody who waits for its end.
        for other in 3..<Int32(1024) { posix_spawn_file_actions_addclose(&actions, other) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A shell cannot trap what was ignored when it started, and the owner may ignore SIGINT or SIGTERM.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let variables = inheritedEnvironment(replacing: environment)
        var process = pid_t()
        let status = withCStringArray(arguments) { arguments in
            withCStringArray(variables) { variables in
                guard let program = arguments[0] else { return EINVAL }
                return posix_spawnp(&process, program, &actions, &attributes, arguments, variables)
            }
        }
        guard status == 0 else {
            throw ClusterError(
                .programFailed,
                "cannot start \(arguments.first ?? "?"): \(String(cString: strerror(status))) (Debian package util-linux)"
            )
        }
        return process
    }

    private static func inheritedEnvironment(replacing replaced: [String: String]) -> [String] {
        var variables = replaced.map { "\($0.key)=\($0.value)" }
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            // PG* is meant for clients; a server's tools would take PGDATA or PGPORT for theirs.
            if replaced[String(name)] == nil, !name.hasPrefix("PG") { variables.append(text) }
            next += 1
        }
        return variables
    }

    private static func withCStringArray<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
