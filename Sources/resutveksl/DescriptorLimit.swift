import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// Raises the limit to what the system allows: by default it is 1,024, kept so low for programs that use select(2), and
    /// the event loop waits for one descriptor per connection.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
