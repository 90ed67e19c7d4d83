import DevCluster
import Postgres
import Testing

@Suite(.fewAtOnce) struct `Listening for notifications` {
    @Test func `hears what another session says, in order`() async throws {
        try await withConnection { listener in
            try await listener.listen(to: "orders")
            try await withConnection { speaker in
                for number in 1...3 { _ = try await speaker.query("SELECT pg_notify('orders', $1)", "order \(number)") }
            }
            for number in 1...3 {
                let heard = try await listener.nextNotification(until: .now + .seconds(10))
                #expect(heard?.channel == "orders" && heard?.payload == "order \(number)")
            }
            #expect(try await listener.nextNotification(until: .now + .milliseconds(50)) == nil)
        }
    }

    @Test func `is woken while it waits`() async throws {
        try await withConnection { listener in
            try await listener.listen(to: "awake")
            let listening = Task { try await listener.nextNotification(until: .now + .seconds(20)) }
            try await Task.sleep(for: .milliseconds(100))
            let time = try await duration {
                try await withConnection { _ = try await $0.query("SELECT pg_notify('awake', 'æøå')") }
                #expect(try await listening.value?.payload == "æøå")
            }
            #expect(time < .seconds(15))
        }
    }

    @Test func `gives up at its deadline and can go on`() async throws {
        try await withConnection { listener in
            try await listener.listen(to: "silent")
            let time = try await duration {
                let heard = try await listener.nextNotification(until: .now + .milliseconds(200))
                #expect(heard == nil)
            }
            #expect(time >= .milliseconds(200) && time < .seconds(15))
            #expect(try await listener.query("SELECT 1").single(Int.self) == 1)
        }
    }

    @Test func `keeps what came while a statement ran`() async throws {
        try await withConnection { connection in
            try await connection.listen(to: "between")
            _ = try await connection.query("SELECT pg_notify('between', 'kept')")
            _ = try await connection.query("SELECT 1")
            #expect(try await connection.nextNotification(until: .now + .seconds(5))?.payload == "kept")
        }
    }

    @Test(arguments: ["Mixed Case", "quo\"ted", "semi;colon", "æøå"])
    func `works for any name of a channel`(_ channel: String) async throws {
        try await withConnection { connection in
            try await connection.listen(to: channel)
            _ = try await connection.query("SELECT pg_notify($1, 'x')", channel)
            #expect(try await connection.nextNotification(until: .now + .seconds(5))?.channel == channel)
        }
    }

    @Test func `notices that the server went away`() async throws {
        try await withConnection { listener in
            try await listener.listen(to: "end")
            let backend = try await listener.query("SELECT pg_backend_pid()").single(Int.self)
            let ended = Task {
                try await failure { _ = try await listener.nextNotification(until: .now + .seconds(20)) }
            }
            try await Task.sleep(for: .milliseconds(100))
            try await TestCluster.shared.cluster().run("SELECT pg_terminate_backend(\(backend))")
            #expect(try await ended.value.code == .connectionLost)
            #expect(await !listener.isUsable)
        }
    }

    @Test func `ends when its task is cancelled, and the connection stays`() async throws {
        try await withConnection { listener in
            try await listener.listen(to: "cancelled")
            let task = Task { try await listener.nextNotification(until: .now + .seconds(60)) }
            try await Task.sleep(for: .milliseconds(50))
            task.cancel()
            try await expectFailure(.cancelled) { _ = try await task.value }
            #expect(try await listener.query("SELECT 1").single(Int.self) == 1)
        }
    }
}
