-- The record of disclosures cannot be changed unnoticed, is cut with a signed-off checkpoint, and can be compared with what a
-- requester recorded itself.

-- Every set of answers is sealed in a block: a hash over its rows and over the block before it. A block needs the one before it,
-- but no session may wait for another one that hangs: so there are several chains, and each transaction takes one that
-- nobody holds. There come to be as many as sessions that ever answered in the same moment.

CREATE TABLE resutveksl.disclosure_chains (
    chain int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    last_block bigint NOT NULL DEFAULT 0,
    last_hash bytea NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
COMMENT ON TABLE resutveksl.disclosure_chains IS 'Where each chain of blocks ends: what is taken away at its end is missed.';

CREATE TABLE resutveksl.disclosure_blocks (
    chain int NOT NULL,
    block bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    requester int,
    entries bigint NOT NULL,
    ids int8multirange NOT NULL,
    serial bigint,
    cut_until timestamptz,
    cut_block bigint,
    cut_hash bytea,
    cut_entries bigint,
    cut_serials int8multirange,
    earlier_cut bytea,
    signed_off_by text,
    remark text,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, block)
);
COMMENT ON TABLE resutveksl.disclosure_blocks IS
    'The seal of each set of disclosures that was recorded together; or a checkpoint, up to which older ones were cut.';
COMMENT ON COLUMN resutveksl.disclosure_blocks.ids IS 'The rows of disclosures that it seals.';
COMMENT ON COLUMN resutveksl.disclosure_blocks.serial IS
    'Which answer to this requester it is, counted by a sequence that no rollback takes back.';
COMMENT ON COLUMN resutveksl.disclosure_blocks.cut_block IS
    'Of a checkpoint: the last block that was cut. The next block goes on from cut_hash.';
COMMENT ON COLUMN resutveksl.disclosure_blocks.cut_serials IS 'Of a checkpoint: the serials of the blocks that were cut.';
COMMENT ON COLUMN resutveksl.disclosure_blocks.earlier_cut IS 'Of a checkpoint: the hash of the one before it.';
COMMENT ON COLUMN resutveksl.disclosure_blocks.remark IS
    'Of a checkpoint: why it was made although the record did not verify.';

CREATE INDEX disclosures_at ON resutveksl.disclosures USING brin (disclosed_at);

-- What the hashes are over: every column, in a form that no setting of the session changes, so that none has to be set here.
CREATE FUNCTION resutveksl.disclosure_text(d resutveksl.disclosures) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT ROW (d.id, extract(epoch FROM d.disclosed_at), d.requester, d.role_name, d.purpose, d.basis, d.legal_basis, d.ref,
        d.fodselsdato, d.personnr, d.consent, extract(epoch FROM d.consent_date), d.verdict, d.rows, d.held_back)::text
$$;

CREATE FUNCTION resutveksl.disclosure_hash(b resutveksl.disclosure_blocks, content text) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(ROW (b.chain, b.block, extract(epoch FROM b.sealed_at), b.requester, b.entries, b.ids, b.serial,
        extract(epoch FROM b.cut_until), b.cut_block, encode(b.cut_hash, 'hex'), b.cut_entries, b.cut_serials,
        encode(b.earlier_cut, 'hex'), b.signed_off_by, b.remark, encode(b.previous, 'hex'))::text
        || E'\n' || coalesce(content, ''), 'UTF8'))
$$;

-- Adds a block to its chain, or to one that nobody holds. Called with search_path set.
CREATE FUNCTION resutveksl.add_disclosure_block(b resutveksl.disclosure_blocks, content text)
RETURNS resutveksl.disclosure_blocks
LANGUAGE plpgsql AS $$
BEGIN
    IF b.chain IS NULL THEN
        SELECT c.chain, c.last_block, c.last_hash INTO b.chain, b.block, b.previous
        FROM resutveksl.disclosure_chains AS c ORDER BY c.chain LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            INSERT INTO resutveksl.disclosure_chains DEFAULT VALUES
            RETURNING chain, last_block, last_hash INTO b.chain, b.block, b.previous;
        END IF;
    ELSE
        SELECT c.last_block, c.last_hash INTO STRICT b.block, b.previous
        FROM resutveksl.disclosure_chains AS c WHERE c.chain = b.chain FOR NO KEY UPDATE;
    END IF;
    b.block := b.block + 1;
    b.sealed_at := clock_timestamp();
    b.hash := resutveksl.disclosure_hash(b, content);
    INSERT INTO resutveksl.disclosure_blocks VALUES (b.*);
    UPDATE resutveksl.disclosure_chains AS c SET last_block = b.block, last_hash = b.hash WHERE c.chain = b.chain;
    RETURN b;
