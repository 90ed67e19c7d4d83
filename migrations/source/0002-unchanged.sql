-- What has not changed costs a source little: whether anything was written to the rows that an answer is made of shows
-- in the rows' versions, without making the answer again. And what has to be made is fingerprinted without being
-- written out as text first.

CREATE TABLE resutveksl.answers (
    requester   int NOT NULL,
    fodselsdato numeric NOT NULL,
    personnr    numeric NOT NULL,
    stamp       bigint NOT NULL,
    results     int NOT NULL,
    fingerprint text,
    PRIMARY KEY (requester, fodselsdato, personnr)
) WITH (fillfactor = 80);

COMMENT ON TABLE resutveksl.answers IS
    'The last answer that each institution was given about a person, without its content. Rows may be deleted at any '
    'time: the next answer is then made anew.';
COMMENT ON COLUMN resutveksl.answers.stamp IS 'Of the versions of all rows that the answer was made of.';
COMMENT ON COLUMN resutveksl.answers.fingerprint IS 'As it was sent with the answer; NULL where there were no results.';

-- A person of a question who is known here. The last three: of the rows now, and what the last answer was if it holds.
CREATE TYPE resutveksl.known_person AS (
    ref bigint, number text, fodselsdato numeric, personnr numeric, fingerprint text, purpose text, barred text,
    consent text, consent_date date, shown int, held_back int, stamp bigint, verdict text, results int
);

-- What an answer is made of, with partitions and children.
CREATE FUNCTION resutveksl.answer_tables() RETURNS SETOF oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE part AS (
        SELECT name::regclass::oid AS id
        FROM unnest(ARRAY['fs.studentvurdkombprotokoll', 'fs.oppnadd_grad_prot', 'fs.emne_i_grad_prot',
            'fs.karakterregel', 'fs.tallkarakter', 'fs.vurderingstid', 'fs.emne', 'fs.emne_infotekst',
            'fs.grad']) AS name
        UNION ALL
        SELECT i.inhrelid FROM part JOIN pg_inherits AS i ON i.inhparent = part.id
    )
    SELECT id FROM part;
END
$$;

-- Views, foreign tables and what is stored otherwise have no row versions; a gateway makes every answer anew.
CREATE FUNCTION resutveksl.has_row_versions() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT bool_and(c.relkind = 'p' OR c.relkind = 'r' AND a.amname = 'heap')
        FROM resutveksl.answer_tables() AS t (id)
        JOIN pg_class AS c ON c.oid = t.id
        LEFT JOIN pg_am AS a ON a.oid = c.relam
    );
END
$$;

COMMENT ON FUNCTION resutveksl.has_row_versions() IS
    'Whether everything that an answer is made of is an ordinary table, or divided into ordinary tables.';

-- A version is where a row stands (table, ctid) and which transaction wrote it (xmin). They may come again in a cluster
-- that is made anew from the same data, so that the cluster's identity is part of it. Columns can change without a row
-- being written, and so can what an answer is made of it.
CREATE FUNCTION resutveksl.catalogue_stamp() RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN hash_record_extended(ROW (
        (SELECT system_identifier FROM pg_control_system()),
        (SELECT hashtextextended(p.prosrc, 0) FROM pg_proc AS p
        WHERE p.oid = 'resutveksl.ask_v1(bigint[], text[], text[], date[], text[], text[], text)'::regprocedure),
        (SELECT bit_xor(hash_record_extended(ROW (x.attrelid, x.attnum, x.xmin), 0)) FROM pg_attribute AS x
        WHERE x.attrelid IN (SELECT resutveksl.answer_tables())),
        (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0)) FROM fs.karakterregel AS x),
        (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0)) FROM fs.tallkarakter AS x),
        (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0)) FROM fs.vurderingstid AS x),
        (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0)) FROM fs.emne AS x),
        (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0)) FROM fs.emne_infotekst AS x),
        (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0)) FROM fs.grad AS x)
    ), 0);
END
$$;

COMMENT ON FUNCTION resutveksl.catalogue_stamp() IS
    'Of everything that every person''s answer depends on: the catalogue''s rows, columns, and how answers are made.';

