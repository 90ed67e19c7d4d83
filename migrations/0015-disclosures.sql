-- The record of what other institutions disclosed to us: who ordered, which institution asked which, for whom, when, why, on what
-- basis, and what was answered. It cannot be changed unnoticed, and is cut with a signed-off checkpoint. The source keeps one of
-- its own; this has other names, because both may live in one database.

-- No constraint can fail on a row of it, because the detail of such an error would print the row. No foreign keys: a record stays
-- as it was when persons, orders or sources go.
CREATE TABLE resutveksl.received_disclosures (
    disclosure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz DEFAULT now(),
    source integer,
    institution integer,
    order_number bigint,
    ordered_by text,
    person_id bigint,
    person_number text,
    purpose text,
    reference text,
    basis text,
    basis_date date,
    outcome text,
    results integer,
    held_back integer,
    run_id bigint,
    token bigint
);
CREATE INDEX received_disclosures_of_person ON resutveksl.received_disclosures (person_number);
CREATE INDEX received_disclosures_at ON resutveksl.received_disclosures USING brin (recorded_at);
COMMENT ON TABLE resutveksl.received_disclosures IS
    'Every answer of a source about a person whom it knows, also that there is nothing to show or that it may not be shown: it '
    'tells that the person is known there. Rows are only added; what is old enough is cut with cut_received().';
COMMENT ON COLUMN resutveksl.received_disclosures.source IS 'The institution that answered.';
COMMENT ON COLUMN resutveksl.received_disclosures.institution IS 'The institution that asked: the own one at the time.';
COMMENT ON COLUMN resutveksl.received_disclosures.person_number IS
    'The number under which the source knows the person; where its answer does not tell, the one that was asked by first.';
COMMENT ON COLUMN resutveksl.received_disclosures.basis IS 'On what was asked: consent, or the source''s legal basis.';
COMMENT ON COLUMN resutveksl.received_disclosures.basis_date IS
    'Day of the J; of a legal basis, the day from which on the rule holds that rests on it.';
COMMENT ON COLUMN resutveksl.received_disclosures.outcome IS
    'fetched, unchanged, nothing, no_consent, refused; invalid: answered, and nothing of it was taken.';
COMMENT ON COLUMN resutveksl.received_disclosures.results IS
    'How many results the answer has, also when they were not sent again; NULL where it broke a rule.';

-- Every set is sealed in a block: a hash over its rows and over the block before it. A block needs the one before it, but no
-- import may wait for another one: so there are several chains, and each transaction takes one that nobody holds. There come to
-- be as many as imports that ever committed in the same moment.

CREATE TABLE resutveksl.received_chains (
    chain integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    last_block bigint NOT NULL DEFAULT 0,
    last_hash bytea NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
COMMENT ON TABLE resutveksl.received_chains IS 'Where each chain of blocks ends: what is taken away at its end is missed.';

CREATE TABLE resutveksl.received_blocks (
    chain integer NOT NULL,
    block bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    entries bigint NOT NULL,
    ids int8multirange NOT NULL,
    cut_until timestamptz,
    cut_block bigint,
    cut_hash bytea,
    cut_entries bigint,
    earlier_cut bytea,
    signed_off_by text,
    remark text,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, block)
);
COMMENT ON TABLE resutveksl.received_blocks IS
    'The seal of each set of disclosures that was recorded together; or a checkpoint, up to which older ones were cut.';
COMMENT ON COLUMN resutveksl.received_blocks.ids IS 'The rows of received_disclosures that it seals.';
COMMENT ON COLUMN resutveksl.received_blocks.cut_block IS
    'Of a checkpoint: the last block that was cut. The next block goes on from cut_hash.';
COMMENT ON COLUMN resutveksl.received_blocks.earlier_cut IS 'Of a checkpoint: the hash of the one before it.';
COMMENT ON COLUMN resutveksl.received_blocks.remark IS 'Of a checkpoint: why it was made although the record did not verify.';

-- What the hashes are over: every column, in a form that no setting of the session changes, so that none has to be set here.
CREATE FUNCTION resutveksl.received_text(d resutveksl.received_disclosures) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT ROW (d.disclosure_id, extract(epoch FROM d.recorded_at), d.source, d.institution, d.order_number, d.ordered_by,
        d.person_id, d.person_number, d.purpose, d.reference, d.basis, extract(epoch FROM d.basis_date), d.outcome, d.results,
        d.held_back, d.run_id, d.token)::text
$$;

