-- The two test persons of the routine, with the one result each that is to be fetched.
--
-- Their person numbers are S-numbers: national temporary numbers for foreign applicants (month + 50).

CREATE SCHEMA IF NOT EXISTS example;

CREATE OR REPLACE FUNCTION example.add_test_person(
    fodselsdato numeric, personnr numeric, fornavn text, etternavn text, dato_fodt date,
    institution int, emnekode text, bokmal text, nynorsk text, english text, credits numeric,
    arstall int, vurdtidkode text, karaktertall numeric
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO fs.institusjon (institusjonsnr, institusjonsnavn_bokmal)
    VALUES (institution, 'Institusjon ' || institution)
    ON CONFLICT DO NOTHING;

    INSERT INTO fs.person (fodselsdato, personnr, personlopenr, fornavn, etternavn, dato_fodt)
    SELECT add_test_person.fodselsdato, add_test_person.personnr, coalesce(max(p.personlopenr), 0) + 1,
        add_test_person.fornavn, add_test_person.etternavn, add_test_person.dato_fodt
    FROM fs.person AS p
    ON CONFLICT DO NOTHING;

    INSERT INTO fs.emne (institusjonsnr, emnekode, versjonskode, emnenavn_bokmal, emnenavn_nynorsk, emnenavn_engelsk,
        vektingstall, vekttypekode, karregelkode, nuskode)
    VALUES (institution, add_test_person.emnekode, '1', bokmal, nynorsk, english, credits, 'SP', 30, '619999')
    ON CONFLICT DO NOTHING;

    INSERT INTO fs.studentvurdkombprotokoll (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall,
        vurdtidkode, fodselsdato, personnr, karregelkode, karaktertall, vurdresstatkode)
    VALUES (institution, add_test_person.emnekode, '1', '1', add_test_person.arstall, add_test_person.vurdtidkode,
        add_test_person.fodselsdato, add_test_person.personnr, 30, add_test_person.karaktertall, 'B')
    ON CONFLICT DO NOTHING;
END
$$;

-- 015361 12185, stored as 15361 and 12185: the number that shows whether leading zeros survive.
CREATE OR REPLACE FUNCTION example.add_test_person_1() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    SELECT example.add_test_person(15361, 12185, 'Testperson1', 'Resultatutveksling', DATE '1961-03-01',
        216, 'RES-100', 'Resultatutveksling, innføring', 'Resultatutveksling, innføring',
        'Exchange of Results, Introduction', 10, 2014, 'HØST', 64);
$$;

COMMENT ON FUNCTION example.add_test_person_1() IS
    'Testperson1: RES-100 at 216 Høgskulen i Sogn og Fjordane, passed with B.';

CREATE OR REPLACE FUNCTION example.add_test_person_2() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    SELECT example.add_test_person(195883, 12510, 'Testperson2', 'Resultatutveksling', DATE '1983-08-19',
        214, 'RES-OAL', 'Resultatutveksling, opptak og lån', 'Resultatutveksling, opptak og lån',
        'Exchange of Results, Admission and Loans', 7.5, 2014, 'VÅR', 63);
$$;

COMMENT ON FUNCTION example.add_test_person_2() IS
    'Testperson2: RES-OAL at 214 Høgskolen i Nord-Trøndelag, passed with C.';
