import Foundation
import Testing

@testable import Exposition

/// The file for the node exporter.
@Suite struct TextfileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "textfile-\(UUID().uuidString)")

    private func withFolder(_ body: (URL) throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("it is written as a whole, readable by everybody whatever the umask, and nothing is left beside it")
    func written() throws {
        try withFolder { folder in
            let file = Textfile(folder.appending(path: "resutveksl.prom").path())
            let mask = umask(0o077)
            defer { umask(mask) }
            try file.write("first\n")
            try file.write(String(repeating: "second\n", count: 100_000))
            #expect(file.text?.count == 700_000)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["resutveksl.prom"])
            let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
            #expect(mode == 0o644)
        }
    }

    @Test("whoever has the old file open goes on reading the old one")
    func replaced() throws {
        try withFolder { folder in
            let file = Textfile(folder.appending(path: "x.prom").path())
            try file.write("old")
            let reader = try FileHandle(forReadingFrom: folder.appending(path: "x.prom"))
            try file.write("new and longer")
            #expect(try reader.readToEnd() == Data("old".utf8))
            #expect(file.text == "new and longer")
        }
    }

    @Test("a folder that is not there, and a folder in the file's place, are told with the path")
    func failing() throws {
        try withFolder { folder in
            let missing = Textfile(folder.appending(path: "no/x.prom").path())
            let error = #expect(throws: TextfileError.self) { try missing.write("x") }
            #expect(error?.description.contains(missing.path) == true)
            #expect(error?.description.contains("No such file or directory") == true)
            #expect(missing.text == nil)
            try FileManager.default.createDirectory(
                at: folder.appending(path: "y.prom/inside"), withIntermediateDirectories: true)
            let taken = Textfile(folder.appending(path: "y.prom").path())
            #expect(throws: TextfileError.self) { try taken.write("x") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["y.prom"])
        }
    }
}