CREATE FUNCTION resutveksl.received_hash(b resutveksl.received_blocks, content text) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(ROW (b.chain, b.block, extract(epoch FROM b.sealed_at), b.entries, b.ids,
        extract(epoch FROM b.cut_until), b.cut_block, encode(b.cut_hash, 'hex'), b.cut_entries, encode(b.earlier_cut, 'hex'),
        b.signed_off_by, b.remark, encode(b.previous, 'hex'))::text || E'\n' || coalesce(content, ''), 'UTF8'))
$$;

-- Adds a block to its chain, or to one that nobody holds. Called with search_path set.
CREATE FUNCTION resutveksl.add_received_block(b resutveksl.received_blocks, content text) RETURNS resutveksl.received_blocks
LANGUAGE plpgsql AS $$
BEGIN
    IF b.chain IS NULL THEN
        SELECT c.chain, c.last_block, c.last_hash INTO b.chain, b.block, b.previous
        FROM resutveksl.received_chains c ORDER BY c.chain LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            INSERT INTO resutveksl.received_chains DEFAULT VALUES
            RETURNING chain, last_block, last_hash INTO b.chain, b.block, b.previous;
        END IF;
    ELSE
        SELECT c.last_block, c.last_hash INTO STRICT b.block, b.previous
        FROM resutveksl.received_chains c WHERE c.chain = b.chain FOR NO KEY UPDATE;
    END IF;
    b.block := b.block + 1;
    b.sealed_at := clock_timestamp();
    b.hash := resutveksl.received_hash(b, content);
    INSERT INTO resutveksl.received_blocks VALUES (b.*);
    UPDATE resutveksl.received_chains c SET last_block = b.block, last_hash = b.hash WHERE c.chain = b.chain;
    RETURN b;
END $$;

-- Runs as the owner: whoever may record needs no privilege on the chain.
CREATE FUNCTION resutveksl.seal_received() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    b resutveksl.received_blocks;
    content text;
BEGIN
    SELECT count(*), range_agg(int8range(d.disclosure_id, d.disclosure_id, '[]')),
        string_agg(resutveksl.received_text(d), E'\n' ORDER BY d.disclosure_id)
    INTO b.entries, b.ids, content FROM added d;
    IF b.entries > 0 THEN
        PERFORM resutveksl.add_received_block(b, content);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER received_disclosures_are_sealed AFTER INSERT ON resutveksl.received_disclosures
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.seal_received();

-- Nothing is changed, and only what a checkpoint covers is removed ---------------------------------------------------------

CREATE FUNCTION resutveksl.refuse_received_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the record of disclosures is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
            HINT = 'What is old enough is cut with a checkpoint: resutveksl audit checkpoint, or resutveksl.cut_received().';
END $$;

CREATE FUNCTION resutveksl.refuse_received_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    removed int8multirange;
    covered int8multirange;
BEGIN
    SELECT range_agg(int8range(g.disclosure_id, g.disclosure_id, '[]')) INTO removed FROM gone g;
    SELECT range_agg(r) INTO covered
    FROM resutveksl.received_blocks c
    JOIN resutveksl.received_blocks b ON b.chain = c.chain AND b.block <= c.cut_block
    CROSS JOIN unnest(b.ids) r
    WHERE c.cut_block IS NOT NULL;
    IF NOT coalesce(removed <@ covered, removed IS NULL) THEN
        RAISE EXCEPTION 'the record of disclosures is append-only: these rows are not covered by a checkpoint'
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'What is old enough is cut with a checkpoint: resutveksl audit checkpoint, or resutveksl.cut_received().';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION resutveksl.refuse_received_block_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone g WHERE g.cut_block IS NOT NULL OR NOT EXISTS (
        SELECT FROM resutveksl.received_blocks c WHERE c.chain = g.chain AND c.cut_block >= g.block))
    THEN
        RAISE EXCEPTION 'the record of disclosures is append-only: these blocks are not covered by a checkpoint'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER received_disclosures_are_not_changed BEFORE UPDATE ON resutveksl.received_disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_change();
CREATE TRIGGER received_disclosures_are_not_emptied BEFORE TRUNCATE ON resutveksl.received_disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_change();
CREATE TRIGGER received_disclosures_are_not_removed AFTER DELETE ON resutveksl.received_disclosures
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_removal();
CREATE TRIGGER received_blocks_are_not_changed BEFORE UPDATE ON resutveksl.received_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_change();
CREATE TRIGGER received_blocks_are_not_emptied BEFORE TRUNCATE ON resutveksl.received_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_change();
CREATE TRIGGER received_blocks_are_not_removed AFTER DELETE ON resutveksl.received_blocks
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_block_removal();
CREATE TRIGGER received_chains_stay BEFORE DELETE OR TRUNCATE ON resutveksl.received_chains
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_received_change();

