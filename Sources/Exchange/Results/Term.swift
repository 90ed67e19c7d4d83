/// A term of the academic calendar, ordered by time.
package struct Term: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The part of the year (terminkode); the raw values are FS's.
    package enum Season: String, Hashable, Sendable, CaseIterable {
        case spring = "VÅR"
        case summer = "SOM"
        case autumn = "HØST"

        fileprivate var rank: Int {
            switch self {
            case .spring: 0
            case .summer: 1
            case .autumn: 2
            }
        }
    }

    package let year: Int
    package let season: Season

    /// - Returns: `nil` for a year outside 1800...2200.
    package init?(year: Int, season: Season) {
        guard (1800...2200).contains(year) else { return nil }
        self.year = year
        self.season = season
    }

    /// Year, then FS's code: `2014 HØST`.
    package var description: String { "\(year) \(season.rawValue)" }

    package static func < (left: Term, right: Term) -> Bool {
        (left.year, left.season.rank) < (right.year, right.season.rank)
    }
}
