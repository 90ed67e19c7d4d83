import Exposition
import Hummingbird
import Logging
import Postgres

/// Serves `/metrics` and `/healthz` over HTTP, as long as the process lives.
struct MetricsEndpoint: Sendable {
    let address: ListenAddress
    let metrics: WatchMetrics
    let logger: Logger

    /// Serves from now on.
    ///
    /// The end of the process ends it, nothing else: a server that is cancelled or closed while somebody connects loses what
    /// it has accepted and not yet taken up, and NIO traps over that ("Deinited NIOAsyncWriter without calling finish()").
    func start() {
        Task { await serve() }
    }

    /// An address that is taken is no reason not to work: it is said, and tried again.
    private func serve() async {
        while true {
            do {
                try await application().run()
            } catch {
                logger.error(
                    "metrics cannot be served; trying again in half a minute",
                    metadata: ["address": "\(address)", "reason": "\(error)"])
            }
            _ = await EventLoop.shared.sleep(for: .seconds(30))
        }
    }

    private func application() -> some ApplicationProtocol {
        let metrics = metrics
        let router = Router()
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await metrics.text())))
        }
        router.get("healthz") { _, _ in
            let isUp = await metrics.database.isUp()
            return Response(
                status: isUp ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(string: isUp ? "ok\n" : "the own database does not answer\n")))
        }
        let (address, logger) = (address, logger)
        // It calls it an error that its connections end with it; what matters is thrown.
        var quiet = logger
        quiet.logLevel = .critical
        return Application(
            router: router, configuration: .init(address: .hostname(address.host, port: address.port)),
            onServerRunning: { _ in logger.notice("metrics are served", metadata: ["address": "\(address)"]) },
            logger: quiet)
    }
}