REVOKE UPDATE, TRUNCATE ON resutveksl.received_disclosures, resutveksl.received_blocks FROM CURRENT_USER;

-- Verifying and cutting -----------------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.verify_received(
    OUT finding text, OUT chain integer, OUT block bigint, OUT sealed_at timestamptz, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET jit = off
SET plan_cache_mode = force_custom_plan SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
#variable_conflict use_column
DECLARE
    everything CONSTANT int8multirange := coalesce((SELECT range_agg(r)
        FROM resutveksl.received_blocks b CROSS JOIN unnest(b.ids) r), '{}');
BEGIN
    RETURN QUERY
    WITH spans AS (
        SELECT b.chain, b.block, lower(r) AS first, upper(r) AS after
        FROM resutveksl.received_blocks b CROSS JOIN unnest(b.ids) r
    ), contents AS (
        SELECT s.chain, s.block, range_agg(int8range(d.disclosure_id, d.disclosure_id, '[]')) AS ids,
            string_agg(resutveksl.received_text(d), E'\n' ORDER BY d.disclosure_id) AS content
        FROM spans s
        JOIN resutveksl.received_disclosures d ON d.disclosure_id >= s.first AND d.disclosure_id < s.after
        GROUP BY s.chain, s.block
    ), cuts AS (
        SELECT DISTINCT ON (b.chain) b.chain, b.block, b.cut_block, b.cut_hash
        FROM resutveksl.received_blocks b WHERE b.cut_block IS NOT NULL ORDER BY b.chain, b.block DESC
    ), read AS (
        SELECT b.chain, b.block, b.sealed_at, b.hash, b.previous, b.cut_block, b.earlier_cut,
            b.ids - coalesce(c.ids, '{}') AS missing, resutveksl.received_hash(b, c.content) AS computed,
            b.block <= coalesce(u.cut_block, 0) AS is_cut,
            CASE WHEN b.block = coalesce(u.cut_block, 0) + 1 THEN coalesce(u.cut_hash, '')
                WHEN lag(b.block) OVER before = b.block - 1 THEN lag(b.hash) OVER before END AS expected,
            lag(b.hash) OVER checkpoints AS checkpoint_before
        FROM resutveksl.received_blocks b
        LEFT JOIN contents c ON c.chain = b.chain AND c.block = b.block
        LEFT JOIN cuts u ON u.chain = b.chain
        WINDOW before AS (PARTITION BY b.chain ORDER BY b.block),
            checkpoints AS (PARTITION BY b.chain, b.cut_block IS NOT NULL ORDER BY b.block)
    )
    SELECT 'removed', r.chain, r.block, r.sealed_at, format('rows %s are missing', r.missing)
    FROM read r WHERE r.missing <> '{}'
    UNION ALL
    SELECT 'changed', r.chain, r.block, r.sealed_at, 'its content is not what was sealed'
    FROM read r WHERE r.missing = '{}' AND r.computed <> r.hash
    UNION ALL
    SELECT 'broken', r.chain, r.block, r.sealed_at,
        CASE WHEN r.expected IS NULL THEN 'the block before it is missing' ELSE 'it does not follow from the block before it' END
    FROM read r WHERE NOT r.is_cut AND r.previous IS DISTINCT FROM r.expected
    UNION ALL
    SELECT 'broken', r.chain, r.block, r.sealed_at, 'the checkpoint before it is missing or another'
    FROM read r WHERE r.cut_block IS NOT NULL AND r.earlier_cut IS DISTINCT FROM r.checkpoint_before
    UNION ALL
    SELECT 'broken', r.chain, r.block, r.sealed_at, 'it should have been cut with the checkpoint'
    FROM read r WHERE r.is_cut AND r.cut_block IS NULL
    UNION ALL
    SELECT 'inserted', NULL, NULL, min(d.recorded_at),
        format('rows %s are sealed by no block', range_agg(int8range(d.disclosure_id, d.disclosure_id, '[]')))
    FROM resutveksl.received_disclosures d WHERE NOT everything @> d.disclosure_id HAVING count(*) > 0
    UNION ALL
    SELECT 'shortened', coalesce(c.chain, l.chain), l.block, l.sealed_at,
        format('the chain ended with block %s', coalesce(c.last_block::text, 'of which nothing is known'))
    FROM resutveksl.received_chains c
    FULL JOIN (SELECT DISTINCT ON (b.chain) b.chain, b.block, b.hash, b.sealed_at FROM resutveksl.received_blocks b
        ORDER BY b.chain, b.block DESC) l ON l.chain = c.chain
    WHERE (coalesce(l.block, 0), coalesce(l.hash, '')) IS DISTINCT FROM (c.last_block, c.last_hash)
    ORDER BY 2, 3, 1;
END $$;
COMMENT ON FUNCTION resutveksl.verify_received IS
    'What is wrong with the record of disclosures: changed, removed, inserted, broken, shortened. No row: nothing.';

CREATE FUNCTION resutveksl.cut_received(
    until timestamptz, signed_off_by text, remark text DEFAULT NULL, OUT blocks bigint, OUT entries bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
DECLARE
    of_chain integer;
    b resutveksl.received_blocks;
    removed bigint;
    kept_days integer := (SELECT r.keep_days FROM resutveksl.retention_rules r WHERE r.what = 'received_disclosures');
BEGIN
    IF coalesce(btrim(signed_off_by), '') = '' OR length(signed_off_by) > 200 THEN
        RAISE EXCEPTION 'a checkpoint needs the name of who signs it off' USING ERRCODE = 'invalid_parameter_value';
    ELSIF until IS NULL OR until > now() THEN
        RAISE EXCEPTION 'what is yet to come cannot be cut' USING ERRCODE = 'invalid_parameter_value';
    ELSIF kept_days IS NULL OR until > now() - kept_days * interval '1 day' THEN
        RAISE EXCEPTION 'disclosures are kept %', coalesce('for ' || kept_days || ' days', 'for ever')
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'That is a setting: UPDATE resutveksl.retention_rules SET keep_days = … WHERE what = ''received_disclosures''.';
    ELSIF remark IS NULL AND EXISTS (SELECT FROM resutveksl.verify_received()) THEN
        RAISE EXCEPTION 'the record does not verify, and cutting it would take evidence away'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'See resutveksl audit verify. A remark says why it is cut nevertheless, and stays with the checkpoint.';
    END IF;
    blocks := 0;
    entries := 0;
    FOR of_chain IN SELECT c.chain FROM resutveksl.received_chains c ORDER BY c.chain FOR NO KEY UPDATE LOOP
        b := NULL;
        SELECT coalesce(min(x.block) FILTER (WHERE x.sealed_at >= until) - 1, max(x.block)) INTO b.cut_block
        FROM resutveksl.received_blocks x WHERE x.chain = of_chain;
        CONTINUE WHEN NOT EXISTS (SELECT FROM resutveksl.received_blocks x
            WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL);
        SELECT x.hash INTO b.cut_hash FROM resutveksl.received_blocks x
        WHERE x.chain = of_chain AND x.block = b.cut_block;
        SELECT x.hash INTO b.earlier_cut FROM resutveksl.received_blocks x
        WHERE x.chain = of_chain AND x.cut_block IS NOT NULL ORDER BY x.block DESC LIMIT 1;
        SELECT sum(x.entries) INTO b.cut_entries FROM resutveksl.received_blocks x
        WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL;
        b.chain := of_chain;
        b.entries := 0;
        b.ids := '{}';
        b.cut_until := until;
        b.signed_off_by := btrim(cut_received.signed_off_by);
        b.remark := cut_received.remark;
        b := resutveksl.add_received_block(b, NULL);
        DELETE FROM resutveksl.received_disclosures d
        USING resutveksl.received_blocks x CROSS JOIN unnest(x.ids) r
        WHERE x.chain = of_chain AND x.block <= b.cut_block AND d.disclosure_id >= lower(r) AND d.disclosure_id < upper(r);
        GET DIAGNOSTICS removed = ROW_COUNT;
        entries := entries + removed;
        DELETE FROM resutveksl.received_blocks x
        WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL;
        GET DIAGNOSTICS removed = ROW_COUNT;
        blocks := blocks + removed;
    END LOOP;
END $$;
COMMENT ON FUNCTION resutveksl.cut_received IS
    'Removes what was recorded before a moment, and adds a checkpoint to each chain: who signed off, up to where, the hash there.';

DO $$
BEGIN
    EXECUTE (SELECT string_agg(format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', p.oid::regprocedure), ' ')
        FROM pg_proc p WHERE p.pronamespace = 'resutveksl'::regnamespace
            AND p.proname IN ('received_text', 'received_hash', 'add_received_block', 'seal_received', 'refuse_received_change',
                'refuse_received_removal', 'refuse_received_block_removal', 'verify_received', 'cut_received'));
END $$;
