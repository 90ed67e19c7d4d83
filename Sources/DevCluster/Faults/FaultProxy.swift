import Glibc
import Postgres

/// Stands between a client and a server on 127.0.0.1 and misbehaves on request.
///
/// It runs on a thread of its own, so that what is tested cannot slow it down. It ends with the last reference.
package final class FaultProxy: Sendable {
    /// What happens to connections.
    ///
    /// Unless said otherwise, those that exist go on as they were.
    package enum Mode: Sendable, Equatable {
        /// Everything is passed on.
        case pass
        /// Nobody listens: new connections are refused, existing ones are reset.
        case refuse
        /// New connections are accepted and never answered.
        case blackHole
        /// New connections get no answer to their first packet, as behind a firewall that drops.
        case silent
        /// Existing and new connections end after the server has sent so many more bytes.
        case cut(afterBytes: Int)
        /// Each piece, in both directions, is held back for a while.
        case delay(Duration)
        /// Nothing is passed on any more on any connection, and none is closed.
        case halfOpen
    }

    /// Where the server is that connections are passed on to.
    package enum Target: Sendable {
        case port(Int)
        case socket(String)
    }

    /// The port on 127.0.0.1, the same in all modes.
    package let port: Int
    private let control: ProxyControl

    /// Starts to listen, in mode `pass`.
    package init(to target: Target) throws(ClusterError) {
        let control = try ProxyControl()
        let loop = try ProxyLoop(target: target, control: control)
        port = loop.port
        self.control = control
        let started = DetachedThread.start(name: "fault-proxy") {
            var loop = loop
            loop.run()
        }
        guard started else {
            throw ClusterError(.programFailed, "no thread for the fault proxy")
        }
    }

    /// To a cluster's server, by TCP if it listens there, otherwise through its socket.
    package convenience init(to cluster: PrivateCluster) throws(ClusterError) {
        let socket = "\(cluster.folder)/.s.PGSQL.\(cluster.port)"
        try self.init(to: cluster.options.needsTCP ? .port(cluster.port) : .socket(socket))
    }

    deinit { control.stop() }

    /// Changes the mode; it is in force when this returns.
    package func set(_ mode: Mode) async { await control.set(mode) }

    /// Connections accepted so far.
    package var acceptedCount: Int { control.acceptedCount }

    /// Bytes read from clients and from servers so far.
    package var passedBytes: (toServer: Int, toClient: Int) { control.passedBytes }
}
