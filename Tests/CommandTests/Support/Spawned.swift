import Glibc
import Testing

/// A child process and our ends of what it reads and writes.
struct Spawned: Sendable {
    let process: pid_t
    private let input: Int32
    private let output: Int32
    private let errors: Int32

    /// Starts a program found by PATH, with signals as they are by default.
    init(_ words: [String], environment: [String]) throws {
        let (input, childInput) = try Self.pair()
        let (output, childOutput) = try Self.pair()
        let (errors, childErrors) = try Self.pair()
        defer { for end in [childInput, childOutput, childErrors] { close(end) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (place, end) in [childInput, childOutput, childErrors].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, end, Int32(place))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process = pid_t()
        let status = posix_spawnp(&process, words[0], &actions, &attributes, arguments, variables)
        try #require(status == 0, "cannot start \(words[0]): \(String(cString: strerror(status)))")
        (self.process, self.input, self.output, self.errors) = (process, input, output, errors)
    }

    /// Socket pairs, because they can be made to close on exec at once: another child that held an end open would keep
    /// this one's output from ending.
    private static func pair() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    /// Writes to standard input; what nobody reads any more is dropped.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(input, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Ends standard input.
    func endInput() { shutdown(input, Int32(SHUT_WR)) }

    /// Reads until both outputs have ended, and blocks so long.
    ///
    /// - Returns: whether they ended before the deadline.
    func read(
        until deadline: ContinuousClock.Instant, _ take: (_ isError: Bool, _ bytes: ArraySlice<UInt8>) -> Void
    ) -> Bool {
        var open = [output, errors]
        var piece = [UInt8](repeating: 0, count: 65_536)
        while !open.isEmpty {
            let left = Int32(clamping: Int((deadline - .now) / .milliseconds(1)))
            guard left > 0 else { return false }
            var ends = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&ends, nfds_t(ends.count), left) > 0 else { continue }
            for end in ends where end.revents != 0 {
                let count = Glibc.read(end.fd, &piece, piece.count)
                if count > 0 { take(end.fd == errors, piece[..<count]) } else { open.removeAll { $0 == end.fd } }
            }
        }
        return true
    }

    /// Waits for the process, which blocks, and closes our ends.
    ///
    /// - Returns: as the shell tells it: the exit code, or 128 plus the signal.
    func end() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        for end in [input, output, errors] { close(end) }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }
}
