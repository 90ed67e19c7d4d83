/// What was thrown away of an answer, counted so that no source can make the log grow with what it sends.
struct Rejections: Sendable {
    /// How many different entries with a ref of their own are kept; from then on they are counted per rule.
    static let limit = 1000

    private(set) var all: [BadData] = []
    private var places: [Key: Int] = [:]

    private struct Key: Hashable {
        let rule: BadDataRule
        let ref: OrderNumber?
    }

    mutating func add(_ rule: BadDataRule, _ ref: OrderNumber?) {
        if let place = places[Key(rule: rule, ref: ref)] {
            all[place].rows += 1
        } else if all.count >= Self.limit, ref != nil {
            add(rule, nil)
        } else {
            places[Key(rule: rule, ref: ref)] = all.count
            all.append(BadData(rule: rule, ref: ref))
        }
    }
}
