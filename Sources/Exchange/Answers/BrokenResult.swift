/// The rule that a result row breaks, on its way to becoming its person's `invalid`.
struct BrokenResult: Error {
    let rule: BadDataRule

    init(_ rule: BadDataRule) {
        self.rule = rule
    }
}
