-- The verifier's own schema in the own database: what ought to be, and who wrote what.
--
-- Everything here is computed from the sources' FS tables (truth.sql), from the orders that were placed and from triggers;
-- nothing trusts the program's counters, and nothing here is read by the program.

CREATE SCHEMA chaos;

-- Processes by the application_name of their sessions.
CREATE TABLE chaos.workers (name text PRIMARY KEY, process int NOT NULL);

-- The orders of the round that is under way: those from first_order on.
CREATE TABLE chaos.round (first_order bigint NOT NULL);
INSERT INTO chaos.round VALUES (1);

-- The truth of this round.
CREATE TABLE chaos.sources (source int PRIMARY KEY, sharing text NOT NULL, consent_required boolean NOT NULL);
CREATE TABLE chaos.known (
    source int, person_id bigint, answer text, held_back int NOT NULL, PRIMARY KEY (source, person_id));
CREATE TABLE chaos.truth (
    source int, person_id bigint, result_key text, institution int NOT NULL, content jsonb NOT NULL,
    PRIMARY KEY (source, person_id, result_key));

-- What stands in Person eksternstudium when everything up to the last round went right.
CREATE TABLE chaos.stored (
    source int, person_id bigint, result_key text, institution int NOT NULL, content jsonb NOT NULL,
    is_missing boolean NOT NULL, PRIMARY KEY (source, person_id, result_key));

-- What a scenario expects to be otherwise than the truth says: an answer that was spoilt, an order that is held.
CREATE TABLE chaos.spoilt (person_id bigint, source int, outcome text NOT NULL, PRIMARY KEY (person_id, source));
CREATE TABLE chaos.held (order_number bigint PRIMARY KEY);

-- The sources' own record of having been asked.
CREATE TABLE chaos.disclosures (source int, order_number bigint, asked_at timestamptz);

-- Every write of a worker to a pair, with the worker that held the order in that moment.
CREATE TABLE chaos.writes (
    order_number bigint, source int, outcome text, is_settled boolean, writer text, holder text, is_held boolean,
    state text, written_at timestamptz DEFAULT clock_timestamp());
CREATE INDEX ON chaos.writes (order_number, source);

CREATE FUNCTION chaos.note_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('application_name') NOT LIKE 'worker-%' THEN
        RETURN NULL;
    END IF;
    INSERT INTO chaos.writes (order_number, source, outcome, is_settled, writer, holder, is_held, state)
    SELECT NEW.order_number, NEW.source, NEW.outcome, NEW.next_attempt IS NULL, current_setting('application_name'),
        (SELECT r.worker FROM resutveksl.runs r WHERE r.run_id = c.run_id),
        coalesce(c.ended_at IS NULL AND c.lease_until > now(), false), o.state
    FROM resutveksl.orders o LEFT JOIN resutveksl.claims c ON c.token = o.claim_token
    WHERE o.order_number = NEW.order_number;
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_notes_writes AFTER INSERT OR UPDATE ON resutveksl.transfers
    FOR EACH ROW EXECUTE FUNCTION chaos.note_write();

