/// What a recipe of the runbook tells in `RunbookSituation`, or what has become so after it.
struct RunbookExpectation {
    /// Parts of the rows, as JSON.
    var told: [String] = []
    var untold: [String] = []
    /// A query that is run after it as the same role, and its value.
    var after: (query: String, value: String?)?

    static let all: [String: RunbookExpectation] = [
        "Which transfers failed last night, and why?": RunbookExpectation(
            told: [
                #""source":203,"acronym":"HVL","outcome":"unreachable","fault":"connection_refused""#,
                #""source":203,"acronym":"HVL","outcome":"given_up""#,
                #""source":204,"acronym":"Nord","outcome":"unreachable""#,
            ], untold: ["paused", #""source":158"#]),
        "Which orders wait for one source?": RunbookExpectation(
            told: [#""order_number":20,"person":""#, #" *****","outcome":"unreachable""#],
            untold: [#""order_number":19"#, #""order_number":21"#]),
        "What did last night's run do?": RunbookExpectation(told: [
            #""worker":"worker""#, #""orders":1,"result_rows":1"#,
        ]),
        "How did each source do in it?": RunbookExpectation(
            told: [#""source":158,"acronym":"BI","outcome":"reserved""#, #""acronym":"NTNU","outcome":"paused""#]),
        "What became of an order at every source?": RunbookExpectation(
            told: [
                #""source":158,"acronym":"BI","outcome":"reserved""#,
                #""source":194,"acronym":"NTNU","outcome":"nothing""#,
                #""source":203,"acronym":"HVL","outcome":"fetched""#,
            ]),
        "Why did an order find nothing?": RunbookExpectation(
            told: ["RESERVER = J", "The person must bring papers from BI (studieinfo)"]),
        "What happened to an order, step by step?": RunbookExpectation(
            told: [#""event":"ordered""#, #""event":"fetched""#]),
        "Who ordered for this person?": RunbookExpectation(
            told: [#""order_number":17,"ordered_by":"case worker","placed_as":"postgres""#, #""order_number":18"#],
            untold: [#""order_number":19"#]),
        "On what basis was asked about an order, and when?": RunbookExpectation(
            told: [#""source":203,"#, #""basis":"consent""#], untold: [#""source":158"#]),
        "What was given up?": RunbookExpectation(
            told: [#""order_number":21"#, #""acronym":"HVL""#, #""acronym":"Nord""#], untold: [#""order_number":20"#]),
        "Which orders were refused, and why?": RunbookExpectation(
            told: [#""order_number":26"#, #""refusal":"refused""#], untold: [#""order_number":25"#]),
        "Who did what by hand lately?": RunbookExpectation(
            told: [
                #""who":"play_operator","event":"paused","order_number":null,"source":194"#,
                #""event":"held","order_number":20"#,
            ]),
        "Is a worker alive?": RunbookExpectation(
            told: [#""worker":"vm:317","state":"silent""#, #""worker":"vm:318","state":"at work""#, #""sessions":"#]),
        "What is due now?": RunbookExpectation(
            told: [#""order_number":24"#, #""order_number":25"#],
            untold: [#""order_number":22"#, #""order_number":23"#]),
        "How much is there to do?": RunbookExpectation(
            told: [
                #""state":"awaiting_retry","orders":2,"due":0"#, #""state":"fetching","orders":1"#,
                #""state":"held","orders":1"#, #""state":"ordered","orders":2,"due":2"#,
            ]),
        "When is the next attempt at each source?": RunbookExpectation(
            told: [
                #""source":194,"acronym":"NTNU","waiting":1"#, #""acronym":"HVL","waiting":1"#,
                #""acronym":"Nord","waiting":2"#,
            ]),
        "Why is nothing happening?": RunbookExpectation(
            told: [
                "SELECT resutveksl.release(22);", "its worker has not been heard of since",
                "source 194 (NTNU) is paused: a new machine room",
            ], untold: ["no worker is at work"]),
        "Which orders are stuck?": RunbookExpectation(
            told: [#""order_number":22"#, #""order_number":23"#, #""order_number":24"#], untold: [#""order_number":25"#]
        ),
        "How are the sources?": RunbookExpectation(
            told: [
                #""source":203,"acronym":"HVL","state":"active","sharing":"open","is_failing":true,"fault":"connection_refused""#,
                #""source":194,"acronym":"NTNU","state":"paused""#,
                #""source":158,"acronym":"BI","state":"active","sharing":"reserved","is_failing":false,"fault":null"#,
            ]),
        "Which sources have reserved themselves, and since when?": RunbookExpectation(
            told: [#""source":158,"acronym":"BI","sharing":"reserved""#, #""contact":"studieinfo""#], untold: ["HVL"]),
        "When did a source say that it was closed?": RunbookExpectation(told: [#""outcome":"reserved","orders":1"#]),
        "When is an admission refreshed next, and whom did the last time pass over?": RunbookExpectation(
            told: [#""admission":"MASTER-2027","state":"open","applications":2"#, #""order_number":26"#]),
        "Have an order fetched again": RunbookExpectation(
            after: ("SELECT state FROM resutveksl.orders WHERE order_number = 17", "ordered")),
        "Re-queue everything that HVL missed": RunbookExpectation(
            told: [#""requeued":2,"in_work":0,"held":0,"has_other_order":0"#],
            after: (
                """
                SELECT string_agg(o.order_number || ' ' || o.state || ' ' || (o.due_at <= now()), ', ' ORDER BY o.order_number)
                FROM resutveksl.orders o WHERE o.order_number IN (19, 20, 21)
                """, "19 awaiting_retry false, 20 awaiting_retry true, 21 awaiting_retry true"
            )),
        "Have everything that failed fetched in the next run instead of tomorrow": RunbookExpectation(
            after: (
                "SELECT string_agg(order_number::text, ' ' ORDER BY order_number) FROM resutveksl.due_now",
                "19 20 24 25"
            )),
        "Re-queue the orders that met a source closed by mistake": RunbookExpectation(
            told: [#""order_number":18"#, #""order_number":21"#], untold: [#""order_number":17"#],
            after: (
                "SELECT string_agg(order_number::text, ' ' ORDER BY order_number) FROM resutveksl.due_now",
                "18 21 24 25"
            )),
        "Hold an order, and let it go on": RunbookExpectation(
            after: (
                """
                SELECT string_agg(event || ' ' || coalesce(reason, ''), ', ' ORDER BY event)
                FROM resutveksl.transfer_log WHERE order_number = 25 AND who = 'play_operator'
                """, "held the person asked us to wait, requeued "
            )),
        "Let everything go on that was held because workers died over it": RunbookExpectation(
            told: [#""order_number":22"#],
            after: ("SELECT state FROM resutveksl.orders WHERE order_number = 22", "ordered")),
        "Cancel an order": RunbookExpectation(
            after: ("SELECT state FROM resutveksl.orders WHERE order_number = 25", "cancelled")),
        "Pause a source for the weekend": RunbookExpectation(
            after: (
                """
                SELECT to_char(paused_until AT TIME ZONE 'Europe/Oslo', 'ID HH24:MI') || ' ' ||
                    (paused_until BETWEEN now() AND now() + interval '8 days')
                FROM resutveksl.source_health WHERE source = 203
                """, "1 06:00 true"
            )),
        "End a pause, and ask at once what was put off": RunbookExpectation(
            told: [#""requeued":1"#],
            after: ("SELECT state FROM resutveksl.source_health WHERE source = 194", "active")),
        "Never ask a source on Sunday nights": RunbookExpectation(
            after: (
                "SELECT resutveksl.maintenance_until(203, '2026-11-29 02:00+01') = '2026-11-29 05:00+01'", "true"
            )),
        "Refresh an admission now": RunbookExpectation(
            told: [#""orders":1,"left_over":0"#],
            after: ("SELECT state FROM resutveksl.orders WHERE order_number = 18", "ordered")),
        "What did later fetches change for a person?": RunbookExpectation(
            told: [#""institution_acronym":"HiSF","code":"RES-100""#, #""seen":1,"unseen":0"#],
            after: ("SELECT count(*) FROM resutveksl.unseen_changes", "0")),
        "Who has changed what in Person eksternstudium?": RunbookExpectation(
            told: [#""action":"fetched","who":"case worker""#, #""action":"changed""#]),
        "Order for a person": RunbookExpectation(
            told: [#""state":"ordered","is_new":true,"message":"Bestilt"#],
            after: (
                "SELECT ordered_by || ' ' || placed_as FROM resutveksl.order_list WHERE state = 'ordered' AND reference = '2026/1234'",
                "anna play_orderer"
            )),
        "Figures for a curve": RunbookExpectation(
            told: [
                #""source":203,"acronym":"HVL","state":"active","is_failing":true"#,
                #""acronym":"NTNU","state":"paused""#,
            ]),
    ]
}
