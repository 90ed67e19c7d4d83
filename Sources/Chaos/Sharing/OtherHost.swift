import DevCluster
import Glibc
import Postgres

/// A host beside this one, as a network namespace with one link between the two.
///
/// It has no name and is nobody's but its first process's: when that ends, and it ends with us, namespace and link are gone.
struct OtherHost: Sendable {
    private static let program = "ip"

    private let first: WorkerProcess
    private let interface: String
    let ownAddress: String
    let otherAddress: String

    /// - Parameter number: picks addresses of the block for documentation, 198.51.100.0/24.
    /// - Throws: `ChaosError` where namespaces cannot be had (not root, no iproute2, a container without the right).
    static func make(number: Int) async throws -> OtherHost {
        let log = "/dev/null"
        let interface = "chaos\(getpid() % 100_000)"
        let first = try await WorkerProcess.start(
            ["unshare", "--net", "sleep", "3600"], name: "other-host", environment: [:], log: log)
        let host = OtherHost(
            first: first, interface: interface, ownAddress: "198.51.100.\(number * 4 + 1)",
            otherAddress: "198.51.100.\(number * 4 + 2)")
        do {
            // The namespace is there when the process is `sleep` already.
            try await Task.sleep(for: .milliseconds(200))
            let inside = "\(interface)b"
            try await run(
                [
                    program, "link", "add", interface, "type", "veth", "peer", "name", inside, "netns",
                    "\(first.process)",
                ])
            try await run([program, "address", "add", "\(host.ownAddress)/30", "dev", interface])
            try await run([program, "link", "set", interface, "up"])
            try await run(host.entry + [program, "address", "add", "\(host.otherAddress)/30", "dev", inside])
            try await run(host.entry + [program, "link", "set", inside, "up"])
            try await run(host.entry + [program, "link", "set", "lo", "up"])
            return host
        } catch {
            host.end()
            throw error
        }
    }

    /// Words before a program that let it start on the other host.
    var entry: [String] { ["nsenter", "--net=/proc/\(first.process)/ns/net"] }

    func link(isUp: Bool) async throws {
        try await Self.run([Self.program, "link", "set", interface, isUp ? "up" : "down"])
    }

    func end() { first.send(SIGKILL) }

    private static func run(_ words: [String]) async throws {
        let process = try await WorkerProcess.start(words, name: "ip", environment: [:], log: "/dev/null")
        let status = await process.ended()
        if status != 0 { throw ChaosError("\(words.joined(separator: " ")) ended with \(status)") }
    }
}