-- Takes over one source's JSON of truth.sql, as far as it is about persons we know.
CREATE FUNCTION chaos.load(source int, truth jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO chaos.sources SELECT source, truth ->> 'sharing', (truth ->> 'consent_required')::boolean;
    WITH number AS (
        SELECT person_id, person_number AS number FROM resutveksl.persons
        UNION ALL SELECT person_id, earlier_number FROM resutveksl.person_number_changes
    )
    INSERT INTO chaos.known
    SELECT source, person_id, answer, held_back
    FROM jsonb_to_recordset(truth -> 'persons') AS t (number text, answer text, held_back int) JOIN number USING (number);
    WITH number AS (
        SELECT person_id, person_number AS number FROM resutveksl.persons
        UNION ALL SELECT person_id, earlier_number FROM resutveksl.person_number_changes
    )
    INSERT INTO chaos.truth
    SELECT source, person_id, result_key, institution, content
    FROM jsonb_to_recordset(truth -> 'results') AS t (number text, institution int, result_key text, content jsonb)
    JOIN number USING (number);
$$;

CREATE VIEW chaos.orders AS
SELECT o.* FROM resutveksl.orders o WHERE o.order_number >= (SELECT first_order FROM chaos.round);

-- What ought to come of every order of the round at every source. Computed once a comparison: compare() refreshes it.
CREATE MATERIALIZED VIEW chaos.expected AS
SELECT o.order_number, o.person_id, s.source, coalesce(k.held_back, 0) AS held_back_there,
    CASE
        WHEN x.outcome IS NOT NULL THEN x.outcome
        WHEN a.answer = 'N' THEN 'refused'
        WHEN a.answer IS NULL AND r.is_consent_required THEN 'no_consent'
        WHEN s.sharing <> 'open' THEN s.sharing
        WHEN k.person_id IS NULL THEN 'nothing'
        WHEN k.answer = 'N' THEN 'refused'
        WHEN a.answer IS NULL AND k.answer IS NULL AND s.consent_required THEN 'no_consent'
        WHEN NOT EXISTS (SELECT FROM chaos.truth t WHERE t.source = s.source AND t.person_id = o.person_id) THEN 'nothing'
        WHEN NOT EXISTS (
            SELECT FROM (SELECT * FROM chaos.truth t WHERE t.source = s.source AND t.person_id = o.person_id) t
            FULL JOIN (SELECT * FROM chaos.stored d
                WHERE d.source = s.source AND d.person_id = o.person_id AND NOT is_missing) d USING (result_key)
            WHERE t.content IS DISTINCT FROM d.content) THEN 'unchanged'
        ELSE 'fetched'
    END AS outcome
FROM chaos.orders o
CROSS JOIN chaos.sources s
JOIN resutveksl.sources r USING (source)
LEFT JOIN resutveksl.acceptances a ON a.person_id = o.person_id
LEFT JOIN chaos.known k ON k.source = s.source AND k.person_id = o.person_id
LEFT JOIN chaos.spoilt x ON x.source = s.source AND x.person_id = o.person_id
WHERE NOT EXISTS (SELECT FROM chaos.held h WHERE h.order_number = o.order_number)
WITH NO DATA;
CREATE UNIQUE INDEX ON chaos.expected (order_number, source);
CREATE INDEX ON chaos.expected (person_id, source);

-- The result rows that the orders of the round ought to have brought, against what stood there before.
CREATE MATERIALIZED VIEW chaos.steps AS
WITH asked AS MATERIALIZED (
    SELECT person_id AS asked_person, source AS asked_source, min(order_number) AS first_order
    FROM resutveksl.questions_asked q
    WHERE NOT EXISTS (SELECT FROM resutveksl.transfer_log f WHERE f.order_number = q.order_number
        AND f.token = q.token AND f.source = q.source AND f.event = 'person_failed')
    GROUP BY person_id, source
)
SELECT e.order_number, person_id, source, result_key, t.institution, d.content AS old, t.content AS new,
    coalesce(d.is_missing, false) AS was_missing,
    EXISTS (SELECT FROM chaos.stored b WHERE b.source = e.source AND b.person_id = e.person_id)
        OR coalesce(first_order < e.order_number, false) AS was_fetched
FROM chaos.truth t
FULL JOIN chaos.stored d USING (source, person_id, result_key)
JOIN chaos.expected e USING (source, person_id)
LEFT JOIN asked ON asked_person = person_id AND asked_source = source
WHERE e.outcome IN ('fetched', 'unchanged', 'nothing')
WITH NO DATA;
CREATE INDEX ON chaos.steps (order_number, source);

-- What the program says became of every order of the round at every source.
CREATE MATERIALIZED VIEW chaos.pairs AS
SELECT v.* FROM chaos.orders o JOIN resutveksl.order_sources v USING (order_number)
WITH NO DATA;
CREATE INDEX ON chaos.pairs (order_number, source);

CREATE VIEW chaos.expected_changes AS
SELECT order_number, person_id, source, result_key, 'added' AS kind, NULL AS field
FROM chaos.steps WHERE old IS NULL AND was_fetched
UNION ALL
SELECT order_number, person_id, source, result_key, 'returned', NULL FROM chaos.steps WHERE new IS NOT NULL AND was_missing
UNION ALL
SELECT order_number, person_id, source, result_key, 'missing', NULL
FROM chaos.steps WHERE new IS NULL AND NOT was_missing
UNION ALL
-- A term is one field; the number behind a grade is told only where the grade reads the same.
SELECT DISTINCT order_number, person_id, source, result_key, 'changed', CASE key WHEN 'term_year' THEN 'term' ELSE key END
FROM chaos.steps CROSS JOIN LATERAL jsonb_each_text(new) AS f (key, value)
WHERE old IS NOT NULL AND new IS NOT NULL AND value IS DISTINCT FROM old ->> key
    AND (key <> 'grade_value' OR new ->> 'grade' IS NOT DISTINCT FROM old ->> 'grade');

-- What stands in Person eksternstudium, in the truth's form.
CREATE MATERIALIZED VIEW chaos.standing AS
SELECT r.result_id, r.source, s.person_id, s.institution, r.result_key, r.missing_since IS NOT NULL AS is_missing,
    jsonb_build_object('category', r.category, 'code', r.code, 'version', r.version, 'name_bokmal', r.name_bokmal,
        'name_nynorsk', r.name_nynorsk, 'name_english', r.name_english, 'thesis_title', r.thesis_title,
        'thesis_title_english', r.thesis_title_english, 'description_bokmal', r.description_bokmal,
        'description_nynorsk', r.description_nynorsk, 'description_english', r.description_english,
        'term_year', r.term_year::text, 'term', r.term, 'credits', trim_scale(r.credits)::text,
        'grading_rule', r.grading_rule::text, 'grade_value', trim_scale(r.grade_value)::text, 'grade', r.grade,
        'obtained_on', to_char(r.obtained_on, 'YYYY-MM-DD'), 'part_of', q.code) AS content
FROM resutveksl.external_results r
JOIN resutveksl.external_studies s USING (study_id)
LEFT JOIN resutveksl.external_results q ON q.result_id = r.part_of
WHERE r.origin = 'AUTOMATISK'
WITH NO DATA;
CREATE INDEX ON chaos.standing (source, person_id, result_key);

CREATE VIEW chaos.unsettled (outcome) AS
VALUES ('waiting'), ('unreachable'), ('denied'), ('timed_out'), ('failed'), ('invalid'), ('paused'), ('pending'), ('given_up');

CREATE FUNCTION chaos.compare() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    REFRESH MATERIALIZED VIEW chaos.expected;
    REFRESH MATERIALIZED VIEW chaos.steps;
    REFRESH MATERIALIZED VIEW chaos.pairs;
    REFRESH MATERIALIZED VIEW chaos.standing;
    ANALYZE chaos.expected, chaos.steps, chaos.pairs, chaos.standing, chaos.writes, chaos.disclosures;
END $$;

-- Ends the round: what it ought to have brought is what stands there before the next.
CREATE FUNCTION chaos.end_round() RETURNS void LANGUAGE sql AS $$
    INSERT INTO chaos.stored AS d (source, person_id, result_key, institution, content, is_missing)
    SELECT source, person_id, result_key, coalesce(institution, 0), coalesce(new, old), new IS NULL
    FROM chaos.steps WHERE new IS NOT NULL OR NOT was_missing
    ON CONFLICT (source, person_id, result_key) DO UPDATE SET content = EXCLUDED.content, is_missing = EXCLUDED.is_missing,
        institution = CASE WHEN EXCLUDED.is_missing THEN d.institution ELSE EXCLUDED.institution END;
$$;
