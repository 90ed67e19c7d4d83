-- An FS-shaped source database, for development, demonstration and tests.
--
-- FS itself runs on Oracle and its data model is not public as a whole. The tables below carry FS's own names where
-- they are known; what is inferred says so. No constraint here is a rule of the contract: the contract reads these
-- tables as it finds them.

CREATE SCHEMA fs;
COMMENT ON SCHEMA fs IS 'Student data in the shape of Felles studentsystem (FS).';

-- Institutions -------------------------------------------------------------------------------------------------------

CREATE TABLE fs.institusjon (
    institusjonsnr           NUMERIC(8) PRIMARY KEY,
    institusjon_akronym      VARCHAR(10),
    institusjonsnavn_bokmal  VARCHAR(120) NOT NULL,
    institusjonsnavn_engelsk VARCHAR(120),
    status_aktiv             CHAR(1) NOT NULL DEFAULT 'J' CHECK (status_aktiv IN ('J', 'N'))
);

-- Persons ------------------------------------------------------------------------------------------------------------
-- fodselsdato and personnr are numbers, as in FS: 015361 12185 is stored as 15361 and 12185.

CREATE TABLE fs.person (
    fodselsdato  NUMERIC(6) NOT NULL,
    personnr     NUMERIC(5) NOT NULL,
    personlopenr NUMERIC(8) NOT NULL UNIQUE,
    fornavn      VARCHAR(50) NOT NULL,
    etternavn    VARCHAR(50) NOT NULL,
    dato_fodt    DATE,
    PRIMARY KEY (fodselsdato, personnr)
);

CREATE TABLE fs.fnr_endring (
    fodselsdato_naverende NUMERIC(6) NOT NULL,
    personnr_naverende    NUMERIC(5) NOT NULL,
    fodselsdato_tidligere NUMERIC(6) NOT NULL,
    personnr_tidligere    NUMERIC(5) NOT NULL,
    dato_foretatt         DATE NOT NULL,
    PRIMARY KEY (fodselsdato_naverende, personnr_naverende, fodselsdato_tidligere, personnr_tidligere)
);

CREATE TABLE fs.akseptansetype (
    akseptansetypekode        VARCHAR(15) PRIMARY KEY,
    status_aktiv              CHAR(1) NOT NULL DEFAULT 'J' CHECK (status_aktiv IN ('J', 'N')),
    sekvensnr_semreg          NUMERIC(3), -- inferred
    sekvensnr_studentwebmodul NUMERIC(3)  -- inferred
);

-- That a person can have several answers of one type is inferred from the routine's "the newest".
CREATE TABLE fs.personakseptanse (
    fodselsdato        NUMERIC(6) NOT NULL,
    personnr           NUMERIC(5) NOT NULL,
    akseptansetypekode VARCHAR(15) NOT NULL REFERENCES fs.akseptansetype,
    dato_svar          DATE NOT NULL,
    status_svar        CHAR(1) CHECK (status_svar IN ('J', 'N')),
    PRIMARY KEY (fodselsdato, personnr, akseptansetypekode, dato_svar),
    FOREIGN KEY (fodselsdato, personnr) REFERENCES fs.person ON UPDATE CASCADE
);

-- Grades -------------------------------------------------------------------------------------------------------------
-- The three bounds of a rule are known to exist; their column names are inferred. "Best" is the outermost passing
-- value: rule 31 has Bestått = 66 beyond A = 65.

CREATE TABLE fs.karakterregel (
    karregelkode                   NUMERIC(3) PRIMARY KEY,
    karregelnavn                   VARCHAR(80) NOT NULL,
    karaktertall_beste             NUMERIC(4, 1) NOT NULL,
    karaktertall_darligste_bestatt NUMERIC(4, 1) NOT NULL,
    karaktertall_darligste         NUMERIC(4, 1) NOT NULL
);

CREATE TABLE fs.tallkarakter (
    karregelkode         NUMERIC(3) NOT NULL REFERENCES fs.karakterregel,
    karaktertall         NUMERIC(4, 1) NOT NULL,
    karakternavn         VARCHAR(20) NOT NULL,
    karakternavn_nynorsk VARCHAR(20),
    karakternavn_engelsk VARCHAR(20),
    PRIMARY KEY (karregelkode, karaktertall)
);

-- Courses ------------------------------------------------------------------------------------------------------------