END
$$;

-- A requester that asks inside a transaction and rolls it back has read an answer of which no record stands. Nothing in the
-- transaction can keep it from that; but a sequence is not rolled back, so that it shows: the serial is missing among the blocks.
-- (A line in the server's log would stay as well; but the server adds the statement to it, with what the requester wrote there.)
CREATE FUNCTION resutveksl.seal_disclosures() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    b       resutveksl.disclosure_blocks;
    content text;
BEGIN
    SELECT min(d.requester), count(*), range_agg(int8range(d.id, d.id, '[]')),
        string_agg(resutveksl.disclosure_text(d), E'\n' ORDER BY d.id)
    INTO b.requester, b.entries, b.ids, content
    FROM added AS d;
    IF b.entries > 0 THEN
        b.serial := nextval(to_regclass('resutveksl.answers_to_' || b.requester));
        PERFORM resutveksl.add_disclosure_block(b, content);
    END IF;
    RETURN NULL;
END
$$;

-- The sequence that counts the answers to an institution; there is one as soon as it has a role. It belongs to whom the record
-- belongs to, whoever registers.
CREATE FUNCTION resutveksl.count_answers_to(institution int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass('resutveksl.answers_to_' || institution) IS NULL THEN
        EXECUTE format('CREATE SEQUENCE resutveksl.answers_to_%s', institution);
        EXECUTE format('ALTER SEQUENCE resutveksl.answers_to_%s OWNER TO %I', institution, (
            SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = 'resutveksl.disclosures'::regclass));
    END IF;
END
$$;

-- What was recorded before there was a chain is sealed as it stands now.
DO $seal$
DECLARE
    part    record;
    b       resutveksl.disclosure_blocks;
BEGIN
    PERFORM resutveksl.count_answers_to(i.institution)
    FROM (SELECT DISTINCT r.institution FROM resutveksl.requesters AS r) AS i;
    FOR part IN
        SELECT n.requester, count(*) AS entries, range_agg(int8range(n.id, n.id, '[]')) AS ids,
            string_agg(resutveksl.disclosure_text(n.d), E'\n' ORDER BY n.id) AS content
        FROM (SELECT d, d.id, d.requester, (row_number() OVER (PARTITION BY d.requester ORDER BY d.id) - 1) / 1000 AS lot
            FROM resutveksl.disclosures AS d) AS n
        GROUP BY n.requester, n.lot
        ORDER BY min(n.id)
    LOOP
        b := NULL;
        b.requester := part.requester;
        b.entries := part.entries;
        b.ids := part.ids;
        PERFORM resutveksl.add_disclosure_block(b, part.content);
    END LOOP;
END
$seal$;

CREATE TRIGGER disclosures_are_sealed AFTER INSERT ON resutveksl.disclosures
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.seal_disclosures();

-- Nothing is changed, and only what a checkpoint covers is removed --------------------------------------------------------

CREATE FUNCTION resutveksl.refuse_disclosure_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the record of disclosures is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
            HINT = 'What is old enough is cut with a checkpoint: resutveksl audit checkpoint, or resutveksl.cut_disclosures().';
END
$$;

CREATE FUNCTION resutveksl.refuse_disclosure_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    removed int8multirange;
    covered int8multirange;
BEGIN
    SELECT range_agg(int8range(g.id, g.id, '[]')) INTO removed FROM gone AS g;
    SELECT range_agg(r) INTO covered
    FROM resutveksl.disclosure_blocks AS c
    JOIN resutveksl.disclosure_blocks AS b ON b.chain = c.chain AND b.block <= c.cut_block
    CROSS JOIN unnest(b.ids) AS r
    WHERE c.cut_block IS NOT NULL;
    IF NOT coalesce(removed <@ covered, removed IS NULL) THEN
        RAISE EXCEPTION 'the record of disclosures is append-only: these rows are not covered by a checkpoint'
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'What is old enough is cut with a checkpoint: resutveksl audit checkpoint, or '
                    'resutveksl.cut_disclosures().';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION resutveksl.refuse_block_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone AS g WHERE g.cut_block IS NOT NULL OR NOT EXISTS (
        SELECT FROM resutveksl.disclosure_blocks AS c WHERE c.chain = g.chain AND c.cut_block >= g.block))
    THEN
        RAISE EXCEPTION 'the record of disclosures is append-only: these blocks are not covered by a checkpoint'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER disclosures_are_not_changed BEFORE UPDATE ON resutveksl.disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_disclosure_change();
CREATE TRIGGER disclosures_are_not_emptied BEFORE TRUNCATE ON resutveksl.disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_disclosure_change();
CREATE TRIGGER disclosures_are_not_removed AFTER DELETE ON resutveksl.disclosures
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_disclosure_removal();
CREATE TRIGGER disclosure_blocks_are_not_changed BEFORE UPDATE ON resutveksl.disclosure_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_disclosure_change();
CREATE TRIGGER disclosure_blocks_are_not_emptied BEFORE TRUNCATE ON resutveksl.disclosure_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_disclosure_change();
CREATE TRIGGER disclosure_blocks_are_not_removed AFTER DELETE ON resutveksl.disclosure_blocks
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_block_removal();
CREATE TRIGGER disclosure_chains_stay BEFORE DELETE OR TRUNCATE ON resutveksl.disclosure_chains
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_disclosure_change();

REVOKE UPDATE, TRUNCATE ON resutveksl.disclosures, resutveksl.disclosure_blocks FROM CURRENT_USER;

COMMENT ON TABLE resutveksl.disclosures IS
    'Every answer about a person known here: to whom, when, why, on what basis, what. Rows are only added, and sealed in '
    'disclosure_blocks; what is old enough is cut with cut_disclosures(). Persons unknown here leave no trace.';

-- For the source's operator ------------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.verify_disclosures(
    OUT finding text, OUT chain int, OUT block bigint, OUT requester int, OUT sealed_at timestamptz, OUT detail text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off AS $$
#variable_conflict use_column
DECLARE
    everything CONSTANT int8multirange := coalesce((SELECT range_agg(r)
        FROM resutveksl.disclosure_blocks AS b CROSS JOIN unnest(b.ids) AS r), '{}');
BEGIN
    RETURN QUERY
    WITH spans AS (
        SELECT b.chain, b.block, lower(r) AS first, upper(r) AS after
        FROM resutveksl.disclosure_blocks AS b CROSS JOIN unnest(b.ids) AS r
    ),
    contents AS (
        SELECT s.chain, s.block, count(*) AS found, range_agg(int8range(d.id, d.id, '[]')) AS ids,
            string_agg(resutveksl.disclosure_text(d), E'\n' ORDER BY d.id) AS content
        FROM spans AS s JOIN resutveksl.disclosures AS d ON d.id >= s.first AND d.id < s.after
        GROUP BY s.chain, s.block
    ),
    cuts AS (
        SELECT DISTINCT ON (b.chain) b.chain, b.block, b.cut_block, b.cut_hash
        FROM resutveksl.disclosure_blocks AS b WHERE b.cut_block IS NOT NULL ORDER BY b.chain, b.block DESC
    ),
    read AS (
        SELECT b.chain, b.block, b.requester, b.sealed_at, b.hash, b.previous, b.cut_block, b.earlier_cut,
            b.ids - coalesce(c.ids, '{}') AS missing, resutveksl.disclosure_hash(b, c.content) AS computed,
            b.block <= coalesce(u.cut_block, 0) AS is_cut,
            CASE WHEN b.block = coalesce(u.cut_block, 0) + 1 THEN coalesce(u.cut_hash, '')
                WHEN lag(b.block) OVER before = b.block - 1 THEN lag(b.hash) OVER before END AS expected,
            lag(b.hash) OVER checkpoints AS checkpoint_before
        FROM resutveksl.disclosure_blocks AS b
        LEFT JOIN contents AS c ON c.chain = b.chain AND c.block = b.block
        LEFT JOIN cuts AS u ON u.chain = b.chain
        WINDOW before AS (PARTITION BY b.chain ORDER BY b.block),
            checkpoints AS (PARTITION BY b.chain, b.cut_block IS NOT NULL ORDER BY b.block)
    )
    SELECT 'removed', r.chain, r.block, r.requester, r.sealed_at, format('rows %s are missing', r.missing)
    FROM read AS r WHERE r.missing <> '{}'
    UNION ALL
    SELECT 'changed', r.chain, r.block, r.requester, r.sealed_at, 'its content is not what was sealed'
    FROM read AS r WHERE r.missing = '{}' AND r.computed <> r.hash
    UNION ALL
    SELECT 'broken', r.chain, r.block, r.requester, r.sealed_at,
        CASE WHEN r.expected IS NULL THEN 'the block before it is missing' ELSE 'it does not follow from the block before it' END
    FROM read AS r WHERE NOT r.is_cut AND r.previous IS DISTINCT FROM r.expected
    UNION ALL
    SELECT 'broken', r.chain, r.block, r.requester, r.sealed_at, 'the checkpoint before it is missing or another'
    FROM read AS r WHERE r.cut_block IS NOT NULL AND r.earlier_cut IS DISTINCT FROM r.checkpoint_before
    UNION ALL
    SELECT 'broken', r.chain, r.block, r.requester, r.sealed_at, 'it should have been cut with the checkpoint'
    FROM read AS r WHERE r.is_cut AND r.cut_block IS NULL
    UNION ALL
    SELECT 'inserted', NULL, NULL, NULL, min(d.disclosed_at),
        format('rows %s are sealed by no block', range_agg(int8range(d.id, d.id, '[]')))
    FROM resutveksl.disclosures AS d WHERE NOT everything @> d.id HAVING count(*) > 0
    UNION ALL
    SELECT 'shortened', coalesce(c.chain, l.chain), l.block, NULL, l.sealed_at,
        format('the chain ended with block %s', coalesce(c.last_block::text, 'of which nothing is known'))
    FROM resutveksl.disclosure_chains AS c
    FULL JOIN (SELECT DISTINCT ON (b.chain) b.chain, b.block, b.hash, b.sealed_at FROM resutveksl.disclosure_blocks AS b
        ORDER BY b.chain, b.block DESC) AS l ON l.chain = c.chain
    WHERE (coalesce(l.block, 0), coalesce(l.hash, '')) IS DISTINCT FROM (c.last_block, c.last_hash)
    UNION ALL
    SELECT 'unrecorded', NULL, NULL, u.requester,
        (SELECT min(b.sealed_at) FROM resutveksl.disclosure_blocks AS b
        WHERE b.requester = u.requester AND b.serial > upper(u.serials)),
        format('answers %s have no record: rolled back by the requester, or removed; up to 32 in a row when the server '
            'crashed', u.serials)
    FROM (
        SELECT s.requester, int8multirange(int8range(1, s.last, '[]')) - coalesce((
            SELECT range_agg(r) FROM (
                SELECT int8multirange(int8range(b.serial, b.serial, '[]')) AS serials
                FROM resutveksl.disclosure_blocks AS b WHERE b.requester = s.requester AND b.serial IS NOT NULL
                UNION ALL
                SELECT b.cut_serials FROM resutveksl.disclosure_blocks AS b
                WHERE b.requester = s.requester AND b.cut_serials IS NOT NULL
            ) AS known CROSS JOIN unnest(known.serials) AS r), '{}') AS serials
        FROM (SELECT substr(q.sequencename, 12)::int AS requester, q.last_value AS last FROM pg_sequences AS q
            WHERE q.schemaname = 'resutveksl' AND q.sequencename ~ '^answers_to_[0-9]{1,8}$' AND q.last_value IS NOT NULL) AS s
    ) AS u
    WHERE u.serials <> '{}'
    ORDER BY 2, 3, 1;
END
$$;
COMMENT ON FUNCTION resutveksl.verify_disclosures() IS
    'What is wrong with the record of disclosures: changed, removed, inserted, broken, shortened; unrecorded: answers that were '
    'given, or nearly, and rolled back. No row: nothing.';

CREATE FUNCTION resutveksl.cut_disclosures(
    until timestamptz, signed_off_by text, remark text DEFAULT NULL, OUT blocks bigint, OUT entries bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_chain int;
    asked    int;
    b        resutveksl.disclosure_blocks;
    removed  bigint;
BEGIN
    IF coalesce(btrim(signed_off_by), '') = '' OR length(signed_off_by) > 200 THEN
        RAISE EXCEPTION 'a checkpoint needs the name of who signs it off' USING ERRCODE = 'invalid_parameter_value';
    ELSIF until IS NULL OR until > now() THEN
        RAISE EXCEPTION 'what is yet to come cannot be cut' USING ERRCODE = 'invalid_parameter_value';
    ELSIF remark IS NULL AND EXISTS (SELECT FROM resutveksl.verify_disclosures() AS v WHERE v.finding <> 'unrecorded') THEN
        RAISE EXCEPTION 'the record does not verify, and cutting it would take evidence away'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'See resutveksl audit verify. A remark says why it is cut nevertheless, and stays with the checkpoint.';
    END IF;
    blocks := 0;
    entries := 0;
    FOR of_chain IN SELECT c.chain FROM resutveksl.disclosure_chains AS c ORDER BY c.chain FOR NO KEY UPDATE LOOP
        b := NULL;
        SELECT coalesce(min(x.block) FILTER (WHERE x.sealed_at >= until) - 1, max(x.block)) INTO b.cut_block
        FROM resutveksl.disclosure_blocks AS x WHERE x.chain = of_chain;
        CONTINUE WHEN NOT EXISTS (SELECT FROM resutveksl.disclosure_blocks AS x
            WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL);
        SELECT x.hash INTO b.cut_hash FROM resutveksl.disclosure_blocks AS x
        WHERE x.chain = of_chain AND x.block = b.cut_block;
        SELECT x.hash INTO b.earlier_cut FROM resutveksl.disclosure_blocks AS x
        WHERE x.chain = of_chain AND x.cut_block IS NOT NULL ORDER BY x.block DESC LIMIT 1;
        SELECT sum(x.entries) INTO b.cut_entries FROM resutveksl.disclosure_blocks AS x
        WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL;
        b.chain := of_chain;
        b.entries := 0;
        b.ids := '{}';
        b.cut_until := until;
        b.signed_off_by := btrim(cut_disclosures.signed_off_by);
        b.remark := cut_disclosures.remark;
        -- A checkpoint speaks for one requester's serials: each that was cut has one of its own.
        FOR asked, b.cut_serials IN
            SELECT x.requester, range_agg(int8range(x.serial, x.serial, '[]')) FILTER (WHERE x.serial IS NOT NULL)
            FROM resutveksl.disclosure_blocks AS x
            WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL
            GROUP BY x.requester ORDER BY x.requester
        LOOP
            b.requester := asked;
            b := resutveksl.add_disclosure_block(b, NULL);
            b.earlier_cut := b.hash;
            b.cut_entries := 0;
        END LOOP;
        DELETE FROM resutveksl.disclosures AS d
        USING resutveksl.disclosure_blocks AS x CROSS JOIN unnest(x.ids) AS r
        WHERE x.chain = of_chain AND x.block <= b.cut_block AND d.id >= lower(r) AND d.id < upper(r);
        GET DIAGNOSTICS removed = ROW_COUNT;
        entries := entries + removed;
        DELETE FROM resutveksl.disclosure_blocks AS x
        WHERE x.chain = of_chain AND x.block <= b.cut_block AND x.cut_block IS NULL;
        GET DIAGNOSTICS removed = ROW_COUNT;
        blocks := blocks + removed;
    END LOOP;
END
$$;
COMMENT ON FUNCTION resutveksl.cut_disclosures(timestamptz, text, text) IS
    'Removes what was recorded before a moment, and adds a checkpoint to each chain: who signed off, up to where, the hash there.';

CREATE FUNCTION resutveksl.export_disclosures(person_number text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF person_number !~ '^[0-9]{11}$' THEN
        RAISE EXCEPTION 'a person number has 11 digits' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN jsonb_build_object(
        'disclosures', (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.id), '[]') FROM resutveksl.disclosures AS d
            WHERE (d.fodselsdato, d.personnr) = (left(person_number, 6)::numeric, right(person_number, 5)::numeric)),
        'answers', (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.requester), '[]') FROM resutveksl.answers AS a
            WHERE (a.fodselsdato, a.personnr) = (left(person_number, 6)::numeric, right(person_number, 5)::numeric)));
