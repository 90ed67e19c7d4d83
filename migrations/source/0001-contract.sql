-- The source contract, version 1: what an institution installs beside its FS tables so that others may ask it.
-- What the two public functions promise stands in docs/source-contract.md.
--
-- Runs in one transaction, as a role that may create in schema fs, read its tables and will own schema resutveksl.

CREATE SCHEMA IF NOT EXISTS resutveksl;

COMMENT ON SCHEMA resutveksl IS
    'Resultatutveksling: the contract by which registered institutions ask for passed results kept in schema fs.';

-- What the contract reads --------------------------------------------------------------------------------------------
-- Said now and all at once, instead of one missing column at a time when somebody asks.

DO $check$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(format('fs.%s.%s', needed.tbl, col), ', ' ORDER BY needed.tbl, col)
    INTO missing
    FROM (VALUES
        ('person', 'fodselsdato personnr'),
        ('personakseptanse', 'fodselsdato personnr akseptansetypekode status_svar dato_svar'),
        ('akseptansetype', 'akseptansetypekode status_aktiv'),
        ('modulvalg', 'modulkode status_aktiv'),
        ('modulvalg_egenskap', 'modulkode egenskapkode status_aktiv'),
        ('studentvurdkombprotokoll', 'institusjonsnr emnekode versjonskode vurdkombkode arstall vurdtidkode fodselsdato'
            ' personnr karregelkode karaktertall status_gyldig status_manuelt_ugyldig vektingstall_individuell'
            ' oppgavetittel_original oppgavetittel_engelsk'),
        ('vurderingstid', 'arstall vurdtidkode arstall_gjelder_i terminkode_gjelder_i'),
        ('emne', 'institusjonsnr emnekode versjonskode emnenavn_bokmal emnenavn_nynorsk emnenavn_engelsk vektingstall'
            ' vekttypekode'),
        ('emne_infotekst', 'institusjonsnr emnekode versjonskode infotypekode sprakkode arstall_fra terminkode_fra'
            ' arstall_til terminkode_til infotekst'),
        ('karakterregel', 'karregelkode karaktertall_beste karaktertall_darligste_bestatt'),
        ('tallkarakter', 'karregelkode karaktertall karakternavn'),
        ('oppnadd_grad_prot', 'institusjonsnr institusjonsnr_original gradkode fodselsdato personnr dato_oppnaelse'
            ' dato_utlev_vitn status_manuelt_ugyldig'),
        ('grad', 'gradkode gradnavn_hankjonn gradnavn_engelsk'),
        ('emne_i_grad_prot', 'fodselsdato personnr institusjonsnr emnekode versjonskode vurdkombkode arstall'
            ' vurdtidkode institusjonsnr_grad gradkode dato_oppnaelse')
    ) AS needed (tbl, cols)
    CROSS JOIN LATERAL unnest(string_to_array(needed.cols, ' ')) AS col
    WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = to_regclass(format('fs.%I', needed.tbl)) AND a.attname = col AND NOT a.attisdropped);

    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'the contract reads columns that this database does not have: %', missing
            USING ERRCODE = 'undefined_column',
                HINT = 'Where they have other names here, make a view of the expected name in schema fs.';
    END IF;
END
$check$;

-- Indexes on FS's tables ---------------------------------------------------------------------------------------------
-- Every question begins with a person, and the protocols' own keys need not. An index is made only where no index
-- begins with these columns already, and only on tables: a view or a foreign table is its owner's to make fast.

DO $indexes$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT w.tbl, w.cols, to_regclass('fs.' || w.tbl) AS relation
        FROM (VALUES
            ('person', ARRAY['fodselsdato', 'personnr']),
            ('personakseptanse', ARRAY['fodselsdato', 'personnr']),
            ('studentvurdkombprotokoll', ARRAY['fodselsdato', 'personnr']),
            ('oppnadd_grad_prot', ARRAY['fodselsdato', 'personnr']),
            ('emne_i_grad_prot', ARRAY['fodselsdato', 'personnr']),
            ('emne_infotekst', ARRAY['institusjonsnr', 'emnekode', 'versjonskode'])
        ) AS w (tbl, cols)
    LOOP
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = wanted.relation AND c.relkind IN ('r', 'p', 'm'));
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_catalog.pg_index AS i
            WHERE i.indrelid = wanted.relation AND i.indisvalid AND i.indpred IS NULL
                AND wanted.cols @> ARRAY(
                    SELECT a.attname::text
                    FROM generate_series(0, cardinality(wanted.cols) - 1) AS position
                    LEFT JOIN pg_catalog.pg_attribute AS a
                        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[position])
                AND i.indnkeyatts >= cardinality(wanted.cols));
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON fs.%I (%s)',
            wanted.tbl || '_resutveksl_idx', wanted.tbl, array_to_string(wanted.cols, ', '));
    END LOOP;
