/// What was wrong with an answer, counted per rule and question, so that no source can make the log grow with what it sends.
struct Rejections: Sendable {
    private(set) var all: [BadData] = []
    private var places: [Key: Int] = [:]

    private struct Key: Hashable {
        let rule: BadDataRule
        let ref: OrderNumber?
    }

    /// - Parameter ref: a question that was asked, or `nil`; never what the source made up.
    mutating func add(_ rule: BadDataRule, _ ref: OrderNumber?) {
        let key = Key(rule: rule, ref: ref)
        if let place = places[key] {
            all[place].rows += 1
        } else {
            places[key] = all.count
            all.append(BadData(rule: rule, ref: ref))
        }
    }
}
