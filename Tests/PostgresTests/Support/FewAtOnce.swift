import Testing

/// Lets a few tests run at a time: those that measure how long something takes are not to measure all the others.
struct FewAtOnce: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Gate.shared.enter()
        do { try await function() } catch {
            await Gate.shared.leave()
            throw error
        }
        await Gate.shared.leave()
    }

    private actor Gate {
        static let shared = Gate()

        private var free = 4
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func enter() async {
            if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        }

        func leave() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }
}

extension Trait where Self == FewAtOnce {
    static var fewAtOnce: FewAtOnce { FewAtOnce() }
}
