import Foundation

/// Where a dead-man switch is told that the run lives: `https://hc.example.org/ping/…`, as healthchecks.io has them.
///
/// Whoever knows it can say that all is well, so that it is a secret: it is shown nowhere, and there is no option for it
/// because others see a process' arguments.
struct PingAddress: Sendable, CustomStringConvertible {
    private let url: URL

    /// - Returns: nil when it is no address of HTTP.
    init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            url.host()?.isEmpty == false
        else { return nil }
        self.url = url
    }

    func text(for signal: PingSignal) -> String {
        guard let path = signal.path else { return url.absoluteString }
        return url.appending(path: path).absoluteString
    }

    var description: String { "a ping address" }
}

/// What a dead-man switch is told.
enum PingSignal: Sendable, Equatable {
    case started
    case ended(Int32)

    /// What stands behind the address.
    ///
    /// Success has nothing there; 3 is one, because what could not be asked is asked again by itself. Any other number behind
    /// the address is a failure with that exit status (https://healthchecks.io/docs/http_api/).
    var path: String? {
        switch self {
        case .started: "start"
        case .ended(0), .ended(ExitStatus.incomplete): nil
        case .ended(let status): "\(status)"
        }
    }
}
