-- What changed: fetched rows that only the import can write, changes that are seen, and the log of Person eksternstudium.

-- Who may write a fetched row --------------------------------------------------------------------------------------------
-- The import shows that it is the import by a row that it puts here in its own transaction and takes away again before it
-- commits, so that nobody else ever sees one. The row is only taken under a claim that a worker holds at that moment. A
-- setting of the session would not do: everybody can set one.

CREATE UNLOGGED TABLE resutveksl.open_imports (
    transaction xid8 PRIMARY KEY,
    token bigint NOT NULL,
    source integer NOT NULL
);
COMMENT ON TABLE resutveksl.open_imports IS
    'The imports that are writing right now. Each transaction sees its own row only, so that it looks empty.';

CREATE FUNCTION resutveksl.import_was_opened() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.transaction = pg_current_xact_id() AND EXISTS (
        SELECT FROM resutveksl.claims c JOIN resutveksl.run_sources l USING (token)
        WHERE c.token = NEW.token AND l.source = NEW.source
            AND c.ended_at IS NULL AND c.lease_until > clock_timestamp()
        FOR KEY SHARE OF c)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'claim % is not held by a worker that asks source %', NEW.token, NEW.source
        USING ERRCODE = 'insufficient_privilege', HINT = 'Results are imported by resutveksl run, and by nothing else.';
END $$;
CREATE TRIGGER open_imports_are_claimed BEFORE INSERT OR UPDATE ON resutveksl.open_imports
    FOR EACH ROW EXECUTE FUNCTION resutveksl.import_was_opened();

CREATE FUNCTION resutveksl.is_importing(source integer DEFAULT NULL) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM resutveksl.open_imports i
        WHERE i.transaction = pg_current_xact_id_if_assigned() AND (i.source = is_importing.source) IS NOT FALSE)
$$;
COMMENT ON FUNCTION resutveksl.is_importing IS 'Whether this transaction is an import: of that source, if one is named.';

CREATE FUNCTION resutveksl.refuse_fetched(what text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%: what was fetched belongs to the import and cannot be written, edited or deleted by hand', what
        USING ERRCODE = 'insufficient_privilege', HINT = 'What is wrong in it is corrected at the institution, and comes '
            'with the next order. Rows of your own are entered with origin MANUELL.';
END $$;

-- What watches over these tables runs as their owner (SECURITY DEFINER): whoever may write rows of their own needs no
-- privilege on the log or on open_imports, and so can neither forge an entry nor pass for the import.

-- The import passes, and so does the one thing that people do to a fetched row: once every change of it has been seen, it
-- needs no control any more.
CREATE FUNCTION resutveksl.guard_fetched_result() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    checked resutveksl.external_results;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT resutveksl.is_importing(OLD.source) THEN
            PERFORM resutveksl.refuse_fetched('result ' || OLD.result_id);
        END IF;
        RETURN OLD;
    END IF;
    IF NOT resutveksl.is_importing(NEW.source) THEN
        checked := OLD;
        checked.needs_control := false;
        IF checked IS DISTINCT FROM NEW OR EXISTS (SELECT FROM resutveksl.result_changes c
            WHERE c.result_id = OLD.result_id AND c.seen_at IS NULL)
        THEN
            PERFORM resutveksl.refuse_fetched('result ' || OLD.result_id);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER external_results_fetched_ones_stay BEFORE DELETE ON resutveksl.external_results
    FOR EACH ROW WHEN (OLD.origin = 'AUTOMATISK') EXECUTE FUNCTION resutveksl.guard_fetched_result();
CREATE TRIGGER external_results_fetched_ones_are_not_edited BEFORE UPDATE ON resutveksl.external_results
    FOR EACH ROW WHEN (OLD.origin = 'AUTOMATISK' OR NEW.origin = 'AUTOMATISK')
    EXECUTE FUNCTION resutveksl.guard_fetched_result();

-- A study that holds fetched results can neither be moved to another person or institution nor be deleted.
CREATE FUNCTION resutveksl.guard_fetched_study() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM resutveksl.external_results r WHERE r.study_id = OLD.study_id AND r.origin = 'AUTOMATISK') THEN
        PERFORM resutveksl.refuse_fetched('study ' || OLD.study_id);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER external_studies_fetched_ones_stay BEFORE UPDATE OR DELETE ON resutveksl.external_studies
    FOR EACH ROW EXECUTE FUNCTION resutveksl.guard_fetched_study();

