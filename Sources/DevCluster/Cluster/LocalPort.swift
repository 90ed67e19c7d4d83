import Glibc

/// TCP on 127.0.0.1: addresses and free ports.
enum LocalPort {
    /// A port that nobody listens on now.
    static func free() throws(ClusterError) -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        guard listener >= 0, bind(listener, to: 0), let port = port(of: listener) else {
            throw ClusterError(.programFailed, "no free port on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
        return port
    }

    static func bind(_ descriptor: Int32, to port: Int) -> Bool {
        withAddress(of: port) { Glibc.bind(descriptor, $0, $1) == 0 }
    }

    /// - Returns: whether the connection is made or, on a non-blocking socket, under way.
    static func connect(_ descriptor: Int32, to port: Int) -> Bool {
        withAddress(of: port) { Glibc.connect(descriptor, $0, $1) == 0 || errno == EINPROGRESS }
    }

    static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
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
