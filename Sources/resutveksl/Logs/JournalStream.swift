import Glibc

/// What systemd says in JOURNAL_STREAM: device and inode of the stream that leads to the journal (systemd.exec(5)).
struct JournalStream: Equatable {
    let device: UInt64
    let inode: UInt64

    /// - Returns: nil when there is none, or when it cannot be read.
    init?(environment: [String: String]) {
        let parts = environment["JOURNAL_STREAM", default: ""].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
        (self.device, self.inode) = (device, inode)
    }

    /// The stream that a descriptor is.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }

    /// Whether a descriptor is that stream.
    ///
    /// The variable is inherited by programs whose output somebody has led elsewhere.
    func leads(from descriptor: Int32) -> Bool { JournalStream(descriptor: descriptor) == self }
}