-- Also when it comes from the table of persons or of institutions, by TRUNCATE ... CASCADE.
CREATE FUNCTION resutveksl.guard_from_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM resutveksl.refuse_fetched('table ' || TG_TABLE_NAME);
    RETURN NULL;
END $$;
CREATE TRIGGER external_results_are_not_emptied BEFORE TRUNCATE ON resutveksl.external_results
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.guard_from_truncate();
CREATE TRIGGER external_studies_are_not_emptied BEFORE TRUNCATE ON resutveksl.external_studies
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.guard_from_truncate();

-- Eksternresultat-logg ---------------------------------------------------------------------------------------------------
-- The first fetch of a person at an institution is one entry with the codes and grades that came: a row for each would
-- double what is written on the first night, and say no more, since every later change is an entry with what stood there
-- before. It holds results, so it lives here and nowhere else. No foreign keys: each would be looked up for every entry of
-- an import, and what refers to a person goes with the person.

CREATE TABLE resutveksl.study_log (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    logged_at timestamptz NOT NULL DEFAULT now(),
    person_id bigint NOT NULL,
    institution integer NOT NULL,
    action text NOT NULL CHECK (action IN ('fetched', 'added', 'changed', 'missing', 'returned', 'entered', 'edited',
        'deleted', 'seen')),
    who text NOT NULL DEFAULT session_user,
    order_number bigint,
    source integer,
    result_id bigint,
    details text NOT NULL
);
CREATE INDEX study_log_of_person ON resutveksl.study_log (person_id);
CREATE INDEX study_log_at ON resutveksl.study_log USING brin (logged_at);
COMMENT ON TABLE resutveksl.study_log IS
    'Eksternresultat-logg: every change in Person eksternstudium, by an import or by hand. Holds results.';
COMMENT ON COLUMN resutveksl.study_log.action IS
    'fetched: a first fetch, one entry per person and institution; added, changed, missing, returned: what a later fetch '
    'brought, one entry per result; entered, edited, deleted: by hand; seen: every change of it was marked as seen.';
COMMENT ON COLUMN resutveksl.study_log.who IS 'Of a fetch, who ordered it; otherwise the database user.';

CREATE FUNCTION resutveksl.refuse_study_log_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'entries of the log of Person eksternstudium are not edited'
        USING ERRCODE = 'insufficient_privilege', HINT = 'Delete those of one person: resutveksl.delete_study_log.';
END $$;
CREATE TRIGGER study_log_is_not_edited BEFORE UPDATE ON resutveksl.study_log
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_study_log_change();
CREATE TRIGGER study_log_is_not_emptied BEFORE TRUNCATE ON resutveksl.study_log
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_study_log_change();

CREATE FUNCTION resutveksl.forget_study_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM resutveksl.study_log l WHERE l.person_id = OLD.person_id;
    RETURN NULL;
END $$;
CREATE TRIGGER persons_take_their_log_along AFTER DELETE ON resutveksl.persons
    FOR EACH ROW EXECUTE FUNCTION resutveksl.forget_study_log();

