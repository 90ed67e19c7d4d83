-- What goes wrong: kinds of faults, days that count and days that do not, maintenance windows, orders that kill workers.

ALTER TABLE resutveksl.settings
    ADD COLUMN outage_days integer NOT NULL DEFAULT 90 CHECK (outage_days BETWEEN 1 AND 3660),
    ADD COLUMN worker_deaths integer NOT NULL DEFAULT 6 CHECK (worker_deaths BETWEEN 4 AND 100);
COMMENT ON COLUMN resutveksl.settings.attempt_days IS
    'Days with an attempt that failed because of the person''s own data until the transfer is given up.';
COMMENT ON COLUMN resutveksl.settings.outage_days IS
    'Days with an attempt at which the source as a whole could not be asked until the transfer is given up. Days on which '
    'it is paused or in its maintenance window count for nothing.';
COMMENT ON COLUMN resutveksl.settings.worker_deaths IS
    'So often may an order be in work when its worker dies; then it is held. From the third time on it is fetched alone.';

ALTER TABLE resutveksl.sources
    ADD COLUMN max_connections integer NOT NULL DEFAULT 4 CHECK (max_connections BETWEEN 1 AND 100),
    ADD COLUMN answer_limit integer NOT NULL DEFAULT 33554432 CHECK (answer_limit BETWEEN 65536 AND 1073741824);
COMMENT ON COLUMN resutveksl.sources.max_connections IS 'Connections that all workers together open to it; a worker needs one.';
COMMENT ON COLUMN resutveksl.sources.answer_limit IS 'Bytes of one answer; a larger one is asked for again in halves.';

-- Maintenance windows ------------------------------------------------------------------------------------------------

CREATE TABLE resutveksl.maintenance_windows (
    source integer NOT NULL REFERENCES resutveksl.sources ON DELETE CASCADE,
    weekday integer CHECK (weekday BETWEEN 1 AND 7),
    starts_at time NOT NULL,
    ends_at time NOT NULL CHECK (ends_at <> starts_at),
    UNIQUE NULLS NOT DISTINCT (source, weekday, starts_at)
);
COMMENT ON TABLE resutveksl.maintenance_windows IS
    'When a source is not to be asked, in local time (settings.time_zone); one that ends before it starts goes over midnight.';
COMMENT ON COLUMN resutveksl.maintenance_windows.weekday IS 'Day on which it starts, 1 Monday to 7 Sunday; NULL: every day.';

