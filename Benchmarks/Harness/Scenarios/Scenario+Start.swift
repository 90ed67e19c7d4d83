import DevCluster

extension Scenario {
    static let start = Scenario(name: "start", sentence: "The program's start: --version, twenty times.") { ground in
        let program = try WorkerProcess.program
        for _ in 0..<20 {
            let timed = try await ground.time([program, "--version"])
            ground.book.add("start.version", timed.seconds * 1000, unit: "ms")
        }
        return [Comparison("Start of the program, process included", [("resutveksl --version", "start.version")])]
    }
}
