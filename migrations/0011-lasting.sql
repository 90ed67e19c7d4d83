-- What has to stay when an order is fetched again, two records become one or institutions are merged: on what basis was asked
-- and which source has answered, what stands here from which source, and one order per person in an admission.

-- On what basis was asked, also before an order was queued again -----------------------------------------------------------
-- The order itself only knows the claim in which every source was asked last, and its rows in transfers go when it is queued
-- again. A row per claim is all it takes: the lanes of the claim know the rest. No foreign keys: each would be looked up for
-- every order of a claim.

CREATE TABLE resutveksl.order_claims (
    order_number bigint NOT NULL,
    token bigint NOT NULL,
    consented_on date,
    sources integer[],
    PRIMARY KEY (order_number, token)
);
COMMENT ON TABLE resutveksl.order_claims IS 'Every claim that an order has been in, as far as it was asked about.';
COMMENT ON COLUMN resutveksl.order_claims.consented_on IS
    'Day of the J that it was asked on; NULL: on the legal bases of the lanes.';
COMMENT ON COLUMN resutveksl.order_claims.sources IS 'The sources that were to be asked again; NULL: every one of the claim.';

-- What is known of the time before.
INSERT INTO resutveksl.order_claims (order_number, token, consented_on)
SELECT order_number, first_token, consented_on FROM resutveksl.orders WHERE first_token IS NOT NULL;

CREATE FUNCTION resutveksl.forget_order_claims() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM resutveksl.order_claims c USING gone WHERE c.order_number = gone.order_number;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_take_their_claims_along AFTER DELETE ON resutveksl.orders
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.forget_order_claims();

CREATE VIEW resutveksl.questions_asked AS
SELECT c.order_number, o.person_id, l.source, c.token, l.run_id, k.claimed_at,
    CASE WHEN c.consented_on IS NOT NULL THEN 'consent' ELSE l.legal_basis END AS basis, c.consented_on
FROM resutveksl.order_claims c
JOIN resutveksl.orders o USING (order_number)
JOIN resutveksl.claims k USING (token)
JOIN resutveksl.run_sources l USING (token)
WHERE l.cursor >= c.order_number AND (c.sources IS NULL OR l.source = ANY (c.sources))
    AND (c.consented_on IS NOT NULL OR l.legal_basis IS NOT NULL);
COMMENT ON VIEW resutveksl.questions_asked IS
    'Every question that a source has answered about an order''s person, with the basis that it was asked on; also those of '
    'before the order was queued again.';

ALTER TABLE resutveksl.transfer_log ADD COLUMN basis text;
COMMENT ON COLUMN resutveksl.transfer_log.basis IS 'Of fetched and person_failed: on what was asked: consent, or a legal basis.';

-- What stands here from which source ----------------------------------------------------------------------------------------
-- A source that has nothing about a person is only compared with what stands here when something does, because looking for it
-- half a million times would cost more than the answers. So there is a row in person_sources for everything that stands here,
-- whatever is known of the source's last answer.

ALTER TABLE resutveksl.person_sources ALTER COLUMN fingerprint DROP NOT NULL;
COMMENT ON TABLE resutveksl.person_sources IS
    'The fingerprint of what a source last answered about a person. Whatever stands here from a source has a row: deleting it '
    'only forgets the fingerprint.';
COMMENT ON COLUMN resutveksl.person_sources.fingerprint IS
    'NULL: not known any more, so that the source sends everything.';

CREATE FUNCTION resutveksl.stands_here(person bigint, source integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM resutveksl.external_studies s JOIN resutveksl.external_results r USING (study_id)
        WHERE s.person_id = person AND r.source = stands_here.source AND r.origin = 'AUTOMATISK'
            AND r.missing_since IS NULL)
$$;
COMMENT ON FUNCTION resutveksl.stands_here IS 'Whether something of a source stands here that is not marked as missing.';

