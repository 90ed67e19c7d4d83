import Dispatch
import Glibc
import Postgres

/// Waits for Ctrl-C or TERM; a second one ends the process at once, and the guard of the cluster removes that.
final class Interruption: Sendable {
    private struct State {
        var hasCome = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Guarded(State())

    init() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The source lives as long as its handler: for good.
            source.setEventHandler { [self] in
                withExtendedLifetime(source) {
                    signal(number, SIG_DFL)
                    come()
                }
            }
            source.resume()
        }
    }

    func came() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.hasCome { state.waiting = continuation }
                return state.hasCome
            }
            if isOver { continuation.resume() }
        }
    }

    private func come() {
        let waiting = state.withLock { state in
            state.hasCome = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
