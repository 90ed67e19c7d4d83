import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Postgres

/// Tells a dead-man switch that a run began and how it ended; when it hears nothing for too long, it tells somebody.
///
/// What goes wrong with it is logged and changes nothing: a run never fails because of it, and waits for it no longer than ten
/// seconds in all.
struct DeadManPing: Sendable {
    /// For each of the two signals, whatever is tried in it.
    private static let limit = Duration.seconds(5)
    private static let attempts = 3
    private static let attemptLimit = Duration.seconds(2)
    private static let pause = Duration.milliseconds(500)

    private let address: PingAddress
    private let logger: Logger

    /// - Parameter text: what the configuration says, which has been checked.
    /// - Returns: nil when there is nobody to tell.
    init?(_ text: String?, logger: Logger) {
        guard let address = text.flatMap(PingAddress.init) else { return nil }
        self.address = address
        self.logger = logger
    }

    func tell(_ signal: PingSignal) async {
        let deadline = ContinuousClock.now + Self.limit
        let url = address.text(for: signal)
        for attempt in 1...Self.attempts {
            let left = min(deadline - .now, Self.attemptLimit)
            let reason: String
            switch await Self.attempt(url, within: max(left, .milliseconds(1))) {
            case .delivered: return
            case .refused(let why): return note(signal, why)
            case .failed(let why): reason = why
            }
            let isLast = attempt == Self.attempts || deadline - .now <= Self.pause
            if isLast { return note(signal, reason) }
            _ = await EventLoop.shared.sleep(for: Self.pause)
        }
    }

    private enum Answer {
        case delivered
        /// Asking again would change nothing.
        case refused(String)
        case failed(String)
    }

    /// The client is only made when somebody is to be told; it is the process' own, so that nothing has to be waited for when
    /// the process ends.
    private static func attempt(_ url: String, within limit: Duration) async -> Answer {
        do {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url), timeout: .milliseconds(Int64(limit / .milliseconds(1))))
            return switch response.status.code {
            case 200..<300: .delivered
            case 429, 500...: .failed("HTTP \(response.status.code)")
            default: .refused("HTTP \(response.status.code)")
            }
        } catch let error as HTTPClientError {
            return .failed(error.shortDescription)
        } catch {
            // Its text may have the address in it.
            return .failed("no connection")
        }
    }

    private func note(_ signal: PingSignal, _ reason: String) {
        logger.warning(
            "a dead-man switch could not be told of this run",
            metadata: ["signal": "\(signal == .started ? "start" : "end")", "reason": "\(reason)"])
    }
}
