-- The gateway's database, step 3, as the owner: what the contract reads as schema fs. Nothing here knows which foreign data
-- wrapper is behind fs_remote.
--
-- The contract asks person by person, and that is right beside the data and wrong across a network. So a question's persons
-- are fetched before it is answered, a statement for each table and 500 persons, into tables that hold them for one
-- question: whatever is put there is deleted in the transaction that put it there, and so is never seen by another.

\set ON_ERROR_STOP on
BEGIN;

CREATE SCHEMA gateway;
COMMENT ON SCHEMA gateway IS 'Fetches a question''s persons from the foreign database, and has the contract answer it.';

-- What is fetched ----------------------------------------------------------------------------------------------------
-- Unlogged: nothing in them outlives a question. No unique indexes: two questions at once may be about one person.

CREATE UNLOGGED TABLE gateway.person (fodselsdato numeric NOT NULL, personnr numeric NOT NULL);
CREATE INDEX ON gateway.person (fodselsdato, personnr);

CREATE UNLOGGED TABLE gateway.personakseptanse (
    fodselsdato numeric NOT NULL, personnr numeric NOT NULL, akseptansetypekode text, status_svar text, dato_svar date
);
CREATE INDEX ON gateway.personakseptanse (fodselsdato, personnr);

CREATE UNLOGGED TABLE gateway.akseptansetype (akseptansetypekode text, status_aktiv text);

CREATE UNLOGGED TABLE gateway.studentvurdkombprotokoll (
    institusjonsnr numeric, emnekode text, versjonskode text, vurdkombkode text, arstall numeric, vurdtidkode text,
    fodselsdato numeric NOT NULL, personnr numeric NOT NULL, karregelkode numeric, karaktertall numeric,
    status_gyldig text, status_manuelt_ugyldig text, vektingstall_individuell numeric, oppgavetittel_original text,
    oppgavetittel_engelsk text
);
CREATE INDEX ON gateway.studentvurdkombprotokoll (fodselsdato, personnr);

CREATE UNLOGGED TABLE gateway.oppnadd_grad_prot (
    institusjonsnr numeric, institusjonsnr_original numeric, gradkode text, fodselsdato numeric NOT NULL,
    personnr numeric NOT NULL, dato_oppnaelse date, dato_utlev_vitn date, status_manuelt_ugyldig text
);
CREATE INDEX ON gateway.oppnadd_grad_prot (fodselsdato, personnr);

CREATE UNLOGGED TABLE gateway.emne_i_grad_prot (
    fodselsdato numeric NOT NULL, personnr numeric NOT NULL, institusjonsnr numeric, emnekode text, versjonskode text,
    vurdkombkode text, arstall numeric, vurdtidkode text, institusjonsnr_grad numeric, gradkode text,
    dato_oppnaelse date
);
CREATE INDEX ON gateway.emne_i_grad_prot (fodselsdato, personnr, institusjonsnr, emnekode);

CREATE UNLOGGED TABLE gateway.vurderingstid (
    arstall numeric, vurdtidkode text, arstall_gjelder_i numeric, terminkode_gjelder_i text
);
CREATE INDEX ON gateway.vurderingstid (arstall, vurdtidkode);

CREATE UNLOGGED TABLE gateway.emne (
    institusjonsnr numeric, emnekode text, versjonskode text, emnenavn_bokmal text, emnenavn_nynorsk text,
    emnenavn_engelsk text, vektingstall numeric, vekttypekode text
);
CREATE INDEX ON gateway.emne (institusjonsnr, emnekode, versjonskode);

CREATE UNLOGGED TABLE gateway.emne_infotekst (
    institusjonsnr numeric, emnekode text, versjonskode text, infotypekode text, sprakkode text, arstall_fra numeric,
    terminkode_fra text, arstall_til numeric, terminkode_til text, infotekst text
);
CREATE INDEX ON gateway.emne_infotekst (institusjonsnr, emnekode, versjonskode);

CREATE UNLOGGED TABLE gateway.karakterregel (
    karregelkode numeric, karaktertall_beste numeric, karaktertall_darligste_bestatt numeric
);
CREATE INDEX ON gateway.karakterregel (karregelkode);

CREATE UNLOGGED TABLE gateway.tallkarakter (karregelkode numeric, karaktertall numeric, karakternavn text);
CREATE INDEX ON gateway.tallkarakter (karregelkode, karaktertall);

CREATE UNLOGGED TABLE gateway.grad (gradkode text, gradnavn_hankjonn text, gradnavn_engelsk text);
CREATE INDEX ON gateway.grad (gradkode);

