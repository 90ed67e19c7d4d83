import Glibc

/// A listener on 127.0.0.1 that answers the first packet of every client with the same bytes and hangs up.
final class ScriptedServer: Sendable {
    let port: Int
    private let listener: Int32

    /// What a server says when it refuses a login, with the severity in the language of its messages.
    static func refusal(severity: String, sqlState: String, message: String) -> [UInt8] {
        var fields: [UInt8] = []
        for (code, text) in [("S", severity), ("V", "FATAL"), ("C", sqlState), ("M", message)] {
            fields += Array(code.utf8) + Array(text.utf8) + [0]
        }
        fields.append(0)
        let length = withUnsafeBytes(of: Int32(fields.count + 4).bigEndian) { Array($0) }
        return [UInt8(ascii: "E")] + length + fields
    }

    init(answer: [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) | listen(listener, 8) | getsockname(listener, address, &length)
            }
        }
        guard status == 0 else { throw Unavailable() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Script(listener: listener, answer: answer))
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Script>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        pthread_detach(thread)
    }

    deinit {
        // Wakes the thread, which closes the socket.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    struct Unavailable: Error {}

    private final class Script: Sendable {
        let listener: Int32
        let answer: [UInt8]

        init(listener: Int32, answer: [UInt8]) {
            self.listener = listener
            self.answer = answer
        }

        func run() {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                var packet = [UInt8](repeating: 0, count: 4096)
                _ = recv(client, &packet, packet.count, 0)
                _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
                close(client)
            }
            close(listener)
        }
    }
}