CREATE OR REPLACE FUNCTION resutveksl.remove_requester(role_name name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM resutveksl.requesters AS r WHERE r.role_name = remove_requester.role_name;
    DELETE FROM resutveksl.answers AS a
    WHERE NOT EXISTS (SELECT FROM resutveksl.requesters AS r WHERE r.institution = a.requester);
    IF to_regrole(quote_ident(role_name)) IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA resutveksl FROM %I', role_name);
        EXECUTE format('REVOKE ALL ON SCHEMA resutveksl FROM %I', role_name);
    END IF;
END
$$;

CREATE FUNCTION resutveksl.recalled(known resutveksl.known_person[], asker int) RETURNS resutveksl.known_person[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    catalogue bigint := resutveksl.catalogue_stamp();
BEGIN
    RETURN ARRAY(
        SELECT ROW (k.ref, k.number, k.fodselsdato, k.personnr, k.fingerprint, k.purpose, k.barred, k.consent,
            k.consent_date, k.shown, k.held_back, s.stamp,
            CASE WHEN a.results = 0 THEN 'nothing' WHEN a.results > 0 THEN 'unchanged' END, a.results
        )::resutveksl.known_person
        FROM unnest(known) WITH ORDINALITY AS k
        LEFT JOIN LATERAL (
            -- A degree also comes to be shown because a day has passed.
            SELECT hash_record_extended(ROW (catalogue, k.shown,
                (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0))
                FROM fs.studentvurdkombprotokoll AS x
                WHERE x.fodselsdato = k.fodselsdato AND x.personnr = k.personnr),
                CASE WHEN k.shown > 0 THEN (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0))
                FROM fs.oppnadd_grad_prot AS x
                WHERE x.fodselsdato = k.fodselsdato AND x.personnr = k.personnr) END,
                CASE WHEN k.shown > 0 THEN (SELECT bit_xor(hash_record_extended(ROW (x.tableoid, x.ctid, x.xmin), 0))
                FROM fs.emne_i_grad_prot AS x
                WHERE x.fodselsdato = k.fodselsdato AND x.personnr = k.personnr) END
            ), 0) AS stamp
        ) AS s ON k.barred IS NULL
        LEFT JOIN resutveksl.answers AS a ON a.requester = asker AND a.fodselsdato = k.fodselsdato
            AND a.personnr = k.personnr AND a.stamp = s.stamp AND (a.results = 0 OR a.fingerprint = k.fingerprint)
        ORDER BY k.ordinality
    );
END
$$;

COMMENT ON FUNCTION resutveksl.recalled(resutveksl.known_person[], int) IS
    'The persons with the stamp of their rows, and with the last answer where it still holds.';

-- One plan for every set: the planner expects few elements in an array that it does not know, and so reaches
-- everything by index and person by person, which is right for sets of strangers and grows with nothing but the
-- number of persons when all are known. Planning anew for each set would cost more than answering it. The cost of a
-- page says that tables asked about all the time are in memory.
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
SET plan_cache_mode = force_generic_plan
SET random_page_cost = 1
SET work_mem = '32MB'
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    asker     int := resutveksl.requester();
    elements  int := cardinality(refs);
    required  boolean;
    own_basis text;
    refusing  bigint[];
    today     date := (now() AT TIME ZONE 'Europe/Oslo')::date;
    known     resutveksl.known_person[];
    may_keep  boolean := false;
