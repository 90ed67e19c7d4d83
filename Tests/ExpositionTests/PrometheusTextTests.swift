import CoreMetrics
import Testing

@testable import Exposition

/// The text that Prometheus reads, written through the API of swift-metrics.
@Suite struct PrometheusTextTests {
    private let families = [
        MetricFamily("orders", .gauge, "Orders in each state.", labels: ["state"]),
        MetricFamily("claims_total", .counter, "Claims."),
        MetricFamily("asking_seconds", .summary, "A \\ and\na line break."),
    ]

    private func text(_ registry: PrometheusRegistry) -> String {
        PrometheusText([registry], families: families, common: ("own", "215")).description
    }

    @Test("a gauge is what it was last set to, with its labels after the common one")
    func gauge() {
        let registry = PrometheusRegistry()
        for (state, value) in [("ordered", 3), ("held", 1)] {
            Meter(label: "orders", dimensions: [("state", state)], factory: registry).set(value)
        }
        Meter(label: "orders", dimensions: [("state", "ordered")], factory: registry).set(2)
        #expect(
            text(registry) == """
                # HELP orders Orders in each state.
                # TYPE orders gauge
                orders{own="215",state="held"} 1
                orders{own="215",state="ordered"} 2

                """)
    }

    @Test("a counter grows, whoever adds to it, and never goes down")
    func counter() {
        let registry = PrometheusRegistry()
        Counter(label: "claims_total", factory: registry).increment(by: 2)
        Counter(label: "claims_total", factory: registry).increment()
        FloatingPointCounter(label: "claims_total", factory: registry).increment(by: 0.5)
        Counter(label: "claims_total", factory: registry).increment(by: -7)
        #expect(text(registry).hasSuffix("\nclaims_total{own=\"215\"} 3.5\n"))
    }

    @Test("a timer is a sum of seconds and a count")
    func timer() {
        let registry = PrometheusRegistry()
        let timer = CoreMetrics.Timer(label: "asking_seconds", factory: registry)
        timer.recordMilliseconds(250)
        timer.recordSeconds(2)
        let text = text(registry)
        #expect(text.contains("# TYPE asking_seconds summary\n"))
        #expect(text.contains("asking_seconds_sum{own=\"215\"} 2.25\n"))
        #expect(text.contains("asking_seconds_count{own=\"215\"} 2\n"))
    }

    @Test("what would break the text is escaped, in labels and in explanations")
    func escaping() {
        let registry = PrometheusRegistry()
        Meter(label: "orders", dimensions: [("state", "a\"b\\c\nd")], factory: registry).set(1)
        Recorder(label: "asking_seconds", factory: registry).record(1)
        let text = text(registry)
        #expect(text.contains(#"orders{own="215",state="a\"b\\c\nd"} 1"#))
        #expect(text.contains(#"# HELP asking_seconds A \\ and\na line break."#))
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (0.0, "0"), (-3, "-3"), (1_764_130_000, "1764130000"), (0.25, "0.25"), (1e300, "1e+300"), (.nan, "NaN"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"),
        ])
    func numbers(value: Double, expected: String) {
        let registry = PrometheusRegistry()
        Meter(label: "orders", factory: registry).set(value)
        #expect(text(registry).hasSuffix("orders{own=\"215\"} \(expected)\n"))
    }

    @Test("what was destroyed is not shown any more, and several registries are one text, by name")
    func several() {
        let (first, second) = (PrometheusRegistry(), PrometheusRegistry())
        Meter(label: "orders", factory: first).set(1)
        Counter(label: "claims_total", factory: second).increment()
        let gone = Counter(label: "gone_total", factory: second)
        gone.increment()
        gone.destroy()
        let names = PrometheusText([first, second], families: families, common: ("own", "215")).description
            .split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
        #expect(names == ["# TYPE claims_total counter", "# TYPE orders gauge"])
    }

    @Test("many tasks that add at once lose nothing")
    func concurrent() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    for _ in 0..<500 { Counter(label: "claims_total", factory: registry).increment() }
                }
            }
        }
        #expect(text(registry).hasSuffix(" 10000\n"))
    }
}