CREATE TABLE fs.vurderingstid (
    arstall              NUMERIC(4) NOT NULL,
    vurdtidkode          VARCHAR(4) NOT NULL,
    arstall_gjelder_i    NUMERIC(4) NOT NULL,
    terminkode_gjelder_i VARCHAR(4) NOT NULL CHECK (terminkode_gjelder_i IN ('VÅR', 'SOM', 'HØST')),
    PRIMARY KEY (arstall, vurdtidkode)
);

CREATE TABLE fs.emne (
    institusjonsnr         NUMERIC(8) NOT NULL REFERENCES fs.institusjon,
    emnekode               VARCHAR(12) NOT NULL,
    versjonskode           VARCHAR(3) NOT NULL,
    emnenavn_bokmal        VARCHAR(240) NOT NULL,
    emnenavn_nynorsk       VARCHAR(240),
    emnenavn_engelsk       VARCHAR(240),
    vektingstall           NUMERIC(5, 2),
    vekttypekode           VARCHAR(4), -- SP studiepoeng, VT vekttall
    karregelkode           NUMERIC(3) REFERENCES fs.karakterregel,
    nuskode                VARCHAR(6),
    status_er_hovedoppgave CHAR(1) NOT NULL DEFAULT 'N' CHECK (status_er_hovedoppgave IN ('J', 'N')),
    PRIMARY KEY (institusjonsnr, emnekode, versjonskode)
);

-- The name of the table with the courses' information texts is inferred.
CREATE TABLE fs.emne_infotekst (
    institusjonsnr NUMERIC(8) NOT NULL,
    emnekode       VARCHAR(12) NOT NULL,
    versjonskode   VARCHAR(3) NOT NULL,
    infotypekode   VARCHAR(12) NOT NULL,
    sprakkode      VARCHAR(12) NOT NULL,
    arstall_fra    NUMERIC(4) NOT NULL,
    terminkode_fra VARCHAR(4) NOT NULL CHECK (terminkode_fra IN ('VÅR', 'SOM', 'HØST')),
    arstall_til    NUMERIC(4),
    terminkode_til VARCHAR(4) CHECK (terminkode_til IN ('VÅR', 'SOM', 'HØST')),
    infotekst      TEXT,
    PRIMARY KEY (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode, arstall_fra, terminkode_fra),
    FOREIGN KEY (institusjonsnr, emnekode, versjonskode) REFERENCES fs.emne ON UPDATE CASCADE
);

-- The protocols ------------------------------------------------------------------------------------------------------

CREATE TABLE fs.studentvurdkombprotokoll (
    institusjonsnr           NUMERIC(8) NOT NULL,
    emnekode                 VARCHAR(12) NOT NULL,
    versjonskode             VARCHAR(3) NOT NULL,
    vurdkombkode             VARCHAR(8) NOT NULL,
    arstall                  NUMERIC(4) NOT NULL,
    vurdtidkode              VARCHAR(4) NOT NULL,
    fodselsdato              NUMERIC(6) NOT NULL,
    personnr                 NUMERIC(5) NOT NULL,
    karregelkode             NUMERIC(3),
    karaktertall             NUMERIC(4, 1),
    vurdresstatkode          VARCHAR(4),
    status_gyldig            CHAR(1) NOT NULL DEFAULT 'J' CHECK (status_gyldig IN ('J', 'N')),
    status_manuelt_ugyldig   CHAR(1) DEFAULT 'N' CHECK (status_manuelt_ugyldig IN ('J', 'N')),
    vektingstall_individuell NUMERIC(5, 2),
    oppgavetittel_original   VARCHAR(500),
    oppgavetittel_engelsk    VARCHAR(500), -- the name of the English column is inferred
    CONSTRAINT studentvurdkombprotokoll_pkey PRIMARY KEY
        (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode, fodselsdato, personnr),
    CONSTRAINT studentvurdkombprotokoll_emne_fkey
        FOREIGN KEY (institusjonsnr, emnekode, versjonskode) REFERENCES fs.emne ON UPDATE CASCADE,
    CONSTRAINT studentvurdkombprotokoll_vurderingstid_fkey
        FOREIGN KEY (arstall, vurdtidkode) REFERENCES fs.vurderingstid,
    CONSTRAINT studentvurdkombprotokoll_person_fkey
        FOREIGN KEY (fodselsdato, personnr) REFERENCES fs.person ON UPDATE CASCADE,
    CONSTRAINT studentvurdkombprotokoll_karakterregel_fkey
        FOREIGN KEY (karregelkode) REFERENCES fs.karakterregel
);

