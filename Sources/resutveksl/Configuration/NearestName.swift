/// Which of some names somebody may have meant.
struct NearestName {
    let names: [String]

    /// The name with the fewest letters to change, put in, leave out or swap; nil when none is near.
    func nearest(to word: String) -> String? {
        // The end of a key: claim_size for worker.claim_size.
        if let whole = names.first(where: { $0.hasSuffix("." + word.lowercased()) }) { return whole }
        let close = names.map { (name: $0, distance: Self.distance(Array(word.lowercased()), Array($0.lowercased()))) }
        guard let best = close.min(by: { $0.distance < $1.distance }) else { return nil }
        // Half a word that is wrong is another word.
        return best.distance * 5 <= max(word.count, best.name.count) * 2 ? best.name : nil
    }

    /// The distance of Damerau and Levenshtein, in which neighbours may be swapped.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var line = [row + 1]
            for column in 0..<right.count {
                var best = min(
                    last[column + 1] + 1, line[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, before[column - 1] + 1)
                }
                line.append(best)
            }
            (before, last) = (last, line)
        }
        return last[right.count]
    }
}
