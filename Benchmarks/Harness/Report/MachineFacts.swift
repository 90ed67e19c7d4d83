import Foundation
import Postgres

/// What the figures depend on.
struct MachineFacts: Codable, Sendable {
    let processors: Int
    let memoryMiB: Int
    let processor: String
    let kernel: String
    let postgres: String
    /// Of the server, those that were set.
    let settings: [String: String]

    static func read(_ connection: Connection) async throws -> MachineFacts {
        let version = try await connection.query("SHOW server_version").single(String.self)
        let names = [
            "fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size",
            "max_connections", "autovacuum", "jit",
        ]
        let rows = try await connection.query(
            "SELECT name, current_setting(name) FROM unnest($1) AS name", names
        ).decode(String.self, String.self)
        return MachineFacts(
            processors: ProcessInfo.processInfo.activeProcessorCount,
            memoryMiB: Int(ProcessInfo.processInfo.physicalMemory / 1_048_576), processor: model,
            kernel: ProcessInfo.processInfo.operatingSystemVersionString, postgres: version,
            settings: Dictionary(rows.map { ($0.0, $0.1) }) { $1 })
    }

    private static var model: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    var sentence: String {
        "\(processors) cores (\(processor)), \(memoryMiB) MiB, PostgreSQL \(postgres), "
            + settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