CREATE TABLE fs.grad (
    gradkode          VARCHAR(12) PRIMARY KEY,
    gradnavn_hankjonn VARCHAR(120) NOT NULL,
    gradnavn_hunkjonn VARCHAR(120),
    gradnavn_engelsk  VARCHAR(120),
    nuskode           VARCHAR(6),
    studienivakode    NUMERIC(3)
);

CREATE TABLE fs.oppnadd_grad_prot (
    institusjonsnr          NUMERIC(8) NOT NULL REFERENCES fs.institusjon,
    gradkode                VARCHAR(12) NOT NULL REFERENCES fs.grad,
    fodselsdato             NUMERIC(6) NOT NULL,
    personnr                NUMERIC(5) NOT NULL,
    dato_oppnaelse          DATE NOT NULL,
    institusjonsnr_original NUMERIC(8) REFERENCES fs.institusjon,
    dato_utlev_vitn         DATE,
    gradstatkode            VARCHAR(4),
    status_manuelt_ugyldig  CHAR(1) DEFAULT 'N' CHECK (status_manuelt_ugyldig IN ('J', 'N')),
    journalnr               NUMERIC(10),
    CONSTRAINT oppnadd_grad_prot_pkey PRIMARY KEY (fodselsdato, personnr, institusjonsnr, gradkode, dato_oppnaelse),
    CONSTRAINT oppnadd_grad_prot_person_fkey
        FOREIGN KEY (fodselsdato, personnr) REFERENCES fs.person ON UPDATE CASCADE
);

-- Which protocol rows are part of which degree. FS has the link; this table, its name and its columns are inferred.
-- The person and the course's columns come first, because the question is always "what is this row part of".
CREATE TABLE fs.emne_i_grad_prot (
    fodselsdato         NUMERIC(6) NOT NULL,
    personnr            NUMERIC(5) NOT NULL,
    institusjonsnr      NUMERIC(8) NOT NULL,
    emnekode            VARCHAR(12) NOT NULL,
    versjonskode        VARCHAR(3) NOT NULL,
    vurdkombkode        VARCHAR(8) NOT NULL,
    arstall             NUMERIC(4) NOT NULL,
    vurdtidkode         VARCHAR(4) NOT NULL,
    institusjonsnr_grad NUMERIC(8) NOT NULL,
    gradkode            VARCHAR(12) NOT NULL,
    dato_oppnaelse      DATE NOT NULL,
    CONSTRAINT emne_i_grad_prot_pkey PRIMARY KEY
        (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode,
         institusjonsnr_grad, gradkode, dato_oppnaelse),
    CONSTRAINT emne_i_grad_prot_emne_fkey
        FOREIGN KEY (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode, fodselsdato, personnr)
        REFERENCES fs.studentvurdkombprotokoll ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT emne_i_grad_prot_grad_fkey
        FOREIGN KEY (fodselsdato, personnr, institusjonsnr_grad, gradkode, dato_oppnaelse)
        REFERENCES fs.oppnadd_grad_prot ON UPDATE CASCADE ON DELETE CASCADE
);

-- Modules ------------------------------------------------------------------------------------------------------------
-- The screen WebApplikasjon - Modulvalg is known; the names of its tables are inferred.

CREATE TABLE fs.modulvalg (
    modulkode    VARCHAR(20) PRIMARY KEY,
    modulnavn    VARCHAR(80),
    status_aktiv CHAR(1) NOT NULL DEFAULT 'N' CHECK (status_aktiv IN ('J', 'N'))
);

CREATE TABLE fs.modulvalg_egenskap (
    modulkode    VARCHAR(20) NOT NULL REFERENCES fs.modulvalg,
    egenskapkode VARCHAR(20) NOT NULL,
    status_aktiv CHAR(1) NOT NULL DEFAULT 'N' CHECK (status_aktiv IN ('J', 'N')),
    PRIMARY KEY (modulkode, egenskapkode)
);

-- Reference data -----------------------------------------------------------------------------------------------------

INSERT INTO fs.institusjon
    (institusjonsnr, institusjon_akronym, institusjonsnavn_bokmal, institusjonsnavn_engelsk, status_aktiv)
