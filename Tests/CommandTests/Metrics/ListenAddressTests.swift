import Testing

@testable import resutveksl

/// Addresses of the metrics, and what is kept of an earlier textfile.
@Suite struct ListenAddressTests {
    @Test(
        "an address is a host and a port",
        arguments: [
            ("127.0.0.1:9187", "127.0.0.1", 9187), ("localhost:0", "localhost", 0), ("[::1]:9187", "::1", 9187),
        ])
    func right(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(argument: text))
        #expect(address.host == host && address.port == port)
        #expect(address.description == text)
    }

    @Test("anything else is none", arguments: ["", "9187", ":9187", "host", "host:", "host:x", "::1:9187", "a:65536"])
    func wrong(text: String) { #expect(ListenAddress(argument: text) == nil) }

    @Test("the last success is found in an earlier file, and nothing where it is none")
    func earlier() throws {
        let metric = "resutveksl_last_success_timestamp_seconds"
        let text = "# TYPE \(metric) gauge\n\(metric){own_institution=\"215\"} 1764130000.5\nother{a=\"b\"} 1\n"
        let earlier = try #require(EarlierSuccess(in: text, metric: metric))
        #expect(earlier.ownInstitution == "215" && earlier.time == 1_764_130_000.5)
        for text in ["", "\(metric){own_institution=\"215\"}", "\(metric){own_institution=\"215\"} x", "\(metric) 1"] {
            #expect(EarlierSuccess(in: text, metric: metric) == nil)
        }
    }
}
