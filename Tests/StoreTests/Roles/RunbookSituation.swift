import DevCluster
import Exchange
import Postgres
import Store
import Testing

/// The morning after a night in which everything went wrong that the runbook speaks of.
///
/// Orders 17 and 18 of Testperson1 are completed: the second found a grade changed. 19 waits for Nord (204), at which nobody
/// listens. 20 and 21 waited for HVL (203), which is back; 21 was given up. 22 is held because workers died. 23 is in the hands
/// of a worker that died. 24 has been due for thirty hours. 25 was just placed. 26 was refused. BI (158) has reserved itself, NTNU
/// (194) is paused. Another worker is at work.
actor RunbookSituation {
    static let shared = RunbookSituation()

    private var making: Task<Playground, any Error>?

    func playground() async throws -> Playground {
        if let making { return try await making.value }
        let task = Task { try await Self.make() }
        making = task
        return try await task.value
    }

    private static func make() async throws -> Playground {
        let playground = try await Playground.make(158, 194, 203, 204)
        try await playground.installRoles()
        let pool = PersonPool(count: 40).persons
        func order(_ place: Int, _ consent: ConsentAnswer = .yes) async throws {
            try await playground.order(pool[place].number.digits, consent: consent)
        }
        try await playground.at(
            158, "UPDATE fs.modulvalg_egenskap SET status_aktiv = 'J' WHERE egenskapkode = 'RESERVER'")
        try await playground.at(203, "SELECT example.add_test_person_1()")
        try await playground.own(
            """
            ALTER TABLE resutveksl.orders ALTER order_number RESTART WITH 17;
            UPDATE resutveksl.sources SET is_active = false WHERE source = 204;
            UPDATE resutveksl.sources SET contact = 'studieinfo' WHERE source = 158
            """)
        try await playground.order(Playground.person1)
        _ = try await playground.run()
        try await playground.at(203, "UPDATE fs.studentvurdkombprotokoll SET karaktertall = 65")
        try await playground.order(Playground.person1)
        _ = try await playground.run()

        try await playground.register(204, .nobodyListens())
        try await order(2)
        _ = try await playground.run()
        let hvl = try playground.cluster.connectionString(
            database: playground.database(of: 203), user: Playground.requester)
        try await playground.register(203, .nobodyListens())
        try await order(3)
        try await order(4)
        try await playground.own("UPDATE resutveksl.settings SET outage_days = 1")
        try await playground.own("SELECT resutveksl.hold(20)")
        _ = try await playground.run()
        try await playground.own("UPDATE resutveksl.settings SET outage_days = DEFAULT; SELECT resutveksl.release(20)")
        try await playground.acting(as: .operator).own(
            "SELECT resutveksl.pause_source(194, reason => 'a new machine room')")
        _ = try await playground.run()
        try await playground.register(203, hvl)

        for place in 5...8 { try await order(place) }
        try await order(9, .no)
        try await playground.own(
            """
            INSERT INTO resutveksl.admissions (admission, opens_on, closes_on, refreshed_for) VALUES
                ('MASTER-2027', resutveksl.local_date() - 20, resutveksl.local_date() + 20, now());
            INSERT INTO resutveksl.admission_orders
                (admission, application_number, person_id, order_number, added_at, refreshed_for, passed_over)
            SELECT 'MASTER-2027', order_number::text, person_id, order_number, now() - interval '9 days',
                CASE WHEN state = 'refused' THEN now() + interval '1 minute' END, refusal
            FROM resutveksl.orders WHERE order_number IN (18, 26);
            SET session_replication_role = replica;
            UPDATE resutveksl.orders SET state = 'held', hold_reason = '6 workers in a row died while it was in work'
            WHERE order_number = 22;
            INSERT INTO resutveksl.runs (worker) VALUES ('vm:317'), ('vm:318');
            INSERT INTO resutveksl.claims (token, run_id, claimed_at, lease_until, orders)
            SELECT nextval('resutveksl.claim_tokens'), run_id, now() - interval '1 hour',
                now() + CASE worker WHEN 'vm:318' THEN interval '1 day' ELSE interval '-59 minutes' END, 1
            FROM resutveksl.runs WHERE worker LIKE 'vm:%';
            UPDATE resutveksl.orders SET state = 'fetching',
                claim_token = (SELECT token FROM resutveksl.claims JOIN resutveksl.runs USING (run_id) WHERE worker = 'vm:317')
            WHERE order_number = 23;
            UPDATE resutveksl.orders SET due_at = now() - interval '30 hours' WHERE order_number = 24;
            SET session_replication_role = DEFAULT;
            """)
        return playground
    }
}