END
$$;
COMMENT ON FUNCTION resutveksl.export_disclosures(text) IS
    'What the contract itself holds on a person (GDPR 15): to whom what was disclosed. What FS holds, FS exports.';

CREATE FUNCTION resutveksl.forget_answers(
    person_number text, OUT table_name text, OUT deleted bigint, OUT kept bigint, OUT reason text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF person_number !~ '^[0-9]{11}$' THEN
        RAISE EXCEPTION 'a person number has 11 digits' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    table_name := 'answers';
    DELETE FROM resutveksl.answers AS a
    WHERE (a.fodselsdato, a.personnr) = (left(person_number, 6)::numeric, right(person_number, 5)::numeric);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    kept := 0;
    RETURN NEXT;
    table_name := 'disclosures';
    deleted := 0;
    kept := (SELECT count(*) FROM resutveksl.disclosures AS d
        WHERE (d.fodselsdato, d.personnr) = (left(person_number, 6)::numeric, right(person_number, 5)::numeric));
    reason := 'a disclosure has to be accounted for (GDPR 5(2), 17(3)(b) and (e)) until it is cut with a checkpoint';
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION resutveksl.forget_answers(text) IS
    'Deletes what the contract holds on a person and need not keep; tells what stays, and why.';

-- For requesters -------------------------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.disclosures_v1(since timestamptz, after_id bigint, most int)
RETURNS TABLE (
    id bigint, disclosed_at timestamptz, ref bigint, person_number text, purpose text, basis text, consent text,
    consent_date date, verdict text, rows int, held_back int
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asker CONSTANT int := resutveksl.requester();
BEGIN
    IF most IS NULL OR most NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION 'most must be 1 to 100000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY
    SELECT d.id, d.disclosed_at, d.ref, lpad(d.fodselsdato::text, 6, '0') || lpad(d.personnr::text, 5, '0'), d.purpose, d.basis,
        d.consent, d.consent_date, d.verdict, d.rows, d.held_back
    FROM resutveksl.disclosures AS d
    WHERE d.requester = asker AND d.disclosed_at >= coalesce(since, '-infinity') AND d.id > coalesce(after_id, 0)
    ORDER BY d.id
    LIMIT most;
END
$$;
COMMENT ON FUNCTION resutveksl.disclosures_v1(timestamptz, bigint, int) IS
    'What was recorded here about answers to the institution that calls, and to no other; page by page, by id.';

CREATE FUNCTION resutveksl.disclosures_kept_v1() RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM resutveksl.requester();
    RETURN (SELECT max(b.cut_until) FROM resutveksl.disclosure_blocks AS b);
END
$$;
COMMENT ON FUNCTION resutveksl.disclosures_kept_v1() IS
    'From when on the record is whole: older disclosures may have been cut. NULL: nothing was ever cut.';

CREATE OR REPLACE FUNCTION resutveksl.register_requester(role_name name, institution int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO resutveksl.requesters AS r (role_name, institution)
    VALUES (register_requester.role_name, register_requester.institution)
    ON CONFLICT ON CONSTRAINT requesters_pkey DO UPDATE SET institution = excluded.institution;
    PERFORM resutveksl.count_answers_to(institution);
    EXECUTE format('GRANT USAGE ON SCHEMA resutveksl TO %I', role_name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION resutveksl.contract(), resutveksl.ask_v1'
        '(bigint[], text[], text[], date[], text[], text[], text), resutveksl.disclosures_v1(timestamptz, bigint, int), '
        'resutveksl.disclosures_kept_v1() TO %I', role_name);
END
$$;
COMMENT ON FUNCTION resutveksl.register_requester(name, int) IS
    'Lets an existing login role ask on behalf of an institution: the public functions and nothing else.';

DO $grants$
DECLARE
    known record;
BEGIN
    FOR known IN SELECT r.role_name FROM resutveksl.requesters AS r WHERE to_regrole(quote_ident(r.role_name)) IS NOT NULL LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION resutveksl.disclosures_v1(timestamptz, bigint, int), '
            'resutveksl.disclosures_kept_v1() TO %I', known.role_name);
    END LOOP;
END
$grants$;

REVOKE ALL ON FUNCTION resutveksl.disclosure_text(resutveksl.disclosures),
    resutveksl.disclosure_hash(resutveksl.disclosure_blocks, text),
    resutveksl.add_disclosure_block(resutveksl.disclosure_blocks, text), resutveksl.seal_disclosures(),
    resutveksl.count_answers_to(int), resutveksl.refuse_disclosure_change(), resutveksl.refuse_disclosure_removal(),
    resutveksl.refuse_block_removal(), resutveksl.verify_disclosures(),
    resutveksl.cut_disclosures(timestamptz, text, text), resutveksl.export_disclosures(text),
    resutveksl.forget_answers(text), resutveksl.disclosures_v1(timestamptz, bigint, int),
    resutveksl.disclosures_kept_v1() FROM PUBLIC;
