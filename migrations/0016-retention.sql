-- How long things are kept, what is held on one person, and what remains when a person is forgotten.

-- Retention ----------------------------------------------------------------------------------------------------------------

CREATE TABLE resutveksl.retention_rules (
    what text PRIMARY KEY,
    keep_days integer CHECK (keep_days BETWEEN 1 AND 36500),
    counted_from text NOT NULL,
    reason text NOT NULL DEFAULT 'default of this program' CHECK (length(reason) <= 500)
);
COMMENT ON TABLE resutveksl.retention_rules IS
    'How long each kind of rows is kept: `resutveksl purge` removes what is older. Changed with a plain UPDATE.';
COMMENT ON COLUMN resutveksl.retention_rules.keep_days IS 'NULL: for ever.';
COMMENT ON COLUMN resutveksl.retention_rules.reason IS 'On what the time rests: a law, a decision. Told by purge.';
INSERT INTO resutveksl.retention_rules (what, keep_days, counted_from) VALUES
    ('transfer_log', 730, 'the end of its month'),
    ('study_log', NULL, 'when it was logged'),
    ('result_changes', 730, 'when it was seen; what nobody has seen stays'),
    ('orders', 1825, 'when it was over; not while its admission is open or a change of it is unseen'),
    ('claims', 400, 'when it ended; not while it is the one in which an order was fetched'),
    ('runs', 400, 'when it ended; not while a claim of it is kept'),
    ('received_disclosures', 3650, 'when it was recorded; cut with a checkpoint');

CREATE FUNCTION resutveksl.keep_retention_rules() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'there is one rule for each kind of rows, neither more nor fewer'
        USING ERRCODE = 'check_violation', HINT = 'To keep something for ever, set keep_days to NULL.';
END $$;
CREATE TRIGGER retention_rules_stay BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE OF what ON resutveksl.retention_rules
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.keep_retention_rules();

CREATE FUNCTION resutveksl.kept_since(what text) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT now() - r.keep_days * interval '1 day' FROM resutveksl.retention_rules r WHERE r.what = kept_since.what
$$;
COMMENT ON FUNCTION resutveksl.kept_since IS 'What is older may be removed. NULL: nothing may.';

-- Append-only, but for what is older than the rule says.
CREATE OR REPLACE FUNCTION resutveksl.refuse_log_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.logged_at < resutveksl.kept_since('transfer_log') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the transfer log is append-only'
        USING ERRCODE = 'insufficient_privilege', HINT = 'What is older than its time of retention is removed: resutveksl purge.';
END $$;

