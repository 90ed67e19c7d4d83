import Exchange

/// What should stand here of a person, and be reported, after answers one after the other: the rules in plain words.
struct MergeModel {
    private var there: [String: FetchedResult] = [:]
    private var missing: [String: FetchedResult] = [:]
    private var isFirst = true

    var missingKeys: Set<String> { Set(missing.keys) }

    /// - Returns: what the import reports, as `ImportBench.reported` tells it.
    mutating func answer(_ state: [FetchedResult]) -> String {
        let came = Dictionary(uniqueKeysWithValues: state.map { ($0.key, $0) })
        var kinds: [String: Int] = [:]
        for (key, result) in came {
            if let before = there[key] ?? missing[key] {
                if missing[key] != nil { kinds["returned", default: 0] += 1 }
                if before != result { kinds["changed", default: 0] += 1 }
            } else if !isFirst {
                kinds["added", default: 0] += 1
            }
        }
        for (key, result) in there where came[key] == nil {
            kinds["missing", default: 0] += 1
            missing[key] = result
        }
        for key in came.keys { missing[key] = nil }
        there = came
        isFirst = false
        return kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
