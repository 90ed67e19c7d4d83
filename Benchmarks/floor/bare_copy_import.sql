-- Writes what was staged. The schema lets nobody but an import write what is fetched: hence the claim, and the open import.

SET work_mem = '256MB';
SET jit = off;
ANALYZE floor.staging;

BEGIN;
WITH run AS (INSERT INTO resutveksl.runs (worker) VALUES ('floor') RETURNING run_id),
claim AS (
    INSERT INTO resutveksl.claims (token, run_id, lease_until, orders)
    SELECT nextval('resutveksl.claim_tokens'), run_id, clock_timestamp() + interval '1 hour', 0 FROM run
    RETURNING token, run_id
)
INSERT INTO resutveksl.run_sources (token, source, run_id, outcome)
SELECT token, (SELECT min(source) FROM resutveksl.sources), run_id, 'done' FROM claim
RETURNING token AS claim, source AS lane \gset

INSERT INTO resutveksl.open_imports (transaction, token, source) VALUES (pg_current_xact_id(), :claim, :lane);

INSERT INTO resutveksl.external_studies (person_id, institution)
SELECT DISTINCT person_id, institution FROM floor.staging ON CONFLICT DO NOTHING;

INSERT INTO resutveksl.external_results (result_id, study_id, origin, source, result_key, category, code, version, name_bokmal,
    name_nynorsk, name_english, thesis_title, thesis_title_english, description_bokmal, description_nynorsk,
    description_english, term_year, term, credits, grading_rule, grade_value, grade, obtained_on, part_of)
SELECT r.result_id, s.study_id, 'AUTOMATISK', r.source, r.result_key, r.category, r.code, r.version, r.name_bokmal,
    r.name_nynorsk, r.name_english, r.thesis_title, r.thesis_title_english, r.description_bokmal, r.description_nynorsk,
    r.description_english, r.term_year, r.term, r.credits, r.grading_rule, r.grade_value, r.grade, r.obtained_on, q.result_id
FROM floor.staging r
JOIN resutveksl.external_studies s USING (person_id, institution)
LEFT JOIN floor.staging q ON q.category = 'Kvalifikasjon' AND q.person_id = r.person_id AND q.source = r.source
    AND q.result_key = r.part_of_key
ON CONFLICT (study_id, source, result_key) DO NOTHING;

DELETE FROM resutveksl.open_imports WHERE transaction = pg_current_xact_id();
UPDATE resutveksl.claims SET ended_at = clock_timestamp() WHERE token = :claim;
COMMIT;
