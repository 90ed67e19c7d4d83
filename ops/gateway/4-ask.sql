-- The gateway's database, step 4, as the owner, after `resutveksl source install` and again after each time that it says
-- "applied": puts fetching before answering. The contract's own ask_v1 moves to schema gateway, unchanged, where requesters
-- cannot reach it.

\set ON_ERROR_STOP on
BEGIN;

DO $move$
DECLARE
    signature constant text := '(bigint[],text[],text[],date[],text[],text[],text)';
BEGIN
    IF EXISTS (
        SELECT FROM pg_proc AS p
        WHERE p.oid = to_regprocedure('resutveksl.ask_v1' || signature) AND p.prosrc NOT LIKE '%gateway.fetch(%') THEN
        EXECUTE 'DROP FUNCTION IF EXISTS gateway.ask_v1' || signature;
        EXECUTE format('ALTER FUNCTION resutveksl.ask_v1%s SET SCHEMA gateway', signature);
    END IF;
    IF to_regprocedure('gateway.ask_v1' || signature) IS NULL THEN
        RAISE EXCEPTION 'the contract is not installed here' USING HINT = 'First: resutveksl source install';
    END IF;
END
$move$;

CREATE OR REPLACE FUNCTION resutveksl.ask_v1(
    refs bigint[], numbers text[], consents text[], consent_dates date[], fingerprints text[], purposes text[],
    basis text
)
RETURNS TABLE (
    record text, ref bigint, person_number text, verdict text, answered int, held_back int, fingerprint text,
    institution int, result_key text, part_of_key text, category text, code text, version text,
    name_bokmal text, name_nynorsk text, name_english text, thesis_title text, thesis_title_english text,
    description_bokmal text, description_nynorsk text, description_english text,
    term_year int, term text, credits numeric, grading_rule int, grade_value numeric, grade text, obtained_on date
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The contract's statements are planned once in a session, for tables that to the planner are always empty: whatever it
-- likes best of nothing must be right for thousands of rows.
SET enable_seqscan = off
SET enable_nestloop = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM resutveksl.requester();
    -- A question that the contract refuses fetches nothing.
    IF cardinality(numbers) <= 10000 AND array_position(numbers, NULL) IS NULL
        AND array_to_string(numbers, ',') ~ '^([0-9]{11}(,[0-9]{11})*)?$' THEN
        PERFORM gateway.fetch(numbers);
    END IF;
    RETURN QUERY SELECT * FROM gateway.ask_v1(refs, numbers, consents, consent_dates, fingerprints, purposes, basis);
    PERFORM gateway.forget();
END
$$;

COMMENT ON FUNCTION resutveksl.ask_v1(bigint[], text[], text[], date[], text[], text[], text) IS
    'Contract version 1, at a gateway: fetches the persons of the question, and has the contract answer it.';

REVOKE ALL ON FUNCTION resutveksl.ask_v1(bigint[], text[], text[], date[], text[], text[], text) FROM PUBLIC;
REVOKE ALL ON FUNCTION gateway.ask_v1(bigint[], text[], text[], date[], text[], text[], text) FROM PUBLIC;

DO $grant$
DECLARE
    requester name;
BEGIN
    FOR requester IN
        SELECT r.role_name FROM resutveksl.requesters AS r WHERE to_regrole(quote_ident(r.role_name)) IS NOT NULL
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION resutveksl.ask_v1'
            '(bigint[], text[], text[], date[], text[], text[], text) TO %I', requester);
        EXECUTE format('REVOKE ALL ON FUNCTION gateway.ask_v1'
            '(bigint[], text[], text[], date[], text[], text[], text) FROM %I', requester);
    END LOOP;
END
$grant$;

COMMIT;