BEGIN
    -- The question itself, tested by whole arrays, which costs a fraction of a test for each element.
    -- No message repeats what was sent: it may be a person number.
    IF elements IS NULL
        OR (cardinality(numbers), cardinality(consents), cardinality(consent_dates), cardinality(fingerprints),
            cardinality(purposes)) IS DISTINCT FROM (elements, elements, elements, elements, elements)
        OR greatest(array_ndims(refs), array_ndims(numbers), array_ndims(consents), array_ndims(consent_dates),
            array_ndims(fingerprints), array_ndims(purposes)) > 1 THEN
        RAISE EXCEPTION 'the arrays of a question must be parallel and of the same length'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF elements > 10000 THEN
        RAISE EXCEPTION 'at most 10000 elements can be asked about at once, not %', elements
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF array_position(refs, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'every element must have a ref' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF elements > 0 AND (array_position(numbers, NULL) IS NOT NULL
        OR array_to_string(numbers, ',') !~ '^[0-9]{11}(,[0-9]{11})*$'
        OR length(array_to_string(numbers, ',')) <> 12 * elements - 1) THEN
        RAISE EXCEPTION 'every number must be 11 digits' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT array_remove(consents, NULL) <@ ARRAY['J', 'N'] THEN
        RAISE EXCEPTION 'every consent must be J, N or NULL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT purposes <@ ARRAY['approval_case', 'external_study', 'application'] THEN
        RAISE EXCEPTION 'every purpose must be approval_case, external_study or application'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF coalesce(btrim(basis), '') = '' OR length(basis) > 1000 THEN
        RAISE EXCEPTION 'basis must say, in 1 to 1000 characters, on what legal basis the question is asked'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- 1. Does this institution share?
    record := 'source';
    verdict := resutveksl.sharing_state();
    answered := (SELECT count(DISTINCT q) FROM unnest(refs) AS q);
    RETURN NEXT;
    IF verdict <> 'open' THEN
        RETURN;
    END IF;

    required := resutveksl.consent_required();
    own_basis := (SELECT r.legal_basis FROM resutveksl.rules AS r);
    IF array_position(consents, 'N') IS NOT NULL THEN
        -- A person who refused under one of several numbers has refused under all of them.
        refusing := ARRAY(SELECT q.ref FROM unnest(refs, consents) AS q (ref, consent) WHERE q.consent = 'N');
    END IF;

    -- 2. Has the student consented? Looked up only for those who are known here. The newest answer counts; of two on
    -- one day, the refusal. A J counts while its type is active, an N always.
    known := ARRAY(
        SELECT ROW (k.ref, k.number, k.fodselsdato, k.personnr, k.fingerprint, k.purpose, k.barred, k.consent,
            k.consent_date, coalesce(degree.shown, 0), coalesce(degree.held_back, 0), NULL, NULL, NULL
        )::resutveksl.known_person
        FROM (
            SELECT DISTINCT ON (q.ref, q.number COLLATE "C")
                q.ref, q.number, p.fodselsdato, p.personnr, q.fingerprint, q.purpose,
                CASE
                    WHEN own.status_svar = 'N' OR q.consent = 'N' OR q.ref = ANY (refusing) THEN 'refused'
                    WHEN required AND own.status_svar IS NULL AND q.consent IS NULL THEN 'no_consent'
                END AS barred,
                CASE
                    WHEN own.status_svar = 'N' THEN 'source'
                    WHEN q.consent = 'N' OR q.ref = ANY (refusing) THEN 'requester'
                    WHEN own.status_svar = 'J' THEN 'source'
                    WHEN q.consent = 'J' THEN 'requester'
                    ELSE 'none'
                END AS consent,
                CASE
                    WHEN own.status_svar = 'N' THEN own.dato_svar
                    WHEN q.consent = 'N' THEN q.consent_date
                    WHEN q.ref = ANY (refusing) THEN NULL
                    WHEN own.status_svar = 'J' THEN own.dato_svar
                    WHEN q.consent = 'J' THEN q.consent_date
                END AS consent_date
            FROM unnest(refs, numbers, consents, consent_dates, fingerprints, purposes) WITH ORDINALITY
                AS q (ref, number, consent, consent_date, fingerprint, purpose, place)
            JOIN fs.person AS p
                ON p.fodselsdato = left(q.number, 6)::numeric AND p.personnr = right(q.number, 5)::numeric
            LEFT JOIN LATERAL (
                SELECT a.status_svar, a.dato_svar
                FROM fs.personakseptanse AS a
                WHERE a.fodselsdato = p.fodselsdato AND a.personnr = p.personnr
                    AND a.akseptansetypekode IN ('RESUTVEKSL', 'RESULTATUTVEKS')
                    AND (a.status_svar = 'N' OR a.status_svar = 'J' AND EXISTS (
                        SELECT FROM fs.akseptansetype AS t
                        WHERE t.akseptansetypekode = a.akseptansetypekode AND t.status_aktiv = 'J'))
                ORDER BY a.dato_svar DESC NULLS LAST, a.status_svar COLLATE "C" DESC
                LIMIT 1
            ) AS own ON true
            -- An FS-number (month + 50, personnr from 90000) or an FH-number (first digit 8 or 9) is unique only where
            -- it was made: here it may be somebody else's.
            WHERE p.fodselsdato < 800000
                AND (p.personnr < 90000 OR trunc(p.fodselsdato / 100) % 100 NOT BETWEEN 51 AND 62)
            ORDER BY q.ref, q.number COLLATE "C", q.place
        ) AS k
        LEFT JOIN LATERAL (
            SELECT count(*) FILTER (WHERE d.dato_utlev_vitn < today) AS shown,
                count(*) FILTER (WHERE d.dato_utlev_vitn < today IS NOT TRUE) AS held_back
            FROM fs.oppnadd_grad_prot AS d
            WHERE d.fodselsdato = k.fodselsdato AND d.personnr = k.personnr
                AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
        ) AS degree ON k.barred IS NULL
        ORDER BY k.ref, k.number COLLATE "C"
    );
    -- Below that, to look at the catalogue's rows would cost more than it saves.
    IF elements >= 100 AND resutveksl.has_row_versions() THEN
        known := resutveksl.recalled(known, asker);
        -- What is kept saves work and no more: a session that hangs must keep no other of its institution waiting.
        may_keep := pg_try_advisory_xact_lock(hashtext('resutveksl.answers'), asker);
    END IF;

    -- 3. Are there passed results?
    IF NOT EXISTS (SELECT FROM unnest(known) AS k WHERE k.barred IS NULL AND k.verdict IS NULL) THEN
        RETURN QUERY
        WITH person AS MATERIALIZED (
            SELECT k.ordinality AS place, k.ref, k.number, k.fodselsdato, k.personnr, k.purpose, k.consent,
                k.consent_date, coalesce(k.results, 0) AS answered, k.held_back,
                CASE WHEN k.results > 0 THEN k.fingerprint END AS fingerprint, coalesce(k.barred, k.verdict) AS verdict
            FROM unnest(known) WITH ORDINALITY AS k
        ),
        recorded AS (
            INSERT INTO resutveksl.disclosures (requester, role_name, purpose, basis, legal_basis, ref, fodselsdato,
                personnr, consent, consent_date, verdict, rows, held_back)
            SELECT asker, session_user, p.purpose, basis, own_basis, p.ref, p.fodselsdato, p.personnr, p.consent,
                p.consent_date, p.verdict, p.answered, p.held_back
            FROM person AS p
            ORDER BY p.place
        )
        SELECT 'person', p.ref, p.number, p.verdict, p.answered, p.held_back, p.fingerprint,
            NULL::int, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL::int, NULL,
            NULL::numeric, NULL::int, NULL::numeric, NULL, NULL::date
        FROM person AS p
        ORDER BY p.place;
        RETURN;
    END IF;

    RETURN QUERY
    WITH person AS MATERIALIZED (
        SELECT k.ordinality AS place, k.ref, k.number, k.fodselsdato, k.personnr, k.purpose, k.consent, k.consent_date,
            coalesce(k.results, found.results, 0)::int AS answered, k.held_back, k.stamp, k.verdict IS NULL AS is_made,
            CASE WHEN k.verdict IS NULL THEN found.fingerprint WHEN k.results > 0 THEN k.fingerprint END AS fingerprint,
            CASE
                WHEN k.barred IS NOT NULL THEN k.barred
                WHEN k.verdict IS NOT NULL THEN k.verdict
                WHEN found.results IS NULL THEN 'nothing'
                WHEN found.fingerprint = k.fingerprint THEN 'unchanged'
                ELSE 'fetched'
            END AS verdict,
            CASE WHEN found.fingerprint = k.fingerprint THEN NULL ELSE found.results_found END AS results
        FROM unnest(known) WITH ORDINALITY AS k
        LEFT JOIN LATERAL (
            -- Over the values of all columns of all rows: no form that depends on a setting, and no order of rows.
            SELECT nullif(count(*), 0) AS results, array_agg(r) AS results_found,
                lpad(to_hex(bit_xor(hash_record_extended(r, 0))), 16, '0')
                    || lpad(to_hex(bit_xor(hash_record_extended(r, 1))), 16, '0') AS fingerprint
            FROM (
                -- The order and the hash of a text must not depend on how a column here is collated.
                SELECT u.result_key COLLATE "C" AS result_key, u.part_of_key COLLATE "C" AS part_of_key, u.institution,
                    u.category COLLATE "C" AS category, u.code COLLATE "C" AS code, u.version COLLATE "C" AS version,
                    u.name_bokmal COLLATE "C" AS name_bokmal, u.name_nynorsk COLLATE "C" AS name_nynorsk,
                    u.name_english COLLATE "C" AS name_english, u.thesis_title COLLATE "C" AS thesis_title,
                    u.thesis_title_english COLLATE "C" AS thesis_title_english,
                    u.description_bokmal COLLATE "C" AS description_bokmal,
                    u.description_nynorsk COLLATE "C" AS description_nynorsk,
                    u.description_english COLLATE "C" AS description_english, u.term_year, u.term COLLATE "C" AS term,
                    u.credits, u.grading_rule, u.grade_value, u.grade COLLATE "C" AS grade, u.obtained_on
                FROM (
                    SELECT concat_ws('/', v.institusjonsnr, 'E', v.emnekode, v.versjonskode, v.vurdkombkode, v.arstall,
                            v.vurdtidkode) AS result_key,
                        CASE WHEN k.shown > 0 THEN (
                            -- A course can be part of several degrees, of which the first that was obtained is told.
                            SELECT concat_ws('/', coalesce(d.institusjonsnr_original, d.institusjonsnr), 'K',
                                d.gradkode, to_char(d.dato_oppnaelse::timestamp, 'YYYY-MM-DD'))
                            FROM fs.emne_i_grad_prot AS l
                            JOIN fs.oppnadd_grad_prot AS d ON d.fodselsdato = l.fodselsdato
                                AND d.personnr = l.personnr AND d.institusjonsnr = l.institusjonsnr_grad
                                AND d.gradkode = l.gradkode AND d.dato_oppnaelse = l.dato_oppnaelse
                            WHERE l.fodselsdato = v.fodselsdato AND l.personnr = v.personnr
                                AND l.institusjonsnr = v.institusjonsnr AND l.emnekode = v.emnekode
                                AND l.versjonskode = v.versjonskode AND l.vurdkombkode = v.vurdkombkode
                                AND l.arstall = v.arstall AND l.vurdtidkode = v.vurdtidkode
                                AND d.dato_utlev_vitn < today AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
                            ORDER BY d.dato_oppnaelse, d.gradkode COLLATE "C", d.institusjonsnr
                            LIMIT 1
                        ) END AS part_of_key,
                        v.institusjonsnr::int AS institution, 'Emne' AS category,
                        v.emnekode::text AS code, v.versjonskode::text AS version,
                        e.emnenavn_bokmal::text AS name_bokmal, e.emnenavn_nynorsk::text AS name_nynorsk,
                        e.emnenavn_engelsk::text AS name_english,
                        v.oppgavetittel_original::text AS thesis_title,
                        v.oppgavetittel_engelsk::text AS thesis_title_english,
                        info.bokmal AS description_bokmal, info.nynorsk AS description_nynorsk,
                        info.engelsk AS description_english,
                        t.arstall_gjelder_i::int AS term_year, t.terminkode_gjelder_i::text AS term,
                        -- Credits in a unit that is not known are left out rather than guessed.
                        trim_scale(coalesce(v.vektingstall_individuell, e.vektingstall)
                            * CASE e.vekttypekode WHEN 'SP' THEN 1 WHEN 'VT' THEN 3 END) AS credits,
                        v.karregelkode::int AS grading_rule, trim_scale(v.karaktertall) AS grade_value,
                        coalesce(g.karakternavn, trim_scale(v.karaktertall)::text)::text AS grade,
                        NULL::int AS obtained_on
                    FROM fs.studentvurdkombprotokoll AS v
                    JOIN fs.karakterregel AS rule ON rule.karregelkode = v.karregelkode
                    LEFT JOIN fs.tallkarakter AS g
                        ON g.karregelkode = v.karregelkode AND g.karaktertall = v.karaktertall
                    LEFT JOIN fs.vurderingstid AS t ON t.arstall = v.arstall AND t.vurdtidkode = v.vurdtidkode
                    LEFT JOIN fs.emne AS e ON e.institusjonsnr = v.institusjonsnr AND e.emnekode = v.emnekode
                        AND e.versjonskode = v.versjonskode
                    LEFT JOIN LATERAL (
                        SELECT (array_agg(i.infotekst) FILTER (WHERE i.sprakkode = 'BOKMÅL'))[1] AS bokmal,
                            (array_agg(i.infotekst) FILTER (WHERE i.sprakkode = 'NYNORSK'))[1] AS nynorsk,
                            (array_agg(i.infotekst) FILTER (WHERE i.sprakkode = 'ENGELSK'))[1] AS engelsk
                        FROM (
                            -- Terms follow each other in a year by the place of their first letter in VSH.
                            SELECT x.sprakkode, x.infotekst
                            FROM fs.emne_infotekst AS x
                            WHERE x.institusjonsnr = v.institusjonsnr AND x.emnekode = v.emnekode
                                AND x.versjonskode = v.versjonskode AND x.infotypekode = 'INNHOLD'
                                AND (x.arstall_fra, strpos('VSH', left(x.terminkode_fra, 1)))
                                    <= (t.arstall_gjelder_i, strpos('VSH', left(t.terminkode_gjelder_i, 1)))
                                AND (x.arstall_til IS NULL
                                    OR (x.arstall_til, strpos('VSH', left(coalesce(x.terminkode_til, 'H'), 1)))
                                        >= (t.arstall_gjelder_i, strpos('VSH', left(t.terminkode_gjelder_i, 1))))
                            ORDER BY x.arstall_fra DESC, strpos('VSH', left(x.terminkode_fra, 1)) DESC
                        ) AS i
                    ) AS info ON true
                    WHERE v.fodselsdato = k.fodselsdato AND v.personnr = k.personnr
                        AND v.status_gyldig = 'J' AND v.status_manuelt_ugyldig IS DISTINCT FROM 'J'
                        AND v.karaktertall
                            BETWEEN SYMMETRIC rule.karaktertall_beste AND rule.karaktertall_darligste_bestatt
                    UNION ALL
                    SELECT concat_ws('/', coalesce(d.institusjonsnr_original, d.institusjonsnr), 'K', d.gradkode,
                            to_char(d.dato_oppnaelse::timestamp, 'YYYY-MM-DD')),
                        NULL, coalesce(d.institusjonsnr_original, d.institusjonsnr)::int, 'Kvalifikasjon',
                        d.gradkode::text, NULL, g.gradnavn_hankjonn::text, NULL, g.gradnavn_engelsk::text,
                        NULL, NULL, NULL, NULL, NULL,
                        extract(year FROM d.dato_oppnaelse)::int,
                        CASE WHEN extract(month FROM d.dato_oppnaelse) <= 7 THEN 'VÅR' ELSE 'HØST' END,
                        NULL, NULL, NULL, NULL, d.dato_oppnaelse - DATE '1970-01-01'
                    FROM fs.oppnadd_grad_prot AS d
                    LEFT JOIN fs.grad AS g ON g.gradkode = d.gradkode
                    WHERE k.shown > 0 AND d.fodselsdato = k.fodselsdato AND d.personnr = k.personnr
                        AND d.dato_utlev_vitn < today AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
                ) AS u
                ORDER BY u.result_key COLLATE "C"
            ) AS r
        ) AS found ON k.barred IS NULL AND k.verdict IS NULL
    ),
    recorded AS (
        INSERT INTO resutveksl.disclosures (requester, role_name, purpose, basis, legal_basis, ref, fodselsdato,
            personnr, consent, consent_date, verdict, rows, held_back)
        SELECT asker, session_user, p.purpose, basis, own_basis, p.ref, p.fodselsdato, p.personnr, p.consent,
            p.consent_date, p.verdict, p.answered, p.held_back
        FROM person AS p
        ORDER BY p.place
    ),
    kept AS (
        INSERT INTO resutveksl.answers AS a (requester, fodselsdato, personnr, stamp, results, fingerprint)
        SELECT DISTINCT ON (p.fodselsdato, p.personnr) asker, p.fodselsdato, p.personnr, p.stamp, p.answered,
            p.fingerprint
        FROM person AS p
        WHERE may_keep AND p.stamp IS NOT NULL AND p.is_made
        ORDER BY p.fodselsdato, p.personnr
        ON CONFLICT ON CONSTRAINT answers_pkey DO UPDATE
            SET stamp = excluded.stamp, results = excluded.results, fingerprint = excluded.fingerprint
    )
    SELECT a.record, p.ref, a.person_number, a.verdict, a.answered, a.held_back, a.fingerprint,
        a.institution, a.result_key, a.part_of_key, a.category, a.code, a.version, a.name_bokmal, a.name_nynorsk,
        a.name_english, a.thesis_title, a.thesis_title_english, a.description_bokmal, a.description_nynorsk,
        a.description_english, a.term_year, a.term, a.credits, a.grading_rule, a.grade_value, a.grade,
        DATE '1970-01-01' + a.obtained_on
    FROM person AS p
    CROSS JOIN LATERAL (
        SELECT 'person' AS record, 0 AS place,
            p.number AS person_number,
            p.verdict, p.answered, p.held_back, p.fingerprint,
            NULL::int AS institution, NULL AS result_key, NULL AS part_of_key, NULL AS category, NULL AS code,
            NULL AS version, NULL AS name_bokmal, NULL AS name_nynorsk, NULL AS name_english, NULL AS thesis_title,
            NULL AS thesis_title_english, NULL AS description_bokmal, NULL AS description_nynorsk,
            NULL AS description_english, NULL::int AS term_year, NULL AS term, NULL::numeric AS credits,
            NULL::int AS grading_rule, NULL::numeric AS grade_value, NULL AS grade, NULL::int AS obtained_on
        UNION ALL
        SELECT 'result', x.place, NULL, NULL, NULL, NULL, NULL, x.institution, x.result_key, x.part_of_key, x.category,
            x.code, x.version, x.name_bokmal, x.name_nynorsk, x.name_english, x.thesis_title, x.thesis_title_english,
            x.description_bokmal, x.description_nynorsk, x.description_english, x.term_year, x.term, x.credits,
            x.grading_rule, x.grade_value, x.grade, x.obtained_on
        FROM ROWS FROM (unnest(p.results) AS (
            result_key text, part_of_key text, institution int, category text, code text, version text,
            name_bokmal text, name_nynorsk text, name_english text, thesis_title text, thesis_title_english text,
            description_bokmal text, description_nynorsk text, description_english text, term_year int, term text,
            credits numeric, grading_rule int, grade_value numeric, grade text, obtained_on int
        )) WITH ORDINALITY AS x (
            result_key, part_of_key, institution, category, code, version, name_bokmal, name_nynorsk, name_english,
            thesis_title, thesis_title_english, description_bokmal, description_nynorsk, description_english, term_year,
            term, credits, grading_rule, grade_value, grade, obtained_on, place
        )
    ) AS a
    ORDER BY p.place, a.place;
END
$$;

COMMENT ON FUNCTION resutveksl.ask_v1(bigint[], text[], text[], date[], text[], text[], text) IS
    'Contract version 1: one question about a set of persons, answered and recorded in one transaction.';

-- Functions are everybody's when they are made. A requester gets the two public ones from register_requester().
REVOKE ALL ON FUNCTION resutveksl.answer_tables(), resutveksl.has_row_versions(), resutveksl.catalogue_stamp(),
    resutveksl.recalled(resutveksl.known_person[], int) FROM PUBLIC;
REVOKE ALL ON TYPE resutveksl.known_person FROM PUBLIC;
