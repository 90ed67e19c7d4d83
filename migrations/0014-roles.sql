-- Roles, and SQL for operators: who may do what, views that answer an operator's questions, and one more way to queue again.
--
-- A migration is run by whoever owns the database, who need not be allowed to make roles: roles belong to the whole cluster.
-- So the rights stand here as rows, and `resutveksl roles install` (resutveksl.install_roles) makes the roles and grants.

-- What people do needs more than their own rights --------------------------------------------------------------------------
-- These functions run as their owner, and each does one thing to rows that its caller could not write: nobody but the owner
-- writes the log, deletes a transfer or makes a partition. `session_user` is the caller's all the same, so that the log says
-- who it was. All have a fixed search_path.

ALTER FUNCTION resutveksl.order_was_changed() SECURITY DEFINER;
ALTER FUNCTION resutveksl.orders_were_placed() SECURITY DEFINER;
ALTER FUNCTION resutveksl.prepare_transfer_log() SECURITY DEFINER;
ALTER FUNCTION resutveksl.place_order(text, text, text, text) SECURITY DEFINER;
ALTER FUNCTION resutveksl.requeue(bigint) SECURITY DEFINER;
ALTER FUNCTION resutveksl.hold(bigint, text) SECURITY DEFINER;
ALTER FUNCTION resutveksl.release(bigint) SECURITY DEFINER;
ALTER FUNCTION resutveksl.cancel(bigint) SECURITY DEFINER;
ALTER FUNCTION resutveksl.pause_source(integer, timestamptz, text) SECURITY DEFINER;
ALTER FUNCTION resutveksl.resume_source(integer) SECURITY DEFINER;
ALTER FUNCTION resutveksl.refresh_admission(text, timestamptz) SECURITY DEFINER;
ALTER FUNCTION resutveksl.schedule_refreshes(timestamptz) SECURITY DEFINER;
ALTER FUNCTION resutveksl.mark_changes_seen(text, bigint[], text) SECURITY DEFINER;
ALTER FUNCTION resutveksl.study_log_search(text, integer, text, timestamptz, timestamptz, text, integer) SECURITY DEFINER;

COMMENT ON FUNCTION resutveksl.prepare_transfer_log IS 'Makes the log''s partitions of this month and the next.';
COMMENT ON FUNCTION resutveksl.resume_source IS 'Ends the pause of a source.';
COMMENT ON FUNCTION resutveksl.is_held IS 'Whether a worker holds the claim now.';
COMMENT ON FUNCTION resutveksl.counts_text IS 'What came of an order, in words: 3 new, 1 changed.';
COMMENT ON FUNCTION resutveksl.local_day IS 'The day of a moment as FS shows it: 23.11.2026.';
COMMENT ON FUNCTION resutveksl.merger_path IS 'An institution, and what it became part of, at any depth.';
COMMENT ON FUNCTION resutveksl.refresh_moments IS 'The last moment of a weekly schedule up to a time, and the first after it.';
COMMENT ON FUNCTION resutveksl.refusal_sentence IS 'Why an order was refused (orders.refusal), in words.';

-- `ordered_by` is what the caller says: an application orders for many people. In whose session it was said is kept beside it.
ALTER TABLE resutveksl.orders ADD COLUMN placed_as text;
ALTER TABLE resutveksl.orders ALTER COLUMN placed_as SET DEFAULT session_user;
COMMENT ON COLUMN resutveksl.orders.placed_as IS
    'The database role whose session placed it, whatever ordered_by says. NULL: from before this was kept.';

-- Queueing again -----------------------------------------------------------------------------------------------------------