VALUES
    (150, 'NIH', 'Norges idrettshøgskole', NULL, 'J'),
    (158, 'BI', 'Handelshøyskolen BI', NULL, 'J'),
    (178, 'NMH', 'Norges musikkhøgskole', NULL, 'J'),
    (184, 'UiB', 'Universitetet i Bergen', NULL, 'J'),
    (185, 'UiO', 'Universitetet i Oslo', NULL, 'J'),
    (186, 'UiT', 'Universitetet i Tromsø – Norges arktiske universitet', NULL, 'J'),
    (189, 'AHO', 'Arkitektur- og designhøgskolen i Oslo', NULL, 'J'),
    (190, 'MF', 'MF vitenskapelig høyskole', NULL, 'J'),
    (191, 'NHH', 'Norges handelshøyskole', NULL, 'J'),
    (192, 'NMBU', 'Norges miljø- og biovitenskapelige universitet', NULL, 'J'),
    (194, 'NTNU', 'Norges teknisk-naturvitenskapelige universitet', NULL, 'J'),
    (195, 'UNIS', 'Universitetssenteret på Svalbard', NULL, 'J'),
    (201, 'UiA', 'Universitetet i Agder', NULL, 'J'),
    (202, 'HiAk', 'Høgskolen i Akershus', NULL, 'J'),
    (203, 'HVL', 'Høgskulen på Vestlandet', NULL, 'J'),
    (204, 'Nord', 'Nord universitet', NULL, 'J'),
    (205, 'HiBu', 'Høgskolen i Buskerud', NULL, 'N'),
    (206, 'HiF', 'Høgskolen i Finnmark', NULL, 'J'),
    (207, 'HiG', 'Høgskolen i Gjøvik', NULL, 'N'),
    (208, 'HiH', 'Høgskolen i Harstad', NULL, 'N'),
    (209, 'INN', 'Universitetet i Innlandet', NULL, 'J'),
    (210, 'HiL', 'Høgskolen i Lillehammer', NULL, 'N'),
    (211, 'HiM', 'Høgskolen i Molde – vitenskapelig høgskole i logistikk', NULL, 'J'),
    (212, 'HiN', 'Høgskolen i Narvik', NULL, 'N'),
    (213, 'HiNe', 'Høgskolen i Nesna', NULL, 'N'),
    (214, 'HiNT', 'Høgskolen i Nord-Trøndelag', NULL, 'N'),
    (215, 'OsloMet', 'OsloMet – storbyuniversitetet', NULL, 'J'),
    (216, 'HiSF', 'Høgskulen i Sogn og Fjordane', NULL, 'N'),
    (217, 'UiS', 'Universitetet i Stavanger', NULL, 'J'),
    (218, 'HSH', 'Høgskolen Stord/Haugesund', NULL, 'N'),
    (219, 'HiST', 'Høgskolen i Sør-Trøndelag', NULL, 'N'),
    (220, 'HiT', 'Høgskolen i Telemark', NULL, 'N'),
    (221, 'HiTø', 'Høgskolen i Tromsø', NULL, 'J'),
    (222, 'USN', 'Universitetet i Sørøst-Norge', NULL, 'J'),
    (223, 'HVO', 'Høgskulen i Volda', NULL, 'J'),
    (224, 'HiØ', 'Høgskolen i Østfold', NULL, 'J'),
    (225, 'HiÅ', 'Høgskolen i Ålesund', NULL, 'N'),
    (230, 'LDH', 'Lovisenberg diakonale høgskole', NULL, 'J'),
    (231, 'SH', 'Samisk høgskole', NULL, 'J'),
    (233, 'PHS', 'Politihøgskolen', NULL, 'J'),
    (251, 'VID', 'VID vitenskapelige høgskole', NULL, 'J'),
    (253, 'DMMH', 'Dronning Mauds Minne Høgskole', NULL, 'J'),
    (254, 'NLA', 'NLA Høgskolen', NULL, 'J'),
    (255, 'AHS', 'Ansgar høyskole', NULL, 'J'),
    (258, 'FIH', 'Fjellhaug Internasjonale Høgskole', NULL, 'J'),
    (259, 'NOROFF', 'Noroff University College', NULL, 'J'),
    (260, 'KHiO', 'Kunsthøgskolen i Oslo', NULL, 'J');

-- Rules 28 to 31 are FS's; the codes 1, 11 and 20, and the numbers behind passed and failed, are inferred.
INSERT INTO fs.karakterregel
    (karregelkode, karregelnavn, karaktertall_beste, karaktertall_darligste_bestatt, karaktertall_darligste)
