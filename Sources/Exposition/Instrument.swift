import CoreMetrics
import Postgres

/// One series: a value that the program sets or adds to, and that is read when somebody wants to know.
///
/// It serves every kind of handler, because they differ only in how they are written to.
final class Instrument: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    struct Reading: Sendable {
        var value = 0.0
        /// How many observations the value is the sum of, for a summary.
        var count = 0
    }

    let kind: MetricFamily.Kind
    private let state = Guarded(Reading())

    init(_ kind: MetricFamily.Kind) { self.kind = kind }

    var reading: Reading { state.withLock { $0 } }

    // MARK: Counters, which never go down

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        if kind == .counter, !(amount > 0) { return }
        state.withLock { $0.value += amount }
    }

    func reset() { state.withLock { $0 = Reading() } }

    // MARK: Gauges

    func decrement(by amount: Double) { state.withLock { $0.value -= amount } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }

    // MARK: Observations; one that is not summed up is a gauge

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        if kind == .gauge { return set(value) }
        state.withLock { state in
            state.value += value
            state.count += 1
        }
    }

    /// Prometheus counts in seconds, whatever unit a timer would like to be shown in.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func preferDisplayUnit(_: TimeUnit) {}
}
