import Foundation

/// What a demo leaves on the machine: processes that inherited a mark in their environment, and their servers' folders.
///
/// Others on the machine may run private servers at the same time, so that counting all of them would tell nothing.
struct Traces {
    private static let name = "RESUTVEKSL_TEST_MARK"
    let mark = UUID().uuidString

    var environment: [String: String] { [Self.name: mark] }

    /// Command lines of what runs under the mark.
    var processes: [pid_t: String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var processes: [pid_t: String] = [:]
        for process in entries.compactMap({ pid_t($0) }) {
            guard text("/proc/\(process)/environ").contains("\(Self.name)=\(mark)") else { continue }
            processes[process] = text("/proc/\(process)/cmdline").replacing("\0", with: " ")
        }
        return processes
    }

    /// The data folders' parents, of the servers that run under the mark.
    var folders: Set<String> {
        Set(
            processes.values.compactMap {
                $0.firstMatch(of: /-D (\/tmp\/resutveksl-\w+)\/data/).map { String($0.output.1) }
            })
    }

    /// The folders that a text names.
    static func folders(in text: String) -> Set<String> {
        Set(text.matches(of: /\/tmp\/resutveksl-\w+/).map { String($0.output) })
    }

    static func existing(_ folders: Set<String>) -> Set<String> {
        folders.filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// Removes what a failed test would leave.
    func remove(_ folders: Set<String>) {
        for process in processes.keys { kill(process, SIGKILL) }
        for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    }

    private func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