-- Every question leaves dead rows; they are cleared away by number and not by share, because no living ones are left.
DO $vacuum$
DECLARE
    staged regclass;
BEGIN
    FOR staged IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'gateway'::regnamespace AND c.relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
            staged);
    END LOOP;
END
$vacuum$;

-- Whether questions go through the gateway ---------------------------------------------------------------------------
-- A later file of the contract may replace ask_v1, and with it step 4. Then everybody would be unknown here; a question
-- must fail instead. The first thing that every question reads is the module.

CREATE FUNCTION gateway.ready() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_proc AS p
        WHERE p.oid = to_regprocedure('resutveksl.ask_v1(bigint[],text[],text[],date[],text[],text[],text)')
            AND p.prosrc LIKE '%gateway.fetch(%') THEN
        RAISE EXCEPTION 'this gateway would answer without fetching anything'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'The contract was installed or upgraded: run ops/gateway/4-ask.sql again.';
    END IF;
    RETURN true;
END
$$;

-- What the contract reads --------------------------------------------------------------------------------------------
-- Views have no row versions, so that the contract makes every answer anew (resutveksl.has_row_versions).

CREATE SCHEMA fs;
COMMENT ON SCHEMA fs IS 'FS''s tables as the contract reads them: those of the question''s persons, while it is answered.';

CREATE VIEW fs.modulvalg AS
    SELECT m.modulkode, m.status_aktiv FROM fs_remote.modulvalg AS m WHERE gateway.ready();
CREATE VIEW fs.modulvalg_egenskap AS
    SELECT e.modulkode, e.egenskapkode, e.status_aktiv FROM fs_remote.modulvalg_egenskap AS e;
CREATE VIEW fs.person AS SELECT * FROM gateway.person;
CREATE VIEW fs.personakseptanse AS SELECT * FROM gateway.personakseptanse;
CREATE VIEW fs.akseptansetype AS SELECT * FROM gateway.akseptansetype;
CREATE VIEW fs.studentvurdkombprotokoll AS SELECT * FROM gateway.studentvurdkombprotokoll;
CREATE VIEW fs.oppnadd_grad_prot AS SELECT * FROM gateway.oppnadd_grad_prot;
CREATE VIEW fs.emne_i_grad_prot AS SELECT * FROM gateway.emne_i_grad_prot;
CREATE VIEW fs.vurderingstid AS SELECT * FROM gateway.vurderingstid;
CREATE VIEW fs.emne AS SELECT * FROM gateway.emne;
CREATE VIEW fs.emne_infotekst AS SELECT * FROM gateway.emne_infotekst;
CREATE VIEW fs.karakterregel AS SELECT * FROM gateway.karakterregel;
CREATE VIEW fs.tallkarakter AS SELECT * FROM gateway.tallkarakter;
CREATE VIEW fs.grad AS SELECT * FROM gateway.grad;

-- Fetching -----------------------------------------------------------------------------------------------------------
-- What every statement here rests on:
--
--   force_custom_plan   The arrays must be constants when the statement is planned. mysql_fdw sends an array that is still
--                       a parameter as one value, without an error, and finds nobody.
--   days × numbers      A pair is looked for as two lists, which both wrappers send as IN (...), and what they find too
--                       much is left out here. Pairs joined by OR cost MariaDB more for each pair.
--   personnr + 0        Keeps the second list out of the choice of index: MariaDB multiplies the lengths of two lists, and
--                       from a hundred persons on prefers to read the whole table.
--   MATERIALIZED        The foreign table is read once, whatever the planner thinks of its size.