-- An import forgets a source that has nothing any more; by then what stood here is marked as missing.
CREATE FUNCTION resutveksl.keep_person_source() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO resutveksl.person_sources (person_id, source)
        SELECT DISTINCT s.person_id, r.source
        FROM resutveksl.external_results r JOIN resutveksl.external_studies s USING (study_id)
        WHERE r.origin = 'AUTOMATISK' AND r.missing_since IS NULL;
    ELSIF resutveksl.stands_here(OLD.person_id, OLD.source) THEN
        INSERT INTO resutveksl.person_sources (person_id, source) VALUES (OLD.person_id, OLD.source)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER person_sources_of_what_stands_stay AFTER DELETE ON resutveksl.person_sources
    FOR EACH ROW EXECUTE FUNCTION resutveksl.keep_person_source();
CREATE TRIGGER person_sources_of_what_stands_come_back AFTER TRUNCATE ON resutveksl.person_sources
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.keep_person_source();

-- Records that were merged have lost theirs.
INSERT INTO resutveksl.person_sources (person_id, source)
SELECT DISTINCT s.person_id, r.source
FROM resutveksl.external_results r JOIN resutveksl.external_studies s USING (study_id)
WHERE r.origin = 'AUTOMATISK' AND r.missing_since IS NULL
ON CONFLICT DO NOTHING;

-- Who answers for results that stand here -----------------------------------------------------------------------------------
-- When an institution is merged, or its source is set inactive, another source answers for what was earned there, and has the
-- same results. They become that source's here and now, and not while it is imported: each row of an import would have to be
-- looked for at other sources too.

CREATE FUNCTION resutveksl.take_over_results() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
DECLARE
    moved integer;
BEGIN
    CREATE TEMP TABLE resutveksl_moving AS
    WITH answering AS MATERIALIZED (
        SELECT a.source, a.institution
        FROM resutveksl.source_institutions a JOIN resutveksl.sources s USING (source) WHERE s.is_active
    ), heirs AS MATERIALIZED (
        -- Its own source before that of what it was merged into.
        SELECT DISTINCT ON (i.institution) i.institution, a.source
        FROM resutveksl.institutions i
        CROSS JOIN LATERAL resutveksl.merger_path(i.institution) AS m
        JOIN answering a ON a.source = m.number AND a.institution = i.institution
        ORDER BY i.institution, m.place
    ), moving AS (
        SELECT r.result_id, r.study_id, r.result_key, h.source AS heir
        FROM resutveksl.external_results r
        JOIN resutveksl.external_studies s USING (study_id)
        JOIN heirs h ON h.institution = s.institution
        WHERE r.origin = 'AUTOMATISK' AND r.source <> h.source
            AND (r.source, s.institution) NOT IN (SELECT source, institution FROM answering)
    )
    -- Where the heir has brought the same result already, the one that stands and was fetched last stays.
    SELECT r.result_id, r.study_id, r.source, m.heir, s.person_id, s.institution,
        first_value(r.result_id) OVER (PARTITION BY r.study_id, r.result_key
            ORDER BY r.missing_since IS NOT NULL, r.fetched_at DESC, r.result_id DESC) AS kept
    FROM (SELECT study_id, result_key, heir FROM moving GROUP BY study_id, result_key, heir) AS m
    JOIN resutveksl.external_studies s USING (study_id)
    JOIN resutveksl.external_results r ON r.study_id = m.study_id AND r.result_key = m.result_key
        AND (r.source = m.heir OR r.result_id IN (SELECT result_id FROM moving));

    SELECT count(*) INTO moved FROM pg_temp.resutveksl_moving WHERE source <> heir;
    IF moved > 0 THEN
        INSERT INTO resutveksl.open_merges VALUES (pg_current_xact_id());
        UPDATE resutveksl.external_results r SET part_of = m.kept
        FROM pg_temp.resutveksl_moving m WHERE r.part_of = m.result_id AND m.kept <> m.result_id;
        UPDATE resutveksl.result_changes c SET result_id = m.kept
        FROM pg_temp.resutveksl_moving m WHERE c.result_id = m.result_id AND m.kept <> m.result_id;
        UPDATE resutveksl.external_results r SET needs_control = true
        FROM pg_temp.resutveksl_moving m JOIN resutveksl.external_results g USING (result_id)
        WHERE r.result_id = m.kept AND m.kept <> m.result_id AND g.needs_control AND NOT r.needs_control;
        DELETE FROM resutveksl.external_results r
        USING pg_temp.resutveksl_moving m WHERE r.result_id = m.result_id AND m.kept <> m.result_id;
        UPDATE resutveksl.external_results r SET source = m.heir
        FROM pg_temp.resutveksl_moving m WHERE r.result_id = m.result_id AND m.source <> m.heir;
        -- What each of them answered is not what the heir answers now: it sends everything.
        DELETE FROM resutveksl.person_sources p
        USING pg_temp.resutveksl_moving m WHERE p.person_id = m.person_id AND p.source IN (m.source, m.heir);
        INSERT INTO resutveksl.person_sources (person_id, source)
        SELECT DISTINCT m.person_id, m.heir FROM pg_temp.resutveksl_moving m
        WHERE resutveksl.stands_here(m.person_id, m.heir)
        ON CONFLICT DO NOTHING;
        INSERT INTO resutveksl.study_log (person_id, institution, action, source, details)
        SELECT m.person_id, m.institution, 'edited', m.heir, format('source %s answers for what was fetched from source %s',
            m.heir, string_agg(DISTINCT m.source::text, ', '))
        FROM pg_temp.resutveksl_moving m WHERE m.source <> m.heir GROUP BY m.person_id, m.institution, m.heir;
        DELETE FROM resutveksl.open_merges WHERE transaction = pg_current_xact_id();
    END IF;
    DROP TABLE pg_temp.resutveksl_moving;
    RETURN moved;
