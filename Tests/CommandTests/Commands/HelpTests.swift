import Testing

/// `--help`, of the whole tree.
@Suite struct HelpTests {
    /// What `resutveksl … --help` says about one command.
    private struct Page {
        /// Where the explanations begin; a label that is wider stands on a line of its own.
        private static let column = 26

        let words: [String]
        let text: String

        var path: String { words.joined(separator: " ") }
        var subcommands: [String] { entries(of: "SUBCOMMANDS").map(\.label) }

        /// Labels of a section with the text behind them: `--set-size <set-size>`, `Persons per question`.
        func entries(of section: String) -> [(label: String, text: String)] {
            var isInside = false
            var entries: [(label: String, text: String)] = []
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
                if !line.hasPrefix(" ") {
                    isInside = line == section + ":" || (isInside && line.isEmpty)
                } else if isInside, line.hasPrefix("   ") {
                    guard let last = entries.popLast() else { continue }
                    entries.append((last.label, last.text + line.drop { $0 == " " }))
                } else if isInside {
                    let isWide = line.count <= Self.column || line.dropFirst(Self.column - 1).first != " "
                    let label = (isWide ? line[...] : line.prefix(Self.column)).drop { $0 == " " }
                    let text = isWide ? "" : line.dropFirst(Self.column)
                    entries.append((label.trimmingBlanks, String(text)))
                }
            }
            return entries.filter { !$0.label.hasPrefix("See ") }
        }

        /// The options and arguments that the usage line names.
        var used: Set<String> {
            let usage = text.split(separator: "\n").first { $0.hasPrefix("USAGE:") } ?? ""
            return Set(usage.matches(of: /--[a-z-]+/).map { String($0.output) })
        }
    }

    private func page(_ words: [String]) async throws -> Page {
        let finished = try await Command([Command.program] + words + ["--help"]).finished()
        #expect(finished.status == 0, "\(words)")
        #expect(finished.errors.isEmpty, "\(words)")
        return Page(words: words, text: finished.output)
    }

    /// Every page, from the root down.
    private func pages() async throws -> [Page] {
        var pages: [Page] = []
        var next = [try await page([])]
        while !next.isEmpty {
            pages += next
            var children: [Page] = []
            for parent in next {
                for name in parent.subcommands { children.append(try await page(parent.words + [name])) }
            }
            next = children
        }
        return pages
    }

    @Test("every command has a page that says what it does and explains each of its options and arguments")
    func explained() async throws {
        let pages = try await pages()
        for page in pages {
            #expect(page.text.hasPrefix("OVERVIEW: "), "\(page.path)")
            let entries = page.entries(of: "OPTIONS") + page.entries(of: "ARGUMENTS")
            for (label, text) in entries { #expect(!text.isEmpty, "\(page.path) \(label)") }
            let labels = entries.map(\.label).joined(separator: " ")
            for option in page.used { #expect(labels.contains(option), "\(page.path) \(option)") }
        }
        let names = Set(pages.map(\.path))
        let expected: Set = [
            "", "migrate", "roles install", "roles check", "setting list", "setting set", "source add", "source list",
            "source check", "source install",
            "source pause", "source resume", "person add", "acceptance set", "order place", "order list", "order show",
            "order cancel", "order hold", "order release", "order requeue", "admission add", "admission list",
            "admission close", "admission refresh", "results show", "results log", "results delete-log", "changes list",
            "changes seen", "run", "watch", "report", "log", "config show", "config check", "demo",
        ]
        #expect(names.isSuperset(of: expected), "missing: \(expected.subtracting(names))")
    }

    @Test("an option's values are listed once, by the parser and not by hand as well")
    func notTwice() async throws {
        for page in try await pages() {
            for (label, text) in page.entries(of: "OPTIONS") {
                guard let values = text.firstMatch(of: /\(values: ([^;)]*)/) else { continue }
                let words = values.output.1.split(separator: ",").map { $0.filter { $0 != " " } }
                let before = text[..<values.range.lowerBound].filter { $0 != " " }
                #expect(!words.allSatisfy { before.contains($0) }, "\(page.path) \(label)")
            }
        }
    }

    @Test(
        "commands that list something print JSON too",
        arguments: [
            "migrate", "roles install", "roles check", "setting list", "source list", "source check", "order place",
            "order list", "order show",
            "admission list", "admission refresh", "results show", "results log", "changes list", "changes seen", "run",
            "report", "log", "config show",
        ])
    func json(path: String) async throws {
        let page = try await page(path.split(separator: " ").map(String.init))
        // The usage line of a command with many options names none of them.
        #expect(page.entries(of: "OPTIONS").contains { $0.label.hasPrefix("--json") })
    }

    @Test("the root's page has the exit codes")
    func exitCodes() async throws {
        let text = try await page([]).text
        for code in ["0 all done", "3 done", "64 wrong usage", "69 the own database", "78 something"] {
            #expect(text.contains(code))
        }
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
