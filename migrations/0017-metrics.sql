-- What monitoring and the report ask: figures of the whole installation, each answered from an index or from a count that is
-- kept, so that asking costs little however many orders there are.

-- What came of the lanes of each source ------------------------------------------------------------------------------------
-- Kept as claims end, because lanes are as many as claims times sources, and their rows may be deleted one day.

CREATE TABLE resutveksl.source_tallies (
    source integer NOT NULL REFERENCES resutveksl.sources ON DELETE CASCADE,
    outcome text NOT NULL,
    lanes bigint NOT NULL DEFAULT 0,
    sets bigint NOT NULL DEFAULT 0,
    asked bigint NOT NULL DEFAULT 0,
    found bigint NOT NULL DEFAULT 0,
    result_rows bigint NOT NULL DEFAULT 0,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (source, outcome)
) WITH (fillfactor = 20);
COMMENT ON TABLE resutveksl.source_tallies IS
    'How many lanes of a source ended with which outcome, what they came to, and when the last of them did. Without those '
    'that were interrupted.';
COMMENT ON COLUMN resutveksl.source_tallies.outcome IS
    'As in run_sources; not_asked for a lane that was done without a question, because nobody may be asked about.';

INSERT INTO resutveksl.source_tallies (source, outcome, lanes, sets, asked, found, result_rows, last_at)
SELECT source, CASE WHEN outcome = 'done' AND asked = 0 THEN 'not_asked' ELSE outcome END, count(*), sum(sets), sum(asked),
    sum(found), sum(result_rows), max(ended_at)
FROM resutveksl.run_sources
WHERE outcome <> 'interrupted' AND ended_at IS NOT NULL
GROUP BY 1, 2;

-- Once for each claim, as the last thing before its transaction commits: one statement for all its lanes, in one order, so
-- that claims that end at the same time wait for each other a moment and no longer. It runs as the owner, so that workers
-- need no privilege on the table.
CREATE FUNCTION resutveksl.tally_lanes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO resutveksl.source_tallies AS t (source, outcome, lanes, sets, asked, found, result_rows, last_at)
    SELECT l.source, CASE WHEN l.outcome = 'done' AND l.asked = 0 THEN 'not_asked' ELSE l.outcome END, 1, l.sets, l.asked,
        l.found, l.result_rows, l.ended_at
    FROM resutveksl.run_sources l
    WHERE l.token = NEW.token AND l.outcome <> 'interrupted' AND l.ended_at IS NOT NULL
    ORDER BY l.source
    ON CONFLICT (source, outcome) DO UPDATE SET lanes = t.lanes + 1, sets = t.sets + EXCLUDED.sets,
        asked = t.asked + EXCLUDED.asked, found = t.found + EXCLUDED.found,
        result_rows = t.result_rows + EXCLUDED.result_rows, last_at = greatest(t.last_at, EXCLUDED.last_at);
    RETURN NULL;
END $$;
CREATE TRIGGER claims_are_tallied AFTER UPDATE OF ended_at ON resutveksl.claims
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION resutveksl.tally_lanes();

-- Indexes ------------------------------------------------------------------------------------------------------------------

-- Completed orders, which are nearly all, are counted as what is left: no index is written when an order is completed.
CREATE INDEX orders_not_fetched_for ON resutveksl.orders (state) WHERE state IN ('refused', 'cancelled');
CREATE INDEX transfers_given_up ON resutveksl.transfers (source, settled_at) WHERE outcome = 'given_up';
CREATE INDEX runs_ended ON resutveksl.runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX transfer_log_to_report ON resutveksl.transfer_log (event, logged_at) WHERE event IN ('held', 'refused', 'taken_over');
-- Changes are only ever added, so that their order on the disk is that of time.
CREATE INDEX result_changes_at ON resutveksl.result_changes USING brin (changed_at) WITH (pages_per_range = 16);

-- Figures ------------------------------------------------------------------------------------------------------------------

