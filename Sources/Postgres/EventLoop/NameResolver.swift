import Glibc

/// Turns host names into addresses off the event loop, because `getaddrinfo` blocks for as long as DNS pleases.
enum NameResolver {
    /// The numeric addresses of a host, in the order that the system prefers; a numeric address is its own.
    static func addresses(
        of host: String, until deadline: ContinuousClock.Instant, on loop: EventLoop
    ) async throws(PostgresError) -> [String] {
        if case .success(let addresses) = lookUp(host, flags: AI_NUMERICHOST) { return addresses }
        let answer = await DetachedThread.value(name: "pg-resolve", until: deadline, on: loop) {
            lookUp(host, flags: 0)
        }
        switch answer {
        case .success(let addresses):
            return addresses
        case .failure(let failure):
            throw PostgresError(
                .hostUnknown, phase: .resolve, message: "could not find host \"\(host)\": \(failure.message)",
                host: host, errno: failure.name)
        case nil where Task.isCancelled:
            throw PostgresError(.cancelled, phase: .resolve, message: "cancelled while resolving a name", host: host)
        case nil:
            throw PostgresError(
                .timedOut, phase: .resolve, message: "no answer from the name service for host \"\(host)\"", host: host,
                errno: "ETIMEDOUT")
        }
    }

    private struct Failure: Error {
        let message: String
        let name: String?
    }

    private static func lookUp(_ host: String, flags: Int32) -> Result<[String], Failure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            return .failure(
                Failure(message: String(cString: gai_strerror(status)), name: SystemErrorName.ofResolver(status)))
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            if let text = numericText(entry.pointee), !addresses.contains(text) { addresses.append(text) }
            next = entry.pointee.ai_next
        }
        return .success(addresses)
    }

    private static func numericText(_ entry: addrinfo) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
            guard let base = buffer.baseAddress,
                getnameinfo(
                    entry.ai_addr, entry.ai_addrlen, base, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
            else { return nil }
            return String(cString: base)
        }
    }
}
