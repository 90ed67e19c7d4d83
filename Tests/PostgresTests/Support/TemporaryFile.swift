import Glibc

/// A file that goes with its last reference.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String, mode: mode_t = 0o600) throws {
        var template = Array("/tmp/resutveksl-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let bytes = Array(text.utf8)
        guard file >= 0, write(file, bytes, bytes.count) == bytes.count, fchmod(file, mode) == 0 else {
            throw NotWritten()
        }
        close(file)
    }

    deinit { unlink(path) }

    struct NotWritten: Error {}
}