-- A source's own connections are counted by the locks that workers keep them within its limit with: the key of a lock has
-- the first letters of this program's name, the source, and the slot in its last seven bits.
CREATE FUNCTION resutveksl.metrics(
    OUT metric text, OUT own_institution integer, OUT institution integer, OUT acronym text, OUT detail text,
    OUT value double precision)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
    WITH own AS MATERIALIZED (
        SELECT own_institution FROM resutveksl.settings
    ), open AS MATERIALIZED (
        SELECT state, count(*) AS orders FROM resutveksl.orders
        WHERE state IN ('ordered', 'fetching', 'awaiting_retry', 'held') GROUP BY state
    ), ended AS MATERIALIZED (
        SELECT state, count(*) AS orders FROM resutveksl.orders WHERE state IN ('refused', 'cancelled') GROUP BY state
    ), completed AS (
        SELECT 'completed', (SELECT count(*) FROM resutveksl.orders) - coalesce((SELECT sum(orders) FROM open), 0)
            - coalesce((SELECT sum(orders) FROM ended), 0)
    ), orders AS (
        SELECT n.state, coalesce(c.orders, 0) AS orders
        FROM (VALUES ('ordered'), ('fetching'), ('awaiting_retry'), ('held'), ('completed'), ('refused'), ('cancelled'))
            AS n (state)
        LEFT JOIN (TABLE open UNION ALL TABLE ended UNION ALL TABLE completed) AS c (state, orders) USING (state)
    ), last_ended AS (
        SELECT ended_at, started_at FROM resutveksl.runs WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1
    ), sources AS MATERIALIZED (
        SELECT s.source, i.acronym, s.sharing,
            coalesce(s.paused_until > now(), false) OR resutveksl.maintenance_until(s.source, now()) IS NOT NULL AS is_paused
        FROM resutveksl.sources s JOIN resutveksl.institutions i ON i.institution = s.source CROSS JOIN own
        WHERE s.is_active AND s.source IS DISTINCT FROM own.own_institution
    ), tallies AS MATERIALIZED (
        SELECT t.*, t.outcome IN ('done', 'reserved', 'not_open') AS is_answer
        FROM resutveksl.source_tallies t
    ), totals AS (
        SELECT source, sum(sets) AS sets, sum(asked) AS asked, sum(found) AS found, sum(result_rows) AS result_rows,
            max(last_at) FILTER (WHERE is_answer) AS answered_at,
            (array_agg(is_answer ORDER BY last_at DESC) FILTER (WHERE outcome NOT IN ('paused', 'not_asked')))[1] AS is_up
        FROM tallies GROUP BY source
    ), retries AS (
        SELECT source, count(*) AS orders, min(next_attempt) AS next_attempt
        FROM resutveksl.transfers WHERE next_attempt IS NOT NULL GROUP BY source
    ), given_up AS (
        SELECT source, count(*) AS orders FROM resutveksl.transfers WHERE outcome = 'given_up' GROUP BY source
    ), connections AS (
        SELECT (((classid::bigint & 65535) << 25) | (objid::bigint >> 7))::integer AS source, count(*) AS connections
        FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = x'7265'::bigint AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        GROUP BY 1
    )
    SELECT f.metric, own.own_institution, f.institution, f.acronym, f.detail, f.value::double precision
    FROM own CROSS JOIN (
        SELECT 'resutveksl_orders' AS metric, NULL::integer AS institution, NULL::text AS acronym, state AS detail,
            orders AS value FROM orders
        UNION ALL
        SELECT 'resutveksl_orders_due', NULL, NULL, NULL, count(*) FROM resutveksl.orders
        WHERE state IN ('ordered', 'awaiting_retry') AND due_at <= now()
        UNION ALL
        SELECT 'resutveksl_orders_oldest_due_seconds', NULL, NULL, NULL,
            greatest(coalesce(extract(epoch FROM now() - min(due_at)), 0), 0)
        FROM resutveksl.orders WHERE state IN ('ordered', 'awaiting_retry')
        UNION ALL
        SELECT 'resutveksl_last_run_timestamp_seconds', NULL, NULL, NULL, extract(epoch FROM r.started_at)
        FROM (SELECT started_at FROM resutveksl.runs ORDER BY run_id DESC LIMIT 1) AS r
        UNION ALL
        SELECT 'resutveksl_last_success_timestamp_seconds', NULL, NULL, NULL, extract(epoch FROM ended_at) FROM last_ended
        UNION ALL
        SELECT 'resutveksl_last_success_duration_seconds', NULL, NULL, NULL, extract(epoch FROM ended_at - started_at)
        FROM last_ended
        UNION ALL
        SELECT 'resutveksl_claims_open', NULL, NULL, NULL, count(*) FROM resutveksl.claims WHERE ended_at IS NULL
        UNION ALL
        SELECT 'resutveksl_claims_expired', NULL, NULL, NULL, count(*) FROM resutveksl.claims
        WHERE ended_at IS NULL AND lease_until < now()
        UNION ALL
        SELECT 'resutveksl_database_connections', NULL, NULL, NULL, numbackends FROM pg_stat_database
        WHERE datname = current_database()
        UNION ALL
        SELECT f.metric, s.source, s.acronym, NULL, f.value
        FROM sources s LEFT JOIN totals t USING (source) LEFT JOIN retries r USING (source)
        LEFT JOIN given_up g USING (source) LEFT JOIN connections c USING (source)
        CROSS JOIN LATERAL (VALUES
            ('resutveksl_source_up', t.is_up::integer::numeric),
            ('resutveksl_source_last_answer_timestamp_seconds', extract(epoch FROM t.answered_at)),
            ('resutveksl_source_shares', (s.sharing = 'open')::integer),
            ('resutveksl_source_paused', s.is_paused::integer),
            ('resutveksl_source_questions_total', coalesce(t.sets, 0)),
            ('resutveksl_source_orders_asked_total', coalesce(t.asked, 0)),
            ('resutveksl_source_persons_found_total', coalesce(t.found, 0)),
            ('resutveksl_source_rows_imported_total', coalesce(t.result_rows, 0)),
            ('resutveksl_source_retries', coalesce(r.orders, 0)),
            ('resutveksl_source_next_attempt_timestamp_seconds', extract(epoch FROM r.next_attempt)),
            ('resutveksl_source_given_up', coalesce(g.orders, 0)),
            ('resutveksl_source_connections', coalesce(c.connections, 0))
        ) AS f (metric, value)
        WHERE f.value IS NOT NULL
        UNION ALL
        SELECT 'resutveksl_source_lanes_total', s.source, s.acronym, t.outcome, t.lanes
        FROM sources s JOIN tallies t USING (source)
    ) AS f
