-- Answers that stay withdrawn, numbers that never become lower ones, lists in which a line yields only to a good one, and
-- sentences where a bare constraint spoke.

-- Consent --------------------------------------------------------------------------------------------------------------

-- An answer that is taken out of the register is a withdrawal, and is kept as one. Without a row the person would count as
-- somebody who has never answered: asked about where no consent is required, and open to the J of any older list.
CREATE FUNCTION resutveksl.withdraw_answer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Answers go with their person, and those of two records of one person become one.
    IF resutveksl.is_merging() OR NOT EXISTS (SELECT FROM resutveksl.persons p WHERE p.person_id = OLD.person_id) THEN
        RETURN OLD;
    ELSIF OLD.answer = 'N' THEN
        RAISE EXCEPTION 'the person answered N on %, and an N is not taken out of the register',
                to_char(OLD.answered_on, 'DD.MM.YYYY')
            USING ERRCODE = 'check_violation', HINT = 'Register what the person answers now: resutveksl acceptance set.';
    END IF;
    UPDATE resutveksl.acceptances a SET answer = 'N', answered_on = greatest(resutveksl.local_date(), OLD.answered_on),
        channel = 'by hand', entered_by = session_user, entered_at = now()
    WHERE a.person_id = OLD.person_id;
    RETURN NULL;
END $$;
CREATE TRIGGER acceptances_removed_are_withdrawn BEFORE DELETE ON resutveksl.acceptances
    FOR EACH ROW EXECUTE FUNCTION resutveksl.withdraw_answer();

CREATE FUNCTION resutveksl.refuse_lost_answers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND resutveksl.is_merging() THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an answer stays with the person who gave it'
        USING ERRCODE = 'insufficient_privilege', HINT = 'Register what another person answers: resutveksl acceptance set.';
END $$;
CREATE TRIGGER acceptances_stay_with_their_person BEFORE UPDATE OF person_id ON resutveksl.acceptances
    FOR EACH ROW WHEN (OLD.person_id <> NEW.person_id) EXECUTE FUNCTION resutveksl.refuse_lost_answers();
CREATE TRIGGER acceptances_are_not_emptied BEFORE TRUNCATE ON resutveksl.acceptances
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_lost_answers();

-- What was taken out before this was a rule.
INSERT INTO resutveksl.acceptances (person_id, acceptance_type, answer, answered_on, channel, entered_by, entered_at)
SELECT h.person_id, h.acceptance_type, 'N', (h.recorded_at AT TIME ZONE s.time_zone)::date, 'by hand', h.entered_by,
    h.recorded_at
FROM (SELECT DISTINCT ON (person_id) * FROM resutveksl.acceptance_history ORDER BY person_id, entry_id DESC) h
CROSS JOIN resutveksl.settings s
WHERE h.answer IS NULL
ON CONFLICT (person_id) DO NOTHING;

COMMENT ON TABLE resutveksl.acceptances IS
    'A person''s answer to the question whether results may be fetched. No row: not answered, which is not consent. A J '
    'that is deleted becomes an N of that day; an N is not deleted.';
COMMENT ON COLUMN resutveksl.acceptance_history.answer IS
    'NULL: the answer was taken out of the register, which today leaves an N.';

-- One meaning of the day on both sides, the source's (resutveksl.rules): before it the opposite holds. "Required, from a
-- day on" used to mean required always, and goes on meaning that.
UPDATE resutveksl.sources SET consent_rule_from = NULL WHERE is_consent_required;
COMMENT ON COLUMN resutveksl.sources.consent_rule_from IS
    'From this day on is_consent_required applies as it stands; before it the opposite holds. NULL: always.';

CREATE OR REPLACE FUNCTION resutveksl.consent_is_required_everywhere() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(bool_and(s.is_consent_required
        = (s.consent_rule_from IS NULL OR s.consent_rule_from <= resutveksl.local_date())), false)
    FROM resutveksl.sources s
    WHERE s.is_active AND s.source IS DISTINCT FROM (SELECT own_institution FROM resutveksl.settings)
$$;

-- Person numbers -------------------------------------------------------------------------------------------------------

-- The same rules for whoever writes, not only for change_person_number: a record is never changed to a number of a lower
-- kind, and the number that it had is kept.
CREATE FUNCTION resutveksl.refuse_lower_number() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    earlier text;
    later text;