END $$;
COMMENT ON FUNCTION resutveksl.take_over_results IS
    'Makes results whose source no longer answers for their institution those of the source that does. Answers with how many; '
    'called whenever an institution is merged or a source is added, removed or set (in)active.';

CREATE FUNCTION resutveksl.answering_was_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM resutveksl.take_over_results();
    RETURN NULL;
END $$;
CREATE TRIGGER institutions_pass_results_on AFTER UPDATE OF merged_into ON resutveksl.institutions
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.answering_was_changed();
CREATE TRIGGER sources_pass_results_on AFTER INSERT OR DELETE OR UPDATE OF is_active ON resutveksl.sources
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.answering_was_changed();

-- Two records become one ------------------------------------------------------------------------------------------------------

-- A person has one order in an admission: the open one, otherwise the newest of those that are over. Cancelled ones stay so.
CREATE FUNCTION resutveksl.share_orders(of_admission text, of_person bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
BEGIN
    UPDATE resutveksl.admission_orders m SET order_number = shared.order_number
    FROM (
        SELECT s.admission, s.application_number, coalesce(o.order_number, s.newest) AS order_number
        FROM (
            SELECT m.admission, m.application_number, m.person_id,
                max(m.order_number) OVER (PARTITION BY m.admission, m.person_id) AS newest
            FROM resutveksl.admission_orders m JOIN resutveksl.orders mine USING (order_number)
            WHERE mine.state IN ('completed', 'refused')
                AND (of_admission IS NULL OR m.admission = of_admission) AND (of_person IS NULL OR m.person_id = of_person)
        ) AS s
        LEFT JOIN resutveksl.orders o ON o.person_id = s.person_id
            AND o.state IN ('ordered', 'fetching', 'awaiting_retry', 'held')
    ) AS shared
    WHERE m.admission = shared.admission AND m.application_number = shared.application_number
        AND m.order_number <> shared.order_number;
END $$;
COMMENT ON FUNCTION resutveksl.share_orders IS
    'Has all applications of a person in an admission share one order, because a person has one open order. NULL: all.';

-- As before; but what stands here from a source keeps its row in person_sources, applications share an order, and the log of
-- Person eksternstudium has one entry per institution that says what happened.
CREATE OR REPLACE FUNCTION resutveksl.merge_persons(person bigint, twin bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    other record;
BEGIN
    INSERT INTO resutveksl.open_merges VALUES (pg_current_xact_id());
    UPDATE resutveksl.study_log SET person_id = person WHERE person_id = twin;
    INSERT INTO resutveksl.study_log (person_id, institution, action, details)
    SELECT person, institution, 'edited', 'two records of the person became one'
    FROM resutveksl.external_studies WHERE person_id = twin;
    PERFORM resutveksl.merge_results(person, twin);
    -- What a source answered about one of the numbers is not what it answers about all of them: it sends everything anew.
    DELETE FROM resutveksl.person_sources WHERE person_id IN (person, twin);
    INSERT INTO resutveksl.person_sources (person_id, source)
    SELECT DISTINCT person, r.source
    FROM resutveksl.external_results r JOIN resutveksl.external_studies s USING (study_id)
    WHERE s.person_id = person AND r.origin = 'AUTOMATISK' AND r.missing_since IS NULL
    ON CONFLICT DO NOTHING;
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
    PERFORM resutveksl.share_orders(NULL, person);
    WITH moved AS (
        DELETE FROM resutveksl.person_number_changes WHERE person_id = twin RETURNING earlier_number, changed_on
    )
    SELECT array_agg(earlier_number) AS numbers, array_agg(changed_on) AS days INTO other FROM moved;
    DELETE FROM resutveksl.persons WHERE person_id = twin;
    INSERT INTO resutveksl.person_number_changes (person_id, earlier_number, changed_on)
    SELECT person, number, day FROM unnest(other.numbers, other.days) AS m (number, day) ON CONFLICT DO NOTHING;
    DELETE FROM resutveksl.open_merges WHERE transaction = pg_current_xact_id();
END $$;

-- What a merger moves was neither edited nor deleted by anybody.
CREATE OR REPLACE FUNCTION resutveksl.result_was_changed_by_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF resutveksl.is_merging() THEN
        RETURN NULL;
    END IF;
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

CREATE OR REPLACE FUNCTION resutveksl.study_was_changed_by_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF resutveksl.is_merging() THEN
        RETURN NULL;
    END IF;
    INSERT INTO resutveksl.study_log (person_id, institution, action, details)
    VALUES (OLD.person_id, OLD.institution, 'deleted', 'Person eksternstudium');
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO resutveksl.study_log (person_id, institution, action, details)
        VALUES (NEW.person_id, NEW.institution, 'entered', 'Person eksternstudium, with what stands in it');
    END IF;
    RETURN NULL;
END $$;

-- The weekly refresh ----------------------------------------------------------------------------------------------------------

ALTER TABLE resutveksl.admission_orders
    ADD COLUMN passed_over text CHECK (passed_over IN ('refused', 'no_consent', 'no_number'));
COMMENT ON COLUMN resutveksl.admission_orders.passed_over IS
    'Why the refresh of refreshed_for did not queue the order: every source would have refused it. NULL: it did.';

-- Queues the orders of an admission again that were added before a moment and were not queued for it yet: one per person.
--
-- What waits to be fetched anyway stays as it is; held orders stay held, cancelled ones cancelled; nobody is queued of whom
-- it is known that every source would refuse, and it is kept and logged who was passed over. Orders that a worker holds are
-- left for the next call, and so is what goes beyond 5,000: a worker's statements are short, and so are its locks.
CREATE OR REPLACE FUNCTION resutveksl.refresh_admission(admission text, moment timestamptz DEFAULT now(), OUT orders integer, OUT left_over integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on SET jit = off AS $$
DECLARE
    is_required boolean := resutveksl.consent_is_required_everywhere();
    taken bigint[];
    queued bigint[];
    refused bigint[];
    reasons text[];
    one bigint;
BEGIN
    PERFORM FROM resutveksl.admissions a WHERE a.admission = refresh_admission.admission FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no admission %', admission
            USING ERRCODE = 'no_data_found', HINT = 'List them: resutveksl admission list.';
    END IF;
    PERFORM resutveksl.share_orders(admission);
    taken := ARRAY(
        SELECT o.order_number FROM resutveksl.admission_orders m JOIN resutveksl.orders o USING (order_number)
        WHERE m.admission = refresh_admission.admission AND m.added_at <= moment
            AND (m.refreshed_for IS NULL OR m.refreshed_for < moment) AND o.state <> 'fetching'
        ORDER BY o.order_number LIMIT 5000 FOR NO KEY UPDATE OF o SKIP LOCKED);
    SELECT array_agg(o.order_number) FILTER (WHERE r.refusal IS NULL),
        array_agg(o.order_number) FILTER (WHERE r.refusal IS NOT NULL),
        array_agg(r.refusal) FILTER (WHERE r.refusal IS NOT NULL)
    INTO queued, refused, reasons
    FROM resutveksl.orders o
    CROSS JOIN LATERAL (SELECT resutveksl.refusal_of(o.person_id, is_required) AS refusal OFFSET 0) AS r
    WHERE o.order_number = ANY (taken) AND o.state IN ('awaiting_retry', 'completed', 'refused');
    BEGIN
        UPDATE resutveksl.orders o SET state = 'ordered', due_at = moment WHERE o.order_number = ANY (queued);
        GET DIAGNOSTICS orders = ROW_COUNT;
    EXCEPTION WHEN unique_violation THEN
        -- Somebody has just ordered for one of the persons. That order is open now, and is seen by the next call; nobody
        -- else waits for it.
        orders := 0;
        FOREACH one IN ARRAY queued LOOP
            BEGIN
                UPDATE resutveksl.orders o SET state = 'ordered', due_at = moment WHERE o.order_number = one;
                orders := orders + 1;
            EXCEPTION WHEN unique_violation THEN
                taken := array_remove(taken, one);
            END;
        END LOOP;
    END;
    UPDATE resutveksl.admission_orders m SET refreshed_for = moment, passed_over = p.reason
    FROM unnest(taken) AS t (order_number)
    LEFT JOIN unnest(refused, reasons) AS p (order_number, reason) USING (order_number)
    WHERE m.admission = refresh_admission.admission AND m.order_number = t.order_number AND m.added_at <= moment;
    SELECT count(*) INTO left_over FROM resutveksl.admission_orders m
    WHERE m.admission = refresh_admission.admission AND m.added_at <= moment
        AND (m.refreshed_for IS NULL OR m.refreshed_for < moment);
    IF left_over = 0 THEN
        UPDATE resutveksl.admissions a SET refreshed_for = moment
        WHERE a.admission = refresh_admission.admission AND (a.refreshed_for IS NULL OR a.refreshed_for < moment);
    END IF;
    INSERT INTO resutveksl.transfer_log (event, order_number, person_id, outcome, reason)
    SELECT 'refused', o.order_number, o.person_id, p.reason, format('not refreshed with admission %s', admission)
    FROM unnest(refused, reasons) AS p (order_number, reason) JOIN resutveksl.orders o USING (order_number);
    IF orders > 0 THEN
        INSERT INTO resutveksl.transfer_log (event, reason, orders)
        VALUES ('requeued', format('refresh of admission %s', admission), refresh_admission.orders);
    END IF;
END $$;

CREATE VIEW resutveksl.passed_over_orders AS
SELECT m.order_number, m.person_id, m.admission, m.application_number, m.refreshed_for, m.passed_over,
    format('not refreshed on %s with admission %s: %s', resutveksl.local_day(m.refreshed_for), m.admission,
        resutveksl.refusal_sentence(m.passed_over)) AS sentence
FROM resutveksl.admission_orders m
JOIN resutveksl.orders o USING (order_number)
WHERE m.passed_over IS NOT NULL AND coalesce(o.requeued_at, o.ordered_at) < m.refreshed_for;
COMMENT ON VIEW resutveksl.passed_over_orders IS
    'Orders that the last refresh of their admission did not queue, and why, as long as nothing else has queued them since.';

-- What became of an order at a source: the reason is that of the last attempt. A pair that has a row of its own has its reason
-- there, and one without a reason there needs none.
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
    CASE WHEN t.order_number IS NOT NULL THEN t.reason WHEN l.cursor >= o.order_number THEN NULL ELSE l.reason END AS reason,
    CASE WHEN t.order_number IS NOT NULL THEN t.sqlstate WHEN l.cursor >= o.order_number THEN NULL ELSE l.sqlstate
        END AS sqlstate,
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

COMMENT ON TABLE resutveksl.result_changes IS
    'What a later fetch changed. The first answer of a source about a person is new as a whole and writes none.';
COMMENT ON COLUMN resutveksl.orders.was_fetched IS
    'It had been fetched for before it was queued again: what a source has now that answered then was added since.';

SELECT resutveksl.take_over_results();

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', oid::regprocedure), ' ')
        FROM pg_proc WHERE pronamespace = 'resutveksl'::regnamespace);
END $$;