$$;
COMMENT ON FUNCTION resutveksl.metrics IS
    'Every figure that Prometheus is told (docs/metrics.md): one statement, from indexes and kept counts. Names nobody. Runs as '
    'its owner, so that a role for monitoring needs EXECUTE on it and nothing else.';

-- The report ---------------------------------------------------------------------------------------------------------------

-- A moment as people write it: 24h (also m, d, w) ago, yesterday, today, 26.11.2026 07:00, 2026-11-26; in local time.
CREATE FUNCTION resutveksl.moment(words text) RETURNS timestamptz
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, DMY' AS $$
DECLARE
    span text[] := regexp_match(lower(btrim(words)), '^(\d{1,6})\s*(m|min|h|d|w)$');
    at timestamptz;
BEGIN
    IF span IS NOT NULL THEN
        at := now() - make_interval(mins => CASE WHEN span[2] LIKE 'm%' THEN span[1]::integer ELSE 0 END,
            hours => CASE span[2] WHEN 'h' THEN span[1]::integer ELSE 0 END,
            days => CASE span[2] WHEN 'd' THEN span[1]::integer ELSE 0 END,
            weeks => CASE span[2] WHEN 'w' THEN span[1]::integer ELSE 0 END);
    ELSE
        PERFORM set_config('TimeZone', (SELECT time_zone FROM resutveksl.settings), true);
        at := words::timestamptz;
    END IF;
    IF NOT isfinite(at) OR at > now() THEN
        RAISE EXCEPTION '% lies in the future', words USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN at;
END $$;
COMMENT ON FUNCTION resutveksl.moment IS
    'A moment as people write it: 24h (m, d, w) ago, yesterday, today, 26.11.2026 07:00, 2026-11-26; in local time.';