CREATE FUNCTION resutveksl.maintenance_until(source integer, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(ends)
    FROM resutveksl.settings s
    CROSS JOIN LATERAL (SELECT (at AT TIME ZONE s.time_zone)::date - n AS day FROM generate_series(0, 1) AS n) AS days
    JOIN resutveksl.maintenance_windows w
        ON w.source = maintenance_until.source AND (w.weekday IS NULL OR w.weekday = extract(isodow FROM day))
    CROSS JOIN LATERAL (SELECT (day + w.starts_at) AT TIME ZONE s.time_zone AS starts,
        (day + w.ends_at + CASE WHEN w.ends_at < w.starts_at THEN interval '1 day' ELSE interval '0' END)
            AT TIME ZONE s.time_zone AS ends) AS span
    WHERE at >= starts AND at < ends
$$;
COMMENT ON FUNCTION resutveksl.maintenance_until IS
    'When the maintenance window that a source is in ends; NULL when it is in none.';

-- Faults, finer than outcomes ----------------------------------------------------------------------------------------

ALTER TABLE resutveksl.run_sources ADD COLUMN fault text, ADD COLUMN phase text, ADD COLUMN errno text;
COMMENT ON COLUMN resutveksl.run_sources.fault IS 'What kind of trouble it was: docs/states.md lists the kinds.';

ALTER TABLE resutveksl.transfers
    ADD COLUMN fault text, ADD COLUMN phase text, ADD COLUMN errno text,
    ADD COLUMN attempt_days integer NOT NULL DEFAULT 0,
    ADD COLUMN outage_days integer NOT NULL DEFAULT 0,
    ADD COLUMN counted_on date;
COMMENT ON COLUMN resutveksl.transfers.attempt_days IS 'Days used up of settings.attempt_days.';
COMMENT ON COLUMN resutveksl.transfers.outage_days IS 'Days used up of settings.outage_days.';
COMMENT ON COLUMN resutveksl.transfers.counted_on IS 'The last day that was counted: a day counts once.';

ALTER TABLE resutveksl.transfer_log
    ADD COLUMN fault text, ADD COLUMN phase text, ADD COLUMN errno text,
    DROP CONSTRAINT transfer_log_event_check,
    ADD CONSTRAINT transfer_log_event_check CHECK (event IN ('ordered', 'refused', 'requeued', 'cancelled', 'held',
        'released', 'paused', 'resumed', 'fetched', 'source_failed', 'source_closed', 'person_failed', 'given_up',
        'completed', 'taken_over'));

-- Orders that are held, and orders that were in work when a worker died ----------------------------------------------

ALTER TABLE resutveksl.orders
    ADD COLUMN hold_reason text CHECK (length(hold_reason) <= 500),
    ADD COLUMN worker_deaths integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT orders_state_is_known,
    ADD CONSTRAINT orders_state_is_known
        CHECK (state IN ('ordered', 'fetching', 'awaiting_retry', 'held', 'completed', 'refused', 'cancelled')),
    DROP CONSTRAINT orders_open_ones_are_due,
    ADD CONSTRAINT orders_open_ones_are_due
        CHECK ((state IN ('ordered', 'fetching', 'awaiting_retry', 'held')) = (due_at IS NOT NULL)),
    ADD CONSTRAINT orders_held_ones_say_why CHECK ((state = 'held') = (hold_reason IS NOT NULL));
COMMENT ON COLUMN resutveksl.orders.hold_reason IS 'Why nobody fetches it: held by hand, or because it kills workers.';
COMMENT ON COLUMN resutveksl.orders.worker_deaths IS
    'How often in a row it was in work, or next, when its worker died. Settling it sets this back.';

DROP INDEX resutveksl.orders_one_open_per_person;
CREATE UNIQUE INDEX orders_one_open_per_person ON resutveksl.orders (person_id)
    WHERE state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
CREATE INDEX orders_suspect ON resutveksl.orders (worker_deaths, due_at, order_number)
    WHERE worker_deaths > 0 AND state IN ('ordered', 'awaiting_retry');

CREATE OR REPLACE FUNCTION resutveksl.place_order(
    person_number text, purpose text DEFAULT 'external_study', reference text DEFAULT NULL,
    ordered_by text DEFAULT session_user,
    OUT order_number bigint, OUT state text, OUT ordered_at timestamptz, OUT is_new boolean, OUT message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint;
    answer text;
    digits text := replace(btrim(person_number), ' ', '');
BEGIN
    IF digits IS NULL OR NOT resutveksl.has_control_digits(digits) THEN
        RAISE EXCEPTION 'this is not a person number'
            USING ERRCODE = 'invalid_parameter_value', HINT = CASE WHEN digits ~ '^[0-9]{10}$'
                THEN 'It has ten digits: a leading zero was probably lost.'
                ELSE 'Give eleven digits; the last two are control digits and do not fit.' END;
    END IF;
    SELECT p.person_id INTO person FROM resutveksl.persons p WHERE p.person_number = digits;
    IF person IS NULL THEN
        RAISE EXCEPTION 'no person with this number is known here'
            USING ERRCODE = 'no_data_found', HINT = 'Register the person first: resutveksl person add.';
    END IF;
    IF NOT resutveksl.is_usable_number(digits) AND NOT EXISTS (SELECT FROM resutveksl.person_number_changes c
        WHERE c.person_id = person AND resutveksl.is_usable_number(c.earlier_number))
    THEN
        RAISE EXCEPTION 'no other institution can be asked by this kind of person number'
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'It was made by one institution and means nothing elsewhere. Register the national number first.';
    END IF;
    SELECT a.answer INTO answer FROM resutveksl.acceptances a WHERE a.person_id = person;

    INSERT INTO resutveksl.orders AS o (person_id, purpose, reference, ordered_by, state, refusal, due_at)
    SELECT person, place_order.purpose, place_order.reference, place_order.ordered_by,
        CASE WHEN answer = 'N' THEN 'refused' ELSE 'ordered' END, CASE WHEN answer = 'N' THEN 'refused' END,
        CASE WHEN answer = 'N' THEN NULL ELSE now() END
    ON CONFLICT (person_id) WHERE o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held') DO NOTHING
    RETURNING o.order_number, o.state, o.ordered_at INTO order_number, state, ordered_at;
    is_new := FOUND;
    IF NOT is_new THEN
        SELECT o.order_number, o.state, o.ordered_at INTO order_number, state, ordered_at
        FROM resutveksl.orders o
        WHERE o.person_id = person AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
        IF NOT FOUND THEN
            -- It was settled in this very moment.
            RAISE EXCEPTION 'the person''s open order was just completed' USING ERRCODE = 'serialization_failure',
                HINT = 'Order again.';
        END IF;
    END IF;
    message := CASE WHEN state = 'refused' THEN 'Refused: the person has answered no to the exchange of results'
        ELSE 'Bestilt ' || resutveksl.local_minute(ordered_at) END;
END $$;

-- What a plain UPDATE of an order means. Workers never get here: they let go of the claim in the same statement.
CREATE OR REPLACE FUNCTION resutveksl.order_was_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
    ELSIF NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'order % cannot be set from % to % by hand', OLD.order_number, OLD.state, NEW.state
            USING ERRCODE = 'check_violation',
                HINT = 'Set state = ''ordered'' to have it fetched again, ''held'' to keep workers off it, or ''cancelled'' to end it.';
    END IF;
    RETURN NEW;
END $$;

-- Workers that stay resident listen to the channel resutveksl_orders: a hint, no more. They look by themselves as well.
CREATE OR REPLACE FUNCTION resutveksl.orders_were_placed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO resutveksl.transfer_log (event, order_number, person_id, reason, who)
    SELECT CASE WHEN state = 'refused' THEN 'refused' ELSE 'ordered' END, order_number, person_id, refusal, ordered_by
    FROM placed;
    PERFORM pg_notify('resutveksl_orders', '');
    RETURN NULL;
END $$;

-- Orders that were in work when their worker died: of each lane that had not ended, the set after its cursor. Those that
-- were caught too often are held. They have been let go of already.
CREATE FUNCTION resutveksl.note_worker_death(dead bigint, taken bigint[]) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held integer;
BEGIN
    WITH suspects AS (
        SELECT DISTINCT t.order_number
        FROM resutveksl.run_sources l
        JOIN resutveksl.sources s USING (source)
        CROSS JOIN LATERAL (
            SELECT order_number FROM unnest(taken) AS order_number
            WHERE order_number > coalesce(l.cursor, 0) ORDER BY order_number LIMIT s.set_size
        ) AS t
        WHERE l.token = dead AND l.outcome IS NULL
    )
    UPDATE resutveksl.orders o SET worker_deaths = o.worker_deaths + 1
    FROM suspects WHERE o.order_number = suspects.order_number AND o.state IN ('ordered', 'awaiting_retry');

    WITH caught AS (
        UPDATE resutveksl.orders o
        SET state = 'held', hold_reason = format('%s workers in a row died while it was in work', o.worker_deaths)
        FROM resutveksl.settings s
        WHERE o.order_number = ANY (taken) AND o.worker_deaths >= s.worker_deaths
            AND o.state IN ('ordered', 'awaiting_retry')
        RETURNING o.order_number
    )
    SELECT count(*) INTO held FROM caught;
    RETURN held;
END $$;
COMMENT ON FUNCTION resutveksl.note_worker_death IS
    'Counts the orders of a dead claim that may have killed its worker, and holds those that did so too often.';

CREATE FUNCTION resutveksl.hold(order_number bigint, reason text DEFAULT 'held by hand') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE resutveksl.orders o SET state = 'held', hold_reason = hold.reason
    WHERE o.order_number = hold.order_number AND o.state <> 'held';
    IF NOT FOUND AND NOT EXISTS (SELECT FROM resutveksl.orders o WHERE o.order_number = hold.order_number) THEN
        RAISE EXCEPTION 'there is no order %', order_number USING ERRCODE = 'no_data_found';
    END IF;
END $$;
COMMENT ON FUNCTION resutveksl.hold IS 'Keeps workers off an order until it is released.';

CREATE FUNCTION resutveksl.release(order_number bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE resutveksl.orders o
    SET state = CASE WHEN o.asks_every_source THEN 'ordered' ELSE 'awaiting_retry' END
    WHERE o.order_number = release.order_number AND o.state = 'held';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'order % is not held', order_number USING ERRCODE = 'no_data_found';
    END IF;
END $$;
COMMENT ON FUNCTION resutveksl.release IS 'Lets workers have a held order again; it goes on where it was.';

CREATE OR REPLACE VIEW resutveksl.order_sources AS
SELECT o.order_number, o.person_id, l.source, i.acronym,
    CASE
        WHEN t.outcome IS NOT NULL THEN t.outcome
        WHEN l.cursor >= o.order_number OR l.outcome = 'done' THEN 'nothing'
        WHEN l.outcome IN ('reserved', 'not_open') THEN l.outcome
        WHEN o.state = 'refused' THEN o.refusal
        WHEN o.state = 'cancelled' THEN 'cancelled'
        ELSE 'waiting'
    END AS outcome,
    coalesce(t.reason, CASE WHEN l.cursor >= o.order_number THEN NULL ELSE l.reason END) AS reason,
    coalesce(t.sqlstate, CASE WHEN l.cursor >= o.order_number THEN NULL ELSE l.sqlstate END) AS sqlstate,
    coalesce(t.attempts, 0) AS attempts, t.first_failed_at, t.next_attempt,
    coalesce(t.new_results, 0) AS new_results, coalesce(t.changed_results, 0) AS changed_results,
    coalesce(t.missing_results, 0) AS missing_results, coalesce(t.held_back, 0) AS held_back,
    t.fault, t.phase, t.errno
FROM resutveksl.orders o
CROSS JOIN LATERAL (
    SELECT r.source, r.cursor, r.outcome, r.reason, r.sqlstate FROM resutveksl.run_sources r WHERE r.token = o.first_token
    UNION ALL
    SELECT s.source, NULL, NULL, NULL, NULL FROM resutveksl.sources s
    WHERE o.first_token IS NULL AND s.is_active
        AND s.source IS DISTINCT FROM (SELECT own_institution FROM resutveksl.settings)
) AS l
JOIN resutveksl.institutions i ON i.institution = l.source
LEFT JOIN resutveksl.transfers t ON t.order_number = o.order_number AND t.source = l.source;

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