-- Descriptions of courses are long: the log shows how they begin, result_changes has them whole.
CREATE FUNCTION resutveksl.change_text(field text, old_value text, new_value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT field || ': ' || concat_ws(' → ', CASE WHEN length(old_value) > 200 THEN left(old_value, 200) || '…'
            ELSE coalesce(old_value, '–') END,
        CASE WHEN length(new_value) > 200 THEN left(new_value, 200) || '…' ELSE coalesce(new_value, '–') END)
$$;
COMMENT ON FUNCTION resutveksl.change_text IS 'A change as people read it: grade: B → A.';

CREATE FUNCTION resutveksl.result_text(result resutveksl.external_results) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT concat_ws(' ', result.category, result.code, coalesce(result.name_bokmal, result.name_nynorsk))
$$;

CREATE FUNCTION resutveksl.result_content(result resutveksl.external_results) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT nullif(concat_ws('; ', 'term ' || nullif(concat_ws(' ', result.term_year, result.term), ''),
        'credits ' || trim_scale(result.credits), 'grade ' || result.grade,
        'obtained ' || to_char(result.obtained_on, 'YYYY-MM-DD'), result.thesis_title), '')
$$;

-- By hand ---------------------------------------------------------------------------------------------------------------
-- What is inserted is looked at once per statement: a trigger for each row would cost an import a fifth of its time.

CREATE FUNCTION resutveksl.results_were_entered() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF resutveksl.is_importing() THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM entered WHERE origin = 'AUTOMATISK') THEN
        PERFORM resutveksl.refuse_fetched('a result with origin AUTOMATISK');
    END IF;
    INSERT INTO resutveksl.study_log (person_id, institution, action, result_id, details)
    SELECT s.person_id, s.institution, 'entered', e.result_id,
        concat_ws(': ', resutveksl.result_text(e), resutveksl.result_content(e))
    FROM entered e JOIN resutveksl.external_studies s USING (study_id);
    RETURN NULL;
END $$;
CREATE TRIGGER external_results_entered_by_hand AFTER INSERT ON resutveksl.external_results
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.results_were_entered();

CREATE FUNCTION resutveksl.result_was_changed_by_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO resutveksl.study_log (person_id, institution, action, result_id, details)
    SELECT s.person_id, s.institution, 'deleted', OLD.result_id,
        concat_ws(': ', resutveksl.result_text(OLD), resutveksl.result_content(OLD))
    FROM resutveksl.external_studies s WHERE TG_OP = 'DELETE' AND s.study_id = OLD.study_id
    UNION ALL
    SELECT s.person_id, s.institution, 'edited', NEW.result_id, concat_ws(': ', resutveksl.result_text(NEW), (
        SELECT string_agg(resutveksl.change_text(key, o.value, n.value), '; ' ORDER BY key)
        FROM jsonb_each_text(to_jsonb(OLD)) o JOIN jsonb_each_text(to_jsonb(NEW)) n USING (key)
        WHERE o.value IS DISTINCT FROM n.value))
    FROM resutveksl.external_studies s WHERE TG_OP = 'UPDATE' AND s.study_id = NEW.study_id;
    RETURN NULL;
END $$;
CREATE TRIGGER external_results_edited_by_hand AFTER UPDATE ON resutveksl.external_results
    FOR EACH ROW WHEN (NEW.origin = 'MANUELL' AND OLD IS DISTINCT FROM NEW)
    EXECUTE FUNCTION resutveksl.result_was_changed_by_hand();
CREATE TRIGGER external_results_deleted_by_hand AFTER DELETE ON resutveksl.external_results
    FOR EACH ROW WHEN (OLD.origin = 'MANUELL') EXECUTE FUNCTION resutveksl.result_was_changed_by_hand();

CREATE FUNCTION resutveksl.studies_were_entered() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT resutveksl.is_importing() THEN
        INSERT INTO resutveksl.study_log (person_id, institution, action, details)
        SELECT person_id, institution, 'entered', 'Person eksternstudium' FROM entered;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER external_studies_entered_by_hand AFTER INSERT ON resutveksl.external_studies
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.studies_were_entered();

-- A study that is moved is gone where it was and new where it is now.
CREATE FUNCTION resutveksl.study_was_changed_by_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO resutveksl.study_log (person_id, institution, action, details)
    VALUES (OLD.person_id, OLD.institution, 'deleted', 'Person eksternstudium');
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO resutveksl.study_log (person_id, institution, action, details)
        VALUES (NEW.person_id, NEW.institution, 'entered', 'Person eksternstudium, with what stands in it');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER external_studies_moved_by_hand AFTER UPDATE ON resutveksl.external_studies
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION resutveksl.study_was_changed_by_hand();
CREATE TRIGGER external_studies_deleted_by_hand AFTER DELETE ON resutveksl.external_studies
    FOR EACH ROW EXECUTE FUNCTION resutveksl.study_was_changed_by_hand();

