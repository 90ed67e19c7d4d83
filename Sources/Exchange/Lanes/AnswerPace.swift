/// How a source's answer to one set came, which decides how many are asked about next.
///
/// Larger sets cost less for each person: a question has a price of its own at the source, here and on the way. But whoever
/// orders while a large run is under way waits for the question that is being asked, and an answer is held in memory whole.
package enum AnswerPace: Hashable, Sendable {
    /// Soon, and with next to nothing in it.
    case idle
    case quick
    case steady
    case slow

    /// - Parameters:
    ///   - time: from the question to the end of its answer.
    ///   - resultCount: results that came with it.
    package init(time: Duration, resultCount: Int) {
        self =
            if time > .seconds(1) || resultCount > 4_000 {
                .slow
            } else if time > .milliseconds(250) || resultCount > 1_000 {
                .steady
            } else if resultCount > 250 {
                .quick
            } else {
                .idle
            }
    }

    /// How large the next set is, after one of `size`.
    ///
    /// Ten times as much as is idle at most is not slow yet by its results, and stops growing if it is by its time.
    func next(after size: Int) -> Int {
        switch self {
        case .idle: size * 10
        case .quick: size * 2
        case .steady: size
        case .slow: size / 2
        }
    }
}
