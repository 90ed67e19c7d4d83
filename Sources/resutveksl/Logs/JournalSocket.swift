import Glibc
import Postgres

/// The socket at which systemd's journal takes entries in its native form.
///
/// Written out, as that of `ServiceNotifier` is: the protocol is a datagram, and libsystemd would be a dependency for it.
struct JournalSocket: Sendable {
    static let path = "/run/systemd/journal/socket"

    private let descriptor: Int32
    private let path: String

    /// It is open for as long as the process.
    ///
    /// - Returns: nil when nobody takes entries there.
    init?(path: String = JournalSocket.path) {
        guard access(path, W_OK) == 0 else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        self.path = path
        // As sd_journal_send(3) does it; less is no error. Whoever logs must not hang because the journal does.
        var size: Int32 = 8 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// - Returns: whether the journal has taken it.
    ///
    /// A datagram that is too large is handed over as a file in memory instead.
    func send(_ entry: [UInt8]) -> Bool {
        if deliver(entry, file: nil) { return true }
        guard errno == EMSGSIZE || errno == ENOBUFS, let file = MemoryFile.sealed(entry) else { return false }
        defer { close(file) }
        return deliver([], file: file)
    }

    /// Addressed each time: a journal that was started again is another one at the same place.
    private func deliver(_ bytes: [UInt8], file: Int32?) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + 1)
        var bytes = bytes
        var control = file.map(Self.control) ?? []
        let sent = withUnsafeMutablePointer(to: &address) { address in
            bytes.withUnsafeMutableBytes { bytes in
                control.withUnsafeMutableBytes { control in
                    var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                    return withUnsafeMutablePointer(to: &part) { part in
                        var message = msghdr()
                        message.msg_name = UnsafeMutableRawPointer(address)
                        message.msg_namelen = length
                        message.msg_iov = part
                        message.msg_iovlen = bytes.isEmpty ? 0 : 1
                        message.msg_control = control.isEmpty ? nil : control.baseAddress
                        message.msg_controllen = control.count
                        return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                    }
                }
            }
        }
        return sent >= 0
    }

    /// A descriptor on its way to another process: struct cmsghdr (length, level, type) and the descriptor, as cmsg(3)'s macros,
    /// which Swift does not see, lay them out.
    private static func control(_ file: Int32) -> [UInt8] {
        let word = MemoryLayout<Int>.size
        let header = word + 2 * MemoryLayout<Int32>.size
        let length = header + MemoryLayout<Int32>.size
        var control = [UInt8](repeating: 0, count: (length + word - 1) / word * word)
        control.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: length, toByteOffset: 0, as: Int.self)
            bytes.storeBytes(of: SOL_SOCKET, toByteOffset: word, as: Int32.self)
            bytes.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: word + 4, as: Int32.self)
            bytes.storeBytes(of: file, toByteOffset: header, as: Int32.self)
        }
        return control
    }
}