BEGIN
    IF TG_TABLE_NAME = 'persons' THEN
        earlier := resutveksl.number_kind(OLD.person_number);
        later := resutveksl.number_kind(NEW.person_number);
    ELSIF resutveksl.is_merging() THEN
        RETURN NEW;
    ELSE
        earlier := resutveksl.number_kind(NEW.earlier_number);
        later := (SELECT resutveksl.number_kind(p.person_number) FROM resutveksl.persons p
            WHERE p.person_id = NEW.person_id);
    END IF;
    IF resutveksl.number_priority(later) < resutveksl.number_priority(earlier) THEN
        RAISE EXCEPTION 'a number is never changed to one of a lower kind: % does not replace %',
                coalesce(resutveksl.a_kind(later), 'what is no date'), resutveksl.a_kind(earlier)
            USING ERRCODE = 'check_violation',
                HINT = 'Real numbers go before D-numbers, these before S-numbers and FS-numbers. Were the two exchanged?';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER persons_never_get_a_lower_number BEFORE UPDATE OF person_number ON resutveksl.persons
    FOR EACH ROW WHEN (OLD.person_number <> NEW.person_number) EXECUTE FUNCTION resutveksl.refuse_lower_number();
CREATE TRIGGER earlier_numbers_are_of_no_higher_kind BEFORE INSERT OR UPDATE ON resutveksl.person_number_changes
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_lower_number();

-- At the end of the transaction, because change_person_number keeps the number itself, with the day of the change.
CREATE FUNCTION resutveksl.keep_earlier_number() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM resutveksl.person_number_changes c USING resutveksl.persons p
    WHERE c.person_id = NEW.person_id AND p.person_id = c.person_id AND p.person_number = c.earlier_number;
    INSERT INTO resutveksl.person_number_changes (person_id, earlier_number, changed_on)
    SELECT p.person_id, OLD.person_number, resutveksl.local_date() FROM resutveksl.persons p
    WHERE p.person_id = NEW.person_id AND p.person_number <> OLD.person_number
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER persons_keep_earlier_numbers AFTER UPDATE OF person_number ON resutveksl.persons
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.person_number <> NEW.person_number) EXECUTE FUNCTION resutveksl.keep_earlier_number();

