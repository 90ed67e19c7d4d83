import Exposition

/// Every metric that the program shows, by where its figure comes from; docs/metrics.md has them in one table.
///
/// Each series has the label `own_institution` as well, so that several institutions on one machine keep apart.
enum MetricCatalogue {
    static let commonLabel = "own_institution"
    static let all = database + process + run + worker

    private static let source = ["institution", "acronym"]

    /// From `resutveksl.metrics()` in the own database: the same whichever worker is asked.
    static let database: [MetricFamily] = [
        MetricFamily("resutveksl_database_up", .gauge, "1 if the own database answered with its figures, 0 if not."),
        MetricFamily("resutveksl_database_connections", .gauge, "Sessions in the own database."),
        MetricFamily("resutveksl_orders", .gauge, "Orders in each state.", labels: ["state"]),
        MetricFamily("resutveksl_orders_due", .gauge, "Orders that are due now and that no worker holds."),
        MetricFamily(
            "resutveksl_orders_oldest_due_seconds", .gauge, "How long the order has been due that waits longest."),
        MetricFamily("resutveksl_last_run_timestamp_seconds", .gauge, "When the last run began."),
        MetricFamily(
            "resutveksl_last_success_timestamp_seconds", .gauge, "When a run last came to its end, in Unix time."),
        MetricFamily("resutveksl_last_success_duration_seconds", .gauge, "How long that run took."),
        MetricFamily("resutveksl_claims_open", .gauge, "Sets of orders that workers hold."),
        MetricFamily(
            "resutveksl_claims_expired", .gauge, "Sets of orders whose worker has shown no sign of life for a lease."),
        MetricFamily(
            "resutveksl_source_up", .gauge,
            "1 if the source answered when it was last asked, 0 if it could not be asked.",
            labels: source),
        MetricFamily(
            "resutveksl_source_last_answer_timestamp_seconds", .gauge, "When the source last answered.", labels: source),
        MetricFamily(
            "resutveksl_source_shares", .gauge, "1 if the source said last that it shares results, 0 if it does not.",
            labels: source),
        MetricFamily(
            "resutveksl_source_paused", .gauge, "1 while the source is paused or in its maintenance window.",
            labels: source),
        MetricFamily(
            "resutveksl_source_connections", .gauge, "Connections that all workers together have to the source.",
            labels: source),
        MetricFamily(
            "resutveksl_source_retries", .gauge, "Orders for which the source is to be asked again.", labels: source),
        MetricFamily(
            "resutveksl_source_next_attempt_timestamp_seconds", .gauge,
            "When it is to be asked again for the first of them.",
            labels: source),
        MetricFamily(
            "resutveksl_source_given_up", .gauge, "Orders for which the source is not asked again by itself.",
            labels: source),
        MetricFamily(
            "resutveksl_source_lanes_total", .counter,
            "Times that the source was gone through for a set of orders, by outcome.",
            labels: source + ["outcome"]),
        MetricFamily("resutveksl_source_questions_total", .counter, "Questions that it answered.", labels: source),
        MetricFamily(
            "resutveksl_source_orders_asked_total", .counter, "Orders that it answered about.", labels: source),
        MetricFamily(
            "resutveksl_source_persons_found_total", .counter, "Orders about which it had results.", labels: source),
        MetricFamily(
            "resutveksl_source_rows_imported_total", .counter, "Results and qualifications that it sent.",
            labels: source),
    ]

    static let process: [MetricFamily] = [
        MetricFamily("resutveksl_build_info", .gauge, "1, with the program's version as a label.", labels: ["version"]),
        MetricFamily("resutveksl_process_start_time_seconds", .gauge, "When the process began."),
        MetricFamily(
            "resutveksl_process_peak_memory_bytes", .gauge, "The most memory that the process has had at a time."),
        MetricFamily("resutveksl_process_open_descriptors", .gauge, "Files and sockets that the process has open."),
    ]

    /// Of the run that wrote the textfile.
    static let run: [MetricFamily] = [
        MetricFamily("resutveksl_run_end_timestamp_seconds", .gauge, "When the run ended, whichever way."),
        MetricFamily("resutveksl_run_exit_status", .gauge, "How it ended: 0 and 3 are success."),
        MetricFamily("resutveksl_run_duration_seconds", .gauge, "How long it took."),
        MetricFamily("resutveksl_run_orders", .gauge, "Orders that it held."),
        MetricFamily("resutveksl_run_questions", .gauge, "Questions that were answered."),
        MetricFamily("resutveksl_run_rows", .gauge, "Results and qualifications that were imported."),
        MetricFamily("resutveksl_run_sources_failed", .gauge, "Sources that could not be asked."),
        MetricFamily(
            "resutveksl_run_asking_seconds", .gauge, "How long the source took to answer in that run.", labels: source),
    ]

    /// Of the resident worker that is asked, since it was started.
    static let worker: [MetricFamily] = [
        MetricFamily("resutveksl_worker_claims_total", .counter, "Sets of orders that it took."),
        MetricFamily("resutveksl_worker_orders_claimed_total", .counter, "Orders in them."),
        MetricFamily("resutveksl_worker_orders_settled_total", .counter, "Orders that it let go of again."),
        MetricFamily("resutveksl_worker_orders_in_work", .gauge, "Orders that it holds now."),
        MetricFamily("resutveksl_worker_questions_total", .counter, "Questions that were answered and written down."),
        MetricFamily("resutveksl_worker_rows_imported_total", .counter, "Results and qualifications that it imported."),
        MetricFamily("resutveksl_worker_takeovers_total", .counter, "Claims of workers that had died."),
        MetricFamily(
            "resutveksl_worker_source_failures_total", .counter,
            "Times that a source could not be asked and is left alone for a while.", labels: source + ["outcome"]),
        MetricFamily(
            "resutveksl_worker_asking_seconds", .summary, "How long the source took to answer, for each set of orders.",
            labels: source),
    ]
}
