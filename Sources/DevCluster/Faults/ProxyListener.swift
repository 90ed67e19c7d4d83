import Glibc

/// The proxy's listening side: one port that can listen, refuse, or stay silent.
struct ProxyListener {
    let port: Int
    private(set) var descriptor: Int32 = -1
    /// Connections of our own that fill the queue while it stays silent.
    private var fillers: [Int32] = []

    init() throws(ClusterError) {
        port = try LocalPort.free()
        guard open(queue: 128) else {
            throw ClusterError(.programFailed, "cannot listen on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
    }

    /// - Returns: whether it listens.
    @discardableResult
    mutating func open(queue: Int32) -> Bool {
        close()
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let listener = socket(AF_INET, type, 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard listener >= 0, LocalPort.bind(listener, to: port), listen(listener, queue) == 0 else {
            Glibc.close(listener)
            return false
        }
        descriptor = listener
        return true
    }

    /// Listens without ever accepting, with the queue full: Linux then drops the first packet of whoever comes.
    mutating func openSilent() {
        // An open port is kept: between closing and binding it again somebody else may be given it.
        let isOpen = descriptor >= 0 ? listen(descriptor, 0) == 0 : open(queue: 0)
        guard isOpen else { return }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        for _ in 0..<4 {
            let filler = socket(AF_INET, type, 0)
            _ = LocalPort.connect(filler, to: port)
            fillers.append(filler)
        }
    }

    mutating func close() {
        for filler in fillers { Glibc.close(filler) }
        fillers = []
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// - Returns: the next waiting connection, nil when there is none.
    func accept() -> Int32? {
        let client = Glibc.accept(descriptor, nil, nil)
        guard client >= 0 else { return nil }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        return client
    }
}
