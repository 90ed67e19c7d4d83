-- What people do with orders: place, re-queue, cancel; pause a source. And the one rule of the clock.

-- The same time the next day: the first day after that of the last due time, k >= 1 days on, at which the time of day
-- lies more than the horizon after `at`. A time in the spring gap is taken with the offset before it (02:30 becomes
-- 03:30 on that day only); of a repeated autumn hour the second is taken: PostgreSQL's own rules, whatever the
-- session's time zone.
CREATE FUNCTION resutveksl.next_attempt(last_due timestamptz, time_of_day time, at timestamptz, horizon interval, zone text)
RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(candidate)
    FROM (SELECT (last_due AT TIME ZONE zone)::date AS last_day, ((at + horizon) AT TIME ZONE zone)::date AS reached) days
    -- Days between are skipped without being looked at: none of them can lie beyond the horizon.
    CROSS JOIN LATERAL generate_series(greatest(1, reached - last_day), greatest(1, reached - last_day) + 1) AS k
    CROSS JOIN LATERAL (SELECT (last_day + k + time_of_day) AT TIME ZONE zone AS candidate) AS candidates
    WHERE candidate > at + horizon
$$;
COMMENT ON FUNCTION resutveksl.next_attempt IS 'When a failed transfer is due again: the same local time the next day.';

CREATE FUNCTION resutveksl.local_minute(moment timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(moment AT TIME ZONE time_zone, 'DD.MM.YYYY HH24:MI') FROM resutveksl.settings
$$;
COMMENT ON FUNCTION resutveksl.local_minute IS 'A moment as FS shows it: 23.11.2026 14:03.';

CREATE FUNCTION resutveksl.place_order(
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
    ON CONFLICT (person_id) WHERE o.state IN ('ordered', 'fetching', 'awaiting_retry') DO NOTHING
    RETURNING o.order_number, o.state, o.ordered_at INTO order_number, state, ordered_at;
    is_new := FOUND;
    IF NOT is_new THEN
        SELECT o.order_number, o.state, o.ordered_at INTO order_number, state, ordered_at
        FROM resutveksl.orders o
        WHERE o.person_id = person AND o.state IN ('ordered', 'fetching', 'awaiting_retry');
        IF NOT FOUND THEN
            -- It was settled in this very moment.
            RAISE EXCEPTION 'the person''s open order was just completed' USING ERRCODE = 'serialization_failure',
                HINT = 'Order again.';
        END IF;
    END IF;
    message := CASE WHEN state = 'refused' THEN 'Refused: the person has answered no to the exchange of results'
        ELSE 'Bestilt ' || resutveksl.local_minute(ordered_at) END;
END $$;
COMMENT ON FUNCTION resutveksl.place_order IS
    'Orders "Hent ekstern norsk utdanning" for a person; answers with the open order if there is one.';

-- Whether a worker holds the claim now.
CREATE FUNCTION resutveksl.is_held(claim_token bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM resutveksl.claims c
        WHERE c.token = claim_token AND c.ended_at IS NULL AND c.lease_until > clock_timestamp())
$$;

-- What a plain UPDATE of an order means. Workers never get here: they let go of the claim in the same statement.
CREATE FUNCTION resutveksl.order_was_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.state = 'fetching' THEN
        IF resutveksl.is_held(OLD.claim_token) THEN
            RAISE EXCEPTION 'order % is being fetched right now', OLD.order_number
                USING ERRCODE = 'object_in_use', HINT = 'Wait until the run has settled it, then change it.';
        END IF;
        NEW.claim_token := NULL;
    END IF;
    IF NEW.state = 'fetching' THEN
        RAISE EXCEPTION 'only a worker can begin to fetch order %', OLD.order_number
            USING ERRCODE = 'check_violation', HINT = 'Set state = ''ordered'' to have it fetched in the next run.';
    ELSIF NEW.state = 'ordered' THEN
        -- Re-queued: it starts afresh. What happened before stays in the transfer log.
        DELETE FROM resutveksl.transfers t WHERE t.order_number = OLD.order_number;
        NEW.due_at := coalesce(NEW.due_at, now());
        NEW.asks_every_source := true;
        NEW.attempts := 0;
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
    ELSIF NEW.state = 'cancelled' THEN
        NEW.due_at := NULL;
        NEW.refusal := NULL;
        INSERT INTO resutveksl.transfer_log (event, order_number, person_id)
        VALUES ('cancelled', OLD.order_number, OLD.person_id);
    ELSIF NEW.state = 'awaiting_retry' AND OLD.state = 'awaiting_retry' THEN
        -- Only the time was moved: the failed sources are asked then, and no others.
        UPDATE resutveksl.transfers t SET next_attempt = NEW.due_at
        WHERE t.order_number = OLD.order_number AND t.next_attempt IS NOT NULL;
    ELSIF NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'order % cannot be set from % to % by hand', OLD.order_number, OLD.state, NEW.state
            USING ERRCODE = 'check_violation',
                HINT = 'Set state = ''ordered'' to have it fetched again, or ''cancelled'' to end it.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_changed_by_hand BEFORE UPDATE ON resutveksl.orders FOR EACH ROW
    WHEN (OLD.claim_token IS NOT DISTINCT FROM NEW.claim_token
        AND (OLD.state <> NEW.state OR OLD.due_at IS DISTINCT FROM NEW.due_at))
    EXECUTE FUNCTION resutveksl.order_was_changed();

CREATE FUNCTION resutveksl.orders_were_placed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO resutveksl.transfer_log (event, order_number, person_id, reason, who)
    SELECT CASE WHEN state = 'refused' THEN 'refused' ELSE 'ordered' END, order_number, person_id, refusal, ordered_by
    FROM placed;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_placed AFTER INSERT ON resutveksl.orders REFERENCING NEW TABLE AS placed
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.orders_were_placed();

CREATE FUNCTION resutveksl.pause_source(source integer, until timestamptz DEFAULT 'infinity', reason text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE resutveksl.sources s SET paused_until = until, pause_reason = pause_source.reason
    WHERE s.source = pause_source.source;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no source has the number %', source
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl source list.';
    END IF;
    INSERT INTO resutveksl.transfer_log (event, source, reason, next_attempt)
    VALUES ('paused', pause_source.source, pause_source.reason, until);
END $$;
COMMENT ON FUNCTION resutveksl.pause_source IS 'Asks a source nothing until then; what is due there comes again the next day.';

CREATE FUNCTION resutveksl.resume_source(source integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE resutveksl.sources s SET paused_until = NULL, pause_reason = NULL WHERE s.source = resume_source.source;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no source has the number %', source
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl source list.';
    END IF;
    INSERT INTO resutveksl.transfer_log (event, source) VALUES ('resumed', resume_source.source);
END $$;

-- What became of every order at every source. Pairs without a row of their own are told from the lane that covered them.
CREATE VIEW resutveksl.order_sources AS
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
    coalesce(t.missing_results, 0) AS missing_results, coalesce(t.held_back, 0) AS held_back
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
COMMENT ON VIEW resutveksl.order_sources IS 'What became of every order at every source.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
