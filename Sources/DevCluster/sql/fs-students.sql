-- Invented students for an FS-shaped source: the same call gives the same data at every run, on every machine.
--
-- example.pool is loaded by others, with synthetic person numbers only. Everything else follows from hashes of the
-- institution's number and of a student's place, never from random().

CREATE SCHEMA IF NOT EXISTS example;
COMMENT ON SCHEMA example IS 'Makes invented data for a source database. Not part of the contract.';

CREATE TABLE IF NOT EXISTS example.pool (
    i             int PRIMARY KEY,
    person_number text NOT NULL,
    given_name    text NOT NULL,
    family_name   text NOT NULL
);
COMMENT ON TABLE example.pool IS 'Invented persons to choose students from, with synthetic person numbers.';

-- The mergers of institutions: which numbers an institution answers for, and the last year of the merged ones.
CREATE TABLE IF NOT EXISTS example.merger (
    institution int PRIMARY KEY,
    merged_into int NOT NULL,
    merged_year int NOT NULL
);

INSERT INTO example.merger (institution, merged_into, merged_year)
VALUES (205, 222, 2016), (207, 194, 2016), (208, 186, 2016), (210, 209, 2017), (212, 186, 2016), (213, 204, 2016),
    (214, 204, 2016), (216, 203, 2017), (218, 203, 2017), (219, 194, 2016), (220, 222, 2016), (225, 194, 2016)
ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION example.answers_for(institution int) RETURNS int[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY[answers_for.institution]
        || ARRAY(SELECT m.institution FROM example.merger AS m WHERE m.merged_into = answers_for.institution
            ORDER BY m.institution);
$$;

COMMENT ON FUNCTION example.answers_for(int) IS 'An institution''s own number and those merged into it, own first.';

-- A number from 0 to below - 1 that looks drawn and never changes.
CREATE OR REPLACE FUNCTION example.draw(seed bigint, purpose int, below int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ((hashint8extended(seed, purpose) & 9223372036854775807) % below)::int;
$$;

CREATE TABLE IF NOT EXISTS example.subject (
    n       int PRIMARY KEY,
    prefix  text NOT NULL,
    bokmal  text NOT NULL,
    nynorsk text NOT NULL,
    english text NOT NULL
);

INSERT INTO example.subject (n, prefix, bokmal, nynorsk, english)
VALUES
    (0, 'PSY', 'psykologi', 'psykologi', 'Psychology'),
    (1, 'PED', 'pedagogikk', 'pedagogikk', 'Education'),
    (2, 'MAT', 'matematikk', 'matematikk', 'Mathematics'),
    (3, 'STAT', 'statistikk', 'statistikk', 'Statistics'),
    (4, 'INF', 'informatikk', 'informatikk', 'Informatics'),
    (5, 'FYS', 'fysikk', 'fysikk', 'Physics'),
    (6, 'KJEM', 'kjemi', 'kjemi', 'Chemistry'),
    (7, 'BIO', 'biologi', 'biologi', 'Biology'),
    (8, 'GEO', 'geologi', 'geologi', 'Geology'),
    (9, 'SYK', 'sykepleie', 'sjukepleie', 'Nursing'),
    (10, 'FYSI', 'fysioterapi', 'fysioterapi', 'Physiotherapy'),
    (11, 'ERN', 'ernæring', 'ernæring', 'Nutrition'),
    (12, 'FHV', 'folkehelsearbeid', 'folkehelsearbeid', 'Public Health'),
    (13, 'SOS', 'sosiologi', 'sosiologi', 'Sociology'),
    (14, 'STV', 'statsvitenskap', 'statsvitskap', 'Political Science'),
    (15, 'SAM', 'samfunnsøkonomi', 'samfunnsøkonomi', 'Economics'),
    (16, 'BED', 'bedriftsøkonomi', 'bedriftsøkonomi', 'Business Administration'),
    (17, 'REGN', 'regnskap', 'rekneskap', 'Accounting'),
    (18, 'MRK', 'markedsføring', 'marknadsføring', 'Marketing'),
    (19, 'ORG', 'organisasjon og ledelse', 'organisasjon og leiing', 'Organisation and Leadership'),
    (20, 'JUS', 'rettsvitenskap', 'rettsvitskap', 'Law'),
    (21, 'HIS', 'historie', 'historie', 'History'),
    (22, 'FIL', 'filosofi', 'filosofi', 'Philosophy'),
    (23, 'NOR', 'norsk', 'norsk', 'Norwegian'),
    (24, 'ENG', 'engelsk', 'engelsk', 'English'),
    (25, 'TYS', 'tysk', 'tysk', 'German'),
    (26, 'FRA', 'fransk', 'fransk', 'French'),
    (27, 'SPA', 'spansk', 'spansk', 'Spanish'),
    (28, 'SAMI', 'samisk', 'samisk', 'Sámi'),
    (29, 'KRLE', 'religion og etikk', 'religion og etikk', 'Religion and Ethics'),
    (30, 'MUS', 'musikk', 'musikk', 'Music'),
    (31, 'KHÅ', 'kunst og håndverk', 'kunst og handverk', 'Art and Crafts'),
    (32, 'IDR', 'idrett', 'idrett', 'Sports'),
    (33, 'MED', 'medievitenskap', 'medievitskap', 'Media Studies'),
    (34, 'BIB', 'bibliotekvitenskap', 'bibliotekvitskap', 'Library Science'),
    (35, 'BARN', 'barnehagepedagogikk', 'barnehagepedagogikk', 'Early Childhood Education'),
    (36, 'BYG', 'byggteknikk', 'byggteknikk', 'Civil Engineering'),
    (37, 'ELE', 'elektronikk', 'elektronikk', 'Electronics'),
    (38, 'MAS', 'maskinteknikk', 'maskinteknikk', 'Mechanical Engineering'),
    (39, 'MAR', 'havbruk', 'havbruk', 'Aquaculture')
ON CONFLICT DO NOTHING;

-- One row is a sort of course; each subject has one of each, which makes 200 courses an institution.
CREATE TABLE IF NOT EXISTS example.course_kind (
    n            int PRIMARY KEY,
    number       int NOT NULL,
    bokmal       text NOT NULL,
    nynorsk      text NOT NULL,
    english      text NOT NULL,
    credits      numeric NOT NULL,
    thesis       boolean NOT NULL
);

INSERT INTO example.course_kind (n, number, bokmal, nynorsk, english, credits, thesis)
VALUES
    (0, 1000, 'Innføring i %s', 'Innføring i %s', 'Introduction to %s', 10, false),
    (1, 1200, 'Metode og vitenskapsteori i %s', 'Metode og vitskapsteori i %s', 'Methodology in %s', 7.5, false),
    (2, 2100, 'Praksis i %s', 'Praksis i %s', 'Practical Training in %s', 15, false),
    (3, 3000, 'Bacheloroppgave i %s', 'Bacheloroppgåve i %s', 'Bachelor''s Thesis in %s', 20, true),
    (4, 4900, 'Masteroppgave i %s', 'Masteroppgåve i %s', 'Master''s Thesis in %s', 30, true)
ON CONFLICT DO NOTHING;

-- The courses of an institution. Those of merged institutions are a part of the list, under their old numbers.
CREATE OR REPLACE FUNCTION example.add_courses(institution int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbers int[] := example.answers_for(institution);
BEGIN
    INSERT INTO fs.institusjon (institusjonsnr, institusjonsnavn_bokmal)
    SELECT number, 'Institusjon ' || number FROM unnest(numbers) AS number
    ON CONFLICT DO NOTHING;

    INSERT INTO fs.emne (institusjonsnr, emnekode, versjonskode, emnenavn_bokmal, emnenavn_nynorsk, emnenavn_engelsk,
        vektingstall, vekttypekode, karregelkode, nuskode, status_er_hovedoppgave)
    SELECT owner, s.prefix || k.number, '1', format(k.bokmal, s.bokmal), format(k.nynorsk, s.nynorsk),
        format(k.english, s.english),
        -- A course in vekttall is an old one: three studiepoeng each.
        CASE WHEN old THEN round(k.credits / 3, 1) ELSE k.credits END, CASE WHEN old THEN 'VT' ELSE 'SP' END,
        CASE
            WHEN old THEN 1
            WHEN k.n = 2 THEN 11
            ELSE (ARRAY[30, 30, 30, 31, 30, 28, 29, 31, 20, 30])[1 + example.draw(c.seed, 2, 10)]
        END,
        (600000 + 1000 * s.n + k.n)::text, CASE WHEN k.n = 4 THEN 'J' ELSE 'N' END
    FROM example.subject AS s
    CROSS JOIN example.course_kind AS k
    CROSS JOIN LATERAL (SELECT institution * 1000::bigint + 5 * s.n + k.n AS seed) AS c
    CROSS JOIN LATERAL (SELECT numbers[1 + greatest(0, example.draw(c.seed, 1, 10) - 9 + cardinality(numbers) - 1)]
        AS owner) AS o
    CROSS JOIN LATERAL (SELECT k.n < 2 AND example.draw(c.seed, 3, 12) = 0 AS old) AS a
    ON CONFLICT DO NOTHING;

    -- Two in five have a description, some of them one for older and one for newer terms.
    INSERT INTO fs.emne_infotekst (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode, arstall_fra,
        terminkode_fra, arstall_til, terminkode_til, infotekst)
    SELECT e.institusjonsnr, e.emnekode, e.versjonskode, 'INNHOLD', language.code, period.first, 'VÅR', period.last,
        CASE WHEN period.last IS NOT NULL THEN 'HØST' END, format(language.body, language.name, period.edition)
    FROM fs.emne AS e
    CROSS JOIN LATERAL (SELECT hashtextextended(e.emnekode, institution) AS seed) AS c
    CROSS JOIN LATERAL (VALUES
        ('BOKMÅL', e.emnenavn_bokmal, 'Emnet %s gir studentene oversikt over fagets begreper, metoder og anvendelser. '
            'Undervisningen består av forelesninger, seminarer og selvstendig arbeid (%s).'),
        ('NYNORSK', e.emnenavn_nynorsk, 'Emnet %s gir studentane oversyn over omgrep, metodar og bruk i faget. '
            'Undervisninga er førelesingar, seminar og sjølvstendig arbeid (%s).'),
        ('ENGELSK', e.emnenavn_engelsk, 'The course %s gives an overview of the concepts, methods and applications of '
            'the subject. Teaching consists of lectures, seminars and independent work (%s).')
    ) AS language (code, name, body)
    CROSS JOIN LATERAL (VALUES (1990, CASE WHEN example.draw(c.seed, 5, 2) = 0 THEN 2014 END, 'I'), (2015, NULL, 'II'))
        AS period (first, last, edition)
    WHERE example.draw(c.seed, 4, 5) < 2 AND (period.first = 1990 OR example.draw(c.seed, 5, 2) = 0)
    ON CONFLICT DO NOTHING;
END
$$;

-- Takes away a table's keys and indexes for a load, and gives back the statements that make them again: building
-- them at the end costs a third of keeping them row by row.
CREATE OR REPLACE FUNCTION example.take_off(tables regclass[]) RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item   record;
    remake text[] := '{}';
BEGIN
    FOR item IN
        SELECT c.conrelid::regclass AS tbl, c.conname, pg_get_constraintdef(c.oid) AS definition
        FROM pg_constraint AS c
        WHERE c.conrelid = ANY (tables) AND c.contype IN ('p', 'f', 'u')
        ORDER BY c.contype, c.conname -- foreign keys go first and come back last
    LOOP
        remake := format('ALTER TABLE %s ADD CONSTRAINT %I %s', item.tbl, item.conname, item.definition) || remake;
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', item.tbl, item.conname);
    END LOOP;
    FOR item IN
        SELECT i.indexrelid::regclass AS idx, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index AS i
        WHERE i.indrelid = ANY (tables)
        ORDER BY i.indexrelid::regclass::text
    LOOP
        remake := item.definition || remake;
        EXECUTE format('DROP INDEX %s', item.idx);
    END LOOP;
    RETURN remake;
END
$$;

-- Students place 0 .. persons - 1 are the pool's persons first, first + stride, first + 2 * stride ... round the pool.
-- Persons who are at the source already are left as they are.
CREATE OR REPLACE FUNCTION example.fill(
    institution int, persons int, results_per_person int, first int DEFAULT 0, stride int DEFAULT 1
) RETURNS TABLE (students int, results int, degrees int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off
SET client_min_messages = warning -- dropping a temporary table that is not there is no news
AS $$
#variable_conflict use_column
DECLARE
    available int := (SELECT count(*) FROM example.pool);
    today     date := (now() AT TIME ZONE 'Europe/Oslo')::date;
    numbers   int[] := example.answers_for(institution);
    remake    text[];
    statement text;
BEGIN
    IF available = 0 OR stride < 1 OR first < 0 OR persons > available / gcd(available, stride) THEN
        RAISE EXCEPTION 'example.pool has % persons: % of them cannot be chosen from % by steps of %',
            available, persons, first, stride;
    END IF;
    PERFORM example.add_courses(institution);

    -- Who studies here, from when, and how many results each has.
    DROP TABLE IF EXISTS pg_temp.example_student;
    CREATE TEMPORARY TABLE example_student ON COMMIT DROP AS
    SELECT s.seed, left(p.person_number, 6)::numeric(6) AS fodselsdato,
        right(p.person_number, 5)::numeric(5) AS personnr,
        p.given_name, p.family_name, 1996 + example.draw(s.seed, 10, 26) AS start,
        greatest(1, results_per_person - 2 + example.draw(s.seed, 11, 5)) AS results,
        example.draw(s.seed, 12, 4) = 0 AS graduate
    FROM (
        SELECT k, (first + k * stride::bigint) % available AS place, institution * 10000000::bigint + k AS seed
        FROM generate_series(0, persons - 1) AS k
    ) AS s
    JOIN (SELECT row_number() OVER (ORDER BY i) - 1 AS place, o.* FROM example.pool AS o) AS p
        ON p.place = s.place
    WHERE NOT EXISTS (
        SELECT FROM fs.person AS known
        WHERE known.fodselsdato = left(p.person_number, 6)::numeric
            AND known.personnr = right(p.person_number, 5)::numeric);
    students := (SELECT count(*) FROM example_student);

    INSERT INTO fs.person (fodselsdato, personnr, personlopenr, fornavn, etternavn)
    SELECT fodselsdato, personnr,
        (SELECT coalesce(max(personlopenr), 0) FROM fs.person) + row_number() OVER (ORDER BY seed),
        given_name, family_name
    FROM example_student;

    -- Two in three have consented at the source, under either spelling; some have refused, some changed their mind.
    INSERT INTO fs.personakseptanse (fodselsdato, personnr, akseptansetypekode, dato_svar, status_svar)
    SELECT fodselsdato, personnr, CASE WHEN lot % 5 = 0 THEN 'RESUTVEKSL' ELSE 'RESULTATUTVEKS' END,
        make_date(2014 + lot % 8, 8, 20), answer
    FROM (SELECT *, example.draw(seed, 20, 100) AS lot FROM example_student) AS s
    CROSS JOIN LATERAL (VALUES (CASE WHEN lot BETWEEN 66 AND 69 THEN 'N' ELSE 'J' END)) AS a (answer)
    WHERE lot < 70
    UNION ALL
    SELECT fodselsdato, personnr, CASE WHEN lot % 2 = 0 THEN 'RESUTVEKSL' ELSE 'RESULTATUTVEKS' END,
        DATE '2022-01-10', CASE WHEN lot > 67 THEN 'J' ELSE 'N' END
    FROM (SELECT *, example.draw(seed, 20, 100) AS lot FROM example_student) AS s
    WHERE lot BETWEEN 65 AND 68;

    remake := example.take_off(
        ARRAY['fs.studentvurdkombprotokoll', 'fs.oppnadd_grad_prot', 'fs.emne_i_grad_prot']::regclass[]);

    -- A student goes through the list of courses by a step of his own, four courses a year. One row in sixteen is
    -- another attempt at the course before it, a year later.
    DROP TABLE IF EXISTS pg_temp.example_row;
    CREATE TEMPORARY TABLE example_row ON COMMIT DROP AS
    WITH course AS MATERIALIZED (
        SELECT 5 * s.n + k.n AS n, e.institusjonsnr, e.emnekode, e.versjonskode, e.karregelkode, e.vektingstall,
            s.bokmal, s.english, k.thesis,
            least(m.merged_year - 1, CASE WHEN e.vekttypekode = 'VT' THEN 2002 END) AS until
        FROM example.subject AS s
        CROSS JOIN example.course_kind AS k
        JOIN fs.emne AS e ON e.emnekode = s.prefix || k.number AND e.versjonskode = '1'
            AND e.institusjonsnr = ANY (numbers)
        LEFT JOIN example.merger AS m ON m.institution = e.institusjonsnr
    ), step AS MATERIALIZED (
        SELECT s.seed, s.fodselsdato, s.personnr, s.start, s.graduate, j, s.seed * 256 + j AS lot,
            (example.draw(s.seed, 13, 200) + j * (ARRAY[1, 3, 7, 9, 11, 13, 17, 19])[1 + example.draw(s.seed, 14, 8)])
                % 200 AS n,
            (example.draw(s.seed, 13, 200)
                + (j - 1) * (ARRAY[1, 3, 7, 9, 11, 13, 17, 19])[1 + example.draw(s.seed, 14, 8)] + 200) % 200 AS before
        FROM example_student AS s
        CROSS JOIN LATERAL generate_series(0, s.results - 1) AS j
    )
    SELECT t.seed, t.graduate, t.lot, t.fodselsdato, t.personnr, c.institusjonsnr, c.emnekode, c.versjonskode,
        '1' AS vurdkombkode, c.karregelkode,
        least(t.start + t.j / 4, c.until, 2029) + again.yes::int AS arstall,
        CASE
            WHEN example.draw(t.lot, 31, 20) = 0 THEN (ARRAY['JAN', 'AUG', 'SOM'])[1 + example.draw(t.lot, 32, 3)]
            WHEN t.j % 4 < 2 THEN 'HØST'
            ELSE 'VÅR'
        END AS vurdtidkode,
        example.draw(t.lot, 33, 12) > 0 AS passed,
        CASE WHEN example.draw(t.lot, 34, 50) = 0 THEN 'N' ELSE 'J' END AS status_gyldig,
        CASE WHEN example.draw(t.lot, 35, 100) = 0 THEN 'J' ELSE 'N' END AS status_manuelt_ugyldig,
        CASE WHEN example.draw(t.lot, 36, 40) = 0 THEN round(c.vektingstall / 2, 1) END AS vektingstall_individuell,
        CASE WHEN c.thesis THEN format('%s i %s: en studie av %s tilfeller',
            (ARRAY['Endring', 'Kvalitet', 'Tilhørighet', 'Samhandling', 'Læring'])[1 + example.draw(t.lot, 38, 5)],
            c.bokmal, 10 + example.draw(t.lot, 37, 290)) END AS title,
        CASE WHEN c.thesis THEN format('%s in %s: a Study of %s Cases',
            (ARRAY['Change', 'Quality', 'Belonging', 'Collaboration', 'Learning'])[1 + example.draw(t.lot, 38, 5)],
            c.english, 10 + example.draw(t.lot, 37, 290)) END AS english_title
    FROM step AS t
    LEFT JOIN course AS b ON b.n = t.before
    CROSS JOIN LATERAL (
        SELECT t.j > 0 AND b.until IS NULL AND example.draw(t.lot, 30, 16) = 0 AS yes) AS again
    JOIN course AS c ON c.n = CASE WHEN again.yes THEN t.before ELSE t.n END;

    -- In the order in which an institution writes its protocol: by term and course, not by student.
    INSERT INTO fs.studentvurdkombprotokoll (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode,
        fodselsdato, personnr, karregelkode, karaktertall, vurdresstatkode, status_gyldig, status_manuelt_ugyldig,
        vektingstall_individuell, oppgavetittel_original, oppgavetittel_engelsk)
    SELECT r.institusjonsnr, r.emnekode, r.versjonskode, r.vurdkombkode, r.arstall, r.vurdtidkode, r.fodselsdato,
        r.personnr, r.karregelkode,
        CASE
            WHEN r.karregelkode IN (11, 20) THEN r.passed::int
            WHEN r.karregelkode = 1 THEN (CASE WHEN r.passed THEN 10 + example.draw(r.lot, 40, 31)
                ELSE 41 + example.draw(r.lot, 40, 20) END) / 10.0
            WHEN r.karregelkode IN (30, 31) THEN CASE WHEN NOT r.passed THEN 60
                WHEN r.karregelkode = 31 AND example.draw(r.lot, 41, 8) = 0 THEN 66
                ELSE 65 - example.draw(r.lot, 40, 5) END
            ELSE CASE WHEN NOT r.passed THEN 56
                WHEN r.karregelkode = 29 AND example.draw(r.lot, 41, 8) = 0 THEN 50
                ELSE 51 + example.draw(r.lot, 40, 5) END
        END,
        CASE WHEN r.passed THEN 'B' ELSE 'S' END, r.status_gyldig, r.status_manuelt_ugyldig,
        r.vektingstall_individuell, r.title, r.english_title
    FROM example_row AS r
    ORDER BY r.arstall, r.vurdtidkode COLLATE "C", r.institusjonsnr, r.emnekode COLLATE "C", r.lot;
    GET DIAGNOSTICS results = ROW_COUNT;

    -- One student in four has a degree. Most diplomas are handed out a month later; some date is missing, today or
    -- to come. A degree from before a merger is kept under the new number with the old one as the original.
    DROP TABLE IF EXISTS pg_temp.example_degree;
    CREATE TEMPORARY TABLE example_degree ON COMMIT DROP AS
    SELECT s.seed, s.fodselsdato, s.personnr, fill.institution AS institusjonsnr, g.gradkode, d.obtained,
        CASE WHEN d.obtained < make_date(m.merged_year, 1, 1) THEN m.institution END AS original,
        CASE
            WHEN d.lot = 0 THEN NULL
            WHEN d.lot = 1 THEN today
            WHEN d.lot = 2 THEN today + 30
            ELSE least(d.obtained + 30, today - 1)
        END AS handed_out,
        CASE WHEN example.draw(s.seed, 52, 60) = 0 THEN 'J' ELSE 'N' END AS invalid,
        row_number() OVER (ORDER BY s.seed) AS journalnr
    FROM example_student AS s
    CROSS JOIN LATERAL (
        SELECT example.draw(s.seed, 50, 20) AS lot,
            CASE WHEN example.draw(s.seed, 51, 3) = 0 THEN make_date(least(s.start + 3, 2023), 12, 18)
                ELSE make_date(least(s.start + 3, 2023), 6, 15) END AS obtained
    ) AS d
    JOIN (SELECT row_number() OVER (ORDER BY gradkode COLLATE "C") - 1 AS n, gradkode FROM fs.grad) AS g
        ON g.n = example.draw(s.seed, 53, (SELECT count(*)::int FROM fs.grad))
    LEFT JOIN example.merger AS m
        ON m.institution = numbers[1 + example.draw(s.seed, 54, cardinality(numbers))]
    WHERE s.graduate;

    INSERT INTO fs.oppnadd_grad_prot (institusjonsnr, gradkode, fodselsdato, personnr, dato_oppnaelse,
        institusjonsnr_original, dato_utlev_vitn, gradstatkode, status_manuelt_ugyldig, journalnr)
    SELECT institusjonsnr, gradkode, fodselsdato, personnr, obtained, original, handed_out, 'OPPN', invalid, journalnr
    FROM example_degree
    ORDER BY journalnr;
    GET DIAGNOSTICS degrees = ROW_COUNT;

    -- A degree is made of what had been passed and was valid by then.
    INSERT INTO fs.emne_i_grad_prot (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode, vurdkombkode,
        arstall, vurdtidkode, institusjonsnr_grad, gradkode, dato_oppnaelse)
    SELECT r.fodselsdato, r.personnr, r.institusjonsnr, r.emnekode, r.versjonskode, r.vurdkombkode, r.arstall,
        r.vurdtidkode, d.institusjonsnr, d.gradkode, d.obtained
    FROM example_row AS r
    JOIN example_degree AS d ON d.seed = r.seed
    WHERE r.graduate AND r.passed AND r.status_gyldig = 'J' AND r.status_manuelt_ugyldig = 'N'
        AND r.arstall < extract(year FROM d.obtained) AND example.draw(r.lot, 55, 5) > 0;

    FOREACH statement IN ARRAY remake LOOP
        EXECUTE statement;
    END LOOP;
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION example.fill(int, int, int, int, int) IS
    'Fills a source with students from example.pool, their courses, protocol rows, degrees and consents.';
