import CLibpq
import Glibc

/// A file in memory that only this process can open, and only its owner read: what libpq wants of a password file.
///
/// It stays for as long as the process, because libpq reads the file anew for every connection.
package struct MemoryFile {
    /// Leads every process to its own descriptor of that number, so that it means nothing to others.
    package let path: String

    /// What the system answered when it could not be made.
    package struct Failure: Error { package let rawValue: Int32 }

    package init(copying original: String) throws(Failure) {
        let file = open(original, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(rawValue: errno) }
        defer { close(file) }
        let copy = resutveksl_memory_file("resutveksl")
        guard copy >= 0 else { throw Failure(rawValue: errno) }
        path = "/proc/self/fd/\(copy)"
        guard fchmod(copy, S_IRUSR) == 0 else { throw Failure(rawValue: errno) }
        while true {
            let count = sendfile(copy, file, nil, 65_536)
            if count == 0 { return }
            if count < 0, errno != EINTR { throw Failure(rawValue: errno) }
        }
    }

    /// A descriptor of a file with these bytes, which nobody can change any more; nil when it cannot be made.
    ///
    /// The caller closes it.
    package static func sealed(_ bytes: [UInt8]) -> Int32? {
        let descriptor = resutveksl_sealed_file("resutveksl", bytes, bytes.count)
        return descriptor < 0 ? nil : descriptor
    }
}