-- Added since, or simply the first fetch ----------------------------------------------------------------------------------
-- An order that is fetched again, by hand or by the weekly refresh of an admission, starts afresh and forgets its claim.
-- That it had been fetched for has to stay: what comes now was added since.

ALTER TABLE resutveksl.orders ADD COLUMN was_fetched boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN resutveksl.orders.was_fetched IS
    'It had been fetched for before it was queued again: what is new now was added since.';

CREATE FUNCTION resutveksl.order_was_fetched() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.was_fetched := true;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_fetched_before BEFORE UPDATE ON resutveksl.orders FOR EACH ROW
    WHEN (NEW.state = 'ordered' AND OLD.state <> 'fetching' AND OLD.first_token IS NOT NULL)
    EXECUTE FUNCTION resutveksl.order_was_fetched();

-- Changes that nobody has seen yet -----------------------------------------------------------------------------------------

COMMENT ON TABLE resutveksl.result_changes IS
    'What a later fetch changed. The first fetch of a person is new as a whole and writes none.';
COMMENT ON COLUMN resutveksl.external_results.needs_control IS
    'kreverKontroll: a later fetch changed it, no longer had it, or has it again; to be looked at before it is used. Falls '
    'when every change of the row is seen.';

CREATE VIEW resutveksl.unseen_changes AS
SELECT c.change_id, s.person_id, c.changed_at, c.order_number, o.ordered_by, s.institution,
    i.acronym AS institution_acronym, c.result_id, r.category, r.code, coalesce(r.name_bokmal, r.name_nynorsk) AS name,
    c.kind, c.field, c.old_value, c.new_value,
    CASE WHEN c.kind = 'changed' THEN resutveksl.change_text(c.field, c.old_value, c.new_value) ELSE c.kind END AS change,
    r.needs_control
FROM resutveksl.result_changes c
JOIN resutveksl.external_results r USING (result_id)
JOIN resutveksl.external_studies s USING (study_id)
JOIN resutveksl.institutions i USING (institution)
LEFT JOIN resutveksl.orders o ON o.order_number = c.order_number
WHERE c.seen_at IS NULL;
COMMENT ON VIEW resutveksl.unseen_changes IS 'What later fetches brought and nobody has marked as seen.';

-- Also after a plain UPDATE of seen_at. The rows are locked before they are looked at: an import that is adding a change at
-- this moment is waited for, and its change counts.
CREATE FUNCTION resutveksl.changes_were_seen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM resutveksl.external_results r
    WHERE r.result_id = ANY (ARRAY(SELECT result_id FROM seen WHERE seen_at IS NOT NULL))
    ORDER BY r.result_id FOR NO KEY UPDATE;

    WITH checked AS (
        UPDATE resutveksl.external_results r SET needs_control = false
        WHERE r.result_id = ANY (ARRAY(SELECT result_id FROM seen WHERE seen_at IS NOT NULL)) AND r.needs_control
            AND NOT EXISTS (SELECT FROM resutveksl.result_changes c
                WHERE c.result_id = r.result_id AND c.seen_at IS NULL)
        RETURNING r AS result
    )
    INSERT INTO resutveksl.study_log (person_id, institution, action, who, result_id, details)
    SELECT s.person_id, s.institution, 'seen',
        coalesce((SELECT max(seen_by) FROM seen WHERE seen.result_id = (k.result).result_id), session_user),
        (k.result).result_id, resutveksl.result_text(k.result)
    FROM checked k JOIN resutveksl.external_studies s ON s.study_id = (k.result).study_id;
    RETURN NULL;
END $$;
CREATE TRIGGER result_changes_seen AFTER UPDATE ON resutveksl.result_changes
    REFERENCING NEW TABLE AS seen FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.changes_were_seen();

