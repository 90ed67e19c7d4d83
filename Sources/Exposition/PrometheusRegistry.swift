package import CoreMetrics
import Postgres

/// Keeps what is measured, and shows it in Prometheus' text format.
///
/// A backend of swift-metrics that is handed to whoever measures, and is not the process' only one: figures from the database
/// are measured afresh each time and need one of their own.
package final class PrometheusRegistry: MetricsFactory {
    struct Series: Hashable {
        let name: String
        let labels: [Label]
    }

    struct Label: Hashable {
        let name: String
        let value: String
    }

    private let instruments = Guarded<[Series: Instrument]>([:])

    package init() {}

    /// Every series with what it stands at now.
    var readings: [(series: Series, kind: MetricFamily.Kind, reading: Instrument.Reading)] {
        instruments.withLock { instruments in
            instruments.map { (series: $0.key, kind: $0.value.kind, reading: $0.value.reading) }
        }
    }

    /// The same name with the same labels is the same series, whoever asks for it.
    private func instrument(_ name: String, _ labels: [(String, String)], _ kind: MetricFamily.Kind) -> Instrument {
        let series = Series(name: name, labels: labels.map { Label(name: $0.0, value: $0.1) })
        return instruments.withLock { instruments in
            if let known = instruments[series] { return known }
            let new = Instrument(kind)
            instruments[series] = new
            return new
        }
    }

    private func forget(_ handler: AnyObject) {
        instruments.withLock { instruments in
            for (series, instrument) in instruments where instrument === handler { instruments[series] = nil }
        }
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions, .gauge)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        instrument(label, dimensions, aggregate ? .summary : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label, dimensions, .summary)
    }

    package func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}
