-- The register of institutions, the databases to ask, and the settings of this installation.

CREATE SCHEMA IF NOT EXISTS resutveksl;
COMMENT ON SCHEMA resutveksl IS 'Resultatutveksling: orders, what was fetched for them, and what happened on the way.';
REVOKE ALL ON SCHEMA resutveksl FROM PUBLIC;

CREATE TABLE resutveksl.institutions (
    institution integer PRIMARY KEY CHECK (institution BETWEEN 1 AND 99999999),
    acronym text NOT NULL,
    name text NOT NULL,
    name_english text,
    number_confirmed boolean NOT NULL DEFAULT false,
    merged_into integer REFERENCES resutveksl.institutions DEFERRABLE INITIALLY DEFERRED,
    merged_year integer CHECK (merged_year BETWEEN 1800 AND 2200),
    CHECK (merged_into <> institution)
);
COMMENT ON TABLE resutveksl.institutions IS 'An institution number (FS institusjonsnr), its names, and what it was merged into.';
COMMENT ON COLUMN resutveksl.institutions.number_confirmed IS 'false: the number is inferred, not confirmed by a public source.';

INSERT INTO resutveksl.institutions (institution, acronym, name, number_confirmed, merged_into, merged_year) VALUES
    (150, 'NIH', 'Norges idrettshøgskole', true, NULL, NULL),
    (158, 'BI', 'Handelshøyskolen BI', true, NULL, NULL),
    (178, 'NMH', 'Norges musikkhøgskole', true, NULL, NULL),
    (184, 'UiB', 'Universitetet i Bergen', true, NULL, NULL),
    (185, 'UiO', 'Universitetet i Oslo', true, NULL, NULL),
    (186, 'UiT', 'Universitetet i Tromsø – Norges arktiske universitet', true, NULL, NULL),
    (189, 'AHO', 'Arkitektur- og designhøgskolen i Oslo', true, NULL, NULL),
    (190, 'MF', 'MF vitenskapelig høyskole', true, NULL, NULL),
    (191, 'NHH', 'Norges handelshøyskole', true, NULL, NULL),
    (192, 'NMBU', 'Norges miljø- og biovitenskapelige universitet', true, NULL, NULL),
    (194, 'NTNU', 'Norges teknisk-naturvitenskapelige universitet', true, NULL, NULL),
    (195, 'UNIS', 'Universitetssenteret på Svalbard', true, NULL, NULL),
    (201, 'UiA', 'Universitetet i Agder', true, NULL, NULL),
    (202, 'HiAk', 'Høgskolen i Akershus', false, NULL, NULL),
    (203, 'HVL', 'Høgskulen på Vestlandet', true, NULL, NULL),
    (204, 'Nord', 'Nord universitet', true, NULL, NULL),
    (205, 'HiBu', 'Høgskolen i Buskerud', false, 222, 2016),
    (206, 'HiF', 'Høgskolen i Finnmark', false, NULL, NULL),
    (207, 'HiG', 'Høgskolen i Gjøvik', false, 194, 2016),
    (208, 'HiH', 'Høgskolen i Harstad', false, 186, 2016),
    (209, 'INN', 'Universitetet i Innlandet', true, NULL, NULL),
    (210, 'HiL', 'Høgskolen i Lillehammer', false, 209, 2017),
    (211, 'HiM', 'Høgskolen i Molde – vitenskapelig høgskole i logistikk', true, NULL, NULL),
    (212, 'HiN', 'Høgskolen i Narvik', false, 186, 2016),
    (213, 'HiNe', 'Høgskolen i Nesna', false, 204, 2016),
    (214, 'HiNT', 'Høgskolen i Nord-Trøndelag', true, 204, 2016),
    (215, 'OsloMet', 'OsloMet – storbyuniversitetet', true, NULL, NULL),
    (216, 'HiSF', 'Høgskulen i Sogn og Fjordane', true, 203, 2017),
    (217, 'UiS', 'Universitetet i Stavanger', true, NULL, NULL),
    (218, 'HSH', 'Høgskolen Stord/Haugesund', false, 203, 2017),
    (219, 'HiST', 'Høgskolen i Sør-Trøndelag', false, 194, 2016),
    (220, 'HiT', 'Høgskolen i Telemark', false, 222, 2016),
    (221, 'HiTø', 'Høgskolen i Tromsø', false, NULL, NULL),
    (222, 'USN', 'Universitetet i Sørøst-Norge', true, NULL, NULL),
    (223, 'HVO', 'Høgskulen i Volda', true, NULL, NULL),
    (224, 'HiØ', 'Høgskolen i Østfold', true, NULL, NULL),
    (225, 'HiÅ', 'Høgskolen i Ålesund', false, 194, 2016),
    (230, 'LDH', 'Lovisenberg diakonale høgskole', true, NULL, NULL),
    (231, 'SH', 'Samisk høgskole', true, NULL, NULL),
    (233, 'PHS', 'Politihøgskolen', true, NULL, NULL),
    (251, 'VID', 'VID vitenskapelige høgskole', true, NULL, NULL),
    (253, 'DMMH', 'Dronning Mauds Minne Høgskole', true, NULL, NULL),
    (254, 'NLA', 'NLA Høgskolen', true, NULL, NULL),
    (255, 'AHS', 'Ansgar høyskole', true, NULL, NULL),
    (258, 'FIH', 'Fjellhaug Internasjonale Høgskole', true, NULL, NULL),
    (259, 'NOROFF', 'Noroff University College', true, NULL, NULL),
    (260, 'KHiO', 'Kunsthøgskolen i Oslo', true, NULL, NULL);

