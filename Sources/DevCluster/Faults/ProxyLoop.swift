import Glibc

/// The proxy's thread: waits for everybody with `poll` and passes on what the mode lets through.
struct ProxyLoop {
    private let target: FaultProxy.Target
    private let control: ProxyControl
    private var listener: ProxyListener
    private var links: [ProxyLink] = []
    /// Accepted and never answered.
    private var ignored: [Int32] = []
    private var mode = FaultProxy.Mode.pass

    var port: Int { listener.port }

    init(target: FaultProxy.Target, control: ProxyControl) throws(ClusterError) {
        self.target = target
        self.control = control
        listener = try ProxyListener()
    }

    mutating func run() {
        while true {
            let order = control.take()
            if order.mode != mode { enter(order.mode) }
            for continuation in order.waiting { continuation.resume() }
            if order.isStopped { return end() }

            var descriptors = [pollfd(fd: control.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
            let listening = mode == .silent ? -1 : listener.descriptor
            descriptors.append(pollfd(fd: listening, events: Int16(POLLIN), revents: 0))
            if mode != .halfOpen {
                for link in links {
                    descriptors.append(Self.interest(reads: link.toServer, writes: link.toClient))
                    descriptors.append(Self.interest(reads: link.toClient, writes: link.toServer))
                }
            }
            poll(&descriptors, nfds_t(descriptors.count), mode == .halfOpen ? -1 : timeout())
            if descriptors[1].revents != 0 { accept() }
            if mode != .halfOpen { pass(descriptors[2...]) }
        }
    }

    private mutating func pass(_ descriptors: ArraySlice<pollfd>) {
        let ended = Int16(POLLIN | POLLHUP | POLLERR)
        var remaining: [ProxyLink] = []
        for (index, link) in links.enumerated() {
            var link = link
            let place = descriptors.startIndex + index * 2
            // A link that was accepted in this round has not been waited for yet.
            if place < descriptors.endIndex {
                let hasClientSpoken = descriptors[place].revents & ended != 0
                let hasServerSpoken = descriptors[place + 1].revents & ended != 0
                let sent = hasClientSpoken && link.toServer.mayRead ? link.read(\.toServer, delay: delay) : 0
                let received = hasServerSpoken && link.toClient.mayRead ? link.read(\.toClient, delay: delay) : 0
                if sent + received > 0 { control.countPassed(toServer: sent, toClient: received) }
            }
            if link.deliver() { remaining.append(link) } else { link.close(withReset: false) }
        }
        links = remaining
    }

    private mutating func accept() {
        while let client = listener.accept() {
            control.countAccepted()
            guard mode != .blackHole, mode != .halfOpen, let server = Self.connect(to: target) else {
                ignored.append(client)
                continue
            }
            var link = ProxyLink(client: client, server: server)
            if case .cut(let bytes) = mode { link.bytesLeft = bytes }
            links.append(link)
        }
    }

    private mutating func enter(_ mode: FaultProxy.Mode) {
        let previous = self.mode
        self.mode = mode
        switch mode {
        case .refuse:
            listener.close()
            for link in links { link.close(withReset: true) }
            links = []
        case .silent:
            listener.openSilent()
        default:
            if previous == .refuse || previous == .silent { listener.open(queue: 128) }
        }
        var allowance: Int?
        if case .cut(let bytes) = mode { allowance = bytes }
        for index in links.indices { links[index].bytesLeft = allowance }
    }

    private mutating func end() {
        listener.close()
        for link in links { link.close(withReset: false) }
        for client in ignored { close(client) }
    }

    private var delay: Duration {
        if case .delay(let duration) = mode { duration } else { .zero }
    }

    /// Milliseconds until the first held piece is due; one that is due already waits for its receiver instead.
    private func timeout() -> Int32 {
        let now = ContinuousClock.now
        guard let due = links.compactMap(\.nextDue).filter({ $0 > now }).min() else { return -1 }
        let (seconds, attoseconds) = (due - now).components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private static func interest(reads: ProxyLink.Lane, writes: ProxyLink.Lane) -> pollfd {
        var events: Int16 = 0
        if reads.mayRead { events |= Int16(POLLIN) }
        if let piece = writes.pieces.first, piece.due <= .now { events |= Int16(POLLOUT) }
        // Not waited for at all when nothing is wanted: a hang-up would otherwise be reported without end.
        return pollfd(fd: events == 0 ? -1 : reads.from, events: events, revents: 0)
    }

    private static func connect(to target: FaultProxy.Target) -> Int32? {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let server: Int32
        let isConnected: Bool
        switch target {
        case .port(let port):
            server = socket(AF_INET, type, 0)
            isConnected = LocalPort.connect(server, to: port)
        case .socket(let path):
            server = socket(AF_UNIX, type, 0)
            isConnected = withSocketAddress(path) { Glibc.connect(server, $0, $1) == 0 }
        }
        guard isConnected else {
            close(server)
            return nil
        }
        return server
    }

    private static func withSocketAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            // The last byte stays 0.
            for (index, byte) in path.utf8.prefix(place.count - 1).enumerated() { place[index] = byte }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
