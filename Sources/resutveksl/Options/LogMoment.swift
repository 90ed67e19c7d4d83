import ArgumentParser
import Exchange
package import Store

extension TransferLogSearch.Moment: ExpressibleByArgument {
    /// `2026-11-26`, `2026-11-26 04:15`, `2026-11-26 04:15:30` in local time, or an age: `90s`, `30min`, `2h`, `7d`.
    package init?(argument: String) {
        if let match = argument.wholeMatch(of: /([0-9]{1,9})(s|min|h|d)/) {
            guard let count = Int(match.output.1) else { return nil }
            let seconds = ["s": 1, "min": 60, "h": 3600, "d": 86_400][match.output.2] ?? 1
            self = .ago(.seconds(count * seconds))
        } else if let match = argument.wholeMatch(
            of: /([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-2][0-9]):([0-5][0-9])(?::([0-5][0-9]))?)?/)
        {
            guard CalendarDay(argument: String(match.output.1)) != nil else { return nil }
            if let hour = match.output.2, hour > "23" { return nil }
            self = .local(argument)
        } else {
            return nil
        }
    }
}

extension TransferEvent: ExpressibleByArgument {}
