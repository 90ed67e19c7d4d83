import Glibc
import Postgres

/// The running guard of a cluster, spoken to over a socket that is its standard input and output.
///
/// When the last reference is gone the socket closes, and the guard takes the cluster down.
final class ClusterGuard: Sendable {
    private let process: pid_t
    private let descriptor: Int32

    init(parentFolder: String) throws(ClusterError) {
        // Both ends close on exec: held open by another child, the guard would outlive its owner.
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw ClusterError(.programFailed, "socketpair: \(String(cString: strerror(errno)))")
        }
        let (ownEnd, guardEnd) = (ends[0], ends[1])
        defer { close(guardEnd) }
        // A session of its own first; then, where the owner is root, an ordinary user, because the server refuses root.
        let arguments =
            ["setsid"] + ServerUser.change + ["sh", "-c", "eval \"$RESUTVEKSL_GUARD\"", "guard", parentFolder]
        do throws(ClusterError) {
            process = try ChildProcess.spawn(
                arguments, environment: ["RESUTVEKSL_GUARD": GuardScript.text], standardInputAndOutput: guardEnd)
        } catch {
            close(ownEnd)
            throw error
        }
        descriptor = ownEnd
        _ = fcntl(ownEnd, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(descriptor)
        let process = process
        // Stopping a server takes a moment; somebody has to collect the guard after it.
        _ = DetachedThread.start(name: "cluster-end") { waitpid(process, nil, 0) }
    }

    /// Sends a command, if any, and waits for the line that answers it.
    ///
    /// A cancelled task waits all the same: an answer left behind would be taken for that of the next command.
    func ask(_ command: String?, within limit: Duration = .seconds(150)) async throws(ClusterError) -> String {
        if let command {
            let bytes = Array((command + "\n").utf8)
            // MSG_NOSIGNAL: a guard that is gone is an error to tell, not a reason to die.
            guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw ClusterError(.gone, "the guard of the private PostgreSQL server is gone, and the server with it")
            }
        }
        let deadline = ContinuousClock.now + limit
        var line: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            switch recv(descriptor, &byte, 1, 0) {
            case 1 where byte == UInt8(ascii: "\n"):
                return String(decoding: line, as: UTF8.self)
            case 1:
                line.append(byte)
            case -1 where errno == EAGAIN || errno == EINTR:
                let readiness = await EventLoop.shared.wait(
                    for: descriptor, .read, until: deadline, heedsCancellation: false)
                guard readiness == .ready else {
                    throw ClusterError(.gone, "the guard of the private PostgreSQL server did not answer in \(limit)")
                }
            default:
                throw ClusterError(.gone, "the guard of the private PostgreSQL server is gone, and the server with it")
            }
        }
    }

    /// Closes the input, so that the guard removes everything, and waits until it has.
    func end() async {
        shutdown(descriptor, Int32(SHUT_WR))
        while case .some = try? await ask(nil) {}
    }
}
