import Glibc
import Postgres
import Testing

/// Connects to a port of 127.0.0.1 again and again, without a word.
final class Crowd: Sendable {
    private struct State {
        var connected = 0
        var isOver = false
    }

    private let port: Int
    private let state = Guarded(State())

    /// How many connections were taken so far.
    var connected: Int { state.withLock { $0.connected } }

    init(port: Int) { self.port = port }

    func start() throws {
        let isStarted = DetachedThread.start(name: "crowd") { [self] in
            var open: [Int32] = []
            while !state.withLock({ $0.isOver }) {
                if let connection = connect() {
                    state.withLock { $0.connected += 1 }
                    open.append(connection)
                    if open.count > 50 { close(open.removeFirst()) }
                } else {
                    usleep(1000)
                }
            }
            for connection in open { close(connection) }
        }
        try #require(isStarted)
    }

    func end() { state.withLock { $0.isOver = true } }

    private func connect() -> Int32? {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isTaken = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if !isTaken { close(connection) }
        return isTaken ? connection : nil
    }
}
