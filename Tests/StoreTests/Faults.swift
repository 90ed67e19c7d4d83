import Glibc
import Postgres
import Testing

extension ConnectionString {
    /// A port of this machine at which nobody listens.
    static func nobodyListens() throws -> ConnectionString {
        let listener = try SilentListener()
        return try listener.connectionString
    }
}

/// A TCP listener that accepts, as far as the kernel does, and never says a word.
final class SilentListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (bound, named) = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                (bind(descriptor, pointer, length), getsockname(descriptor, pointer, &length))
            }
        }
        try #require(bound == 0 && named == 0 && listen(descriptor, 64) == 0)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    var connectionString: ConnectionString {
        get throws { try ConnectionString("host=127.0.0.1 port=\(port) dbname=fs user=resutveksl sslmode=disable") }
    }

    /// How many have knocked since the last call.
    func knocks() -> Int {
        var count = 0
        while true {
            let connection = accept(descriptor, nil, nil)
            if connection < 0 { return count }
            close(connection)
            count += 1
        }
    }
}