END
$indexes$;

-- What the source's operator sets ------------------------------------------------------------------------------------

CREATE TABLE resutveksl.identity (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single),
    institution int NOT NULL CHECK (institution BETWEEN 1 AND 99999999),
    answers_for int[] NOT NULL,
    CONSTRAINT identity_answers_for_itself CHECK (institution = ANY (answers_for)),
    CONSTRAINT identity_answers_for_whole
        CHECK (array_position(answers_for, NULL) IS NULL AND array_ndims(answers_for) = 1)
);

COMMENT ON TABLE resutveksl.identity IS 'Which institution this database is. One row, written by set_identity().';
COMMENT ON COLUMN resutveksl.identity.answers_for IS
    'Its own number and those of the institutions that were merged into it and whose results it holds.';

CREATE TABLE resutveksl.rules (
    single           boolean PRIMARY KEY DEFAULT true CHECK (single),
    consent_required boolean NOT NULL DEFAULT true,
    consent_from     date,
    legal_basis      text
);

INSERT INTO resutveksl.rules DEFAULT VALUES;

COMMENT ON TABLE resutveksl.rules IS
    'Whether this source demands consent. One row, changed with a plain UPDATE. A refusal stops whatever this says.';
COMMENT ON COLUMN resutveksl.rules.consent_required IS 'Whether a person must have answered J.';
COMMENT ON COLUMN resutveksl.rules.consent_from IS
    'The first day (Europe/Oslo) on which consent_required holds; before it, the opposite does. NULL: always.';
COMMENT ON COLUMN resutveksl.rules.legal_basis IS 'On what basis this source discloses; kept with every disclosure.';

CREATE TABLE resutveksl.requesters (
    role_name   name PRIMARY KEY,
    institution int NOT NULL CHECK (institution BETWEEN 1 AND 99999999),
    added_at    timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE resutveksl.requesters IS
    'Which institution a login role asks for. Written by register_requester() and remove_requester().';

-- The record of disclosures ------------------------------------------------------------------------------------------
-- No constraint can fail on a row of persons: the detail of such an error would print the row.

CREATE TABLE resutveksl.disclosures (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    disclosed_at timestamptz DEFAULT now(),
    requester    int,
    role_name    name,
    purpose      text,
    basis        text,
    legal_basis  text,
    ref          bigint,
    fodselsdato  numeric,
    personnr     numeric,
    consent      text,
    consent_date date,
    verdict      text,
    rows         int,
    held_back    int
);

CREATE INDEX disclosures_person_idx ON resutveksl.disclosures (fodselsdato, personnr);

COMMENT ON TABLE resutveksl.disclosures IS
    'Every answer about a person known here: to whom, when, why, on what basis, what. Rows are only added; the '
    'operator deletes them when their time of retention is over. Persons unknown here leave no trace.';
COMMENT ON COLUMN resutveksl.disclosures.requester IS 'The institution that asked.';
COMMENT ON COLUMN resutveksl.disclosures.purpose IS
    'Why, in the requester''s word: approval_case, external_study or application.';
COMMENT ON COLUMN resutveksl.disclosures.basis IS 'The requester''s legal basis, as it stated it.';
COMMENT ON COLUMN resutveksl.disclosures.legal_basis IS 'This source''s own legal basis at the time, from rules.';
COMMENT ON COLUMN resutveksl.disclosures.ref IS 'The requester''s order number.';
COMMENT ON COLUMN resutveksl.disclosures.consent IS
    'What it rested on: source or requester (who held the J, or the N that stopped it), none (no answer was known).';
COMMENT ON COLUMN resutveksl.disclosures.consent_date IS 'When that answer was given.';
COMMENT ON COLUMN resutveksl.disclosures.rows IS
    'How many results the answer has; with verdict unchanged they were confirmed and not sent again.';

-- For the source's operator ------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.sharing_state() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN m.status_aktiv = 'J' AND e.status_aktiv = 'N' THEN 'open'
            WHEN m.status_aktiv = 'J' AND e.status_aktiv = 'J' THEN 'reserved'
            ELSE 'not_open'
        END
        FROM (VALUES ('RESUTVEKSL')) AS module (code)
        LEFT JOIN fs.modulvalg AS m ON m.modulkode = module.code
        LEFT JOIN fs.modulvalg_egenskap AS e ON e.modulkode = module.code AND e.egenskapkode = 'RESERVER'
    );