-- One row: what SQL needs to know. What only a worker needs (limits, log level) is the worker's configuration.
CREATE TABLE resutveksl.settings (
    is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
    own_institution integer REFERENCES resutveksl.institutions,
    time_zone text NOT NULL DEFAULT 'Europe/Oslo',
    due_horizon interval NOT NULL DEFAULT '15 minutes'
        CHECK (due_horizon BETWEEN interval '0' AND interval '6 hours'),
    attempt_days integer NOT NULL DEFAULT 14 CHECK (attempt_days BETWEEN 1 AND 366),
    -- An unknown zone makes this expression fail with PostgreSQL's own sentence.
    CHECK (timestamptz '2000-01-01 00:00:00+00' AT TIME ZONE time_zone IS NOT NULL)
);
INSERT INTO resutveksl.settings DEFAULT VALUES;
COMMENT ON TABLE resutveksl.settings IS 'Settings of this installation: one row, changed by UPDATE or `resutveksl setting set`.';
COMMENT ON COLUMN resutveksl.settings.own_institution IS 'The ordering institution: it is never asked. Must be set before the first run.';
COMMENT ON COLUMN resutveksl.settings.time_zone IS 'In which "the same time the next day" is told.';
COMMENT ON COLUMN resutveksl.settings.due_horizon IS 'A run takes what is due within this time, because timers jitter.';
COMMENT ON COLUMN resutveksl.settings.attempt_days IS 'Days after the first failure at a source until the transfer is given up.';

CREATE TABLE resutveksl.sources (
    source integer PRIMARY KEY REFERENCES resutveksl.institutions,
    conninfo text NOT NULL
        CONSTRAINT sources_conninfo_has_no_password CHECK (
            conninfo !~* '(^|[\s?&])(ssl)?password\s*='
            AND conninfo !~* '^postgres(ql)?://[^/@]*:[^/@]*@'),
    is_active boolean NOT NULL DEFAULT true,
    set_size integer NOT NULL DEFAULT 500 CHECK (set_size BETWEEN 1 AND 10000),
    connect_timeout interval NOT NULL DEFAULT '10 seconds'
        CHECK (connect_timeout BETWEEN interval '100 milliseconds' AND interval '5 minutes'),
    statement_timeout interval NOT NULL DEFAULT '60 seconds'
        CHECK (statement_timeout BETWEEN interval '100 milliseconds' AND interval '1 hour'),
    paused_until timestamptz,
    pause_reason text,
    is_consent_required boolean NOT NULL DEFAULT true,
    consent_rule_from date,
    legal_basis text NOT NULL DEFAULT 'consent'
);
COMMENT ON TABLE resutveksl.sources IS 'A database to ask, under the number of the institution it belongs to.';
COMMENT ON COLUMN resutveksl.sources.conninfo IS 'libpq connection string without a password; service=NAME is preferred.';
COMMENT ON COLUMN resutveksl.sources.set_size IS 'Persons per question.';
COMMENT ON COLUMN resutveksl.sources.connect_timeout IS 'For each address of the host.';
COMMENT ON COLUMN resutveksl.sources.is_consent_required IS
    'The routine of 2014 (edited 2022) rests on consent; later legal assessments differ. An explicit N always stops.';
COMMENT ON COLUMN resutveksl.sources.consent_rule_from IS
    'From this day on is_consent_required applies as it stands; before it consent is required. NULL: always.';
COMMENT ON COLUMN resutveksl.sources.legal_basis IS 'Basis that is named to the source where consent is not required.';

CREATE FUNCTION resutveksl.refuse_own_institution() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.source = (SELECT own_institution FROM resutveksl.settings) THEN
        RAISE EXCEPTION 'institution % is the ordering institution itself and is never asked', NEW.source
            USING ERRCODE = 'check_violation', HINT = 'Its own results stand in its own database already.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sources_are_others BEFORE INSERT OR UPDATE OF source ON resutveksl.sources
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_own_institution();

-- The institution numbers that a source may answer for: its own, and everything merged into it, at any depth.
CREATE VIEW resutveksl.source_institutions AS
WITH RECURSIVE reached (source, institution) AS (
    SELECT source, source FROM resutveksl.sources
    UNION
    SELECT r.source, i.institution FROM reached r JOIN resutveksl.institutions i ON i.merged_into = r.institution
)
SELECT source, institution FROM reached;
COMMENT ON VIEW resutveksl.source_institutions IS 'Which institutions'' results a source may answer with.';
