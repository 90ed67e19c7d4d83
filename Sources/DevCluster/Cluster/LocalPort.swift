import Glibc

/// TCP on 127.0.0.1: addresses and free ports.
package enum LocalPort {
    /// A port that nobody listens on now.
    ///
    /// Below those that Linux gives to outgoing connections (from 32768 on): one of them could be in use when a server comes
    /// back to its port.
    package static func free() throws(ClusterError) -> Int {
        for _ in 0..<100 {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer { close(listener) }
            let port = Int.random(in: 16_384..<32_768)
            if listener >= 0, bind(listener, to: port) { return port }
        }
        throw ClusterError(.programFailed, "no free port on 127.0.0.1: \(String(cString: strerror(errno)))")
    }

    static func bind(_ descriptor: Int32, to port: Int) -> Bool {
        withAddress(of: port) { Glibc.bind(descriptor, $0, $1) == 0 }
    }

    /// - Returns: whether the connection is made or, on a non-blocking socket, under way.
    static func connect(_ descriptor: Int32, to port: Int) -> Bool {
        withAddress(of: port) { Glibc.connect(descriptor, $0, $1) == 0 || errno == EINPROGRESS }
    }

    private static func withAddress<Result>(
        of port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
