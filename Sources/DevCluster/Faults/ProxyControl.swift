import Glibc
import Postgres

/// What the proxy's thread and its owner say to each other.
final class ProxyControl: Sendable {
    private struct State {
        var mode = FaultProxy.Mode.pass
        var isStopped = false
        var acceptedCount = 0
        var passedBytes = (toServer: 0, toClient: 0)
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// What the thread finds when it looks.
    struct Order {
        let mode: FaultProxy.Mode
        let isStopped: Bool
        let waiting: [CheckedContinuation<Void, Never>]
    }

    private let state = Guarded(State())
    /// Readable when there is something to look at.
    let wakeDescriptor: Int32
    private let signalDescriptor: Int32

    init() throws(ClusterError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw ClusterError(.programFailed, "socketpair: \(String(cString: strerror(errno)))")
        }
        (wakeDescriptor, signalDescriptor) = (ends[0], ends[1])
    }

    deinit {
        close(wakeDescriptor)
        close(signalDescriptor)
    }

    func set(_ mode: FaultProxy.Mode) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.mode = mode
                state.waiting.append(continuation)
            }
            wake()
        }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    func take() -> Order {
        var byte: UInt8 = 0
        while recv(wakeDescriptor, &byte, 1, 0) > 0 {}
        return state.withLock { state in
            defer { state.waiting = [] }
            return Order(mode: state.mode, isStopped: state.isStopped, waiting: state.waiting)
        }
    }

    func countAccepted() { state.withLock { $0.acceptedCount += 1 } }

    var acceptedCount: Int { state.withLock { $0.acceptedCount } }

    func countPassed(toServer: Int, toClient: Int) {
        state.withLock { state in
            state.passedBytes.toServer += toServer
            state.passedBytes.toClient += toClient
        }
    }

    var passedBytes: (toServer: Int, toClient: Int) { state.withLock { $0.passedBytes } }

    private func wake() {
        var byte: UInt8 = 0
        _ = send(signalDescriptor, &byte, 1, Int32(MSG_NOSIGNAL))
    }
}