END
$$;

COMMENT ON FUNCTION resutveksl.sharing_state() IS
    'The first question: open (module RESUTVEKSL active, RESERVER N), reserved (active, RESERVER J) or not_open.';

CREATE FUNCTION resutveksl.consent_required() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- A source whose rules row was deleted falls back to the strict side.
    RETURN coalesce((
        SELECT r.consent_required
            = (r.consent_from IS NULL OR r.consent_from <= (now() AT TIME ZONE 'Europe/Oslo')::date)
        FROM resutveksl.rules AS r
    ), true);
END
$$;

COMMENT ON FUNCTION resutveksl.consent_required() IS 'Whether consent is demanded today, by resutveksl.rules.';

CREATE FUNCTION resutveksl.set_identity(institution int, answers_for int[] DEFAULT NULL) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO resutveksl.identity AS i (institution, answers_for)
    VALUES (set_identity.institution, coalesce(set_identity.answers_for, ARRAY[set_identity.institution]))
    ON CONFLICT (single) DO UPDATE SET institution = excluded.institution, answers_for = excluded.answers_for;
$$;

COMMENT ON FUNCTION resutveksl.set_identity(int, int[]) IS
    'Says which institution this database is, and for which numbers it answers (left out: only its own).';

CREATE FUNCTION resutveksl.register_requester(role_name name, institution int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO resutveksl.requesters AS r (role_name, institution)
    VALUES (register_requester.role_name, register_requester.institution)
    ON CONFLICT ON CONSTRAINT requesters_pkey DO UPDATE SET institution = excluded.institution;
    EXECUTE format('GRANT USAGE ON SCHEMA resutveksl TO %I', role_name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION resutveksl.contract() TO %I', role_name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION resutveksl.ask_v1'
        '(bigint[], text[], text[], date[], text[], text[], text) TO %I', role_name);
END
$$;

COMMENT ON FUNCTION resutveksl.register_requester(name, int) IS
    'Lets an existing login role ask on behalf of an institution: the two public functions and nothing else.';

CREATE FUNCTION resutveksl.remove_requester(role_name name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM resutveksl.requesters AS r WHERE r.role_name = remove_requester.role_name;
    IF to_regrole(quote_ident(role_name)) IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA resutveksl FROM %I', role_name);
        EXECUTE format('REVOKE ALL ON SCHEMA resutveksl FROM %I', role_name);
    END IF;
END
$$;

COMMENT ON FUNCTION resutveksl.remove_requester(name) IS 'Takes back what register_requester() gave.';

-- The caller behind a SECURITY DEFINER function is session_user; current_user is the owner.
CREATE FUNCTION resutveksl.requester() RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    institution int := (SELECT r.institution FROM resutveksl.requesters AS r WHERE r.role_name = session_user);
BEGIN
    IF institution IS NULL THEN
        RAISE EXCEPTION 'role % is not registered as a requester at this source', quote_ident(session_user)
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('The operator of the source registers it: SELECT resutveksl.register_requester(%L, '
                    'institution number);', session_user);
    END IF;
    RETURN institution;
END
$$;

COMMENT ON FUNCTION resutveksl.requester() IS
    'The institution for which the session''s role asks; SQLSTATE 42501 if the role is not registered.';

-- The public functions -----------------------------------------------------------------------------------------------

CREATE FUNCTION resutveksl.contract()
RETURNS TABLE (oldest int, newest int, institution int, answers_for int[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM resutveksl.requester();
    RETURN QUERY SELECT 1, 1, i.institution, i.answers_for FROM resutveksl.identity AS i;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this source has not been told which institution it is'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'The operator of the source says so: SELECT resutveksl.set_identity(institution number);';
    END IF;
END
$$;

COMMENT ON FUNCTION resutveksl.contract() IS
    'The contract versions that this source speaks, its institution number, and the numbers for which it answers.';

-- One plan for every set: the planner expects few elements in an array that it does not know, and so reaches
-- everything by index and person by person, which is right for sets of strangers and grows with nothing but the
-- number of persons when all are known. Planning anew for each set would cost more than answering it. The cost of a
-- page says that tables asked about all the time are in memory.
CREATE FUNCTION resutveksl.ask_v1(
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

    RETURN QUERY
    WITH known AS MATERIALIZED (
        -- 2. Has the student consented? Looked up only for those who are known here. The newest answer counts; of two
        -- on one day, the refusal. A J counts while its type is active, an N always.
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
        -- An FS-number (month + 50, personnr from 90000) or an FH-number (first digit 8 or 9) is unique only where it
        -- was made: here it may be somebody else's.
        WHERE p.fodselsdato < 800000
            AND (p.personnr < 90000 OR trunc(p.fodselsdato / 100) % 100 NOT BETWEEN 51 AND 62)
        ORDER BY q.ref, q.number COLLATE "C", q.place
    ),
    person AS MATERIALIZED (
        -- 3. Are there passed results?
        SELECT row_number() OVER (ORDER BY k.ref, k.number COLLATE "C") AS place,
            k.ref, k.number, k.fodselsdato, k.personnr, k.purpose, k.consent, k.consent_date,
            coalesce(found.results, 0)::int AS answered, coalesce(degree.held_back, 0)::int AS held_back,
            found.fingerprint,
            CASE
                WHEN k.barred IS NOT NULL THEN k.barred
                WHEN found.results IS NULL THEN 'nothing'
                WHEN found.fingerprint = k.fingerprint THEN 'unchanged'
                ELSE 'fetched'
            END AS verdict,
            CASE WHEN found.fingerprint = k.fingerprint THEN NULL ELSE found.results_found END AS results
        FROM known AS k
        LEFT JOIN LATERAL (
            SELECT count(*) FILTER (WHERE d.dato_utlev_vitn < today) AS shown,
                count(*) FILTER (WHERE d.dato_utlev_vitn < today IS NOT TRUE) AS held_back
            FROM fs.oppnadd_grad_prot AS d
            WHERE d.fodselsdato = k.fodselsdato AND d.personnr = k.personnr
                AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
        ) AS degree ON k.barred IS NULL
        LEFT JOIN LATERAL (
            -- The fingerprint is over the rows in PostgreSQL's text form of a row, which quotes what needs it and tells
            -- NULL from empty. No type in it has a form that depends on a setting: the date is a number of days.
            SELECT nullif(count(*), 0) AS results, array_agg(r) AS results_found,
                left(encode(sha256(convert_to(string_agg(r::text, ''), 'UTF8')), 'hex'), 32) AS fingerprint
            FROM (
                SELECT u.*
                FROM (
                    SELECT concat_ws('/', v.institusjonsnr, 'E', v.emnekode, v.versjonskode, v.vurdkombkode, v.arstall,
                            v.vurdtidkode) AS result_key,
                        CASE WHEN degree.shown > 0 THEN (
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
                    WHERE degree.shown > 0 AND d.fodselsdato = k.fodselsdato AND d.personnr = k.personnr
                        AND d.dato_utlev_vitn < today AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
                ) AS u
                ORDER BY u.result_key COLLATE "C"
            ) AS r
        ) AS found ON k.barred IS NULL
    ),
    recorded AS (
        INSERT INTO resutveksl.disclosures (requester, role_name, purpose, basis, legal_basis, ref, fodselsdato,
            personnr, consent, consent_date, verdict, rows, held_back)
        SELECT asker, session_user, p.purpose, basis, own_basis, p.ref, p.fodselsdato, p.personnr, p.consent,
            p.consent_date, p.verdict, p.answered, p.held_back
        FROM person AS p
        ORDER BY p.place
    )
    SELECT a.record, p.ref, a.person_number, a.verdict, a.answered, a.held_back, a.fingerprint,
        a.institution, a.result_key, a.part_of_key, a.category, a.code, a.version, a.name_bokmal, a.name_nynorsk,
        a.name_english, a.thesis_title, a.thesis_title_english, a.description_bokmal, a.description_nynorsk,
        a.description_english, a.term_year, a.term, a.credits, a.grading_rule, a.grade_value, a.grade,
        DATE '1970-01-01' + a.obtained_on
    FROM person AS p
    CROSS JOIN LATERAL (
        SELECT 'person' AS record, 0 AS place,
            lpad(p.fodselsdato::text, 6, '0') || lpad(p.personnr::text, 5, '0') AS person_number,
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
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA resutveksl FROM PUBLIC;
