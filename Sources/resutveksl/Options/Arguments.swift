import ArgumentParser
package import Exchange

extension InstitutionNumber: ExpressibleByArgument {
    package init?(argument: String) {
        guard let value = Int32(argument) else { return nil }
        self.init(rawValue: value)
    }
}

extension OrderNumber: ExpressibleByArgument {
    package init?(argument: String) {
        guard let value = Int64(argument) else { return nil }
        self.init(rawValue: value)
    }
}

extension CalendarDay: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension Purpose: ExpressibleByArgument {}
extension OrderState: ExpressibleByArgument {}
extension ConsentAnswer: ExpressibleByArgument {}
extension ConsentChannel: ExpressibleByArgument {}
extension AcceptanceType: ExpressibleByArgument {}
