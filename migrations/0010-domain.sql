-- The domain in full: when consent was given and on what basis each question was asked, changes of person numbers, mergers of
-- institutions, and an explanation of every order at every source.

-- Consent --------------------------------------------------------------------------------------------------------------

-- acceptances holds the answer that counts; here stands every one that was ever registered. A withdrawal makes no earlier
-- question unlawful (GDPR 7(3)), and the institution must be able to show that it had been given (GDPR 7(1)).
CREATE TABLE resutveksl.acceptance_history (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES resutveksl.persons ON DELETE CASCADE,
    acceptance_type text NOT NULL,
    answer text CHECK (answer IN ('J', 'N')),
    answered_on date,
    channel text,
    entered_by text NOT NULL DEFAULT session_user,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX acceptance_history_of_person ON resutveksl.acceptance_history (person_id);
COMMENT ON TABLE resutveksl.acceptance_history IS 'Every answer that was registered for a person, also those that no longer count.';
COMMENT ON COLUMN resutveksl.acceptance_history.answer IS 'NULL: the answer was taken out of the register.';

INSERT INTO resutveksl.acceptance_history
    (person_id, acceptance_type, answer, answered_on, channel, entered_by, recorded_at)
SELECT person_id, acceptance_type, answer, answered_on, channel, entered_by, entered_at FROM resutveksl.acceptances;

-- By statement: answers come by the ten thousand with an admission.
CREATE FUNCTION resutveksl.keep_acceptances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Of two records of one person both histories are kept as they are.
    IF resutveksl.is_merging() THEN
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO resutveksl.acceptance_history (person_id, acceptance_type)
        SELECT person_id, acceptance_type FROM old_rows
        WHERE EXISTS (SELECT FROM resutveksl.persons p WHERE p.person_id = old_rows.person_id);
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO resutveksl.acceptance_history (person_id, acceptance_type, answer, answered_on, channel, entered_by)
        SELECT n.person_id, n.acceptance_type, n.answer, n.answered_on, n.channel, n.entered_by
        FROM new_rows n
        WHERE NOT EXISTS (SELECT FROM old_rows o WHERE (o.person_id, o.acceptance_type, o.answer, o.answered_on, o.channel)
            = (n.person_id, n.acceptance_type, n.answer, n.answered_on, n.channel));
    ELSE
        INSERT INTO resutveksl.acceptance_history (person_id, acceptance_type, answer, answered_on, channel, entered_by)
        SELECT person_id, acceptance_type, answer, answered_on, channel, entered_by FROM new_rows;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER acceptances_given_are_kept AFTER INSERT ON resutveksl.acceptances
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.keep_acceptances();
CREATE TRIGGER acceptances_changed_are_kept AFTER UPDATE ON resutveksl.acceptances
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.keep_acceptances();
CREATE TRIGGER acceptances_removed_are_kept AFTER DELETE ON resutveksl.acceptances
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.keep_acceptances();

-- The newest answer counts, as at the sources: a J that comes late from an older list does not take back an N.
CREATE FUNCTION resutveksl.keep_refusal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the person answered N later, on %: an earlier J does not take it back',
            to_char(OLD.answered_on, 'DD.MM.YYYY')
        USING ERRCODE = 'check_violation', HINT = 'Register an answer of that day or later.';
END $$;
CREATE TRIGGER acceptances_keep_a_later_refusal BEFORE UPDATE ON resutveksl.acceptances FOR EACH ROW
    WHEN (OLD.answer = 'N' AND NEW.answer = 'J' AND NEW.answered_on < OLD.answered_on)
    EXECUTE FUNCTION resutveksl.keep_refusal();

-- On what basis each question was asked: of a person who answered J the consent, of anybody else the source's legal basis.
-- It needs no row for each question: a lane has one legal basis, and an order one answer while it is claimed.
ALTER TABLE resutveksl.sources
    ADD CONSTRAINT sources_legal_basis_can_be_told CHECK (btrim(legal_basis) <> '' AND length(legal_basis) <= 900),
    ADD COLUMN contact text CHECK (length(contact) <= 200),
    ADD COLUMN sharing text CHECK (sharing IN ('open', 'reserved', 'not_open')),
    ADD COLUMN sharing_since timestamptz;
COMMENT ON COLUMN resutveksl.sources.contact IS 'Whom case workers turn to there; shown in explanations.';
COMMENT ON COLUMN resutveksl.sources.sharing IS 'What it last answered to the first question; since when, in sharing_since.';

ALTER TABLE resutveksl.run_sources
    ADD COLUMN legal_basis text,
    ADD COLUMN asked_on_consent integer,
    ADD COLUMN asked_on_legal_basis integer;
COMMENT ON COLUMN resutveksl.run_sources.legal_basis IS
    'On what it was asked about persons who had not answered J; NULL: consent was required.';
COMMENT ON COLUMN resutveksl.run_sources.asked_on_consent IS
    'Of asked, how many on the person''s consent. NULL in lanes from before this was kept.';
COMMENT ON COLUMN resutveksl.run_sources.asked_on_legal_basis IS 'Of asked, how many on legal_basis.';

ALTER TABLE resutveksl.orders
    ADD COLUMN consented_on date,
    ADD COLUMN cancel_reason text CHECK (length(cancel_reason) <= 500);
COMMENT ON COLUMN resutveksl.orders.consented_on IS
    'Day of the J on which every source was asked; NULL: they were asked on their legal bases, or not at all.';

ALTER TABLE resutveksl.transfers
    ADD COLUMN basis text,
    ADD COLUMN results integer,
    ADD COLUMN is_known boolean,
    ADD COLUMN found_earlier boolean NOT NULL DEFAULT false,
    ADD COLUMN attempt_tokens bigint[];
COMMENT ON COLUMN resutveksl.orders.cancel_reason IS 'Why it was cancelled, where nobody did it by hand.';
COMMENT ON COLUMN resutveksl.transfers.basis IS 'On what the answer was asked for: consent, or a legal basis. NULL: not asked.';
COMMENT ON COLUMN resutveksl.transfers.results IS 'How many results the source has of the person.';
COMMENT ON COLUMN resutveksl.transfers.is_known IS 'Whether the source knows the person by a number that was asked by.';
COMMENT ON COLUMN resutveksl.transfers.found_earlier IS 'Found under an earlier number of the person.';
COMMENT ON COLUMN resutveksl.transfers.attempt_tokens IS 'The claims in which an attempt failed, as transfer_log names them.';

-- What is known of the time before: the last thing that each source answered to the first question.
UPDATE resutveksl.sources s SET sharing = l.sharing, sharing_since = l.since
FROM (
    SELECT source, outcome AS sharing, (SELECT min(b.logged_at) FROM resutveksl.transfer_log b
        WHERE b.source = a.source AND b.event = 'source_closed' AND b.outcome = a.outcome
            AND b.logged_at > coalesce((SELECT max(r.ended_at) FROM resutveksl.run_sources r
                WHERE r.source = a.source AND r.outcome IN ('done', 'reserved', 'not_open') AND r.outcome <> a.outcome),
                '-infinity')) AS since
    FROM (SELECT DISTINCT ON (source) source, outcome FROM resutveksl.run_sources
        WHERE outcome IN ('done', 'reserved', 'not_open') ORDER BY source, ended_at DESC) a
    WHERE outcome <> 'done'
) l WHERE l.source = s.source;

CREATE FUNCTION resutveksl.forget_cancel_reason() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.cancel_reason := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_that_go_on_have_no_cancel_reason BEFORE UPDATE ON resutveksl.orders FOR EACH ROW
    WHEN (NEW.state <> 'cancelled' AND NEW.cancel_reason IS NOT NULL)
    EXECUTE FUNCTION resutveksl.forget_cancel_reason();

-- Institutions ---------------------------------------------------------------------------------------------------------

-- The institution itself, and what it became part of, at any depth.
CREATE FUNCTION resutveksl.merger_path(institution integer, OUT place integer, OUT number integer) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE way (place, number, next) AS (
        SELECT 0, i.institution, i.merged_into FROM resutveksl.institutions i WHERE i.institution = merger_path.institution
        UNION ALL
        SELECT w.place + 1, i.institution, i.merged_into
        FROM way w JOIN resutveksl.institutions i ON i.institution = w.next WHERE w.place < 50
    )
    SELECT place, number FROM way
$$;

CREATE FUNCTION resutveksl.successor(institution integer) RETURNS integer
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT number FROM resutveksl.merger_path(institution) ORDER BY place DESC LIMIT 1
$$;
COMMENT ON FUNCTION resutveksl.successor IS 'What an institution is part of today; itself when it was not merged.';

CREATE FUNCTION resutveksl.source_for(institution integer) RETURNS integer
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.source FROM resutveksl.merger_path(institution) m JOIN resutveksl.sources s ON s.source = m.number
    ORDER BY m.place LIMIT 1
$$;
COMMENT ON FUNCTION resutveksl.source_for IS
    'Which source is asked for an institution: its own database, otherwise that of what it was merged into. NULL: none.';

CREATE FUNCTION resutveksl.refuse_merger_in_a_circle() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.institution IN (SELECT number FROM resutveksl.merger_path(NEW.merged_into)) THEN
        RAISE EXCEPTION 'institution % cannot be merged into %, which is merged into it', NEW.institution, NEW.merged_into
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER institutions_merge_in_one_direction BEFORE INSERT OR UPDATE OF merged_into ON resutveksl.institutions
    FOR EACH ROW WHEN (NEW.merged_into IS NOT NULL) EXECUTE FUNCTION resutveksl.refuse_merger_in_a_circle();

CREATE FUNCTION resutveksl.refuse_merged_institution() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    successor integer := resutveksl.successor(NEW.source);
BEGIN
    -- One that was registered before it was merged stays until somebody removes it.
    IF successor <> NEW.source AND NOT EXISTS (SELECT FROM resutveksl.sources s WHERE s.source = NEW.source) THEN
        RAISE EXCEPTION '% is merged into %: register %', NEW.source, successor, successor
            USING ERRCODE = 'check_violation',
                HINT = format('Results that were earned at %s come from the database of %s.', NEW.source, successor);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sources_are_not_merged BEFORE INSERT ON resutveksl.sources
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_merged_institution();

CREATE VIEW resutveksl.institution_register AS
SELECT i.institution, i.acronym, i.name, i.number_confirmed, i.merged_into, i.merged_year,
    resutveksl.successor(i.institution) AS successor, resutveksl.source_for(i.institution) AS asked_at
FROM resutveksl.institutions i;
COMMENT ON VIEW resutveksl.institution_register IS
    'Every institution: what it is part of today, and which source is asked for it (NULL: none is registered).';

CREATE OR REPLACE FUNCTION resutveksl.pause_source(source integer, until timestamptz DEFAULT 'infinity', reason text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked integer := resutveksl.source_for(source);
BEGIN
    UPDATE resutveksl.sources s SET paused_until = until, pause_reason = pause_source.reason WHERE s.source = asked;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no source has the number %', source
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl source list.';
    END IF;
    INSERT INTO resutveksl.transfer_log (event, source, reason, next_attempt)
    VALUES ('paused', asked, pause_source.reason, until);
END $$;

CREATE OR REPLACE FUNCTION resutveksl.resume_source(source integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked integer := resutveksl.source_for(source);
BEGIN
    UPDATE resutveksl.sources s SET paused_until = NULL, pause_reason = NULL WHERE s.source = asked;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no source has the number %', source
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl source list.';
    END IF;
    INSERT INTO resutveksl.transfer_log (event, source) VALUES ('resumed', asked);
END $$;

-- Kinds of person numbers ----------------------------------------------------------------------------------------------

-- The same as the program's PersonNumber.Kind, which has the reasons. NULL: the first six digits are no date in any reading.
CREATE FUNCTION resutveksl.number_kind(person_number text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    day integer := left(person_number, 2)::integer;
    month integer := substr(person_number, 3, 2)::integer;
    february integer := CASE WHEN substr(person_number, 5, 2)::integer % 4 = 0 THEN 29 ELSE 28 END;
    last_days integer[] := ARRAY[31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    personnr integer := right(person_number, 5)::integer;
    is_d boolean := day BETWEEN 41 AND 79;
    temporary text := CASE WHEN personnr >= 90000 THEN 'FS' ELSE 'S' END;
    readings text[];
    months integer[];
BEGIN
    IF day >= 80 THEN RETURN 'FH'; END IF;
    IF month BETWEEN 1 AND 12 THEN
        readings := ARRAY[CASE WHEN is_d THEN 'D' ELSE 'F' END];
        months := ARRAY[month];
    ELSIF month BETWEEN 41 AND 50 OR is_d AND month BETWEEN 51 AND 52 THEN
        readings := ARRAY[CASE WHEN is_d THEN 'D+H' ELSE 'H' END];
        months := ARRAY[month - 40];
    ELSIF month BETWEEN 51 AND 52 AND (personnr >= 90000 OR personnr BETWEEN 10000 AND 14000) THEN
        readings := ARRAY[temporary, 'H'];
        months := ARRAY[month - 50, month - 40];
    ELSIF month BETWEEN 51 AND 52 THEN
        readings := ARRAY['H', temporary];
        months := ARRAY[month - 40, month - 50];
    ELSIF month BETWEEN 53 AND 62 AND NOT is_d THEN
        readings := ARRAY[temporary];
        months := ARRAY[month - 50];
    ELSIF month BETWEEN 81 AND 92 THEN
        readings := ARRAY[CASE WHEN is_d THEN 'D+T' ELSE 'T' END];
        months := ARRAY[month - 80];
    END IF;
    IF is_d THEN day := day - 40; END IF;
    RETURN (SELECT kind FROM unnest(readings, months) WITH ORDINALITY AS r (kind, month_of_year, place)
        WHERE day BETWEEN 1 AND last_days[month_of_year] ORDER BY place LIMIT 1);
END $$;
COMMENT ON FUNCTION resutveksl.number_kind IS
    'F fødselsnummer, D, S, FS, H help number, T Tenor, D+H, D+T, FH; NULL when there is no such date.';

CREATE FUNCTION resutveksl.number_priority(kind text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN kind IN ('F', 'T') THEN 5 WHEN kind IN ('D', 'D+T') THEN 4 WHEN kind = 'S' THEN 3
        WHEN kind IN ('H', 'D+H') THEN 2 WHEN kind = 'FS' THEN 1 ELSE 0 END
$$;
COMMENT ON FUNCTION resutveksl.number_priority IS 'Real before D before S before FS: a record is never changed to a lower kind.';

CREATE FUNCTION resutveksl.kind_name(kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE kind WHEN 'F' THEN 'fødselsnummer' WHEN 'T' THEN 'synthetic fødselsnummer' WHEN 'D+T' THEN 'synthetic D-number'
        WHEN 'H' THEN 'help number' WHEN 'D+H' THEN 'help number' ELSE kind || '-number' END
$$;

CREATE FUNCTION resutveksl.a_kind(kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN kind IN ('S', 'FS', 'FH') THEN 'an ' ELSE 'a ' END || resutveksl.kind_name(kind)
$$;

-- A number that is somebody's now cannot be an earlier one of somebody else: it would be asked by for both, and one would
-- get the other's results. An FS-number may be an earlier one; it is never asked by.

CREATE FUNCTION resutveksl.refuse_shared_number() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'persons' THEN
        IF EXISTS (SELECT FROM resutveksl.person_number_changes c
            WHERE c.earlier_number = NEW.person_number AND c.person_id <> NEW.person_id)
        THEN
            RAISE EXCEPTION 'this number was replaced: the person who had it is registered under a later one'
                USING ERRCODE = 'unique_violation', HINT = 'Use the later number.';
        END IF;
    ELSIF EXISTS (SELECT FROM resutveksl.persons p
            WHERE p.person_number = NEW.earlier_number AND p.person_id <> NEW.person_id)
        OR EXISTS (SELECT FROM resutveksl.person_number_changes c
            WHERE c.earlier_number = NEW.earlier_number AND c.person_id <> NEW.person_id)
    THEN
        RAISE EXCEPTION 'the earlier number belongs to another person'
            USING ERRCODE = 'unique_violation', HINT = 'Nobody can be asked for by a number that two persons have.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER persons_have_numbers_of_their_own BEFORE INSERT OR UPDATE OF person_number ON resutveksl.persons
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_shared_number();
CREATE TRIGGER earlier_numbers_are_one_persons BEFORE INSERT OR UPDATE ON resutveksl.person_number_changes
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_shared_number();

-- Changes of number ----------------------------------------------------------------------------------------------------

ALTER TABLE resutveksl.transfer_log
    DROP CONSTRAINT transfer_log_event_check,
    ADD CONSTRAINT transfer_log_event_check CHECK (event IN ('ordered', 'refused', 'requeued', 'cancelled', 'held',
        'released', 'paused', 'resumed', 'fetched', 'source_failed', 'source_closed', 'person_failed', 'given_up',
        'completed', 'taken_over', 'number_changed'));

-- Merging two records moves results that otherwise only the import may write. As for an import, a row that is put here and
-- taken away again in one transaction shows it; a setting of the session would not do, because everybody can set one.
CREATE UNLOGGED TABLE resutveksl.open_merges (transaction xid8 PRIMARY KEY);
COMMENT ON TABLE resutveksl.open_merges IS
    'Mergers of two persons that are under way. Each transaction sees its own row only, so that it looks empty.';

CREATE FUNCTION resutveksl.is_merging() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM resutveksl.open_merges m WHERE m.transaction = pg_current_xact_id_if_assigned())
$$;
COMMENT ON FUNCTION resutveksl.is_merging IS 'Whether this transaction merges two persons.';

-- Results of `twin` become those of `person`. Where both have the same result of the same source, the one that was fetched
-- last stays, and what was told of the other is told of it.
CREATE FUNCTION resutveksl.merge_results(person bigint, twin bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    same record;
BEGIN
    FOR same IN
        SELECT CASE WHEN b.fetched_at >= a.fetched_at THEN a.result_id ELSE b.result_id END AS gone,
            CASE WHEN b.fetched_at >= a.fetched_at THEN b.result_id ELSE a.result_id END AS kept
        FROM resutveksl.external_studies s
        JOIN resutveksl.external_results a USING (study_id)
        JOIN resutveksl.external_studies t ON t.person_id = person AND t.institution = s.institution
        JOIN resutveksl.external_results b ON b.study_id = t.study_id AND b.source = a.source AND b.result_key = a.result_key
        WHERE s.person_id = twin
    LOOP
        UPDATE resutveksl.external_results SET part_of = same.kept WHERE part_of = same.gone;
        UPDATE resutveksl.result_changes SET result_id = same.kept WHERE result_id = same.gone;
        UPDATE resutveksl.external_results r SET needs_control = r.needs_control OR g.needs_control
        FROM resutveksl.external_results g WHERE r.result_id = same.kept AND g.result_id = same.gone AND g.needs_control;
        DELETE FROM resutveksl.external_results WHERE result_id = same.gone;
    END LOOP;
    INSERT INTO resutveksl.external_studies (person_id, institution)
    SELECT person, institution FROM resutveksl.external_studies WHERE person_id = twin
    ON CONFLICT DO NOTHING;
    UPDATE resutveksl.external_results r SET study_id = t.study_id
    FROM resutveksl.external_studies s JOIN resutveksl.external_studies t USING (institution)
    WHERE r.study_id = s.study_id AND s.person_id = twin AND t.person_id = person;
    DELETE FROM resutveksl.external_studies WHERE person_id = twin;
END $$;

-- Whatever else refers to a person follows, also in tables that are younger than this function.
CREATE FUNCTION resutveksl.merge_persons(person bigint, twin bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    other record;
BEGIN
    INSERT INTO resutveksl.open_merges VALUES (pg_current_xact_id());
    PERFORM resutveksl.merge_results(person, twin);
    -- What a source answered about one of the numbers is not what it answers about all of them: it sends everything anew.
    DELETE FROM resutveksl.person_sources WHERE person_id IN (person, twin);
    -- The newest answer counts; of two on one day the N (as at the sources).
    UPDATE resutveksl.acceptances a SET acceptance_type = b.acceptance_type, answer = b.answer, answered_on = b.answered_on,
        channel = b.channel, entered_by = b.entered_by, entered_at = b.entered_at
    FROM resutveksl.acceptances b
    WHERE a.person_id = person AND b.person_id = twin AND (b.answered_on, b.answer) > (a.answered_on, a.answer);
    UPDATE resutveksl.acceptance_history SET person_id = person WHERE person_id = twin;
    UPDATE resutveksl.acceptances SET person_id = person
    WHERE person_id = twin AND NOT EXISTS (SELECT FROM resutveksl.acceptances WHERE person_id = person);
    UPDATE resutveksl.persons p SET given_name = coalesce(p.given_name, t.given_name),
        family_name = coalesce(p.family_name, t.family_name)
    FROM resutveksl.persons t WHERE p.person_id = person AND t.person_id = twin;
    FOR other IN
        SELECT c.conrelid::regclass AS name, a.attname AS col
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'resutveksl.persons'::regclass AND c.conparentid = 0
            AND c.conrelid NOT IN ('resutveksl.acceptances'::regclass, 'resutveksl.person_number_changes'::regclass)
    LOOP
        EXECUTE format('UPDATE %s SET %I = $1 WHERE %I = $2', other.name, other.col, other.col) USING person, twin;
    END LOOP;
    -- It refers to a person without a foreign key, and would go with the record that goes.
    IF to_regclass('resutveksl.study_log') IS NOT NULL THEN
        EXECUTE 'UPDATE resutveksl.study_log SET person_id = $1 WHERE person_id = $2' USING person, twin;
    END IF;
    WITH moved AS (
        DELETE FROM resutveksl.person_number_changes WHERE person_id = twin RETURNING earlier_number, changed_on
    )
    SELECT array_agg(earlier_number) AS numbers, array_agg(changed_on) AS days INTO other FROM moved;
    DELETE FROM resutveksl.persons WHERE person_id = twin;
    INSERT INTO resutveksl.person_number_changes (person_id, earlier_number, changed_on)
    SELECT person, number, day FROM unnest(other.numbers, other.days) AS m (number, day) ON CONFLICT DO NOTHING;
    DELETE FROM resutveksl.open_merges WHERE transaction = pg_current_xact_id();
END $$;
COMMENT ON FUNCTION resutveksl.merge_persons IS 'Makes one record of two; change_person_number decides which.';

-- FS keeps the same in fnr_endring. The new number is the person's from now on, and the old one is asked by as well, because
-- a source may still hold it. Where both numbers are registered, their records are of one person and become one:
--   * the record of the new number stays; orders, results, answers and earlier numbers of the other one move to it;
--   * of two open orders the one that was placed first goes on, because its "Bestilt" is what was promised; the other is
--     cancelled and says why;
--   * the newest answer about consent counts, of two on one day the N; both stay in acceptance_history;
--   * a result that both have stands once; nothing that was entered by hand is lost.
-- The person's open order is asked afresh everywhere: what was not found by the old numbers may be found by the new one.
CREATE FUNCTION resutveksl.change_person_number(
    old_number text, new_number text, on_date date DEFAULT NULL,
    OUT person_id bigint, OUT is_merged boolean, OUT open_order bigint, OUT cancelled_order bigint, OUT message text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_digits text := replace(btrim(old_number), ' ', '');
    new_digits text := replace(btrim(new_number), ' ', '');
    old_kind text;
    new_kind text;
    twin bigint;
    today date := (SELECT (now() AT TIME ZONE time_zone)::date FROM resutveksl.settings);
    busy bigint;
BEGIN
    IF resutveksl.has_control_digits(old_digits) IS NOT TRUE OR resutveksl.has_control_digits(new_digits) IS NOT TRUE THEN
        RAISE EXCEPTION 'one of the two is not a person number'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give eleven digits each, the old number first.';
    END IF;
    old_kind := resutveksl.number_kind(old_digits);
    new_kind := resutveksl.number_kind(new_digits);
    IF old_digits = new_digits THEN
        RAISE EXCEPTION 'the old number and the new one are the same'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the old number first, then the new one.';
    ELSIF old_kind IS NULL OR new_kind IS NULL THEN
        RAISE EXCEPTION 'the first six digits of one of the numbers are no date'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give eleven digits each, the old number first.';
    ELSIF resutveksl.number_priority(new_kind) < resutveksl.number_priority(old_kind) THEN
        RAISE EXCEPTION 'a number is never changed to one of a lower kind: % does not replace %',
                resutveksl.a_kind(new_kind), resutveksl.a_kind(old_kind)
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Real numbers go before D-numbers, these before S-numbers and FS-numbers. Were the two exchanged?';
    ELSIF on_date > today THEN
        RAISE EXCEPTION 'the change lies in the future'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the day on which the number was changed.';
    END IF;

    -- Both records, their orders, and in one order for everybody.
    PERFORM FROM resutveksl.persons p WHERE p.person_number IN (old_digits, new_digits) ORDER BY p.person_id FOR UPDATE;
    SELECT p.person_id INTO person_id FROM resutveksl.persons p WHERE p.person_number = new_digits;
    SELECT p.person_id INTO twin FROM resutveksl.persons p WHERE p.person_number = old_digits;
    is_merged := person_id IS NOT NULL AND twin IS NOT NULL;
    IF person_id IS NULL AND twin IS NULL AND resutveksl.person_of(old_digits) IS NOT NULL THEN
        RAISE EXCEPTION 'the old number was replaced before: the person has a later one'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Give the number that the person has now as the old one.';
    ELSIF person_id IS NULL AND twin IS NULL THEN
        RAISE EXCEPTION 'no person with either of these numbers is known here'
            USING ERRCODE = 'no_data_found', HINT = 'Register the person first: resutveksl person add.';
    END IF;
    IF is_merged THEN
        PERFORM FROM resutveksl.orders o WHERE o.person_id IN (change_person_number.person_id, twin)
        ORDER BY o.order_number FOR NO KEY UPDATE;
        SELECT o.order_number INTO busy FROM resutveksl.orders o
        WHERE o.person_id IN (change_person_number.person_id, twin) AND o.state = 'fetching'
            AND resutveksl.is_held(o.claim_token);
        IF FOUND THEN
            RAISE EXCEPTION 'order % is being fetched right now', busy
                USING ERRCODE = 'object_in_use', HINT = 'Wait until the run has settled it, then change the number.';
        END IF;
        SELECT max(o.order_number) INTO cancelled_order FROM resutveksl.orders o
        WHERE o.person_id IN (change_person_number.person_id, twin)
            AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held')
        HAVING count(*) > 1;
        IF cancelled_order IS NOT NULL THEN
            SELECT min(o.order_number) INTO open_order FROM resutveksl.orders o
            WHERE o.person_id IN (change_person_number.person_id, twin)
                AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held');
            UPDATE resutveksl.orders o SET state = 'cancelled', hold_reason = NULL,
                cancel_reason = format('the person was registered twice; order %s goes on', open_order)
            WHERE o.order_number = cancelled_order;
            -- An admission goes on with the order that goes on.
            UPDATE resutveksl.admission_orders m SET order_number = open_order WHERE m.order_number = cancelled_order;
        END IF;
        PERFORM resutveksl.merge_persons(person_id, twin);
        INSERT INTO resutveksl.person_number_changes AS c (person_id, earlier_number, changed_on)
        VALUES (change_person_number.person_id, old_digits, coalesce(on_date, today));
    ELSIF twin IS NOT NULL THEN
        person_id := twin;
        DELETE FROM resutveksl.person_number_changes c WHERE c.person_id = twin AND c.earlier_number = new_digits;
        UPDATE resutveksl.persons p SET person_number = new_digits WHERE p.person_id = twin;
        INSERT INTO resutveksl.person_number_changes AS c (person_id, earlier_number, changed_on)
        VALUES (twin, old_digits, coalesce(on_date, today));
    ELSE
        INSERT INTO resutveksl.person_number_changes AS c (person_id, earlier_number, changed_on)
        VALUES (change_person_number.person_id, old_digits, coalesce(on_date, today))
        ON CONFLICT ON CONSTRAINT person_number_changes_pkey DO UPDATE SET changed_on = EXCLUDED.changed_on;
    END IF;

    UPDATE resutveksl.orders o SET state = 'ordered', due_at = now()
    WHERE o.person_id = change_person_number.person_id AND o.state = 'awaiting_retry';
    UPDATE resutveksl.orders o SET asks_every_source = true
    WHERE o.person_id = change_person_number.person_id AND o.state = 'held' AND NOT o.asks_every_source;
    -- One that is being fetched has been claimed with the numbers of before.
    SELECT o.order_number INTO open_order FROM resutveksl.orders o
    WHERE o.person_id = change_person_number.person_id AND o.state IN ('ordered', 'held');
    INSERT INTO resutveksl.transfer_log (event, person_id, order_number, reason)
    VALUES ('number_changed', change_person_number.person_id, open_order, format('%s was replaced by %s',
        resutveksl.a_kind(old_kind), resutveksl.a_kind(new_kind))
        || CASE WHEN is_merged THEN format('; record %s became part of record %s', twin, person_id) ELSE '' END);
    message := format('%s was replaced by %s', resutveksl.a_kind(old_kind), resutveksl.a_kind(new_kind))
        || CASE WHEN is_merged THEN '; the person was registered twice and is one now' ELSE '' END
        || CASE WHEN cancelled_order IS NOT NULL THEN format('; order %s is cancelled', cancelled_order) ELSE '' END
        || CASE WHEN open_order IS NOT NULL THEN format('; order %s asks everywhere again', open_order)
            ELSE '; order again to ask by every number' END;
END $$;

-- Fetched rows belong to the import, and the log of Person eksternstudium is not edited. Where the database sees to that, a
-- merger is let through: it moves rows from one record of a person to the other, and changes nothing else in them.
DO $$
BEGIN
    IF to_regprocedure('resutveksl.is_importing(integer)') IS NOT NULL THEN
        CREATE OR REPLACE FUNCTION resutveksl.is_importing(source integer DEFAULT NULL) RETURNS boolean
        LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
            SELECT EXISTS (SELECT FROM resutveksl.open_imports i
                    WHERE i.transaction = pg_current_xact_id_if_assigned() AND (i.source = is_importing.source) IS NOT FALSE)
                OR resutveksl.is_merging()
        $body$;
    END IF;
    IF to_regclass('resutveksl.study_log') IS NOT NULL THEN
        CREATE OR REPLACE TRIGGER study_log_is_not_edited BEFORE UPDATE ON resutveksl.study_log FOR EACH ROW
            WHEN (NOT resutveksl.is_merging()) EXECUTE FUNCTION resutveksl.refuse_study_log_change();
    END IF;
END $$;

COMMENT ON FUNCTION resutveksl.change_person_number IS
    'Registers that a person has a new number; the old one is asked by too. Makes one of two records.';

-- Explanations ---------------------------------------------------------------------------------------------------------
-- All sentences for case workers stand here: the program prints what the view says.

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
    t.fault, t.phase, t.errno, coalesce(t.found_earlier, false) AS found_earlier
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

CREATE FUNCTION resutveksl.local_day(moment timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(moment AT TIME ZONE time_zone, 'DD.MM.YYYY') FROM resutveksl.settings
$$;

CREATE FUNCTION resutveksl.counted(count bigint, noun text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT count || ' ' || noun || CASE WHEN count = 1 THEN '' ELSE 's' END
$$;

-- What an order's person can be found by, in words without a number.
CREATE FUNCTION resutveksl.numbers_of(person bigint, OUT kind text, OUT a_kind text, OUT is_temporary boolean, OUT earlier text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT resutveksl.kind_name(k.kind), resutveksl.a_kind(k.kind), k.kind IN ('S', 'D', 'D+T', 'H', 'D+H'), (
        SELECT string_agg(DISTINCT resutveksl.a_kind(resutveksl.number_kind(c.earlier_number)), ' and ')
        FROM resutveksl.person_number_changes c
        WHERE c.person_id = person AND resutveksl.is_usable_number(c.earlier_number))
    FROM resutveksl.persons p
    CROSS JOIN LATERAL (SELECT resutveksl.number_kind(p.person_number) AS kind OFFSET 0) AS k
    WHERE p.person_id = person
$$;

-- The attempts that failed, as transfer_log has them: "24.11.2026 02:30 (no answer), 25.11.2026 02:30 (connection refused)".
CREATE FUNCTION resutveksl.attempts_text(order_number bigint, source integer, tokens bigint[], since timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(format('%s (%s)', resutveksl.local_minute(a.logged_at), replace(coalesce(a.fault, a.outcome), '_', ' ')), ', '
        ORDER BY a.logged_at)
    FROM (
        SELECT DISTINCT ON (l.token) l.logged_at, l.fault, l.outcome
        FROM resutveksl.transfer_log l
        WHERE l.source = attempts_text.source AND l.logged_at >= since AND l.token = ANY (tokens)
            AND (l.event = 'source_failed' OR l.event = 'person_failed' AND l.order_number = attempts_text.order_number)
        ORDER BY l.token, l.order_number
    ) AS a
$$;

-- What the person answered, and before that: "the person answered N on 24.11.2026 (Studentweb), after a J of 01.08.2026".
CREATE FUNCTION resutveksl.answer_text(person bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN a.answer IS NULL THEN 'the person has not answered'
            ELSE format('the person answered %s on %s (%s)', a.answer, to_char(a.answered_on, 'DD.MM.YYYY'), a.channel) END
        || CASE WHEN a.answer IS DISTINCT FROM 'J' THEN coalesce((
            SELECT format(CASE WHEN a.answer IS NULL THEN '; the J of %s was withdrawn' ELSE ', after a J of %s' END,
                to_char(given.day, 'DD.MM.YYYY'))
            FROM (SELECT h.answered_on AS day FROM resutveksl.acceptance_history h
                WHERE h.person_id = person AND h.answer = 'J' ORDER BY h.entry_id DESC LIMIT 1) AS given), '') ELSE '' END
    FROM (VALUES (1)) AS one
    LEFT JOIN resutveksl.acceptances a ON a.person_id = person
$$;

CREATE VIEW resutveksl.order_explanations AS
SELECT s.order_number, s.person_id, s.source, s.acronym, i.name AS institution_name, s.outcome,
    regexp_replace(upper(left(said.what, 1)) || substr(said.what, 2)
        || CASE WHEN x.found_earlier THEN '. Found under an earlier number of the person' ELSE '' END
        || CASE WHEN s.held_back > 0 THEN '. ' || resutveksl.counted(s.held_back, 'degree')
            || ' held back for want of a diploma date before the day of the fetch' ELSE '' END || '.',
        '([.?!])\.$', '\1') AS sentence,
    nullif(concat_ws(' ', said.todo,
        CASE WHEN x.found_earlier THEN 'The person should have ' || x.whom || ' register the present number.' END,
        CASE WHEN s.held_back > 0 THEN 'Ask ' || x.whom || ' to register when the diploma was handed out, and order again.' END),
        '') AS advice,
    s.attempts, x.attempts_failed, resutveksl.local_minute(s.next_attempt) AS next_attempt,
    s.new_results, s.changed_results, s.missing_results, x.unchanged AS unchanged_results, s.held_back, x.found_earlier,
    x.basis, x.closed_since, s.fault, s.reason
FROM resutveksl.order_sources s
JOIN resutveksl.orders o USING (order_number)
JOIN resutveksl.institutions i ON i.institution = s.source
JOIN resutveksl.sources r ON r.source = s.source
LEFT JOIN resutveksl.transfers t ON t.order_number = s.order_number AND t.source = s.source
LEFT JOIN resutveksl.run_sources l ON l.token = o.first_token AND l.source = s.source
CROSS JOIN LATERAL resutveksl.numbers_of(s.person_id) AS n
CROSS JOIN LATERAL (SELECT
    coalesce(t.found_earlier, false) AS found_earlier,
    i.acronym || coalesce(' (' || r.contact || ')', '') AS whom,
    greatest(t.results - s.new_results - s.changed_results, 0) AS unchanged,
    CASE WHEN s.outcome IN ('unreachable', 'denied', 'timed_out', 'failed', 'invalid', 'paused', 'given_up')
        THEN resutveksl.attempts_text(s.order_number, s.source, t.attempt_tokens, t.first_failed_at) END AS attempts_failed,
    -- Of a pair without a row of its own: the lane asked, on the order's consent or else on the lane's legal basis.
    CASE WHEN t.order_number IS NOT NULL THEN t.basis
        WHEN l.asked_on_consent IS NOT NULL AND l.cursor >= s.order_number
            THEN CASE WHEN o.consented_on IS NOT NULL THEN 'consent' ELSE l.legal_basis END END AS basis,
    CASE WHEN s.outcome IN ('reserved', 'not_open') AND r.sharing = s.outcome THEN resutveksl.local_day(r.sharing_since)
        END AS closed_since,
    s.outcome = 'nothing' AND (CASE WHEN t.order_number IS NULL THEN l.asked_on_consent IS NOT NULL
        ELSE t.is_known IS NOT NULL END) AS is_known_whether,
    CASE WHEN s.next_attempt IS NULL THEN ''
        WHEN o.state = 'held' THEN '. Not tried again while the order is held: ' || o.hold_reason
        WHEN o.state = 'cancelled' THEN '. Not tried again: the order was cancelled'
        ELSE '. Next attempt ' || resutveksl.local_minute(s.next_attempt) END AS next
    OFFSET 0) AS x
CROSS JOIN LATERAL (SELECT
    CASE WHEN x.attempts_failed IS NOT NULL THEN '. Tried ' || resutveksl.counted(s.attempts, 'time') || ': '
        || x.attempts_failed ELSE '' END || x.next AS tried,
    -- FS routine, "when expected results are missing", 4: the student has a temporary number at the source.
    CASE
        WHEN n.is_temporary THEN format('The person has %s here: if %s knows another number, register it '
            '(resutveksl person change-number) and order again.', n.a_kind, x.whom)
        WHEN n.earlier IS NOT NULL THEN format('The person has had %s, which was asked by too. If results are expected, '
            'the person must ask %s to update its records.', n.earlier, x.whom)
        ELSE format('If results are expected, the person may have a temporary number there (S-number or D-number): register '
            'it here if it is known (resutveksl person change-number) and order again, or else the person must ask %s to '
            'update its records.', x.whom)
    END AS number_advice
    OFFSET 0) AS y
CROSS JOIN LATERAL (SELECT
    CASE s.outcome
        WHEN 'fetched' THEN 'reached and fetched: ' || coalesce(nullif(concat_ws(', ',
            nullif(s.new_results, 0) || ' new', nullif(s.changed_results, 0) || ' changed',
            nullif(s.missing_results, 0) || ' missing', nullif(x.unchanged, 0) || ' unchanged'), ''), 'nothing that is new')
        WHEN 'unchanged' THEN 'reached: ' || coalesce(resutveksl.counted(t.results, 'result') || ', ', '')
            || 'unchanged since the last fetch'
        WHEN 'nothing' THEN 'reached: ' || CASE
            WHEN s.missing_results > 0 THEN resutveksl.counted(s.missing_results, 'result') || ' of before missing, and '
            ELSE '' END || CASE
            WHEN t.is_known THEN 'the person is known there and has no passed result to show'
            WHEN x.is_known_whether THEN 'nothing found; nobody is known there by '
                || CASE WHEN n.earlier IS NULL THEN 'the person''s number' ELSE 'any of the person''s numbers' END
            ELSE 'nothing found; the person has no passed result there, or is not known there' END
        WHEN 'reserved' THEN coalesce('it has reserved itself (RESERVER = J), since ' || x.closed_since || ' as far as known here',
            'it had reserved itself (RESERVER = J) when it was asked')
        WHEN 'not_open' THEN coalesce('its module RESUTVEKSL is not active, since ' || x.closed_since || ' as far as known here',
            'its module RESUTVEKSL was not active when it was asked')
        WHEN 'no_consent' THEN CASE WHEN t.basis IS NULL
            THEN 'not asked: consent is required, and ' || resutveksl.answer_text(s.person_id)
            ELSE 'reached: it requires consent, and knows of no J; ' || resutveksl.answer_text(s.person_id) || ' here' END
        WHEN 'refused' THEN CASE WHEN t.basis IS NULL
            THEN 'not asked: ' || resutveksl.answer_text(s.person_id) || ', and an N always stops'
            ELSE 'reached: the person has answered N there, and an N always stops' END
        WHEN 'no_number' THEN format('not asked: no other institution can be asked by %s', n.a_kind)
        WHEN 'unreachable' THEN 'down: it could not be reached' || y.tried
        WHEN 'denied' THEN 'it did not let us in' || y.tried
        WHEN 'timed_out' THEN 'it did not answer in time' || y.tried
        WHEN 'failed' THEN 'it answered with an error' || y.tried
        WHEN 'invalid' THEN 'bad data, and nothing of it was taken: ' || rtrim(s.reason, '.') || y.tried
        WHEN 'paused' THEN 'not asked: ' || s.reason || x.next
        WHEN 'pending' THEN 'not asked yet: the run was interrupted before its turn' || x.next
        WHEN 'given_up' THEN 'given up after ' || resutveksl.counted(s.attempts, 'attempt')
            || coalesce(': ' || x.attempts_failed, '') || coalesce('. The last: ' || rtrim(s.reason, '.'), '')
        WHEN 'cancelled' THEN 'not asked: the order was cancelled' || coalesce(': ' || o.cancel_reason, '')
        WHEN 'waiting' THEN 'not asked yet: the order is ' || resutveksl.standing(o.state, o.due_at, o.hold_reason)
        ELSE s.outcome
    END AS what,
    CASE CASE WHEN s.next_attempt IS NOT NULL AND o.state IN ('held', 'cancelled') THEN o.state ELSE s.outcome END
        WHEN 'fetched' THEN CASE WHEN s.changed_results + s.missing_results > 0
            THEN 'Look at what changed before it is used.' END
        WHEN 'nothing' THEN CASE WHEN t.is_known THEN NULL ELSE y.number_advice END
        WHEN 'reserved' THEN CASE WHEN r.sharing = 'open' THEN 'It shares again: order again.'
            ELSE 'The person must bring papers from ' || x.whom || '; order again when it shares.' END
        WHEN 'not_open' THEN CASE WHEN r.sharing = 'open' THEN 'It shares again: order again.'
            ELSE 'The person must bring papers from ' || x.whom || '; order again when it has opened.' END
        WHEN 'no_consent' THEN 'Ask the person to answer (Studentweb, Søknadsweb), or register the answer: resutveksl '
            'acceptance set. Then order again.'
        WHEN 'refused' THEN 'Nothing is fetched unless the person answers J'
            || CASE WHEN t.basis IS NULL THEN '' ELSE ' at ' || x.whom END || '. Then order again.'
        WHEN 'no_number' THEN 'Register the person''s national number (resutveksl person change-number), and order again.'
        WHEN 'unreachable' THEN 'Nothing: it is tried again by itself.'
        WHEN 'timed_out' THEN 'Nothing: it is tried again by itself.'
        WHEN 'denied' THEN format('It is tried again by itself; an operator must look at it: resutveksl source check %s.', s.source)
        WHEN 'failed' THEN format('It is tried again by itself; an operator must look at it: resutveksl source check %s.', s.source)
        WHEN 'invalid' THEN 'Ask ' || x.whom || ' to correct its data; it is asked again by itself.'
        WHEN 'paused' THEN 'Nothing: it is asked again by itself.'
        WHEN 'pending' THEN 'Nothing: it is asked by the next run.'
        WHEN 'given_up' THEN 'Order again when ' || x.whom || ' has mended it.'
        WHEN 'held' THEN format('Release it when it may go on: resutveksl order release %s.', o.order_number)
        WHEN 'cancelled' THEN CASE WHEN o.cancel_reason IS NULL THEN 'Order again if the results are needed.' END
        WHEN 'waiting' THEN CASE WHEN o.state = 'held'
            THEN format('Release it when it may go on: resutveksl order release %s.', o.order_number)
            ELSE 'Nothing: it is asked by itself.' END
    END AS todo
    OFFSET 0) AS said;
COMMENT ON VIEW resutveksl.order_explanations IS
    'What happened with every order at every source, and what to do, in sentences for case workers.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
