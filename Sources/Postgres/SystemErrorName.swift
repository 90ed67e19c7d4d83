import Glibc

/// Names of the operating system's errors, as operators look them up.
enum SystemErrorName {
    private static let named: [(Int32, String)] = [
        (ECONNREFUSED, "ECONNREFUSED"), (ECONNRESET, "ECONNRESET"), (ECONNABORTED, "ECONNABORTED"),
        (ETIMEDOUT, "ETIMEDOUT"), (EHOSTUNREACH, "EHOSTUNREACH"), (ENETUNREACH, "ENETUNREACH"),
        (ENETDOWN, "ENETDOWN"), (EHOSTDOWN, "EHOSTDOWN"), (EADDRNOTAVAIL, "EADDRNOTAVAIL"), (EPIPE, "EPIPE"),
        (ENOENT, "ENOENT"), (EACCES, "EACCES"), (EPERM, "EPERM"), (EMFILE, "EMFILE"), (ENFILE, "ENFILE"),
        (ENOBUFS, "ENOBUFS"), (ENOMEM, "ENOMEM"),
    ]

    private static let resolver: [(Int32, String)] = [
        (EAI_NONAME, "EAI_NONAME"), (EAI_AGAIN, "EAI_AGAIN"), (EAI_FAIL, "EAI_FAIL"), (EAI_SYSTEM, "EAI_SYSTEM"),
        (EAI_MEMORY, "EAI_MEMORY"), (EAI_FAMILY, "EAI_FAMILY"), (-5, "EAI_NODATA"),
    ]

    /// The error whose text libpq has put into a message; a label for the reader, never what is decided by.
    ///
    /// libpq does not hand out errno, but writes its `strerror` into the message; the locale is C, because this program
    /// never sets another.
    static func inMessage(_ message: String) -> String? {
        named.first { message.contains(String(cString: strerror($0.0))) }?.1
    }

    /// What `getaddrinfo` returned.
    static func ofResolver(_ status: Int32) -> String? { resolver.first { $0.0 == status }?.1 }
}