-- What a plain UPDATE of an order means. Workers never get here: they let go of the claim in the same statement.
CREATE OR REPLACE FUNCTION resutveksl.order_was_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    other bigint;
BEGIN
    IF OLD.state = 'fetching' THEN
        IF resutveksl.is_held(OLD.claim_token) THEN
            RAISE EXCEPTION 'order % is being fetched right now', OLD.order_number
                USING ERRCODE = 'object_in_use', HINT = 'Wait until the run has settled it, then change it.';
        END IF;
        NEW.claim_token := NULL;
    END IF;
    IF NEW.state <> 'held' THEN
        NEW.hold_reason := NULL;
    END IF;
    IF NEW.due_at IS NULL AND OLD.due_at IS NOT NULL AND NEW.state IN ('awaiting_retry', 'held') THEN
        RAISE EXCEPTION 'order % is open and needs a moment at which it is due', OLD.order_number
            USING ERRCODE = 'check_violation', HINT = 'Set due_at to a time, or state = ''cancelled'' to end it.';
    END IF;
    -- Said here, where there is an order to name; the index refuses what is done at the same moment.
    IF OLD.state IN ('completed', 'refused', 'cancelled') AND NEW.state IN ('ordered', 'awaiting_retry', 'held') THEN
        SELECT o.order_number INTO other FROM resutveksl.orders o
        WHERE o.person_id = OLD.person_id AND o.order_number <> OLD.order_number
            AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
        IF FOUND THEN
            RAISE EXCEPTION 'order % cannot be fetched again: the person has the open order %', OLD.order_number, other
                USING ERRCODE = 'unique_violation', HINT = 'That one fetches the same.';
        END IF;
    END IF;
    IF NEW.state = 'fetching' THEN
        RAISE EXCEPTION 'only a worker can begin to fetch order %', OLD.order_number
            USING ERRCODE = 'check_violation', HINT = 'Set state = ''ordered'' to have it fetched in the next run.';
    ELSIF NEW.state = 'ordered' THEN
        -- Re-queued: it starts afresh. What happened before stays in the transfer log.
        DELETE FROM resutveksl.transfers t WHERE t.order_number = OLD.order_number;
        -- Now, unless the same statement says when; a held one keeps its moment.
        IF NEW.due_at IS NOT DISTINCT FROM OLD.due_at AND OLD.state <> 'held' THEN
            NEW.due_at := now();
        END IF;
        NEW.due_at := coalesce(NEW.due_at, now());
        NEW.asks_every_source := true;
        NEW.attempts := 0;
        NEW.worker_deaths := 0;
        NEW.first_token := NULL;
        NEW.requeued_at := now();
        NEW.completed_at := NULL;
        NEW.refusal := NULL;
        NEW.new_results := 0;
        NEW.changed_results := 0;
        NEW.missing_results := 0;
        NEW.held_back := 0;
        INSERT INTO resutveksl.transfer_log (event, order_number, person_id)
        VALUES ('requeued', OLD.order_number, OLD.person_id);
        PERFORM pg_notify('resutveksl_orders', '');
    ELSIF NEW.state = 'cancelled' THEN
        NEW.due_at := NULL;
        NEW.refusal := NULL;
        INSERT INTO resutveksl.transfer_log (event, order_number, person_id)
        VALUES ('cancelled', OLD.order_number, OLD.person_id);
    ELSIF NEW.state = 'held' AND OLD.state IN ('ordered', 'awaiting_retry', 'held') THEN
        NEW.hold_reason := coalesce(NEW.hold_reason, 'held by hand');
        IF OLD.state <> 'held' THEN
            INSERT INTO resutveksl.transfer_log (event, order_number, person_id, reason)
            VALUES ('held', OLD.order_number, OLD.person_id, NEW.hold_reason);
        END IF;
    ELSIF NEW.state = 'awaiting_retry' AND OLD.state = 'held' AND NOT OLD.asks_every_source THEN
        -- Released: what had been settled stays settled.
        NEW.worker_deaths := 0;
        INSERT INTO resutveksl.transfer_log (event, order_number, person_id)
        VALUES ('released', OLD.order_number, OLD.person_id);
        PERFORM pg_notify('resutveksl_orders', '');
    ELSIF NEW.state = 'awaiting_retry' AND OLD.state = 'awaiting_retry' THEN
        -- Only the time was moved: the failed sources are asked then, and no others.
        UPDATE resutveksl.transfers t SET next_attempt = NEW.due_at
        WHERE t.order_number = OLD.order_number AND t.next_attempt IS NOT NULL;
        PERFORM pg_notify('resutveksl_orders', '');
    ELSIF NEW.state = 'awaiting_retry' AND OLD.state = 'completed' AND EXISTS (SELECT FROM resutveksl.transfers t
        WHERE t.order_number = OLD.order_number AND t.next_attempt IS NOT NULL)
    THEN
        -- requeue_source has given a source that had been given up another attempt.
        NEW.completed_at := NULL;
        NEW.requeued_at := now();
        INSERT INTO resutveksl.transfer_log (event, order_number, person_id)
        VALUES ('requeued', OLD.order_number, OLD.person_id);
        PERFORM pg_notify('resutveksl_orders', '');
    ELSIF NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'order % cannot be set from % to % by hand', OLD.order_number, OLD.state, NEW.state
            USING ERRCODE = 'check_violation',
                HINT = 'Set state = ''ordered'' to have it fetched again, ''held'' to keep workers off it, or ''cancelled'' to end it.';
    END IF;
    RETURN NEW;
END $$;

