import Glibc

/// The user that a server runs as: a PostgreSQL server refuses to be root.
package enum ServerUser {
    /// The words that turn root into an ordinary user; none for somebody else.
    package static var change: [String] {
        guard geteuid() == 0, let entry = getpwnam("postgres") ?? getpwnam("nobody") else { return [] }
        return [
            "setpriv", "--reuid=\(entry.pointee.pw_uid)", "--regid=\(entry.pointee.pw_gid)", "--clear-groups",
        ]
    }
}