-- Reasons that people have typed are left out: a name may stand in them.
CREATE FUNCTION resutveksl.report(
    since timestamptz, OUT section text, OUT is_news boolean, OUT source integer, OUT acronym text, OUT outcome text,
    OUT reason text, OUT orders bigint, OUT items bigint, OUT at timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
    SELECT f.section, f.is_news, f.source, i.acronym, f.outcome, f.reason, f.orders, f.items, f.at
    FROM (
        SELECT 'overdue' AS section, true AS is_news, NULL::integer AS source, NULL::text AS outcome, NULL::text AS reason,
            count(*) AS orders, NULL::bigint AS items, min(due_at) AS at
        FROM resutveksl.orders WHERE state IN ('ordered', 'awaiting_retry') AND due_at < report.since
        HAVING count(*) > 0
        UNION ALL
        SELECT 'failed', t.outcome <> 'paused', t.source, t.outcome,
            (array_agg(t.reason ORDER BY t.settled_at DESC, t.order_number DESC))[1], count(*), NULL, min(t.next_attempt)
        FROM resutveksl.transfers t
        WHERE t.next_attempt IS NOT NULL AND t.outcome <> 'pending' AND t.settled_at >= report.since
        GROUP BY t.source, t.outcome
        UNION ALL
        SELECT 'given_up', true, t.source, t.fault,
            (array_agg(t.reason ORDER BY t.settled_at DESC, t.order_number DESC))[1], count(*), NULL, max(t.settled_at)
        FROM resutveksl.transfers t
        WHERE t.outcome = 'given_up' AND t.settled_at >= report.since
        GROUP BY t.source, t.fault
        UNION ALL
        SELECT 'held', count(h.order_number) > 0, NULL,
            CASE WHEN o.worker_deaths >= s.worker_deaths THEN 'workers died' ELSE 'by hand' END, NULL,
            count(h.order_number), count(*), max(h.logged_at)
        FROM resutveksl.orders o CROSS JOIN resutveksl.settings s
        LEFT JOIN (
            SELECT order_number, max(logged_at) AS logged_at FROM resutveksl.transfer_log
            WHERE logged_at >= report.since AND event = 'held' GROUP BY order_number
        ) AS h USING (order_number)
        WHERE o.state = 'held'
        GROUP BY 4
        UNION ALL
        SELECT 'closed', s.sharing_since >= report.since, s.source, s.sharing, NULL, NULL, NULL, s.sharing_since
        FROM resutveksl.sources s WHERE s.sharing IN ('reserved', 'not_open') AND s.is_active
        UNION ALL
        SELECT 'refused', true, NULL, coalesce(l.outcome, l.reason), NULL, count(DISTINCT l.order_number), NULL,
            max(l.logged_at)
        FROM resutveksl.transfer_log l
        WHERE l.logged_at >= report.since AND l.event = 'refused'
        GROUP BY 4
        UNION ALL
        SELECT 'changed', true, t.institution, c.kind, NULL, count(DISTINCT c.order_number), count(DISTINCT c.result_id),
            max(c.changed_at)
        FROM resutveksl.result_changes c
        JOIN resutveksl.external_results r USING (result_id)
        JOIN resutveksl.external_studies t USING (study_id)
        WHERE c.changed_at >= report.since
        GROUP BY t.institution, c.kind
        UNION ALL
        SELECT 'taken_over', true, NULL, NULL, NULL, sum(l.orders), count(*), max(l.logged_at)
        FROM resutveksl.transfer_log l
        WHERE l.logged_at >= report.since AND l.event = 'taken_over'
        HAVING count(*) > 0
    ) AS f
    LEFT JOIN resutveksl.institutions i ON i.institution = f.source
    ORDER BY f.section, f.source, f.outcome
$$;
COMMENT ON FUNCTION resutveksl.report IS
    'What somebody should look at since a moment, in figures: `resutveksl report`. Rows that are no news stand beside those that '
    'are. Names nobody, and runs as its owner as metrics() does.';

-- Workers show the figures; people and monitors ask for them.
DO $$
BEGIN
    IF to_regclass('resutveksl.role_rights') IS NOT NULL THEN
        INSERT INTO resutveksl.role_rights (role, object, privilege) VALUES
            ('worker', 'metrics', 'EXECUTE'), ('monitor', 'metrics', 'EXECUTE'), ('operator', 'metrics', 'EXECUTE'),
            ('operator', 'report', 'EXECUTE'), ('operator', 'moment', 'EXECUTE'),
            ('monitor', 'report', 'EXECUTE'), ('monitor', 'moment', 'EXECUTE'),
            ('monitor', 'local_minute', 'EXECUTE'), ('monitor', 'settings', 'SELECT')
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