VALUES
    (1, 'Tallkarakterer 1,0-6,0', 1.0, 4.0, 6.0),
    (11, 'Bestått/Ikke bestått', 1, 1, 0),
    (20, 'Godkjent/Ikke godkjent', 1, 1, 0),
    (28, 'A-E og F, stigende tall', 51, 55, 56),
    (29, 'A-E og F eller Bestått, stigende tall', 50, 55, 56),
    (30, 'A-E og F', 65, 61, 60),
    (31, 'A-E og F eller Bestått', 66, 61, 60);

INSERT INTO fs.tallkarakter (karregelkode, karaktertall, karakternavn, karakternavn_nynorsk, karakternavn_engelsk)
SELECT 1, tenth / 10.0, name, name, name
FROM (SELECT tenth, tenth / 10 || '.' || tenth % 10 AS name FROM generate_series(10, 60) AS tenth) AS grades
UNION ALL
SELECT rule, CASE WHEN rule < 30 THEN 50 + place ELSE 66 - place END, letter, letter, letter
FROM unnest(ARRAY[28, 29, 30, 31]) AS rule
CROSS JOIN (VALUES (1, 'A'), (2, 'B'), (3, 'C'), (4, 'D'), (5, 'E'), (6, 'F')) AS letters (place, letter)
UNION ALL
VALUES
    (29, 50, 'Bestått', 'Greidd', 'Passed'),
    (31, 66, 'Bestått', 'Greidd', 'Passed'),
    (11, 1, 'Bestått', 'Greidd', 'Passed'),
    (11, 0, 'Ikke bestått', 'Ikkje greidd', 'Failed'),
    (20, 1, 'Godkjent', 'Godkjend', 'Approved'),
    (20, 0, 'Ikke godkjent', 'Ikkje godkjend', 'Not approved');

-- JAN and AUG are deferred examinations (codes inferred): held in one term, they count in the term before.
INSERT INTO fs.vurderingstid (arstall, vurdtidkode, arstall_gjelder_i, terminkode_gjelder_i)
SELECT year, code, year + shift, term
FROM generate_series(1990, 2030) AS year
CROSS JOIN (VALUES ('VÅR', 0, 'VÅR'), ('SOM', 0, 'SOM'), ('HØST', 0, 'HØST'), ('JAN', -1, 'HØST'), ('AUG', 0, 'VÅR'))
    AS times (code, shift, term);

-- FS uses both spellings: one for the type as it is set up, one for the answer as it shows.
INSERT INTO fs.akseptansetype (akseptansetypekode, status_aktiv, sekvensnr_semreg, sekvensnr_studentwebmodul)
VALUES ('RESUTVEKSL', 'J', 10, 10), ('RESULTATUTVEKS', 'J', NULL, NULL);

INSERT INTO fs.modulvalg (modulkode, modulnavn, status_aktiv)
VALUES ('RESUTVEKSL', 'Resultatutveksling', 'J');

INSERT INTO fs.modulvalg_egenskap (modulkode, egenskapkode, status_aktiv)
VALUES ('RESUTVEKSL', 'RESERVER', 'N');

INSERT INTO fs.grad (gradkode, gradnavn_hankjonn, gradnavn_hunkjonn, gradnavn_engelsk, nuskode, studienivakode)
VALUES
    ('HK', 'Høgskolekandidat', 'Høgskolekandidat', 'University College Graduate', '599901', 180),
    ('BACHELOR', 'Bachelor', 'Bachelor', 'Bachelor', '699901', 180),
    ('BA-SYKEPL', 'Bachelor i sykepleie', 'Bachelor i sykepleie', 'Bachelor of Nursing', '661101', 180),
    ('BA-INGFAG', 'Bachelor i ingeniørfag', 'Bachelor i ingeniørfag', 'Bachelor of Engineering', '655901', 180),
    ('BA-ØKADM', 'Bachelor i økonomi og administrasjon', 'Bachelor i økonomi og administrasjon',
        'Bachelor of Economics and Business Administration', '641102', 180),
    ('CANDMAG', 'Candidatus magisterii', 'Candidata magisterii', 'Candidatus magisterii', '699902', 180),
    ('ALU', 'Allmennlærer', 'Allmennlærer', 'General Teacher', '621102', 180),
    ('MASTER', 'Master', 'Master', 'Master', '799901', 500),
    ('M-LEKTOR', 'Master i lektorutdanning', 'Master i lektorutdanning', 'Master of Teacher Education', '721101', 500),
    ('SIVING', 'Sivilingeniør', 'Sivilingeniør', 'Master of Science in Engineering', '755901', 500);
