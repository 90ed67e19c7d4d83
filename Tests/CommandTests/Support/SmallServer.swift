import Glibc
import Postgres
import Testing

/// An HTTP server on 127.0.0.1 for one test, which notes what it is asked and answers as it is told.
final class SmallServer: Sendable {
    enum Manner: Sendable {
        /// With these statuses, one after the other; the last one for all that follow.
        case answers([Int])
        /// Takes the request, and says nothing for ever.
        case silent
    }

    private struct State {
        var requests: [String] = []
        var isOver = false
    }

    let port: Int
    private let state = Guarded(State())

    /// The first lines of the requests: `GET /ping/start HTTP/1.1`.
    var requests: [String] { state.withLock { $0.requests } }

    /// Their paths.
    var paths: [String] { requests.map { $0.split(separator: " ").dropFirst().first.map(String.init) ?? "" } }

    init(_ manner: Manner) throws {
        let (listener, port) = try Self.listen()
        self.port = port
        let isStarted = DetachedThread.start(name: "small server") { [self] in
            serve(listener, manner)
            close(listener)
        }
        try #require(isStarted)
    }

    func end() { state.withLock { $0.isOver = true } }

    /// A port at which nobody listens.
    static func freePort() throws -> Int {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    private static func listen() throws -> (listener: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound && Glibc.listen(listener, 64) == 0)
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func serve(_ listener: Int32, _ manner: Manner) {
        var open: [Int32] = []
        defer { for connection in open { close(connection) } }
        while !state.withLock({ $0.isOver }) {
            var ends = ([listener] + open).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&ends, nfds_t(ends.count), 50) > 0 else { continue }
            for end in ends where end.revents != 0 {
                if end.fd == listener {
                    let connection = accept(listener, nil, nil)
                    if connection >= 0 { open.append(connection) }
                } else if !answer(end.fd, manner) {
                    close(end.fd)
                    open.removeAll { $0 == end.fd }
                }
            }
        }
    }

    /// - Returns: whether the connection stays open.
    private func answer(_ connection: Int32, _ manner: Manner) -> Bool {
        var piece = [UInt8](repeating: 0, count: 16_384)
        let count = read(connection, &piece, piece.count)
        guard count > 0 else { return false }
        let line = String(decoding: piece[..<count].prefix { $0 != 13 }, as: UTF8.self)
        let number = state.withLock { state in
            state.requests.append(line)
            return state.requests.count
        }
        guard case .answers(let statuses) = manner else { return true }
        let status = statuses[min(number, statuses.count) - 1]
        let answer = Array("HTTP/1.1 \(status) X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK".utf8)
        _ = Glibc.send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
        return false
    }
}