-- The rows that a rule is about which are older than it says: their keys, over $1.
CREATE FUNCTION resutveksl.purgeable(what text, OUT relation regclass, OUT key text, OUT query text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    relation := ('resutveksl.' || what)::regclass;
    CASE what
        WHEN 'study_log' THEN
            key := 'entry_id';
            query := 'SELECT t.entry_id FROM resutveksl.study_log t WHERE t.logged_at < $1';
        WHEN 'result_changes' THEN
            key := 'change_id';
            query := 'SELECT t.change_id FROM resutveksl.result_changes t WHERE t.seen_at < $1';
        WHEN 'orders' THEN
            key := 'order_number';
            query := $q$SELECT t.order_number FROM resutveksl.orders t
                WHERE t.state IN ('completed', 'refused', 'cancelled')
                    AND greatest(t.ordered_at, t.requeued_at, t.completed_at) < $1
                    AND NOT EXISTS (SELECT FROM resutveksl.admission_orders m JOIN resutveksl.admissions a USING (admission)
                        WHERE m.order_number = t.order_number AND a.closed_at IS NULL
                            AND a.closes_on >= resutveksl.local_date())
                    AND NOT EXISTS (SELECT FROM resutveksl.result_changes c
                        WHERE c.order_number = t.order_number AND c.seen_at IS NULL)$q$;
        WHEN 'claims' THEN
            key := 'token';
            query := $q$SELECT t.token FROM resutveksl.claims t WHERE t.ended_at < $1
                AND NOT EXISTS (SELECT FROM resutveksl.orders o WHERE o.first_token = t.token)
                AND NOT EXISTS (SELECT FROM resutveksl.orders o WHERE o.claim_token = t.token)$q$;
        WHEN 'runs' THEN
            key := 'run_id';
            query := $q$SELECT t.run_id FROM resutveksl.runs t WHERE t.ended_at < $1
                AND NOT EXISTS (SELECT FROM resutveksl.claims c WHERE c.run_id = t.run_id)
                AND NOT EXISTS (SELECT FROM resutveksl.run_sources l WHERE l.run_id = t.run_id)$q$;
        WHEN 'received_disclosures' THEN
            key := 'disclosure_id';
            query := 'SELECT t.disclosure_id FROM resutveksl.received_disclosures t WHERE t.recorded_at < $1';
        WHEN 'transfer_log' THEN
            -- Whole months, and what lies in no month's partition.
            key := 'logged_at';
            query := $q$SELECT t.logged_at FROM resutveksl.transfer_log t
                WHERE t.logged_at < date_trunc('month', $1 AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'$q$;
        ELSE
            RAISE EXCEPTION 'there is no rule of retention for %', what
                USING ERRCODE = 'no_data_found', HINT = 'See them: SELECT * FROM resutveksl.retention_rules.';
    END CASE;
END $$;

CREATE FUNCTION resutveksl.purge_due(
    OUT what text, OUT keep_days integer, OUT counted_from text, OUT reason text, OUT kept_since timestamptz, OUT due bigint)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
BEGIN
    FOR what, keep_days, counted_from, reason IN
        SELECT r.what, r.keep_days, r.counted_from, r.reason FROM resutveksl.retention_rules r ORDER BY r.what
    LOOP
        kept_since := resutveksl.kept_since(what);
        EXECUTE format('SELECT count(*) FROM (%s) due', (SELECT p.query FROM resutveksl.purgeable(what) p))
            INTO due USING kept_since;
        RETURN NEXT;
    END LOOP;
END $$;
COMMENT ON FUNCTION resutveksl.purge_due IS 'How many rows each rule of retention would remove now. Removes nothing.';

CREATE FUNCTION resutveksl.purge(what text, most integer DEFAULT 5000, OUT removed bigint, OUT has_more boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
DECLARE
    before CONSTANT timestamptz := resutveksl.kept_since(what);
    month record;
    chosen record;
BEGIN
    removed := 0;
    has_more := false;
    IF what = 'received_disclosures' THEN
        RAISE EXCEPTION 'the record of disclosures is cut with a checkpoint, which somebody signs off'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'resutveksl audit checkpoint --until DATE --signed-off-by NAME';
    END IF;
    SELECT * INTO chosen FROM resutveksl.purgeable(what);
    IF before IS NULL THEN
        RETURN;
    ELSIF what = 'transfer_log' THEN
        -- A month at a time: dropping needs a lock that nobody should wait behind for long.
        SELECT c.oid::regclass AS name INTO month
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'resutveksl.transfer_log'::regclass AND c.relname ~ '^transfer_log_[0-9]{4}_[0-9]{2}$'
            AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before AT TIME ZONE 'UTC'
        ORDER BY c.relname LIMIT 1;
        IF FOUND THEN
            EXECUTE format('SELECT count(*) FROM %s', month.name) INTO removed;
            EXECUTE format('DROP TABLE %s', month.name);
            has_more := true;
            RETURN;
        END IF;
        DELETE FROM resutveksl.transfer_log_rest t WHERE t.ctid = ANY (ARRAY(
            SELECT r.ctid FROM resutveksl.transfer_log_rest r
            WHERE r.logged_at < date_trunc('month', before AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' LIMIT most));
        GET DIAGNOSTICS removed = ROW_COUNT;
        has_more := removed >= most;
        RETURN;
    END IF;
    -- What somebody works on now is left for the next time.
    EXECUTE format('WITH due AS MATERIALIZED (%s LIMIT $2 FOR UPDATE OF t SKIP LOCKED), '
        'gone AS (DELETE FROM %s t USING due WHERE t.%I = due.%I RETURNING t.%I) SELECT array_agg(%I), count(*) FROM gone',
        chosen.query, chosen.relation, chosen.key, chosen.key, chosen.key, chosen.key)
        INTO chosen.query, removed USING before, most;
    IF what = 'claims' THEN
        DELETE FROM resutveksl.order_claims c WHERE c.token = ANY (chosen.query::bigint[]);
    END IF;
    has_more := removed >= most;
END $$;
COMMENT ON FUNCTION resutveksl.purge IS
    'Removes rows that are older than their rule of retention says, up to so many, or a month of the transfer log. Tells how many, '
    'and whether there may be more.';

-- What is held on one person ---------------------------------------------------------------------------------------------------
-- Tables are found by what refers to a person, so that a new one is not forgotten: by a foreign key, or by the name of a column.

CREATE TYPE resutveksl.person_keys AS (
    persons bigint[], numbers text[], orders bigint[], studies bigint[], results bigint[]);
COMMENT ON TYPE resutveksl.person_keys IS 'By what rows of a person are found.';

CREATE VIEW resutveksl.person_tables AS
WITH columns AS (
    SELECT c.oid, c.relname::text AS table_name, a.attname::text AS column_name, CASE
            WHEN f.target = 'resutveksl.persons'::regclass OR a.attname = 'person_id' THEN 'persons'
            WHEN a.attname IN ('person_number', 'earlier_number') THEN 'numbers'
            WHEN f.target = 'resutveksl.orders'::regclass OR a.attname = 'order_number' THEN 'orders'
            WHEN f.target = 'resutveksl.external_studies'::regclass OR a.attname = 'study_id' THEN 'studies'
            WHEN f.target = 'resutveksl.external_results'::regclass OR a.attname = 'result_id' THEN 'results'
        END AS key
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN LATERAL (SELECT k.confrelid AS target FROM pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] LIMIT 1) f ON true
    WHERE c.relnamespace = 'resutveksl'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
)
SELECT table_name, array_agg(column_name ORDER BY column_name) AS columns,
    string_agg(format('t.%I = ANY (($1).%I)', column_name, key), ' OR ' ORDER BY column_name) AS condition
FROM columns WHERE key IS NOT NULL GROUP BY oid, table_name;
COMMENT ON VIEW resutveksl.person_tables IS
    'Every table with rows about a person, and how they are found: a condition over t and $1, a resutveksl.person_keys.';

CREATE TABLE resutveksl.personal_data (
    table_name text PRIMARY KEY,
    is_forgotten boolean NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE resutveksl.personal_data IS
    'What forget_person() does with each table of person_tables, and why. A table that is not here is exported, and refuses to be '
    'forgotten.';
INSERT INTO resutveksl.personal_data (table_name, is_forgotten, reason) VALUES
    ('persons', true, 'number and name'),
    ('person_number_changes', true, 'earlier numbers'),
    ('acceptances', true, 'what the person answered'),
    ('acceptance_history', true, 'what the person answered before; on what each answer rested stands in received_disclosures'),
    ('orders', true, 'who ordered, when and why'),
    ('order_claims', true, 'in which runs was asked'),
    ('transfers', true, 'what became of an order at each source'),
    ('admission_orders', true, 'applications'),
    ('external_studies', true, 'Person eksternstudium'),
    ('external_results', true, 'Person eksternstudium'),
    ('result_changes', true, 'what later fetches changed'),
    ('person_sources', true, 'fingerprints of answers'),
    ('study_log', true, 'Eksternresultat-logg'),
    ('transfer_log', false, 'append-only, without number, name or grade: only the numbers of a record and of orders that are gone '
        'stand there, until its month is purged'),
    ('received_disclosures', false, 'a disclosure has to be accounted for (GDPR 5(2), 17(3)(b) and (e)) until it is cut with a '
        'checkpoint');

CREATE FUNCTION resutveksl.person_keys(person_number text) RETURNS resutveksl.person_keys
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    digits CONSTANT text := replace(btrim(person_number), ' ', '');
    person CONSTANT bigint := resutveksl.person_of(digits);
    k resutveksl.person_keys;
BEGIN
    -- What was disclosed is found by the numbers that the person had then; its rows still name a record that became part of
    -- another one or was forgotten.
    k.numbers := ARRAY(SELECT digits
        UNION SELECT p.person_number FROM resutveksl.persons p WHERE p.person_id = person
        UNION SELECT c.earlier_number FROM resutveksl.person_number_changes c WHERE c.person_id = person);
    k.persons := ARRAY(SELECT person WHERE person IS NOT NULL
        UNION SELECT d.person_id FROM resutveksl.received_disclosures d
        WHERE d.person_number = ANY (k.numbers) AND d.person_id IS NOT NULL);
    k.orders := ARRAY(SELECT o.order_number FROM resutveksl.orders o WHERE o.person_id = ANY (k.persons)
        UNION SELECT d.order_number FROM resutveksl.received_disclosures d
        WHERE d.person_number = ANY (k.numbers) AND d.order_number IS NOT NULL);
    k.studies := ARRAY(SELECT s.study_id FROM resutveksl.external_studies s WHERE s.person_id = ANY (k.persons));
    k.results := ARRAY(SELECT r.result_id FROM resutveksl.external_results r WHERE r.study_id = ANY (k.studies));
    RETURN k;
END $$;

CREATE FUNCTION resutveksl.export_person(person_number text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    k CONSTANT resutveksl.person_keys := resutveksl.person_keys(person_number);
    held record;
    found jsonb;
    tables jsonb := '{}';
BEGIN
    FOR held IN SELECT t.table_name, t.condition FROM resutveksl.person_tables t ORDER BY t.table_name LOOP
        EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text), ''[]'') FROM resutveksl.%I t WHERE %s',
            held.table_name, held.condition) INTO found USING k;
        tables := tables || jsonb_build_object(held.table_name, found);
    END LOOP;
    RETURN jsonb_build_object('exported_at', now(), 'institution', (SELECT s.own_institution FROM resutveksl.settings s),
        'person_numbers', to_jsonb(k.numbers), 'tables', tables);
END $$;
COMMENT ON FUNCTION resutveksl.export_person IS
    'Everything that is held on a person (GDPR 15), table by table. Also of somebody who was forgotten: what had to stay.';

CREATE FUNCTION resutveksl.person_row_counts(k resutveksl.person_keys) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    held record;
    n bigint;
    counts jsonb := '{}';
BEGIN
    FOR held IN SELECT t.table_name, t.condition FROM resutveksl.person_tables t LOOP
        EXECUTE format('SELECT count(*) FROM resutveksl.%I t WHERE %s', held.table_name, held.condition) INTO n USING k;
        counts := counts || jsonb_build_object(held.table_name, n);
    END LOOP;
    RETURN counts;
END $$;

DO $$
DECLARE
    definition text := (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
        WHERE c.conrelid = 'resutveksl.transfer_log'::regclass AND c.conname = 'transfer_log_event_check');
BEGIN
    ALTER TABLE resutveksl.transfer_log DROP CONSTRAINT transfer_log_event_check;
    EXECUTE 'ALTER TABLE resutveksl.transfer_log ADD CONSTRAINT transfer_log_event_check '
        || replace(definition, 'ARRAY[', 'ARRAY[''person_forgotten''::text, ''restored''::text, ');
END $$;

CREATE FUNCTION resutveksl.forget_person(
    person_number text, OUT table_name text, OUT deleted bigint, OUT kept bigint, OUT reason text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    person CONSTANT bigint := resutveksl.known_person(person_number);
    k CONSTANT resutveksl.person_keys := resutveksl.person_keys(person_number);
    before jsonb;
    after jsonb;
    busy bigint;
    has_refused boolean;
    unknown text := (SELECT string_agg(t.table_name, ', ') FROM resutveksl.person_tables t
        WHERE t.table_name NOT IN (SELECT d.table_name FROM resutveksl.personal_data d));
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'what becomes of % is not known', unknown
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Say so in resutveksl.personal_data.';
    END IF;
    PERFORM FROM resutveksl.persons p WHERE p.person_id = person FOR UPDATE;
    PERFORM FROM resutveksl.orders o WHERE o.person_id = person ORDER BY o.order_number FOR UPDATE;
    SELECT o.order_number INTO busy FROM resutveksl.orders o
    WHERE o.person_id = person AND o.state = 'fetching' AND resutveksl.is_held(o.claim_token);
    IF FOUND THEN
        RAISE EXCEPTION 'order % is being fetched right now', busy
            USING ERRCODE = 'object_in_use', HINT = 'Wait until the run has settled it.';
    END IF;
    before := resutveksl.person_row_counts(k);
    has_refused := EXISTS (SELECT FROM resutveksl.acceptances a WHERE a.person_id = person AND a.answer = 'N');

    -- Fetched rows and answers are guarded; what is deleted here goes with its person, as when two records become one.
    INSERT INTO resutveksl.open_merges VALUES (pg_current_xact_id());
    DELETE FROM resutveksl.external_results r WHERE r.study_id = ANY (k.studies);
    DELETE FROM resutveksl.external_studies s WHERE s.person_id = person;
    DELETE FROM resutveksl.person_sources p WHERE p.person_id = person;
    DELETE FROM resutveksl.study_log l WHERE l.person_id = person;
    DELETE FROM resutveksl.admission_orders m WHERE m.person_id = person;
    DELETE FROM resutveksl.orders o WHERE o.person_id = person;
    IF has_refused THEN
        -- Without its number the answer would mean nothing, and the next order would ask about the person again.
        DELETE FROM resutveksl.acceptance_history h WHERE h.person_id = person AND h.answer IS DISTINCT FROM 'N';
        UPDATE resutveksl.persons p SET given_name = NULL, family_name = NULL WHERE p.person_id = person;
    ELSE
        DELETE FROM resutveksl.persons p WHERE p.person_id = person;
    END IF;
    DELETE FROM resutveksl.open_merges m WHERE m.transaction = pg_current_xact_id();
    INSERT INTO resutveksl.transfer_log (event, person_id, reason)
    VALUES ('person_forgotten', person, CASE WHEN has_refused THEN 'an N stays, with the number that it belongs to' END);

    after := resutveksl.person_row_counts(k);
    FOR table_name, deleted, kept, reason IN
        SELECT d.table_name, (before ->> d.table_name)::bigint - (after ->> d.table_name)::bigint,
            (after ->> d.table_name)::bigint,
            CASE WHEN (after ->> d.table_name)::bigint = 0 THEN NULL
                WHEN NOT d.is_forgotten THEN d.reason
                WHEN has_refused THEN 'the person answered N, which has to be known to be heeded; without name'
                ELSE 'not deleted: ' || d.reason END
        FROM resutveksl.personal_data d
        JOIN resutveksl.person_tables t ON t.table_name = d.table_name
        ORDER BY d.table_name
    LOOP
        -- The entry about the forgetting itself was not there before.
        IF table_name = 'transfer_log' THEN deleted := 0; END IF;
        RETURN NEXT;
    END LOOP;
END $$;
COMMENT ON FUNCTION resutveksl.forget_person IS
    'Deletes what is held on a person, except what the law has kept: the record of disclosures, and an N with its number. Tells '
    'for each table what was deleted, what stays, and why.';

-- Restoring a backup -----------------------------------------------------------------------------------------------------------

-- A backup knows nothing of what happened after it. Tokens and order numbers that were given out since must not be given out a
-- second time: a worker that is still alive would pass for the new holder of its token, and sources have recorded their answers
-- under the order numbers.
CREATE FUNCTION resutveksl.after_restore(OUT claims integer, OUT next_token bigint, OUT next_order bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    orders CONSTANT regclass := pg_get_serial_sequence('resutveksl.orders', 'order_number');
BEGIN
    UPDATE resutveksl.claims SET lease_until = least(lease_until, now() - interval '1 second') WHERE ended_at IS NULL;
    GET DIAGNOSTICS claims = ROW_COUNT;
    next_token := setval('resutveksl.claim_tokens', nextval('resutveksl.claim_tokens') + 1000000);
    next_order := setval(orders, nextval(orders) + 1000000);
    INSERT INTO resutveksl.transfer_log (event, reason)
    VALUES ('restored', format('tokens go on after %s, order numbers after %s', next_token, next_order));
END $$;
COMMENT ON FUNCTION resutveksl.after_restore IS
    'To be called once after a backup was restored, before any worker starts: ends the leases of that time, and skips the tokens '
    'and order numbers that may have been given out since.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', p.oid::regprocedure), ' ')
        FROM pg_proc p WHERE p.pronamespace = 'resutveksl'::regnamespace
            AND p.proname IN ('keep_retention_rules', 'kept_since', 'purgeable', 'purge_due', 'purge', 'person_keys',
                'export_person', 'person_row_counts', 'forget_person', 'after_restore'));
END $$;
