import Glibc

/// Small files of a cluster, read and written in one piece.
enum TextFile {
    static func read(_ path: String) throws(ClusterError) -> String {
        let file = try open(path, O_RDONLY)
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &piece, piece.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }

    static func append(_ text: String, to path: String) throws(ClusterError) {
        try write(text, path, O_WRONLY | O_APPEND)
    }

    /// Keeps the file's owner and mode.
    static func replace(_ path: String, with text: String) throws(ClusterError) {
        try write(text, path, O_WRONLY | O_TRUNC)
    }

    private static func write(_ text: String, _ path: String, _ flags: Int32) throws(ClusterError) {
        let file = try open(path, flags)
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw ClusterError(.folder, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    private static func open(_ path: String, _ flags: Int32) throws(ClusterError) -> Int32 {
        let file = Glibc.open(path, flags | O_CLOEXEC)
        guard file >= 0 else {
            throw ClusterError(.folder, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        return file
    }
}
