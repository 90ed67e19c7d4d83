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

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
