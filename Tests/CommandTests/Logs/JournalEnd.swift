import Foundation
import Glibc
import Testing

/// The journal's end of its native protocol: a datagram socket of the system's own, read as journald reads it.
final class JournalEnd: Sendable {
    /// One entry: the values of each field, in the order in which they came.
    struct Entry: Sendable {
        let fields: [(name: String, value: String)]
        /// Whether it came as a file in memory.
        let isFile: Bool

        subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    let path = "/tmp/journal-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    private let descriptor: Int32

    /// - Parameter isSmall: whether it takes no large datagrams.
    init() throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The next entry; nil when there is none.
    func next() throws -> Entry? {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var control = [UInt8](repeating: 0, count: 64)
        var count = 0
        var file: Int32?
        bytes.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { control in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    count = recvmsg(descriptor, &message, 0)
                    if count >= 0, message.msg_controllen >= 20 {
                        file = control.load(fromByteOffset: 16, as: Int32.self)
                    }
                }
            }
        }
        if count < 0 { return nil }
        guard let file else { return Entry(fields: try Self.fields(Array(bytes[..<count])), isFile: false) }
        defer { close(file) }
        // journald takes a file only when nobody can change it any more: F_GET_SEALS, all four seals.
        #expect(fcntl(file, 1034) == 15)
        #expect(count == 0)
        let size = Int(lseek(file, 0, SEEK_END))
        var content = [UInt8](repeating: 0, count: size)
        #expect(pread(file, &content, size, 0) == size)
        return Entry(fields: try Self.fields(content), isFile: true)
    }

    /// By https://systemd.io/JOURNAL_NATIVE_PROTOCOL: strict, so that nothing else is sent.
    static func fields(_ bytes: [UInt8]) throws -> [(name: String, value: String)] {
        var fields: [(String, String)] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = try #require(rest.firstIndex(of: UInt8(ascii: "\n")))
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            let name: ArraySlice<UInt8>
            let value: ArraySlice<UInt8>
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                (name, value) = (line[..<equals], line[(equals + 1)...])
            } else {
                name = line
                try #require(rest.count > 8)
                let length = rest.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
                rest = rest.dropFirst(8)
                try #require(rest.count > length && rest.dropFirst(length).first == UInt8(ascii: "\n"))
                value = rest.prefix(length)
                rest = rest.dropFirst(length + 1)
            }
            let text = String(decoding: name, as: UTF8.self)
            #expect(text.wholeMatch(of: /[A-Z][A-Z0-9_]{0,63}/) != nil, "\(text)")
            fields.append((text, String(decoding: value, as: UTF8.self)))
        }
        return fields
    }
}
