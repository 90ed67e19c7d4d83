import Glibc

/// A file that Prometheus' node exporter reads: it is either the old one or the new one, whenever it is looked at.
package struct Textfile {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// What it says now; nil when it is not there or cannot be read.
    package var text: String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += piece[..<count]
        }
    }

    /// Writes beside it and puts that in its place: complete, on the disk, and readable by everybody, because the exporter
    /// runs as somebody else.
    ///
    /// What is being written has another ending than `.prom`, so that the exporter does not read it.
    package func write(_ text: String) throws(TextfileError) {
        let place = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = place.count > 1 ? place.dropLast().joined(separator: "/") + "/" : "./"
        var template = Array("\(folder).\(place.last ?? "").XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw TextfileError("written beside", path, errno) }
        let temporary = template.withUnsafeBufferPointer { bytes in
            String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        do throws(TextfileError) {
            defer { close(file) }
            try writeAll(Array(text.utf8), to: file)
            guard fchmod(file, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) == 0 else {
                throw TextfileError("made readable for others", path, errno)
            }
            guard fsync(file) == 0 else { throw TextfileError("written to the disk", path, errno) }
            guard rename(temporary, path) == 0 else { throw TextfileError("put in its place", path, errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        // The name too is to outlive a power failure; a file system that cannot promise it is no reason to fail.
        let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { return }
        fsync(parent)
        close(parent)
    }

    private func writeAll(_ bytes: [UInt8], to file: Int32) throws(TextfileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw TextfileError("written", path, errno) }
            written += count
        }
    }
}

/// Why a textfile could not be written.
package struct TextfileError: Error, CustomStringConvertible {
    package let description: String

    init(_ step: String, _ path: String, _ code: Int32) {
        description = "the metrics file \(path) could not be \(step): \(String(cString: strerror(code)))"
    }
}