CREATE FUNCTION gateway.fetch_persons(days numeric[], numbers numeric[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
DECLARE
    has_degree boolean;
BEGIN
    WITH found AS MATERIALIZED (
        SELECT x.fodselsdato, x.personnr FROM fs_remote.person AS x
        WHERE x.fodselsdato = ANY (days) AND x.personnr + 0 = ANY (numbers)
    ), known AS (
        INSERT INTO gateway.person (fodselsdato, personnr)
        SELECT f.fodselsdato, f.personnr FROM found AS f
        WHERE (f.fodselsdato, f.personnr) IN (SELECT * FROM unnest(days, numbers))
        RETURNING fodselsdato, personnr
    )
    SELECT array_agg(k.fodselsdato), array_agg(k.personnr) INTO days, numbers FROM known AS k;
    -- About those who are unknown here nothing else is asked.
    IF days IS NULL THEN
        RETURN;
    END IF;

    WITH found AS MATERIALIZED (
        SELECT x.fodselsdato, x.personnr, x.akseptansetypekode, x.status_svar, x.dato_svar
        FROM fs_remote.personakseptanse AS x
        WHERE x.fodselsdato = ANY (days) AND x.personnr + 0 = ANY (numbers)
    )
    INSERT INTO gateway.personakseptanse (fodselsdato, personnr, akseptansetypekode, status_svar, dato_svar)
    SELECT f.fodselsdato, f.personnr, f.akseptansetypekode, f.status_svar, f.dato_svar::date
    FROM found AS f
    WHERE (f.fodselsdato, f.personnr) IN (SELECT * FROM unnest(days, numbers));

    WITH found AS MATERIALIZED (
        SELECT x.institusjonsnr, x.emnekode, x.versjonskode, x.vurdkombkode, x.arstall, x.vurdtidkode, x.fodselsdato,
            x.personnr, x.karregelkode, x.karaktertall, x.status_gyldig, x.status_manuelt_ugyldig,
            x.vektingstall_individuell, x.oppgavetittel_original, x.oppgavetittel_engelsk
        FROM fs_remote.studentvurdkombprotokoll AS x
        WHERE x.fodselsdato = ANY (days) AND x.personnr + 0 = ANY (numbers)
    )
    INSERT INTO gateway.studentvurdkombprotokoll (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall,
        vurdtidkode, fodselsdato, personnr, karregelkode, karaktertall, status_gyldig, status_manuelt_ugyldig,
        vektingstall_individuell, oppgavetittel_original, oppgavetittel_engelsk)
    SELECT f.* FROM found AS f
    WHERE (f.fodselsdato, f.personnr) IN (SELECT * FROM unnest(days, numbers));

    WITH found AS MATERIALIZED (
        SELECT x.institusjonsnr, x.institusjonsnr_original, x.gradkode, x.fodselsdato, x.personnr, x.dato_oppnaelse,
            x.dato_utlev_vitn, x.status_manuelt_ugyldig
        FROM fs_remote.oppnadd_grad_prot AS x
        WHERE x.fodselsdato = ANY (days) AND x.personnr + 0 = ANY (numbers)
    )
    INSERT INTO gateway.oppnadd_grad_prot (institusjonsnr, institusjonsnr_original, gradkode, fodselsdato, personnr,
        dato_oppnaelse, dato_utlev_vitn, status_manuelt_ugyldig)
    SELECT f.institusjonsnr, f.institusjonsnr_original, f.gradkode, f.fodselsdato, f.personnr,
        f.dato_oppnaelse::date, f.dato_utlev_vitn::date, f.status_manuelt_ugyldig
    FROM found AS f
    WHERE (f.fodselsdato, f.personnr) IN (SELECT * FROM unnest(days, numbers));
    has_degree := FOUND;

    IF has_degree THEN
        WITH found AS MATERIALIZED (
            SELECT x.fodselsdato, x.personnr, x.institusjonsnr, x.emnekode, x.versjonskode, x.vurdkombkode, x.arstall,
                x.vurdtidkode, x.institusjonsnr_grad, x.gradkode, x.dato_oppnaelse
            FROM fs_remote.emne_i_grad_prot AS x
            WHERE x.fodselsdato = ANY (days) AND x.personnr + 0 = ANY (numbers)
        )
        INSERT INTO gateway.emne_i_grad_prot (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode,
            vurdkombkode, arstall, vurdtidkode, institusjonsnr_grad, gradkode, dato_oppnaelse)
        SELECT f.fodselsdato, f.personnr, f.institusjonsnr, f.emnekode, f.versjonskode, f.vurdkombkode, f.arstall,
            f.vurdtidkode, f.institusjonsnr_grad, f.gradkode, f.dato_oppnaelse::date
        FROM found AS f
        WHERE (f.fodselsdato, f.personnr) IN (SELECT * FROM unnest(days, numbers));
    END IF;
END
$$;

COMMENT ON FUNCTION gateway.fetch_persons(numeric[], numeric[]) IS
    'The rows about at most some hundred persons, given as parallel arrays of fodselsdato and personnr.';

-- mysql_fdw 2.8 does not double the quotes inside the elements of an array, so that a code with a quote or a backslash
-- would end the literal and go on as SQL. Such codes go one by one, as values that are bound.
CREATE FUNCTION gateway.fetch_courses(institutions numeric[], codes text[], odd text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
BEGIN
    IF codes <> '{}' THEN
        INSERT INTO gateway.emne (institusjonsnr, emnekode, versjonskode, emnenavn_bokmal, emnenavn_nynorsk,
            emnenavn_engelsk, vektingstall, vekttypekode)
        SELECT x.institusjonsnr, x.emnekode, x.versjonskode, x.emnenavn_bokmal, x.emnenavn_nynorsk, x.emnenavn_engelsk,
            x.vektingstall, x.vekttypekode
        FROM fs_remote.emne AS x
        WHERE x.institusjonsnr = ANY (institutions) AND x.emnekode = ANY (codes);

        INSERT INTO gateway.emne_infotekst (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode, arstall_fra,
            terminkode_fra, arstall_til, terminkode_til, infotekst)
        SELECT x.institusjonsnr, x.emnekode, x.versjonskode, x.infotypekode, x.sprakkode, x.arstall_fra, x.terminkode_fra,
            x.arstall_til, x.terminkode_til, x.infotekst
        FROM fs_remote.emne_infotekst AS x
        WHERE x.institusjonsnr = ANY (institutions) AND x.emnekode = ANY (codes) AND x.infotypekode = 'INNHOLD';
    END IF;

    IF odd = '{}' THEN
        RETURN;
    END IF;

    INSERT INTO gateway.emne (institusjonsnr, emnekode, versjonskode, emnenavn_bokmal, emnenavn_nynorsk,
        emnenavn_engelsk, vektingstall, vekttypekode)
    SELECT f.*
    FROM unnest(odd) AS o (code)
    CROSS JOIN LATERAL (
        SELECT x.institusjonsnr, x.emnekode, x.versjonskode, x.emnenavn_bokmal, x.emnenavn_nynorsk, x.emnenavn_engelsk,
            x.vektingstall, x.vekttypekode
        FROM fs_remote.emne AS x
        WHERE x.institusjonsnr = ANY (institutions) AND x.emnekode = o.code
        OFFSET 0
    ) AS f
    WHERE f.emnekode = o.code;

    INSERT INTO gateway.emne_infotekst (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode, arstall_fra,
        terminkode_fra, arstall_til, terminkode_til, infotekst)
    SELECT f.*
    FROM unnest(odd) AS o (code)
    CROSS JOIN LATERAL (
        SELECT x.institusjonsnr, x.emnekode, x.versjonskode, x.infotypekode, x.sprakkode, x.arstall_fra,
            x.terminkode_fra, x.arstall_til, x.terminkode_til, x.infotekst
        FROM fs_remote.emne_infotekst AS x
        WHERE x.institusjonsnr = ANY (institutions) AND x.emnekode = o.code AND x.infotypekode = 'INNHOLD'
        OFFSET 0
    ) AS f
    WHERE f.emnekode = o.code;
END
$$;

COMMENT ON FUNCTION gateway.fetch_courses(numeric[], text[], text[]) IS
    'Courses and their information texts; odd are the codes that may not stand in an array.';

CREATE FUNCTION gateway.fetch_catalogue() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
DECLARE
    institutions numeric[];
    years        numeric[];
    odd          text[];
    block        text[];
BEGIN
    INSERT INTO gateway.akseptansetype (akseptansetypekode, status_aktiv)
    SELECT x.akseptansetypekode, x.status_aktiv FROM fs_remote.akseptansetype AS x;

    SELECT array_agg(DISTINCT v.institusjonsnr), array_agg(DISTINCT v.arstall),
        coalesce(array_agg(DISTINCT v.emnekode) FILTER (WHERE v.emnekode ~ '[''\\]'), '{}')
    INTO institutions, years, odd
    FROM gateway.studentvurdkombprotokoll AS v;

    IF institutions IS NOT NULL THEN
        INSERT INTO gateway.karakterregel (karregelkode, karaktertall_beste, karaktertall_darligste_bestatt)
        SELECT x.karregelkode, x.karaktertall_beste, x.karaktertall_darligste_bestatt FROM fs_remote.karakterregel AS x;

        INSERT INTO gateway.tallkarakter (karregelkode, karaktertall, karakternavn)
        SELECT x.karregelkode, x.karaktertall, x.karakternavn FROM fs_remote.tallkarakter AS x;

        INSERT INTO gateway.vurderingstid (arstall, vurdtidkode, arstall_gjelder_i, terminkode_gjelder_i)
        SELECT x.arstall, x.vurdtidkode, x.arstall_gjelder_i, x.terminkode_gjelder_i
        FROM fs_remote.vurderingstid AS x
        WHERE x.arstall = ANY (years);

        FOR block IN
            SELECT array_agg(c.code)
            FROM (
                SELECT d.code, row_number() OVER (ORDER BY d.code) AS place
                FROM (SELECT DISTINCT v.emnekode AS code FROM gateway.studentvurdkombprotokoll AS v) AS d
                WHERE d.code !~ '[''\\]'
            ) AS c
            GROUP BY (c.place - 1) / 300
        LOOP
            PERFORM gateway.fetch_courses(institutions, block, '{}');
        END LOOP;
        IF odd <> '{}' THEN
            PERFORM gateway.fetch_courses(institutions, '{}', odd);
        END IF;
    END IF;

    IF EXISTS (SELECT FROM gateway.oppnadd_grad_prot) THEN
        INSERT INTO gateway.grad (gradkode, gradnavn_hankjonn, gradnavn_engelsk)
        SELECT x.gradkode, x.gradnavn_hankjonn, x.gradnavn_engelsk FROM fs_remote.grad AS x;
    END IF;
END
$$;

COMMENT ON FUNCTION gateway.fetch_catalogue() IS 'What the rows of the persons who have been fetched refer to.';

CREATE FUNCTION gateway.forget() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM gateway.person;
    DELETE FROM gateway.personakseptanse;
    DELETE FROM gateway.akseptansetype;
    DELETE FROM gateway.studentvurdkombprotokoll;
    DELETE FROM gateway.oppnadd_grad_prot;
    DELETE FROM gateway.emne_i_grad_prot;
    DELETE FROM gateway.vurderingstid;
    DELETE FROM gateway.emne;
    DELETE FROM gateway.emne_infotekst;
    DELETE FROM gateway.karakterregel;
    DELETE FROM gateway.tallkarakter;
    DELETE FROM gateway.grad;
$$;

COMMENT ON FUNCTION gateway.forget() IS 'Takes away what was fetched for a question.';

-- What a requester is told when the foreign database fails. A wrapper has few states and puts the rest into its text, and
-- that text may quote the statement, and the statement has person numbers in it.
CREATE FUNCTION gateway.fetch(numbers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
-- What is logged here is for the gateway's operator; a session cannot ask to see it.
SET client_min_messages = error
AS $$
DECLARE
    block record;
    tries int := 0;
BEGIN
    LOOP
        tries := tries + 1;
        BEGIN
            IF resutveksl.sharing_state() <> 'open' THEN
                RETURN;
            END IF;
            FOR block IN
                SELECT array_agg(q.day) AS days, array_agg(q.number) AS numbers
                FROM (
                    SELECT d.day, d.number, row_number() OVER (ORDER BY d.day, d.number) AS place
                    FROM (SELECT DISTINCT left(n, 6)::numeric AS day, right(n, 5)::numeric AS number
                        FROM unnest(numbers) AS n) AS d
                ) AS q
                GROUP BY (q.place - 1) / 500
            LOOP
                PERFORM gateway.fetch_persons(block.days, block.numbers);
            END LOOP;
            IF EXISTS (SELECT FROM gateway.person) THEN
                PERFORM gateway.fetch_catalogue();
            END IF;
            RETURN;
        EXCEPTION WHEN fdw_error THEN
            -- The one thing that only the text tells: MariaDB and MySQL (max_statement_time, max_execution_time), Oracle
            -- (ORA-01013, ORA-00040).
            IF SQLERRM ~ 'max_(statement|execution)_time|ORA-(01013|00040)' THEN
                RAISE EXCEPTION 'the database behind this gateway took too long over a statement, and ended it'
                    USING ERRCODE = 'query_canceled';
            END IF;
            -- A connection that was kept may have been closed at the other side, which shows when it is used. The wrapper
            -- makes a new one, and its failure tells more.
            CONTINUE WHEN tries = 1;
            IF SQLSTATE = 'HV00N' THEN
                RAISE LOG 'gateway: the foreign database cannot be reached: %', SQLERRM;
                RAISE EXCEPTION 'the database behind this gateway cannot be reached, or refuses the gateway'
                    USING ERRCODE = 'sqlclient_unable_to_establish_sqlconnection', HINT = 'The gateway''s log says why.';
            END IF;
            RAISE LOG 'gateway: the foreign database failed, SQLSTATE %: its own log says why', SQLSTATE;
            RAISE EXCEPTION 'the database behind this gateway failed (SQLSTATE %)', SQLSTATE
                USING ERRCODE = 'system_error', HINT = 'The log of that database says why.';
        END;
    END LOOP;
END
$$;

COMMENT ON FUNCTION gateway.fetch(text[]) IS
    'Fetches everything about the persons of a question, if this institution shares. What fails is tried once more.';

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;

COMMIT;
