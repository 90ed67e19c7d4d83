import Foundation

/// What is said on the way, on standard error; standard output is for scripts.
enum Progress {
    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
