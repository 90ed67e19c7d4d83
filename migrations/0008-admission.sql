-- Orders for many applicants at once, admissions and their weekly refresh; and what makes sense with an order.

-- Who is meant, and whether anybody could be asked --------------------------------------------------------------------

CREATE FUNCTION resutveksl.local_date(at timestamptz DEFAULT now()) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (at AT TIME ZONE time_zone)::date FROM resutveksl.settings
$$;
COMMENT ON FUNCTION resutveksl.local_date IS 'The day that it is in settings.time_zone.';

CREATE FUNCTION resutveksl.refuse_future_answer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.answered_on > resutveksl.local_date() THEN
        RAISE EXCEPTION 'nobody has answered on % yet: it lies in the future', to_char(NEW.answered_on, 'DD.MM.YYYY')
            USING ERRCODE = 'check_violation', HINT = 'Give the day on which the person answered.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER acceptances_are_not_of_the_future BEFORE INSERT OR UPDATE OF answered_on ON resutveksl.acceptances
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_future_answer();

-- What is wrong with a person number, in words that do not repeat it. The same rules as the program's: of the date, every
-- century counts (the individual digits no longer tell it from 2032), and each kind's marks on day and month.
CREATE FUNCTION resutveksl.number_fault(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    digits text := replace(given, ' ', '');
    day integer;
    month integer;
    last_day integer;
BEGIN
    IF coalesce(given, '') = '' THEN
        RETURN 'the person number is missing';
    ELSIF given ~ '^([0-9]{10}|[0-9]{5} [0-9]{5}|[0-9]{6} [0-9]{4})$' THEN
        RETURN 'the person number has ten digits: a leading zero was probably lost';
    ELSIF given !~ '^[0-9]{6} ?[0-9]{5}$' THEN
        RETURN 'the person number is not eleven digits';
    ELSIF NOT resutveksl.has_control_digits(digits) THEN
        RETURN 'the control digits of the person number do not fit';
    END IF;
    day := left(digits, 2)::integer;
    month := substr(digits, 3, 2)::integer;
    -- Numbers of the health services hold no date.
    IF day >= 80 THEN RETURN NULL; END IF;
    last_day := CASE
        -- January or November, February or December: two marks overlap, and the longer month counts.
        WHEN month IN (51, 52) AND day <= 40 THEN 31
        WHEN month BETWEEN 53 AND 62 AND day > 40 THEN 0
        ELSE (ARRAY[31, CASE WHEN substr(digits, 5, 2)::integer % 4 = 0 THEN 29 ELSE 28 END,
            31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[
                month - CASE WHEN month >= 81 THEN 80 WHEN month >= 53 THEN 50 WHEN month >= 41 THEN 40 ELSE 0 END]
    END;
    IF day > 40 THEN day := day - 40; END IF;
    RETURN CASE WHEN day BETWEEN 1 AND last_day THEN NULL
        ELSE 'the first six digits of the person number are no date' END;
END $$;
COMMENT ON FUNCTION resutveksl.number_fault IS 'What is wrong with a text as a person number; NULL when nothing is.';

CREATE INDEX person_number_changes_of_number ON resutveksl.person_number_changes (earlier_number);

CREATE FUNCTION resutveksl.person_of(digits text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT p.person_id FROM resutveksl.persons p WHERE p.person_number = digits),
        (SELECT min(c.person_id) FROM resutveksl.person_number_changes c WHERE c.earlier_number = digits
            HAVING count(*) = 1))
$$;
COMMENT ON FUNCTION resutveksl.person_of IS
    'The person who has a number now; otherwise the one who had it before, if only one had.';

CREATE FUNCTION resutveksl.consent_is_required_everywhere() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(bool_and(s.is_consent_required OR coalesce(resutveksl.local_date() < s.consent_rule_from, false)), false)
    FROM resutveksl.sources s
    WHERE s.is_active AND s.source IS DISTINCT FROM (SELECT own_institution FROM resutveksl.settings)
$$;
COMMENT ON FUNCTION resutveksl.consent_is_required_everywhere IS
    'Whether no source at all may be asked today about a person who has not answered.';

CREATE FUNCTION resutveksl.refusal_of(person bigint, consent_is_required boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN NOT resutveksl.is_usable_number(p.person_number) AND NOT EXISTS (
            SELECT FROM resutveksl.person_number_changes c
            WHERE c.person_id = person AND resutveksl.is_usable_number(c.earlier_number)) THEN 'no_number'
        WHEN a.answer = 'N' THEN 'refused'
        WHEN a.answer IS NULL AND consent_is_required THEN 'no_consent'
    END
    FROM resutveksl.persons p LEFT JOIN resutveksl.acceptances a USING (person_id)
    WHERE p.person_id = person
$$;
COMMENT ON FUNCTION resutveksl.refusal_of IS
    'Why an order for a person would be refused by every source as things stand (orders.refusal); NULL when it would not.';

CREATE FUNCTION resutveksl.refusal_sentence(refusal text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE refusal
        WHEN 'refused' THEN 'the person has answered no to the exchange of results'
        WHEN 'no_consent' THEN 'every institution requires consent, and the person has not answered'
        WHEN 'no_number' THEN 'no other institution can be asked by this kind of person number'
    END
$$;

CREATE FUNCTION resutveksl.standing(state text, due_at timestamptz, hold_reason text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE state
        WHEN 'ordered' THEN CASE WHEN due_at <= now() THEN 'waiting to be fetched'
            ELSE 'due ' || resutveksl.local_minute(due_at) END
        WHEN 'fetching' THEN 'being fetched right now'
        WHEN 'awaiting_retry' THEN 'tried again ' || resutveksl.local_minute(due_at)
        WHEN 'held' THEN 'held: ' || hold_reason
        ELSE state
    END
$$;
COMMENT ON FUNCTION resutveksl.standing IS 'How far an order is, in words: "order 17 is …".';

-- Ordering for one person ---------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION resutveksl.place_order(
    person_number text, purpose text DEFAULT 'external_study', reference text DEFAULT NULL,
    ordered_by text DEFAULT session_user,
    OUT order_number bigint, OUT state text, OUT ordered_at timestamptz, OUT is_new boolean, OUT message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint;
    refusal text;
    digits text := replace(btrim(person_number), ' ', '');
BEGIN
    IF digits IS NULL OR NOT resutveksl.has_control_digits(digits) THEN
        RAISE EXCEPTION 'this is not a person number'
            USING ERRCODE = 'invalid_parameter_value', HINT = CASE WHEN digits ~ '^[0-9]{10}$'
                THEN 'It has ten digits: a leading zero was probably lost.'
                ELSE 'Give eleven digits; the last two are control digits and do not fit.' END;
    END IF;
    person := resutveksl.person_of(digits);
    IF person IS NULL THEN
        RAISE EXCEPTION 'no person with this number is known here'
            USING ERRCODE = 'no_data_found', HINT = 'Register the person first: resutveksl person add.';
    END IF;
    -- Whoever orders for the same person waits here, so that nobody uses up an order number in vain.
    PERFORM FROM resutveksl.persons p WHERE p.person_id = person FOR NO KEY UPDATE;
    refusal := resutveksl.refusal_of(person, resutveksl.consent_is_required_everywhere());
    IF refusal = 'no_number' THEN
        RAISE EXCEPTION '%', resutveksl.refusal_sentence(refusal)
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'It was made by one institution and means nothing elsewhere. Register the national number first.';
    END IF;
    LOOP
        IF refusal IS NULL THEN
            SELECT o.order_number, o.state, o.ordered_at,
                format('Bestilt %s and still open: order %s is %s', resutveksl.local_minute(o.ordered_at), o.order_number,
                    resutveksl.standing(o.state, o.due_at, o.hold_reason))
            INTO order_number, state, ordered_at, message
            FROM resutveksl.orders o
            WHERE o.person_id = person AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
            is_new := NOT FOUND;
            EXIT WHEN NOT is_new;
        END IF;
        INSERT INTO resutveksl.orders AS o (person_id, purpose, reference, ordered_by, state, refusal, due_at)
        VALUES (person, place_order.purpose, place_order.reference, place_order.ordered_by,
            CASE WHEN refusal IS NULL THEN 'ordered' ELSE 'refused' END, refusal, CASE WHEN refusal IS NULL THEN now() END)
        ON CONFLICT (person_id) WHERE o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held') DO NOTHING
        RETURNING o.order_number, o.state, o.ordered_at INTO order_number, state, ordered_at;
        is_new := FOUND;
        message := CASE WHEN refusal IS NULL THEN 'Bestilt ' || resutveksl.local_minute(ordered_at)
            ELSE 'Refused: ' || resutveksl.refusal_sentence(refusal) END;
        -- Otherwise somebody ordered by a plain INSERT in this very moment.
        EXIT WHEN is_new;
    END LOOP;
END $$;

-- What people do with an order ----------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.locked_order(order_number bigint) RETURNS resutveksl.orders
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_order resutveksl.orders;
BEGIN
    SELECT o.* INTO found_order FROM resutveksl.orders o WHERE o.order_number = locked_order.order_number
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no order %', order_number
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl order list.';
    END IF;
    RETURN found_order;
END $$;
COMMENT ON FUNCTION resutveksl.locked_order IS 'An order that nobody else changes until the transaction ends.';

CREATE FUNCTION resutveksl.cancel(order_number bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o resutveksl.orders := resutveksl.locked_order(order_number);
BEGIN
    IF o.state NOT IN ('ordered', 'fetching', 'awaiting_retry', 'held') THEN
        RAISE EXCEPTION 'order % is % and cannot be cancelled', o.order_number, o.state
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = CASE o.state
                WHEN 'completed' THEN 'What was fetched stays; nothing is asked for it any more.'
                WHEN 'refused' THEN 'Nobody was asked, and nobody will be.'
                ELSE 'It was ended before.' END;
    END IF;
    UPDATE resutveksl.orders SET state = 'cancelled' WHERE orders.order_number = o.order_number;
END $$;
COMMENT ON FUNCTION resutveksl.cancel IS 'Ends an open order that no worker holds.';

CREATE FUNCTION resutveksl.requeue(order_number bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o resutveksl.orders := resutveksl.locked_order(order_number);
    refusal text := resutveksl.refusal_of(o.person_id, resutveksl.consent_is_required_everywhere());
    other bigint;
BEGIN
    IF o.state = 'ordered' AND o.due_at <= now() THEN
        RAISE EXCEPTION 'order % is waiting to be fetched already', o.order_number
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'The next run takes it.';
    ELSIF o.state = 'held' THEN
        RAISE EXCEPTION 'order % is held: %', o.order_number, o.hold_reason
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Release it: resutveksl order release.';
    ELSIF refusal IS NOT NULL THEN
        RAISE EXCEPTION 'order % would be refused: %', o.order_number, resutveksl.refusal_sentence(refusal)
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT p.order_number INTO other FROM resutveksl.orders p
    WHERE p.person_id = o.person_id AND p.order_number <> o.order_number
        AND p.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
    IF FOUND THEN
        RAISE EXCEPTION 'order % cannot be fetched again: the person has the open order %', o.order_number, other
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'That one fetches the same.';
    END IF;
    UPDATE resutveksl.orders SET state = 'ordered', due_at = now() WHERE orders.order_number = o.order_number;
END $$;
COMMENT ON FUNCTION resutveksl.requeue IS 'Has an order fetched afresh in the next run: every source is asked.';

CREATE OR REPLACE FUNCTION resutveksl.hold(order_number bigint, reason text DEFAULT 'held by hand') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o resutveksl.orders := resutveksl.locked_order(order_number);
BEGIN
    IF o.state NOT IN ('ordered', 'fetching', 'awaiting_retry', 'held') THEN
        RAISE EXCEPTION 'order % is % and cannot be held', o.order_number, o.state
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'No worker takes it as it is.';
    END IF;
    UPDATE resutveksl.orders SET state = 'held', hold_reason = coalesce(hold.reason, 'held by hand')
    WHERE orders.order_number = o.order_number;
END $$;

CREATE OR REPLACE FUNCTION resutveksl.release(order_number bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o resutveksl.orders := resutveksl.locked_order(order_number);
BEGIN
    IF o.state <> 'held' THEN
        RAISE EXCEPTION 'order % is not held: it is %', o.order_number,
                resutveksl.standing(o.state, o.due_at, o.hold_reason)
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    UPDATE resutveksl.orders
    SET state = CASE WHEN o.asks_every_source THEN 'ordered' ELSE 'awaiting_retry' END
    WHERE orders.order_number = o.order_number;
END $$;

-- Admissions ----------------------------------------------------------------------------------------------------------

CREATE TABLE resutveksl.admissions (
    admission text PRIMARY KEY CHECK (admission ~ '^[^\s]{1,40}$'),
    name text CHECK (length(name) <= 200),
    opens_on date NOT NULL DEFAULT resutveksl.local_date(),
    closes_on date NOT NULL,
    refresh_weekday integer NOT NULL DEFAULT 5 CHECK (refresh_weekday BETWEEN 1 AND 7),
    refresh_at time NOT NULL DEFAULT '18:00',
    refreshed_for timestamptz,
    closed_at timestamptz,
    added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT admissions_open_before_they_close CHECK (closes_on >= opens_on)
);
COMMENT ON TABLE resutveksl.admissions IS
    'An admission, whose applicants'' results are fetched again every week between application and processing.';
COMMENT ON COLUMN resutveksl.admissions.closes_on IS 'The last day on which results are fetched again.';
COMMENT ON COLUMN resutveksl.admissions.refresh_weekday IS '1 Monday to 7 Sunday.';
COMMENT ON COLUMN resutveksl.admissions.refresh_at IS 'Local time (settings.time_zone).';
COMMENT ON COLUMN resutveksl.admissions.refreshed_for IS
    'The moment of the schedule up to which every order has been queued again; a moment is never done twice.';
COMMENT ON COLUMN resutveksl.admissions.closed_at IS 'Closed by hand, before its day.';

CREATE TABLE resutveksl.admission_orders (
    admission text NOT NULL REFERENCES resutveksl.admissions ON UPDATE CASCADE ON DELETE CASCADE,
    application_number text NOT NULL CHECK (length(application_number) BETWEEN 1 AND 40),
    person_id bigint NOT NULL REFERENCES resutveksl.persons ON DELETE CASCADE,
    order_number bigint NOT NULL REFERENCES resutveksl.orders ON DELETE CASCADE,
    added_at timestamptz NOT NULL DEFAULT now(),
    refreshed_for timestamptz,
    PRIMARY KEY (admission, application_number)
) WITH (fillfactor = 80);
CREATE INDEX admission_orders_of_order ON resutveksl.admission_orders (order_number);
CREATE INDEX admission_orders_of_person ON resutveksl.admission_orders (person_id);
COMMENT ON TABLE resutveksl.admission_orders IS 'An application in an admission, and the order that fetches for it.';
COMMENT ON COLUMN resutveksl.admission_orders.order_number IS
    'Follows the person: if another order is open at a refresh, that one, because a person has one open order.';

-- The last moment of a weekly schedule up to `at`, and the first after it. In the spring gap and the repeated autumn hour
-- PostgreSQL's own rules hold, as for `next_attempt`.
CREATE FUNCTION resutveksl.refresh_moments(
    weekday integer, time_of_day time, at timestamptz, OUT last timestamptz, OUT next timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(moment) FILTER (WHERE moment <= at), min(moment) FILTER (WHERE moment > at)
    FROM resutveksl.settings s
    CROSS JOIN LATERAL (SELECT (at AT TIME ZONE s.time_zone)::date + n AS day FROM generate_series(-8, 8) AS n) AS days
    CROSS JOIN LATERAL (SELECT (day + time_of_day) AT TIME ZONE s.time_zone AS moment) AS moments
    WHERE extract(isodow FROM day) = weekday
$$;

-- Queues the orders of an admission again that were added before a moment and were not queued for it yet.
--
-- What waits to be fetched anyway stays as it is; held orders stay held, cancelled ones cancelled; nobody is queued of whom
-- it is known that every source would refuse. Orders that a worker holds are left for the next call, and so is what goes
-- beyond 5,000: a worker's statements are short, and so are its locks.
CREATE FUNCTION resutveksl.refresh_admission(admission text, moment timestamptz DEFAULT now(), OUT orders integer, OUT left_over integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
DECLARE
    is_required boolean := resutveksl.consent_is_required_everywhere();
    taken bigint[];
BEGIN
    PERFORM FROM resutveksl.admissions a WHERE a.admission = refresh_admission.admission FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no admission %', admission
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl admission list.';
    END IF;
    FOR attempt IN 1..3 LOOP
        BEGIN
            UPDATE resutveksl.admission_orders m SET order_number = o.order_number
            FROM resutveksl.orders o, resutveksl.orders mine
            WHERE m.admission = refresh_admission.admission AND mine.order_number = m.order_number
                AND mine.state IN ('completed', 'refused') AND o.person_id = m.person_id
                AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
            taken := ARRAY(
                SELECT o.order_number FROM resutveksl.admission_orders m JOIN resutveksl.orders o USING (order_number)
                WHERE m.admission = refresh_admission.admission AND m.added_at <= moment
                    AND (m.refreshed_for IS NULL OR m.refreshed_for < moment) AND o.state <> 'fetching'
                ORDER BY o.order_number LIMIT 5000 FOR NO KEY UPDATE OF o SKIP LOCKED);
            UPDATE resutveksl.orders o SET state = 'ordered', due_at = moment
            WHERE o.order_number = ANY (taken) AND o.state IN ('awaiting_retry', 'completed', 'refused')
                AND resutveksl.refusal_of(o.person_id, is_required) IS NULL;
            GET DIAGNOSTICS orders = ROW_COUNT;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- Somebody has just ordered for one of the persons: that order is open now, and is seen the next time round.
            taken := '{}';
            orders := 0;
        END;
    END LOOP;
    UPDATE resutveksl.admission_orders m SET refreshed_for = moment
    WHERE m.admission = refresh_admission.admission AND m.order_number = ANY (taken) AND m.added_at <= moment;
    SELECT count(*) INTO left_over FROM resutveksl.admission_orders m
    WHERE m.admission = refresh_admission.admission AND m.added_at <= moment
        AND (m.refreshed_for IS NULL OR m.refreshed_for < moment);
    IF left_over = 0 THEN
        UPDATE resutveksl.admissions a SET refreshed_for = moment
        WHERE a.admission = refresh_admission.admission AND (a.refreshed_for IS NULL OR a.refreshed_for < moment);
    END IF;
    IF orders > 0 THEN
        INSERT INTO resutveksl.transfer_log (event, reason, orders)
        VALUES ('requeued', format('refresh of admission %s', admission), refresh_admission.orders);
    END IF;
END $$;
COMMENT ON FUNCTION resutveksl.refresh_admission IS
    'Has all orders of an admission fetched again, due at a moment; each once for a moment, however often it is called.';

-- A run takes what is due within the horizon, and so does this. Weeks that nobody was there for are made up once, and not
-- after the closing date. Two callers do not do the same: what one has under way the other leaves to it.
CREATE FUNCTION resutveksl.schedule_refreshes(at timestamptz DEFAULT now())
RETURNS TABLE (admission text, moment timestamptz, orders integer, left_over integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    FOR admission, moment IN
        SELECT a.admission, m.last
        FROM resutveksl.admissions a
        CROSS JOIN resutveksl.settings s
        CROSS JOIN LATERAL resutveksl.refresh_moments(a.refresh_weekday, a.refresh_at, at + s.due_horizon) AS m
        WHERE a.closed_at IS NULL AND (a.refreshed_for IS NULL OR a.refreshed_for < m.last)
            AND (at AT TIME ZONE s.time_zone)::date <= a.closes_on
            AND (m.last AT TIME ZONE s.time_zone)::date BETWEEN a.opens_on AND a.closes_on
        ORDER BY a.admission
        FOR NO KEY UPDATE OF a SKIP LOCKED
    LOOP
        SELECT r.orders, r.left_over INTO orders, left_over FROM resutveksl.refresh_admission(admission, moment) AS r;
        RETURN NEXT;
    END LOOP;
END $$;
COMMENT ON FUNCTION resutveksl.schedule_refreshes IS
    'Queues the orders of every open admission again whose weekly moment has come. Workers call it; anybody may.';

CREATE VIEW resutveksl.admission_states AS
SELECT a.admission, a.name, a.opens_on, a.closes_on, a.refresh_weekday, a.refresh_at, a.closed_at, a.refreshed_for,
    CASE WHEN a.closed_at IS NOT NULL OR today > a.closes_on THEN 'closed' WHEN today < a.opens_on THEN 'not yet open'
        ELSE 'open' END AS state,
    n.applications, n.waiting,
    CASE WHEN a.closed_at IS NULL AND (r.next AT TIME ZONE s.time_zone)::date <= a.closes_on THEN r.next END AS next_refresh
FROM resutveksl.admissions a
CROSS JOIN resutveksl.settings s
CROSS JOIN LATERAL (SELECT resutveksl.local_date() AS today,
    -- Before the opening day the first moment counts that lies on it or after.
    greatest(now(), (a.opens_on + time '00:00') AT TIME ZONE s.time_zone - interval '1 microsecond') AS at) AS days
CROSS JOIN LATERAL resutveksl.refresh_moments(a.refresh_weekday, a.refresh_at, days.at) AS r
CROSS JOIN LATERAL (
    SELECT count(*) AS applications,
        count(*) FILTER (WHERE o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held')) AS waiting
    FROM resutveksl.admission_orders m JOIN resutveksl.orders o USING (order_number) WHERE m.admission = a.admission
) AS n;
COMMENT ON VIEW resutveksl.admission_states IS 'Every admission: whether it is open, its applications, its next refresh.';

CREATE FUNCTION resutveksl.require_open_admission(admission text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_closed boolean;
BEGIN
    SELECT a.closed_at IS NOT NULL OR resutveksl.local_date() > a.closes_on INTO is_closed
    FROM resutveksl.admissions a WHERE a.admission = require_open_admission.admission;
    IF admission IS NOT NULL AND NOT FOUND THEN
        RAISE EXCEPTION 'there is no admission %', admission
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl admission list.';
    ELSIF is_closed THEN
        RAISE EXCEPTION 'admission % is closed', admission
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Move its closing date: resutveksl admission close --on.';
    END IF;
END $$;
COMMENT ON FUNCTION resutveksl.require_open_admission IS 'Refuses an admission that is unknown or closed.';

-- Orders for many applicants at once ----------------------------------------------------------------------------------

-- A line is an application number and a person number at the same place of two arrays. Answers with a row per line:
-- ordered, open (the person had an open order, which this then is), refused, or not_taken (nothing was written, because
-- another line was refused). Of a refused line nothing is written, and its reason names no person number.
--
-- Set-based, with the lines in a table of the session: it costs about the same per line whether ten come or 100,000.
CREATE FUNCTION resutveksl.place_orders(
    application_numbers text[], person_numbers text[], purpose text DEFAULT 'application', admission text DEFAULT NULL,
    consent_channel text DEFAULT NULL, consent_on date DEFAULT NULL, registers_persons boolean DEFAULT true,
    all_or_nothing boolean DEFAULT false, dry_run boolean DEFAULT false, ordered_by text DEFAULT session_user,
    lines integer[] DEFAULT NULL)
RETURNS TABLE (line integer, application_number text, outcome text, order_number bigint, reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
#variable_conflict use_column
DECLARE
    is_required boolean := consent_channel IS NULL AND resutveksl.consent_is_required_everywhere();
    day date := coalesce(consent_on, resutveksl.local_date());
    may_write boolean := NOT dry_run;
BEGIN
    PERFORM resutveksl.require_open_admission(place_orders.admission);
    IF cardinality(application_numbers) <> cardinality(person_numbers) THEN
        RAISE EXCEPTION '% application numbers and % person numbers do not make a list',
                cardinality(application_numbers), cardinality(person_numbers)
            USING ERRCODE = 'array_subscript_error', HINT = 'Both arrays need the same order and length.';
    ELSIF consent_channel IS NULL AND consent_on IS NOT NULL THEN
        RAISE EXCEPTION 'a day of consent needs the channel that the consent came by'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Søknadsweb or Samordna opptak, for applicants.';
    ELSIF day > resutveksl.local_date() THEN
        RAISE EXCEPTION 'nobody has answered on % yet: it lies in the future', to_char(day, 'DD.MM.YYYY')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the day on which the applicants answered.';
    END IF;

    CREATE TEMP TABLE resutveksl_lines (
        place integer PRIMARY KEY, line integer, application text, digits text, person_id bigint, fault text,
        outcome text, order_number bigint, reason text);
    INSERT INTO resutveksl_lines (place, line, application, digits, fault)
    SELECT g.place, coalesce(g.line, g.place), btrim(g.application), replace(g.given, ' ', ''),
        CASE
            WHEN coalesce(btrim(g.application), '') = '' THEN 'the application number is missing'
            WHEN length(btrim(g.application)) > 40 THEN 'the application number is longer than 40 characters'
            WHEN g.application ~ '^\s*\d{6} ?\d{5}\s*$' AND resutveksl.number_fault(btrim(g.application)) IS NULL
                THEN 'the application number is a person number: are the columns the other way round?'
            ELSE resutveksl.number_fault(btrim(g.given))
        END
    FROM (SELECT place, line, application, btrim(given) AS given
        FROM unnest(application_numbers, person_numbers, lines) WITH ORDINALITY AS u (application, given, line, place)) AS g;
    ANALYZE resutveksl_lines;

    UPDATE resutveksl_lines l SET person_id = p.person_id
    FROM resutveksl.persons p WHERE p.person_number = l.digits AND l.fault IS NULL;
    UPDATE resutveksl_lines l SET person_id = resutveksl.person_of(l.digits) WHERE l.person_id IS NULL AND l.fault IS NULL;
    UPDATE resutveksl_lines l SET fault = CASE
        WHEN l.person_id IS NOT NULL THEN resutveksl.refusal_sentence(resutveksl.refusal_of(l.person_id, is_required))
        WHEN left(l.digits, 1) >= '8' THEN 'an FH-number is not used between institutions'
        WHEN NOT resutveksl.is_usable_number(l.digits) THEN 'an FS-number means nothing at other institutions'
        WHEN NOT registers_persons THEN 'no person with this number is known here'
        WHEN is_required THEN resutveksl.refusal_sentence('no_consent')
    END
    WHERE l.fault IS NULL;
    -- Of lines that are the same the first good one counts.
    UPDATE resutveksl_lines l SET fault = format('the person stands on line %s already', d.earlier)
    FROM (SELECT place, first_value(line) OVER w AS earlier, row_number() OVER w AS n FROM resutveksl_lines
        WHERE fault IS NULL WINDOW w AS (PARTITION BY coalesce(person_id::text, 'new ' || digits) ORDER BY place)) AS d
    WHERE d.place = l.place AND d.n > 1;
    UPDATE resutveksl_lines l SET fault = format('the application number stands on line %s already', d.earlier)
    FROM (SELECT place, first_value(line) OVER w AS earlier, row_number() OVER w AS n FROM resutveksl_lines
        WHERE fault IS NULL WINDOW w AS (PARTITION BY application ORDER BY place)) AS d
    WHERE d.place = l.place AND d.n > 1;
    UPDATE resutveksl_lines l SET fault = 'the application number is another person''s in this admission'
    FROM resutveksl.admission_orders m
    WHERE l.fault IS NULL AND m.admission = place_orders.admission AND m.application_number = l.application
        AND m.person_id IS DISTINCT FROM l.person_id;
    UPDATE resutveksl_lines l SET outcome = 'refused', reason = l.fault WHERE l.fault IS NOT NULL;

    IF all_or_nothing AND EXISTS (SELECT FROM resutveksl_lines WHERE fault IS NOT NULL) THEN
        UPDATE resutveksl_lines l SET outcome = 'not_taken' WHERE l.fault IS NULL;
        may_write := false;
    END IF;
    IF may_write THEN
        -- In one order for everybody: two lists with the same persons wait for each other instead of deadlocking.
        PERFORM FROM resutveksl.persons p
        WHERE p.person_id IN (SELECT l.person_id FROM resutveksl_lines l WHERE l.fault IS NULL)
        ORDER BY p.person_id FOR NO KEY UPDATE;
        INSERT INTO resutveksl.persons (person_number)
        SELECT l.digits FROM resutveksl_lines l WHERE l.fault IS NULL AND l.person_id IS NULL ORDER BY l.digits
        ON CONFLICT DO NOTHING;
        UPDATE resutveksl_lines l SET person_id = p.person_id
        FROM resutveksl.persons p WHERE p.person_number = l.digits AND l.fault IS NULL AND l.person_id IS NULL;
        IF consent_channel IS NOT NULL THEN
            INSERT INTO resutveksl.acceptances AS a (person_id, answer, answered_on, channel)
            SELECT l.person_id, 'J', day, consent_channel FROM resutveksl_lines l WHERE l.fault IS NULL ORDER BY l.person_id
            ON CONFLICT (person_id) DO UPDATE SET answered_on = EXCLUDED.answered_on, channel = EXCLUDED.channel,
                entered_by = EXCLUDED.entered_by, entered_at = EXCLUDED.entered_at
            WHERE a.answer = 'J' AND a.answered_on < EXCLUDED.answered_on;
        END IF;
    END IF;
    -- Twice, because somebody may order by a plain INSERT in this very moment.
    FOR attempt IN 1..2 LOOP
        UPDATE resutveksl_lines l SET outcome = 'open', order_number = o.order_number, reason = format(
            'order %s is open since %s: %s', o.order_number, resutveksl.local_minute(o.ordered_at),
            resutveksl.standing(o.state, o.due_at, o.hold_reason))
        FROM resutveksl.orders o
        WHERE o.person_id = l.person_id AND l.outcome IS NULL
            AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
        IF may_write THEN
            WITH placed AS (
                INSERT INTO resutveksl.orders AS o (person_id, purpose, reference, ordered_by)
                SELECT l.person_id, place_orders.purpose, l.application, place_orders.ordered_by
                FROM resutveksl_lines l WHERE l.outcome IS NULL ORDER BY l.place
                ON CONFLICT (person_id) WHERE o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held') DO NOTHING
                RETURNING o.order_number, o.person_id
            )
            UPDATE resutveksl_lines l SET outcome = 'ordered', order_number = p.order_number
            FROM placed p WHERE p.person_id = l.person_id AND l.fault IS NULL;
        END IF;
    END LOOP;
    UPDATE resutveksl_lines l SET outcome = 'ordered' WHERE l.outcome IS NULL;
    IF may_write AND place_orders.admission IS NOT NULL THEN
        INSERT INTO resutveksl.admission_orders (admission, application_number, person_id, order_number)
        SELECT place_orders.admission, l.application, l.person_id, l.order_number
        FROM resutveksl_lines l WHERE l.fault IS NULL ORDER BY l.application
        ON CONFLICT (admission, application_number) DO UPDATE SET order_number = EXCLUDED.order_number;
    END IF;
    RETURN QUERY SELECT l.line, CASE WHEN l.fault IS NULL THEN l.application END, l.outcome, l.order_number, l.reason
        FROM resutveksl_lines l ORDER BY l.place;
    DROP TABLE resutveksl_lines;
END $$;
COMMENT ON FUNCTION resutveksl.place_orders IS
    'Orders for a list of applicants; answers with a row for each line that is taken or refused.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