-- Somebody who is known by an earlier number is known: to order, to answer, and to be looked up.
CREATE OR REPLACE FUNCTION resutveksl.known_person(person_number text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint := resutveksl.person_of(replace(btrim(known_person.person_number), ' ', ''));
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION 'no person with this number is known here'
            USING ERRCODE = 'no_data_found', HINT = 'Register the person first: resutveksl person add.';
    END IF;
    RETURN person;
END $$;
COMMENT ON FUNCTION resutveksl.known_person IS
    'The person_id of a person number, also of an earlier one; SQLSTATE P0002 when nobody has it.';

-- Of change_person_number only the sentence about the order changes; the rest stays as it stands.
CREATE FUNCTION resutveksl.goes_on_text(order_number bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format(CASE o.state WHEN 'held' THEN 'order %s is held, and asks everywhere again when it is released'
        ELSE 'order %s asks everywhere again' END, o.order_number)
    FROM resutveksl.orders o WHERE o.order_number = goes_on_text.order_number
$$;
DO $$
DECLARE
    definition text := pg_get_functiondef('resutveksl.change_person_number(text, text, date)'::regprocedure);
    said CONSTANT text := 'format(''; order %s asks everywhere again'', open_order)';
BEGIN
    IF strpos(definition, said) = 0 THEN
        RAISE EXCEPTION 'change_person_number is not as this migration knows it';
    END IF;
    EXECUTE replace(definition, said, '''; '' || resutveksl.goes_on_text(open_order)');
END $$;

-- Admissions -----------------------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.refuse_admission() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.admission !~ '^[^\s]{1,40}$' THEN
        RAISE EXCEPTION 'the code of an admission is 1 to 40 characters without blanks'
            USING ERRCODE = 'check_violation', HINT = 'What people call it goes into its name.';
    ELSIF length(NEW.name) > 200 THEN
        RAISE EXCEPTION 'the name of an admission has at most 200 characters' USING ERRCODE = 'check_violation';
    ELSIF NEW.closes_on < NEW.opens_on THEN
        RAISE EXCEPTION 'admission % cannot close on %: it opens on %', NEW.admission,
                to_char(NEW.closes_on, 'DD.MM.YYYY'), to_char(NEW.opens_on, 'DD.MM.YYYY')
            USING ERRCODE = 'check_violation', HINT = CASE TG_OP
                WHEN 'UPDATE' THEN 'To close it at once: resutveksl admission close, without --on.'
                ELSE 'It opens today unless it says otherwise: --opens.' END;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER admissions_make_sense BEFORE INSERT OR UPDATE ON resutveksl.admissions
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_admission();

-- Orders for many applicants at once -----------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION resutveksl.place_orders(
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
    this record;
    twin record;
BEGIN
    PERFORM resutveksl.require_open_admission(place_orders.admission);
    IF cardinality(application_numbers) <> cardinality(person_numbers) THEN
        RAISE EXCEPTION '% application numbers and % person numbers do not make a list',
                cardinality(application_numbers), cardinality(person_numbers)
            USING ERRCODE = 'array_subscript_error', HINT = 'Both arrays need the same order and length.';
    ELSIF place_orders.purpose IS NULL OR place_orders.purpose NOT IN ('approval_case', 'external_study', 'application') THEN
        RAISE EXCEPTION 'orders have no purpose of that name'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'One of approval_case, external_study, application.';
    ELSIF consent_channel NOT IN ('Studentweb', 'Søknadsweb', 'Samordna opptak', 'by hand') THEN
        RAISE EXCEPTION 'consent does not come by a channel of that name'
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'One of Søknadsweb, Samordna opptak, Studentweb, by hand.';
    ELSIF consent_channel IS NULL AND consent_on IS NOT NULL THEN
        RAISE EXCEPTION 'a day of consent needs the channel that the consent came by'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Søknadsweb or Samordna opptak, for applicants.';
    ELSIF day > resutveksl.local_date() THEN
        RAISE EXCEPTION 'nobody has answered on % yet: it lies in the future', to_char(day, 'DD.MM.YYYY')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the day on which the applicants answered.';
    END IF;

    CREATE TEMP TABLE resutveksl_lines (
        place integer PRIMARY KEY, line integer, application text, digits text, person_id bigint, fault text,
        who text, first_place integer, first_line integer, outcome text, order_number bigint, reason text);
    INSERT INTO resutveksl_lines (place, line, application, digits, fault)
    SELECT g.place, coalesce(g.line, g.place), btrim(g.application), replace(g.given, ' ', ''),
        CASE
            WHEN coalesce(btrim(g.application), '') = '' THEN 'the application number is missing'
            WHEN length(btrim(g.application)) > 40 THEN 'the application number is longer than 40 characters'
            -- What nobody sees, or what turns round how the rest is shown, makes two numbers of what looks like one.
            WHEN btrim(g.application) ~ ('[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E'
                    '\u2060-\u206F\uFEFF\uFFF9-\uFFFB]')
                THEN 'the application number has an invisible character in it'
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
    UPDATE resutveksl_lines l SET fault = 'the application number is another person''s in this admission'
    FROM resutveksl.admission_orders m
    WHERE l.fault IS NULL AND m.admission = place_orders.admission AND m.application_number = l.application
        AND m.person_id IS DISTINCT FROM l.person_id;

    -- Lines that share something are judged last, from the first to the last, so that a line yields only to one that is
    -- taken. First everybody gets a line of their own; then further application numbers of the same persons follow them.
    UPDATE resutveksl_lines l SET who = coalesce(l.person_id::text, 'new ' || l.digits) WHERE l.fault IS NULL;
    CREATE INDEX ON resutveksl_lines (who, place) WHERE fault IS NULL;
    CREATE INDEX ON resutveksl_lines (application, place) WHERE fault IS NULL;
    FOR this IN
        SELECT place, application, who
        FROM (SELECT place, application, who, count(*) OVER (PARTITION BY application) AS same_application,
            count(*) OVER (PARTITION BY who) AS same_person FROM resutveksl_lines WHERE fault IS NULL) AS shared
        WHERE same_application > 1 OR same_person > 1 ORDER BY place
    LOOP
        SELECT l.place, l.line, l.application INTO twin FROM resutveksl_lines l
        WHERE l.fault IS NULL AND l.who = this.who AND l.place < this.place ORDER BY l.place LIMIT 1;
        IF FOUND THEN
            IF twin.application = this.application THEN
                UPDATE resutveksl_lines l SET fault = format('the person stands on line %s already', twin.line)
                WHERE l.place = this.place;
            ELSE
                UPDATE resutveksl_lines l SET first_place = twin.place, first_line = twin.line WHERE l.place = this.place;
            END IF;
            CONTINUE;
        END IF;
        UPDATE resutveksl_lines l SET fault = format('the application number stands on line %s already', e.line)
        FROM (SELECT s.line FROM resutveksl_lines s
            WHERE s.fault IS NULL AND s.first_place IS NULL AND s.application = this.application AND s.place < this.place
            ORDER BY s.place LIMIT 1) AS e
        WHERE l.place = this.place;
    END LOOP;
    FOR this IN SELECT place, application FROM resutveksl_lines WHERE fault IS NULL AND first_place IS NOT NULL ORDER BY place
    LOOP
        UPDATE resutveksl_lines l SET fault = format('the application number stands on line %s already', e.line)
        FROM (SELECT s.line FROM resutveksl_lines s
            WHERE s.fault IS NULL AND s.application = this.application AND s.place <> this.place
                AND (s.first_place IS NULL OR s.place < this.place)
            ORDER BY s.place LIMIT 1) AS e
        WHERE l.place = this.place;
    END LOOP;
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
            SELECT l.person_id, 'J', day, consent_channel
            FROM resutveksl_lines l WHERE l.fault IS NULL AND l.first_place IS NULL ORDER BY l.person_id
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
                FROM resutveksl_lines l WHERE l.outcome IS NULL AND l.first_place IS NULL ORDER BY l.place
                ON CONFLICT (person_id) WHERE o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held') DO NOTHING
                RETURNING o.order_number, o.person_id
            )
            UPDATE resutveksl_lines l SET outcome = 'ordered', order_number = p.order_number
            FROM placed p WHERE p.person_id = l.person_id AND l.fault IS NULL AND l.first_place IS NULL;
        END IF;
    END LOOP;
    UPDATE resutveksl_lines l SET outcome = 'open', reason = format('the person is ordered for on line %s', l.first_line)
    WHERE l.outcome IS NULL AND l.first_place IS NOT NULL;
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

-- Eksternresultat-logg -------------------------------------------------------------------------------------------------

-- What was deleted is gone; that it was, how much, of whom and by whom is kept.
ALTER TABLE resutveksl.transfer_log
    DROP CONSTRAINT transfer_log_event_check,
    ADD CONSTRAINT transfer_log_event_check CHECK (event IN ('ordered', 'refused', 'requeued', 'cancelled', 'held',
        'released', 'paused', 'resumed', 'fetched', 'source_failed', 'source_closed', 'person_failed', 'given_up',
        'completed', 'taken_over', 'number_changed', 'log_deleted'));

CREATE FUNCTION resutveksl.study_log_was_deleted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO resutveksl.transfer_log (event, person_id, reason)
    SELECT 'log_deleted', CASE WHEN count(DISTINCT person_id) = 1 THEN min(person_id) END,
        format('%s %s of Eksternresultat-logg', count(*), CASE count(*) WHEN 1 THEN 'entry' ELSE 'entries' END)
    FROM gone HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER study_log_deletions_are_logged AFTER DELETE ON resutveksl.study_log
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.study_log_was_deleted();

-- Explanations ---------------------------------------------------------------------------------------------------------

-- Whether trouble mends itself does not follow from the outcome: a host that is down comes back, a database that does not
-- exist under that name does not.
CREATE FUNCTION resutveksl.trouble_advice(source integer, fault text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN fault IN ('connection_refused', 'no_answer', 'connection_lost', 'too_many_connections', 'not_ready',
            'shutting_down', 'too_slow', 'out_of_resources')
        THEN 'Nothing: it is tried again by itself.'
        ELSE format('It is tried again by itself; an operator must look at it: resutveksl source check %s.', source) END
$$;
COMMENT ON FUNCTION resutveksl.trouble_advice IS
    'What to do about a source that could not be asked, by the kind of trouble (transfers.fault).';

-- Of the view only the advice changes; the rest stays as it stands.
DO $$
DECLARE
    definition text := pg_get_viewdef('resutveksl.order_explanations'::regclass);
    outcome text;
    said text;
BEGIN
    FOREACH outcome IN ARRAY ARRAY['unreachable', 'timed_out', 'denied', 'failed'] LOOP
        said := substring(definition FROM format('WHEN ''%s''::text THEN ([^\n]* tried again by itself[^\n]*)', outcome));
        IF said IS NULL THEN
            RAISE EXCEPTION 'order_explanations is not as this migration knows it';
        END IF;
        definition := replace(definition, format('WHEN ''%s''::text THEN %s', outcome, said),
            format('WHEN ''%s''::text THEN resutveksl.trouble_advice(s.source, s.fault)', outcome));
    END LOOP;
    EXECUTE 'CREATE OR REPLACE VIEW resutveksl.order_explanations AS ' || definition;
END $$;

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