-- What one source missed, and nothing else: what the others answered stays, and so do their own next attempts.
CREATE FUNCTION resutveksl.requeue_source(
    source integer, since timestamptz DEFAULT '-infinity',
    OUT requeued integer, OUT in_work integer, OUT held integer, OUT has_other_order integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked CONSTANT resutveksl.sources := (SELECT s FROM resutveksl.sources s
        WHERE s.source = resutveksl.source_for(requeue_source.source));
    found bigint[];
    waiting bigint[];
    over bigint[];
    other_orders bigint[];
    other_sources integer[];
    other_moments timestamptz[];
BEGIN
    IF asked.source IS NULL THEN
        RAISE EXCEPTION 'no source has the number %', source
            USING ERRCODE = 'no_data_found', HINT = 'List them: SELECT source, acronym FROM resutveksl.source_health.';
    ELSIF NOT asked.is_active OR asked.paused_until > now() THEN
        RAISE EXCEPTION 'source % is not asked: it is %', asked.source,
                CASE WHEN asked.is_active THEN 'paused' ELSE 'not active' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('Let it be asked first: SELECT resutveksl.resume_source(%s).', asked.source);
    END IF;
    found := ARRAY(
        SELECT t.order_number FROM resutveksl.transfers t
        WHERE t.source = asked.source AND t.next_attempt IS NOT NULL AND t.outcome <> 'pending' AND t.settled_at >= since
        UNION ALL
        SELECT t.order_number FROM resutveksl.transfers t
        WHERE t.source = asked.source AND t.outcome = 'given_up' AND t.settled_at >= since);
    -- Persons before orders, and each in order of number, as everybody else locks them.
    PERFORM FROM resutveksl.persons p
    WHERE p.person_id IN (SELECT o.person_id FROM resutveksl.orders o
        WHERE o.order_number = ANY (found) AND o.state = 'completed')
    ORDER BY p.person_id FOR NO KEY UPDATE;
    SELECT array_agg(l.order_number) FILTER (WHERE l.state = 'awaiting_retry'),
        array_agg(l.order_number) FILTER (WHERE l.state = 'completed' AND l.other IS NULL),
        count(*) FILTER (WHERE l.state = 'held'), count(*) FILTER (WHERE l.state = 'completed' AND l.other IS NOT NULL)
    INTO waiting, over, held, has_other_order
    FROM (
        SELECT o.order_number, o.state, (SELECT p.order_number FROM resutveksl.orders p
            WHERE p.person_id = o.person_id AND p.order_number <> o.order_number
                AND p.state IN ('ordered', 'fetching', 'awaiting_retry', 'held')) AS other
        FROM resutveksl.orders o
        WHERE o.order_number = ANY (found) AND o.state IN ('awaiting_retry', 'completed', 'held')
        ORDER BY o.order_number FOR NO KEY UPDATE OF o SKIP LOCKED
    ) AS l;
    -- Of one person's completed orders the newest is enough.
    over := ARRAY(SELECT max(o.order_number) FROM resutveksl.orders o WHERE o.order_number = ANY (over) GROUP BY o.person_id);
    SELECT count(*) INTO in_work FROM resutveksl.orders o
    WHERE o.order_number = ANY (found) AND o.state = 'fetching';

    SELECT array_agg(t.order_number), array_agg(t.source), array_agg(t.next_attempt)
    INTO other_orders, other_sources, other_moments
    FROM resutveksl.transfers t
    WHERE t.order_number = ANY (waiting) AND t.source <> asked.source AND t.next_attempt IS NOT NULL;
    UPDATE resutveksl.transfers t SET next_attempt = now()
    WHERE t.source = asked.source AND t.order_number = ANY (waiting) AND t.next_attempt IS NOT NULL;
    -- Given up no more: it starts afresh, also with its days.
    UPDATE resutveksl.transfers t SET outcome = 'pending', next_attempt = now(), attempts = 0, attempt_days = 0,
        outage_days = 0, counted_on = NULL, retry_time = NULL, first_failed_at = NULL, attempt_tokens = NULL, reason = NULL,
        sqlstate = NULL, fault = NULL, phase = NULL, errno = NULL
    WHERE t.source = asked.source AND t.order_number = ANY (waiting || over) AND t.outcome = 'given_up';
    UPDATE resutveksl.orders o SET due_at = now() WHERE o.order_number = ANY (waiting);
    UPDATE resutveksl.transfers t SET next_attempt = m.next_attempt
    FROM unnest(other_orders, other_sources, other_moments) AS m (order_number, source, next_attempt)
    WHERE t.order_number = m.order_number AND t.source = m.source;
    UPDATE resutveksl.orders o SET state = 'awaiting_retry', due_at = now() WHERE o.order_number = ANY (over);
    requeued := coalesce(cardinality(waiting), 0) + coalesce(cardinality(over), 0);
    IF requeued > 0 THEN
        INSERT INTO resutveksl.transfer_log (event, source, orders, reason)
        VALUES ('requeued', asked.source, requeue_source.requeued, 'what this source missed');
        PERFORM pg_notify('resutveksl_orders', '');
    END IF;
END $$;
COMMENT ON FUNCTION resutveksl.requeue_source IS
    'Has everything fetched in the next run that a source missed (since a moment): that source only. Also what was given up '
    'there. Answers with how many orders, and how many were left: in the hands of a worker, held, or replaced by another order.';

-- Views that answer questions ----------------------------------------------------------------------------------------------
-- Persons are masked: six digits and five stars. None of these views has a result in it.

-- Only what failed is in it: imports and settling, which write most rows, never touch it.
CREATE INDEX transfers_failed ON resutveksl.transfers (settled_at)
    WHERE outcome IN ('unreachable', 'denied', 'timed_out', 'failed', 'invalid', 'given_up');
CREATE INDEX orders_held ON resutveksl.orders (order_number) WHERE state = 'held';

CREATE VIEW resutveksl.order_list AS
SELECT o.order_number, left(p.person_number, 6) || ' *****' AS person, o.purpose, o.reference, o.ordered_by, o.placed_as,
    o.ordered_at, o.state, o.refusal, o.hold_reason, o.cancel_reason, o.due_at, o.completed_at, o.attempts, o.new_results,
    o.changed_results, o.missing_results, o.held_back
FROM resutveksl.orders o JOIN resutveksl.persons p USING (person_id);
COMMENT ON VIEW resutveksl.order_list IS 'Orders with their persons masked.';

CREATE VIEW resutveksl.failed_transfers AS
SELECT t.order_number, left(p.person_number, 6) || ' *****' AS person, t.source, i.acronym, t.outcome, t.fault, t.reason,
    t.sqlstate, t.errno, t.attempts, t.first_failed_at, t.settled_at AS failed_at, t.next_attempt, o.state AS order_state,
    o.ordered_by, o.reference
FROM resutveksl.transfers t
JOIN resutveksl.orders o USING (order_number)
JOIN resutveksl.persons p USING (person_id)
JOIN resutveksl.institutions i ON i.institution = t.source
WHERE t.outcome IN ('unreachable', 'denied', 'timed_out', 'failed', 'invalid', 'given_up');
COMMENT ON VIEW resutveksl.failed_transfers IS
    'Every order at every source that could not be asked or sent bad data when it was last tried: why, since when, and when next '
    '(never, when it was given up).';

CREATE VIEW resutveksl.reservations AS
SELECT s.source, i.acronym, i.name, s.sharing, s.sharing_since, l.logged_at AS last_said_at, l.orders AS last_orders, s.contact
FROM resutveksl.sources s
JOIN resutveksl.institutions i ON i.institution = s.source
LEFT JOIN LATERAL (
    SELECT g.logged_at, g.orders FROM resutveksl.transfer_log g
    WHERE g.source = s.source AND g.event = 'source_closed' ORDER BY g.logged_at DESC LIMIT 1
) AS l ON true
WHERE s.sharing IN ('reserved', 'not_open');
COMMENT ON VIEW resutveksl.reservations IS
    'Sources that said, when they were last asked, that they share nothing: reserved (RESERVER = J) or not open. Since when, as '
    'far as it was seen from here; when it was last said, and to how many orders. Every time stands in transfer_log: source_closed.';

-- Lanes of the newest claims: a night of batches, or the last 2,000 orders of a resident worker. It is bounded, so that it
-- costs the same after a year.
CREATE VIEW resutveksl.source_figures AS
WITH recent AS MATERIALIZED (
    SELECT token, claimed_at FROM resutveksl.claims ORDER BY token DESC LIMIT 2000
), lanes AS MATERIALIZED (
    SELECT l.source,
        max(coalesce(l.ended_at, l.started_at)) FILTER (WHERE l.outcome IN ('done', 'reserved', 'not_open')
            OR coalesce(l.outcome, 'interrupted') = 'interrupted' AND l.asked > 0) AS answered_at,
        max(l.ended_at) FILTER (WHERE l.outcome IN ('unreachable', 'denied', 'timed_out', 'failed', 'invalid')) AS failed_at,
        count(*) FILTER (WHERE r.claimed_at > now() - interval '24 hours') AS lanes,
        count(*) FILTER (WHERE r.claimed_at > now() - interval '24 hours'
            AND l.outcome IN ('unreachable', 'denied', 'timed_out', 'failed', 'invalid')) AS failed_lanes,
        coalesce(sum(l.asked) FILTER (WHERE r.claimed_at > now() - interval '24 hours'), 0) AS asked,
        coalesce(sum(l.found) FILTER (WHERE r.claimed_at > now() - interval '24 hours'), 0) AS found,
        coalesce(sum(l.result_rows) FILTER (WHERE r.claimed_at > now() - interval '24 hours'), 0) AS result_rows
    FROM recent r JOIN resutveksl.run_sources l USING (token)
    GROUP BY l.source
), waiting AS MATERIALIZED (
    SELECT t.source, count(*) AS transfers, min(t.next_attempt) AS next_attempt, min(t.first_failed_at) AS failing_since
    FROM resutveksl.transfers t WHERE t.next_attempt IS NOT NULL GROUP BY t.source
)
SELECT s.source, i.acronym,
    CASE WHEN NOT s.is_active THEN 'inactive' WHEN s.paused_until > now() THEN 'paused' ELSE 'active' END AS state, s.sharing,
    l.answered_at, l.failed_at, coalesce(l.failed_at > coalesce(l.answered_at, '-infinity'), false) AS is_failing,
    coalesce(l.lanes, 0) AS lanes_24h, coalesce(l.failed_lanes, 0) AS failed_lanes_24h, coalesce(l.asked, 0) AS asked_24h,
    coalesce(l.found, 0) AS found_24h, coalesce(l.result_rows, 0) AS result_rows_24h,
    coalesce(w.transfers, 0) AS waiting, w.failing_since, w.next_attempt
FROM resutveksl.sources s
JOIN resutveksl.institutions i ON i.institution = s.source
LEFT JOIN lanes l USING (source)
LEFT JOIN waiting w USING (source);
COMMENT ON VIEW resutveksl.source_figures IS
    'A row for each source, in figures: when it last answered and last failed, what was asked in 24 hours, and how many '
    'transfers wait for their next attempt there. Of the newest 2,000 claims.';

CREATE VIEW resutveksl.source_health AS
SELECT f.source, f.acronym, f.state, f.sharing, f.is_failing, f.answered_at, f.failed_at, l.outcome, l.fault, l.reason, f.waiting,
    f.failing_since, f.next_attempt, s.paused_until, s.pause_reason, f.lanes_24h, f.failed_lanes_24h, f.asked_24h, f.found_24h,
    f.result_rows_24h, s.contact
FROM resutveksl.source_figures f
JOIN resutveksl.sources s USING (source)
LEFT JOIN LATERAL (
    SELECT g.outcome, g.fault, g.reason FROM resutveksl.run_sources g
    WHERE f.is_failing AND g.source = f.source AND g.ended_at = f.failed_at AND g.outcome <> 'done' ORDER BY g.token DESC LIMIT 1
) AS l ON true;
COMMENT ON VIEW resutveksl.source_health IS
    'A row for each source: active or paused, sharing or not, whether its last answer was a failure and which, and what waits for it.';

CREATE VIEW resutveksl.due_now AS
SELECT o.order_number, left(p.person_number, 6) || ' *****' AS person, o.state, o.due_at, now() - o.due_at AS overdue, o.ordered_by,
    o.ordered_at, o.attempts, o.worker_deaths, o.asks_every_source,
    CASE WHEN NOT o.asks_every_source THEN ARRAY(SELECT t.source FROM resutveksl.transfers t
        WHERE t.order_number = o.order_number AND t.next_attempt IS NOT NULL ORDER BY t.source) END AS sources
FROM resutveksl.orders o
JOIN resutveksl.persons p USING (person_id)
WHERE o.state IN ('ordered', 'awaiting_retry') AND o.due_at <= now() + (SELECT due_horizon FROM resutveksl.settings);
COMMENT ON VIEW resutveksl.due_now IS
    'What a run that starts now would take: orders that are due within settings.due_horizon. sources: those to be asked again; '
    'NULL: every one.';

CREATE VIEW resutveksl.workers AS
SELECT r.run_id, r.worker, r.started_at, c.claims, c.orders, c.claimed_at AS last_claim_at, c.lease_until,
    CASE WHEN c.lease_until > now() THEN 'at work' WHEN c.claims > 0 THEN 'silent'
        WHEN r.started_at > now() - interval '2 hours' THEN 'waiting or ended without a word' ELSE 'ended without a word' END AS state
FROM resutveksl.runs r
CROSS JOIN LATERAL (
    SELECT count(*) AS claims, coalesce(sum(k.orders), 0) AS orders, max(k.claimed_at) AS claimed_at,
        max(k.lease_until) AS lease_until
    FROM resutveksl.claims k WHERE k.run_id = r.run_id AND k.ended_at IS NULL
) AS c
WHERE r.ended_at IS NULL AND (r.started_at > now() - interval '8 days' OR c.claims > 0);
COMMENT ON VIEW resutveksl.workers IS
    'Runs that have not ended: at work (its claims'' leases hold), silent (they have run out: it died, or is cut off), or without '
    'anything in work, which is a resident worker that waits or one that was killed. pg_stat_activity tells the two apart.';

CREATE VIEW resutveksl.order_figures AS
SELECT s.state, count(o.order_number) AS orders,
    count(o.order_number) FILTER (WHERE o.due_at <= now() AND o.state IN ('ordered', 'awaiting_retry')) AS due,
    min(o.due_at) AS earliest_due
FROM unnest(ARRAY['ordered', 'fetching', 'awaiting_retry', 'held']) AS s (state)
LEFT JOIN resutveksl.orders o ON o.state = s.state AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held')
GROUP BY s.state;
COMMENT ON VIEW resutveksl.order_figures IS 'How many orders are open, by state, and how many of them are due.';

CREATE VIEW resutveksl.stuck AS
WITH last_run AS MATERIALIZED (
    SELECT max(started_at) AS started_at FROM (SELECT started_at FROM resutveksl.runs ORDER BY run_id DESC LIMIT 1) AS r
), found AS (
    SELECT o.order_number, o.person_id, o.state, NULL::timestamptz AS since, o.hold_reason AS why,
        format('SELECT resutveksl.release(%s);', o.order_number) AS todo
    FROM resutveksl.orders o WHERE o.state = 'held'
    UNION ALL
    SELECT o.order_number, o.person_id, o.state, c.lease_until, 'its worker has not been heard of since',
        'Nothing: the next run, or a resident worker, takes it over.'
    FROM resutveksl.claims c JOIN resutveksl.orders o ON o.claim_token = c.token
    WHERE c.ended_at IS NULL AND c.lease_until <= now()
    UNION ALL
    SELECT o.order_number, o.person_id, o.state, o.due_at,
        CASE WHEN r.started_at IS NULL THEN 'no run has ever started'
            WHEN r.started_at < o.due_at THEN 'no run has started since it became due'
            ELSE 'runs have started since it became due and have not taken it' END,
        CASE WHEN r.started_at >= o.due_at THEN 'Look at the worker''s log: journalctl -u resutveksl.'
            ELSE 'Look at the timer: systemctl list-timers ''resutveksl*''.' END
    FROM resutveksl.orders o CROSS JOIN last_run r
    WHERE o.state IN ('ordered', 'awaiting_retry') AND o.due_at < now() - interval '25 hours'
)
SELECT f.order_number, left(p.person_number, 6) || ' *****' AS person, f.state,
    coalesce(f.since, (SELECT max(g.logged_at) FROM resutveksl.transfer_log g
        WHERE g.order_number = f.order_number AND g.event = 'held')) AS since, f.why, f.todo
FROM found f JOIN resutveksl.persons p USING (person_id);
COMMENT ON VIEW resutveksl.stuck IS
    'Open orders that do not go on by themselves, or should have by now: held; left behind by a worker that died; due for more '
    'than 25 hours, so that a nightly run has missed them. With what to do.';

-- Questions about one order or one person, for those who may not read the tables behind them -------------------------------

CREATE FUNCTION resutveksl.explain_order(order_number bigint) RETURNS SETOF resutveksl.order_explanations
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.* FROM resutveksl.order_explanations e WHERE e.order_number = explain_order.order_number
$$;
COMMENT ON FUNCTION resutveksl.explain_order IS
    'What happened with an order at every source, and what to do, in sentences: order_explanations for one order.';

CREATE FUNCTION resutveksl.orders_of(person_number text)
RETURNS TABLE (order_number bigint, purpose text, reference text, ordered_by text, placed_as text, ordered_at timestamptz,
    state text, completed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.order_number, o.purpose, o.reference, o.ordered_by, o.placed_as, o.ordered_at, o.state, o.completed_at
    FROM resutveksl.orders o WHERE o.person_id = resutveksl.known_person(orders_of.person_number)
    ORDER BY o.order_number
$$;
COMMENT ON FUNCTION resutveksl.orders_of IS 'Who ordered for a person, when and why; also by an earlier number of the person.';

-- Rows of one's own in Person eksternstudium; what was fetched is refused by the trigger that watches over it.
CREATE FUNCTION resutveksl.delete_result(result_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM resutveksl.external_results r WHERE r.result_id = delete_result.result_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no result %', result_id USING ERRCODE = 'no_data_found';
    END IF;
END $$;
COMMENT ON FUNCTION resutveksl.delete_result IS 'Deletes a result that was entered by hand.';

-- Roles --------------------------------------------------------------------------------------------------------------------

CREATE TABLE resutveksl.roles (
    role text PRIMARY KEY,
    name name UNIQUE,
    may text NOT NULL
);
COMMENT ON TABLE resutveksl.roles IS
    'The kinds of users, and the group role of each in this cluster, of which people''s login roles are members.';
COMMENT ON COLUMN resutveksl.roles.name IS
    'NULL until install_roles is called in this database: a role of that name may belong to another database of the cluster.';
INSERT INTO resutveksl.roles (role, may) VALUES
    ('worker', 'does the work of `run` and `watch`'),
    ('orderer', 'places orders, and sees what became of them'),
    ('case_worker', 'reads Person eksternstudium, marks changes as seen, enters rows by hand'),
    ('operator', 're-queues, holds, releases, cancels, pauses, reads logs and outcomes; no results'),
    ('monitor', 'reads figures');

CREATE TABLE resutveksl.role_rights (
    role text NOT NULL REFERENCES resutveksl.roles,
    object text NOT NULL,
    privilege text NOT NULL CHECK (privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE', 'EXECUTE')),
    columns text[],
    PRIMARY KEY (role, object, privilege)
);
COMMENT ON TABLE resutveksl.role_rights IS
    'What each role may do: tables, views, sequences and functions of this schema by name. What has no row here, no role may. '
    'A migration that brings an object brings its rows; grant_roles grants them.';
COMMENT ON COLUMN resutveksl.role_rights.columns IS 'Only these columns; NULL: all of them.';

INSERT INTO resutveksl.role_rights (role, object, privilege, columns)
SELECT role, object, privilege, c.columns
FROM (VALUES
    -- Everybody: whether the schema is current, and what institutions are called.
    ('worker orderer case_worker operator monitor', 'SELECT', 'applied_migrations institutions', NULL::text),
    ('worker orderer case_worker operator', 'SELECT', 'settings', NULL),
    ('worker orderer case_worker operator', 'EXECUTE', 'local_minute local_day local_date', NULL),

    -- The worker. It asks by person numbers and writes results; logs it can only add to.
    ('worker', 'SELECT', 'sources source_institutions maintenance_windows person_number_changes orders transfers claims '
        'run_sources runs order_claims transfer_log external_studies external_results person_sources open_imports', NULL),
    ('worker', 'SELECT', 'persons', 'person_id person_number'),
    ('worker', 'SELECT', 'acceptances', 'person_id answer answered_on'),
    ('worker', 'INSERT', 'claims run_sources runs order_claims transfers open_imports external_studies external_results '
        'result_changes study_log person_sources', NULL),
    ('worker', 'INSERT', 'transfer_log', 'event run_id token order_number person_id source outcome reason sqlstate orders '
        'next_attempt fault phase errno basis'),
    ('worker', 'UPDATE', 'claims', 'lease_until ended_at'),
    ('worker', 'UPDATE', 'run_sources transfers person_sources', NULL),
    ('worker', 'UPDATE', 'runs', 'ended_at orders result_rows'),
    ('worker', 'UPDATE', 'sources', 'sharing sharing_since'),
    ('worker', 'UPDATE', 'orders', 'state due_at attempts claim_token first_token consented_on refusal completed_at '
        'asks_every_source worker_deaths hold_reason new_results changed_results missing_results held_back'),
    ('worker', 'UPDATE', 'external_results', 'category code version name_bokmal name_nynorsk name_english thesis_title '
        'thesis_title_english description_bokmal description_nynorsk description_english term_year term credits grading_rule '
        'grade_value grade obtained_on part_of needs_control missing_since fetched_at'),
    ('worker', 'DELETE', 'person_sources open_imports', NULL),
    ('worker', 'USAGE', 'claim_tokens external_results_result_id_seq', NULL),
    ('worker', 'EXECUTE', 'prepare_transfer_log next_attempt maintenance_until note_worker_death schedule_refreshes change_text',
        NULL),

    -- Whoever looks at orders.
    ('orderer case_worker operator', 'SELECT', 'order_list order_sources order_results passed_over_orders admission_states', NULL),
    ('orderer case_worker operator', 'EXECUTE', 'explain_order orders_of counts_text refusal_sentence refresh_moments', NULL),
    ('orderer', 'EXECUTE', 'place_order', NULL),

    -- The case worker reads results, and writes rows of their own.
    ('case_worker', 'SELECT', 'persons person_number_changes external_studies external_results results_tab result_changes '
        'unseen_changes', NULL),
    ('case_worker', 'INSERT', 'external_studies', 'person_id institution'),
    ('case_worker', 'INSERT', 'external_results', 'study_id category code version name_bokmal name_nynorsk name_english '
        'thesis_title thesis_title_english description_bokmal description_nynorsk description_english term_year term credits '
        'grading_rule grade_value grade obtained_on part_of'),
    ('case_worker', 'UPDATE', 'external_results', 'category code version name_bokmal name_nynorsk name_english thesis_title '
        'thesis_title_english description_bokmal description_nynorsk description_english term_year term credits grading_rule '
        'grade_value grade obtained_on part_of'),
    ('case_worker', 'EXECUTE', 'mark_changes_seen study_log_search delete_result person_of known_person change_text', NULL),

    -- The operator sees orders, sources, outcomes and logs, and no result.
    ('operator', 'SELECT', 'orders transfers transfer_log runs run_sources claims order_claims questions_asked sources '
        'source_institutions institution_register maintenance_windows failed_transfers reservations source_health due_now stuck',
        NULL),
    ('operator', 'UPDATE', 'orders', 'state due_at hold_reason'),
    ('operator', 'INSERT', 'maintenance_windows', 'source weekday starts_at ends_at'),
    ('operator', 'DELETE', 'maintenance_windows', NULL),
    ('operator', 'EXECUTE', 'requeue requeue_source hold release cancel pause_source resume_source refresh_admission '
        'maintenance_until source_for successor merger_path', NULL),

    -- Figures.
    ('operator monitor', 'SELECT', 'source_figures order_figures workers', NULL)
) AS g (roles, privilege, objects, columns)
CROSS JOIN LATERAL unnest(string_to_array(g.roles, ' ')) AS role
CROSS JOIN LATERAL unnest(string_to_array(g.objects, ' ')) AS object
CROSS JOIN LATERAL (SELECT string_to_array(g.columns, ' ') AS columns) AS c;

-- What is to be, beside what is: of the five roles, and of PUBLIC, which may nothing here.
CREATE VIEW resutveksl.role_grants AS
WITH grantee AS (
    SELECT r.role, g.oid FROM resutveksl.roles r JOIN pg_roles g ON g.rolname = r.name
    UNION ALL SELECT 'PUBLIC', 0
), relation AS (
    SELECT c.oid, c.relname AS object, c.relacl FROM pg_class c
    WHERE c.relnamespace = 'resutveksl'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
), wanted AS (
    SELECT r.role, CASE WHEN privilege = 'EXECUTE' THEN coalesce(p.oid::regprocedure::text, object || '()')
            ELSE 'resutveksl.' || object END AS object,
        privilege, col
    FROM resutveksl.role_rights r
    JOIN grantee USING (role)
    LEFT JOIN pg_proc p ON r.privilege = 'EXECUTE' AND p.proname = r.object AND p.pronamespace = 'resutveksl'::regnamespace
    LEFT JOIN LATERAL unnest(r.columns) AS col ON true
    UNION ALL
    SELECT r.role, 'schema resutveksl', 'USAGE', NULL FROM resutveksl.roles r JOIN grantee USING (role)
), granted AS (
    SELECT g.role, 'resutveksl.' || r.object AS object, a.privilege_type AS privilege, NULL AS col
    FROM relation r CROSS JOIN LATERAL aclexplode(r.relacl) AS a JOIN grantee g ON g.oid = a.grantee
    UNION ALL
    SELECT g.role, 'resutveksl.' || r.object, a.privilege_type, t.attname::text
    FROM relation r JOIN pg_attribute t ON t.attrelid = r.oid AND t.attacl IS NOT NULL AND NOT t.attisdropped
    CROSS JOIN LATERAL aclexplode(t.attacl) AS a JOIN grantee g ON g.oid = a.grantee
    UNION ALL
    SELECT g.role, p.oid::regprocedure::text, a.privilege_type, NULL
    FROM pg_proc p CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
    JOIN grantee g ON g.oid = a.grantee
    WHERE p.pronamespace = 'resutveksl'::regnamespace
    UNION ALL
    SELECT g.role, 'schema resutveksl', a.privilege_type, NULL
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a JOIN grantee g ON g.oid = a.grantee
    WHERE n.nspname = 'resutveksl'
)
SELECT coalesce(w.role, g.role) AS role, coalesce(w.object, g.object) AS object,
    coalesce(w.privilege, g.privilege) AS privilege, coalesce(w.col, g.col) AS column_name,
    w.role IS NOT NULL AS is_wanted, g.role IS NOT NULL AS is_granted
FROM wanted w
FULL JOIN granted g ON g.role = w.role AND g.object = w.object AND g.privilege = w.privilege
    AND coalesce(g.col, '') = coalesce(w.col, '');
COMMENT ON VIEW resutveksl.role_grants IS
    'Each right of the five roles, wanted (role_rights) or granted or both; and what PUBLIC may in this schema: nothing is wanted.';

CREATE FUNCTION resutveksl.grant_roles() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    this record;
BEGIN
    -- Two at once would write the same rows of the catalogue.
    PERFORM pg_advisory_xact_lock(hashtext('resutveksl.role_rights'));
    FOR this IN
        SELECT g.object, g.privilege, g.role, r.name, g.column_name
        FROM resutveksl.role_grants g LEFT JOIN resutveksl.roles r USING (role)
        WHERE g.is_granted AND NOT g.is_wanted
    LOOP
        EXECUTE format('REVOKE %s%s ON %s %s FROM %s', this.privilege, ' (' || quote_ident(this.column_name) || ')',
            CASE WHEN this.object LIKE 'schema %' THEN '' WHEN this.object LIKE '%(%' THEN 'FUNCTION'
                WHEN this.privilege = 'USAGE' THEN 'SEQUENCE' ELSE 'TABLE' END,
            this.object, coalesce(quote_ident(this.name), 'PUBLIC'));
    END LOOP;
    FOR this IN
        SELECT g.object, g.privilege, r.name,
            ' (' || string_agg(quote_ident(g.column_name), ', ') || ')' AS columns
        FROM resutveksl.role_grants g JOIN resutveksl.roles r USING (role)
        WHERE g.is_wanted AND NOT g.is_granted
        GROUP BY g.object, g.privilege, r.name
    LOOP
        EXECUTE format('GRANT %s%s ON %s %s TO %I', this.privilege, this.columns,
            CASE WHEN this.object LIKE 'schema %' THEN '' WHEN this.object LIKE '%(%' THEN 'FUNCTION'
                WHEN this.privilege = 'USAGE' THEN 'SEQUENCE' ELSE 'TABLE' END, this.object, this.name);
    END LOOP;
END $$;
COMMENT ON FUNCTION resutveksl.grant_roles IS
    'Gives the roles that exist what role_rights says, and takes away what it does not say. For the owner; does nothing twice.';

CREATE FUNCTION resutveksl.install_roles(prefix text DEFAULT NULL) RETURNS SETOF name
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing name[];
    made name;
BEGIN
    IF prefix !~ '^[a-z_][a-z0-9_]{0,39}$' OR prefix LIKE 'pg\_%' THEN
        RAISE EXCEPTION 'role names begin with small letters, digits and underscores, not with %', quote_literal(prefix)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For example resutveksl_203.';
    END IF;
    IF EXISTS (SELECT FROM resutveksl.roles r WHERE r.name <> prefix || '_' || r.role) THEN
        RAISE EXCEPTION 'the roles of this database have other names already: %',
                (SELECT string_agg(r.name, ', ' ORDER BY r.name) FROM resutveksl.roles r)
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Rename them (ALTER ROLE ... RENAME TO ..., and resutveksl.roles.name), or leave out --prefix.';
    END IF;
    UPDATE resutveksl.roles r SET name = coalesce(prefix, 'resutveksl') || '_' || r.role WHERE r.name IS NULL;
    missing := ARRAY(SELECT r.name FROM resutveksl.roles r
        WHERE NOT EXISTS (SELECT FROM pg_roles g WHERE g.rolname = r.name) ORDER BY r.name);
    IF cardinality(missing) > 0 AND NOT (SELECT g.rolsuper OR g.rolcreaterole FROM pg_roles g WHERE g.rolname = current_user)
    THEN
        RAISE EXCEPTION 'these roles do not exist in the cluster, and % may not make them: %', current_user,
                array_to_string(missing, ', ')
            USING ERRCODE = 'insufficient_privilege', HINT = format('An administrator runs: %s Then again: resutveksl roles install.',
                (SELECT string_agg(format('CREATE ROLE %I NOLOGIN;', m), ' ') FROM unnest(missing) AS m));
    END IF;
    FOREACH made IN ARRAY missing LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', made);
            RETURN NEXT made;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    PERFORM resutveksl.grant_roles();
END $$;
COMMENT ON FUNCTION resutveksl.install_roles IS
    'Makes the five group roles where the cluster has none, and grants. With a prefix they are called after it, because roles '
    'belong to the cluster: databases of several institutions in one cluster need roles of their own. Answers with those it made.';

CREATE FUNCTION resutveksl.role_faults() RETURNS TABLE (role text, fault text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NULL, 'the roles are not installed in this database: resutveksl roles install'
    WHERE NOT EXISTS (SELECT FROM resutveksl.roles WHERE name IS NOT NULL)
    UNION ALL
    SELECT r.role, f.fault
    FROM resutveksl.roles r
    LEFT JOIN pg_roles g ON g.rolname = r.name
    CROSS JOIN LATERAL (
        SELECT format('role %s does not exist', r.name) AS fault WHERE r.name IS NOT NULL AND g.oid IS NULL
        UNION ALL
        SELECT format('role %s is a %s', r.name, word) FROM unnest(ARRAY[
            CASE WHEN g.rolsuper THEN 'superuser' END, CASE WHEN g.rolbypassrls THEN 'role that passes by row security' END,
            CASE WHEN g.rolcreaterole THEN 'role that makes roles' END, CASE WHEN g.rolcreatedb THEN 'role that makes databases' END,
            CASE WHEN g.rolreplication THEN 'replication role' END, CASE WHEN g.rolcanlogin THEN 'login role' END]) AS word
        WHERE word IS NOT NULL
        UNION ALL
        SELECT format('role %s is a member of %s, and so may what that may', r.name, m.roleid::regrole)
        FROM pg_auth_members m WHERE m.member = g.oid
        UNION ALL
        SELECT format('role %s may not make temporary tables in this database', r.name)
        WHERE r.role = 'worker' AND NOT has_database_privilege(g.oid, current_database(), 'TEMPORARY')
        UNION ALL
        SELECT format('login role %s is a %s', l.rolname, CASE WHEN l.rolsuper THEN 'superuser' ELSE 'role that passes by row security' END)
        FROM pg_auth_members m JOIN pg_roles l ON l.oid = m.member
        WHERE m.roleid = g.oid AND (l.rolsuper OR l.rolbypassrls)
    ) AS f
    UNION ALL
    SELECT g.role, format('%s %s on %s%s', CASE WHEN g.is_wanted THEN 'lacks' ELSE 'has been granted' END, g.privilege, g.object,
        ' (' || g.column_name || ')')
    FROM resutveksl.role_grants g WHERE g.is_wanted <> g.is_granted
    ORDER BY 1, 2
$$;
COMMENT ON FUNCTION resutveksl.role_faults IS 'What is not as it should be with the roles in this database; nothing when all is well.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