CREATE FUNCTION resutveksl.known_person(person_number text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint := (SELECT p.person_id FROM resutveksl.persons p
        WHERE p.person_number = replace(btrim(known_person.person_number), ' ', ''));
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION 'no person with this number is known here' USING ERRCODE = 'no_data_found';
    END IF;
    RETURN person;
END $$;
COMMENT ON FUNCTION resutveksl.known_person IS 'The person_id of a person number; SQLSTATE P0002 when nobody has it.';

CREATE FUNCTION resutveksl.mark_changes_seen(
    person_number text, changes bigint[] DEFAULT NULL, seen_by text DEFAULT session_user,
    OUT seen integer, OUT unseen integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint := resutveksl.known_person(person_number);
    foreign_change bigint;
BEGIN
    SELECT n INTO foreign_change FROM unnest(changes) AS n
    WHERE NOT EXISTS (SELECT FROM resutveksl.result_changes c
        JOIN resutveksl.external_results r USING (result_id) JOIN resutveksl.external_studies s USING (study_id)
        WHERE c.change_id = n AND s.person_id = person);
    IF FOUND THEN
        RAISE EXCEPTION 'change % is not a change of this person', foreign_change USING ERRCODE = 'no_data_found';
    END IF;
    UPDATE resutveksl.result_changes c SET seen_at = now(), seen_by = mark_changes_seen.seen_by
    FROM resutveksl.external_results r JOIN resutveksl.external_studies s USING (study_id)
    WHERE c.result_id = r.result_id AND s.person_id = person AND c.seen_at IS NULL
        AND (changes IS NULL OR c.change_id = ANY (changes));
    GET DIAGNOSTICS seen = ROW_COUNT;
    SELECT count(*) INTO unseen FROM resutveksl.unseen_changes u WHERE u.person_id = person;
END $$;
COMMENT ON FUNCTION resutveksl.mark_changes_seen IS
    'Marks changes of a person as seen, all of them when none are named. Answers with how many, and how many are left.';

-- "3 new, 1 changed" -------------------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.counts_text(new integer, changed integer, missing integer, held_back integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT concat_ws(', ', nullif(new, 0) || ' new', nullif(changed, 0) || ' changed', nullif(missing, 0) || ' missing',
        nullif(held_back, 0) || ' held back')
$$;

CREATE VIEW resutveksl.order_results AS
SELECT o.order_number, o.person_id, o.state, o.new_results, o.changed_results, o.missing_results, o.held_back,
    resutveksl.counts_text(o.new_results, o.changed_results, o.missing_results, o.held_back) AS results,
    (SELECT count(*) FROM resutveksl.result_changes c WHERE c.order_number = o.order_number AND c.seen_at IS NULL)
        AS unseen_changes
FROM resutveksl.orders o;
COMMENT ON VIEW resutveksl.order_results IS
    'What came of each order: 3 new, 1 changed; and how many of its changes nobody has seen. A result that came back '
    'counts as changed.';

-- The log, searched and deleted --------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.study_log_search(
    person_number text DEFAULT NULL, institution integer DEFAULT NULL, who text DEFAULT NULL,
    since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL, text text DEFAULT NULL, most integer DEFAULT 1000)
RETURNS SETOF resutveksl.study_log
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    person bigint := CASE WHEN person_number IS NOT NULL THEN resutveksl.known_person(person_number) END;
BEGIN
    RETURN QUERY
    SELECT l.* FROM resutveksl.study_log l
    WHERE (person IS NULL OR l.person_id = person)
        AND (study_log_search.institution IS NULL OR l.institution = study_log_search.institution)
        AND (study_log_search.who IS NULL OR strpos(lower(l.who), lower(study_log_search.who)) > 0)
        AND (since IS NULL OR l.logged_at >= since) AND (until IS NULL OR l.logged_at < until)
        AND (text IS NULL OR strpos(lower(l.details), lower(text)) > 0)
    ORDER BY l.logged_at DESC, l.entry_id DESC LIMIT most;
END $$;
COMMENT ON FUNCTION resutveksl.study_log_search IS
    'Entries of the log of Person eksternstudium, newest first: of a person, an institution, from whom, from when until before '
    'when, and with which words in them, whatever their case. What is left out does not matter.';

CREATE FUNCTION resutveksl.delete_study_log(person_number text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM resutveksl.study_log l WHERE l.person_id = resutveksl.known_person(person_number);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;
COMMENT ON FUNCTION resutveksl.delete_study_log IS
    'Deletes the log of Person eksternstudium of one person; what stands in Person eksternstudium stays.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
