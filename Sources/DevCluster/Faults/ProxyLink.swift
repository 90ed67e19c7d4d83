import Glibc

/// One client's connection and the one that it is passed on to.
struct ProxyLink {
    /// Bytes on their way in one direction.
    struct Lane {
        let from: Int32
        let to: Int32
        var pieces: [(bytes: ArraySlice<UInt8>, due: ContinuousClock.Instant)] = []
        var hasEnded = false

        /// A few pieces at most, so that a slow reader slows the sender as it would without us.
        var mayRead: Bool { !hasEnded && pieces.count < 4 }

        /// - Returns: `false` when the receiver is gone.
        mutating func deliver(at now: ContinuousClock.Instant) -> Bool {
            while let piece = pieces.first, piece.due <= now {
                let sent = piece.bytes.withUnsafeBytes {
                    Glibc.send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                if sent < 0 { return errno == EAGAIN || errno == EINTR }
                if sent < piece.bytes.count {
                    pieces[0].bytes = piece.bytes.dropFirst(sent)
                    return true
                }
                pieces.removeFirst()
            }
            return !(hasEnded && pieces.isEmpty)
        }
    }

    let client: Int32
    let server: Int32
    var toServer: Lane
    var toClient: Lane
    /// How many bytes the server may still send.
    var bytesLeft: Int?

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
        toServer = Lane(from: client, to: server)
        toClient = Lane(from: server, to: client)
    }

    /// Reads what is there into a lane.
    ///
    /// - Returns: how many bytes that was.
    mutating func read(_ lane: WritableKeyPath<ProxyLink, Lane>, delay: Duration) -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(self[keyPath: lane].from, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return 0 }
        guard count > 0 else {
            self[keyPath: lane].hasEnded = true
            return 0
        }
        var piece = buffer[..<count]
        if lane == \ProxyLink.toClient, let left = bytesLeft {
            piece = piece.prefix(left)
            bytesLeft = left - piece.count
            if bytesLeft == 0 { self[keyPath: lane].hasEnded = true }
        }
        self[keyPath: lane].pieces.append((piece, .now + delay))
        return piece.count
    }

    /// - Returns: `false` when the link has come to its end.
    mutating func deliver() -> Bool {
        let now = ContinuousClock.now
        let isServerHere = toServer.deliver(at: now)
        return toClient.deliver(at: now) && isServerHere
    }

    /// When the next piece is due.
    var nextDue: ContinuousClock.Instant? {
        [toServer.pieces.first?.due, toClient.pieces.first?.due].compactMap { $0 }.min()
    }

    func close(withReset: Bool) {
        if withReset {
            // Lingering for no time makes close send a reset.
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        Glibc.close(client)
        Glibc.close(server)
    }
}
