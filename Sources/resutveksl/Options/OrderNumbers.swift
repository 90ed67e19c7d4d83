import ArgumentParser
import Exchange
import Foundation
import Store

/// Orders that something is to be done with, one by one.
struct OrderNumbers: ParsableArguments {
    @Argument(help: ArgumentHelp("Order numbers.", valueName: "number")) var numbers: [OrderNumber]

    /// Does something with each order, and tells of each what came of it; a refused one does not stop the others.
    ///
    /// - Parameter done: what is printed of an order, `order 17: cancelled`.
    /// - Throws: `ExitCode` 1 when one or more were refused.
    func forEach(_ done: String, _ body: (OrderNumber) async throws -> Void) async throws {
        var isRefused = false
        for number in numbers {
            do {
                try await body(number)
                print("order \(number): \(done)")
            } catch let error as StoreError where error.code == .refused || error.code == .notFound {
                isRefused = true
                FileHandle.standardError.write(Data("resutveksl: \(error.description)\n".utf8))
            }
        }
        if isRefused { throw ExitCode(1) }
    }
}
