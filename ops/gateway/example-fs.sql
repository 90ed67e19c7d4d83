-- The FS-shaped tables in MariaDB, standing in for FS's own database on Oracle: the tables that the contract reads. As in
-- Oracle a date has a time of day, and the protocol's key does not begin with a person. For trials and tests.

CREATE TABLE person (
    fodselsdato  DECIMAL(6) NOT NULL,
    personnr     DECIMAL(5) NOT NULL,
    personlopenr DECIMAL(8) NOT NULL UNIQUE,
    fornavn      VARCHAR(50) NOT NULL,
    etternavn    VARCHAR(50) NOT NULL,
    dato_fodt    DATETIME,
    PRIMARY KEY (fodselsdato, personnr)
);

CREATE TABLE akseptansetype (
    akseptansetypekode        VARCHAR(15) PRIMARY KEY,
    status_aktiv              CHAR(1) NOT NULL DEFAULT 'J',
    sekvensnr_semreg          DECIMAL(3),
    sekvensnr_studentwebmodul DECIMAL(3)
);

CREATE TABLE personakseptanse (
    fodselsdato        DECIMAL(6) NOT NULL,
    personnr           DECIMAL(5) NOT NULL,
    akseptansetypekode VARCHAR(15) NOT NULL,
    dato_svar          DATETIME NOT NULL,
    status_svar        CHAR(1),
    PRIMARY KEY (fodselsdato, personnr, akseptansetypekode, dato_svar)
);

CREATE TABLE karakterregel (
    karregelkode                   DECIMAL(3) PRIMARY KEY,
    karregelnavn                   VARCHAR(80) NOT NULL,
    karaktertall_beste             DECIMAL(4, 1) NOT NULL,
    karaktertall_darligste_bestatt DECIMAL(4, 1) NOT NULL,
    karaktertall_darligste         DECIMAL(4, 1) NOT NULL
);

CREATE TABLE tallkarakter (
    karregelkode         DECIMAL(3) NOT NULL,
    karaktertall         DECIMAL(4, 1) NOT NULL,
    karakternavn         VARCHAR(20) NOT NULL,
    karakternavn_nynorsk VARCHAR(20),
    karakternavn_engelsk VARCHAR(20),
    PRIMARY KEY (karregelkode, karaktertall)
);

CREATE TABLE vurderingstid (
    arstall              DECIMAL(4) NOT NULL,
    vurdtidkode          VARCHAR(4) NOT NULL,
    arstall_gjelder_i    DECIMAL(4) NOT NULL,
    terminkode_gjelder_i VARCHAR(4) NOT NULL,
    PRIMARY KEY (arstall, vurdtidkode)
);

CREATE TABLE emne (
    institusjonsnr         DECIMAL(8) NOT NULL,
    emnekode               VARCHAR(12) NOT NULL,
    versjonskode           VARCHAR(3) NOT NULL,
    emnenavn_bokmal        VARCHAR(240) NOT NULL,
    emnenavn_nynorsk       VARCHAR(240),
    emnenavn_engelsk       VARCHAR(240),
    vektingstall           DECIMAL(5, 2),
    vekttypekode           VARCHAR(4),
    karregelkode           DECIMAL(3),
    nuskode                VARCHAR(6),
    status_er_hovedoppgave CHAR(1) NOT NULL DEFAULT 'N',
    PRIMARY KEY (institusjonsnr, emnekode, versjonskode)
);

CREATE TABLE emne_infotekst (
    institusjonsnr DECIMAL(8) NOT NULL,
    emnekode       VARCHAR(12) NOT NULL,
    versjonskode   VARCHAR(3) NOT NULL,
    infotypekode   VARCHAR(12) NOT NULL,
    sprakkode      VARCHAR(12) NOT NULL,
    arstall_fra    DECIMAL(4) NOT NULL,
    terminkode_fra VARCHAR(4) NOT NULL,
    arstall_til    DECIMAL(4),
    terminkode_til VARCHAR(4),
    infotekst      LONGTEXT,
    PRIMARY KEY (institusjonsnr, emnekode, versjonskode, infotypekode, sprakkode, arstall_fra, terminkode_fra)
);

CREATE TABLE studentvurdkombprotokoll (
    institusjonsnr           DECIMAL(8) NOT NULL,
    emnekode                 VARCHAR(12) NOT NULL,
    versjonskode             VARCHAR(3) NOT NULL,
    vurdkombkode             VARCHAR(8) NOT NULL,
    arstall                  DECIMAL(4) NOT NULL,
    vurdtidkode              VARCHAR(4) NOT NULL,
    fodselsdato              DECIMAL(6) NOT NULL,
    personnr                 DECIMAL(5) NOT NULL,
    karregelkode             DECIMAL(3),
    karaktertall             DECIMAL(4, 1),
    vurdresstatkode          VARCHAR(4),
    status_gyldig            CHAR(1) NOT NULL DEFAULT 'J',
    status_manuelt_ugyldig   CHAR(1) DEFAULT 'N',
    vektingstall_individuell DECIMAL(5, 2),
    oppgavetittel_original   VARCHAR(500),
    oppgavetittel_engelsk    VARCHAR(500),
    PRIMARY KEY
        (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode, fodselsdato, personnr),
    -- What the gateway needs of FS: an index that begins with the person.
    KEY studentvurdkombprotokoll_person (fodselsdato, personnr)
);

CREATE TABLE grad (
    gradkode          VARCHAR(12) PRIMARY KEY,
    gradnavn_hankjonn VARCHAR(120) NOT NULL,
    gradnavn_hunkjonn VARCHAR(120),
    gradnavn_engelsk  VARCHAR(120),
    nuskode           VARCHAR(6),
    studienivakode    DECIMAL(3)
);

CREATE TABLE oppnadd_grad_prot (
    institusjonsnr          DECIMAL(8) NOT NULL,
    gradkode                VARCHAR(12) NOT NULL,
    fodselsdato             DECIMAL(6) NOT NULL,
    personnr                DECIMAL(5) NOT NULL,
    dato_oppnaelse          DATETIME NOT NULL,
    institusjonsnr_original DECIMAL(8),
    dato_utlev_vitn         DATETIME,
    gradstatkode            VARCHAR(4),
    status_manuelt_ugyldig  CHAR(1) DEFAULT 'N',
    journalnr               DECIMAL(10),
    PRIMARY KEY (fodselsdato, personnr, institusjonsnr, gradkode, dato_oppnaelse)
);

CREATE TABLE emne_i_grad_prot (
    fodselsdato         DECIMAL(6) NOT NULL,
    personnr            DECIMAL(5) NOT NULL,
    institusjonsnr      DECIMAL(8) NOT NULL,
    emnekode            VARCHAR(12) NOT NULL,
    versjonskode        VARCHAR(3) NOT NULL,
    vurdkombkode        VARCHAR(8) NOT NULL,
    arstall             DECIMAL(4) NOT NULL,
    vurdtidkode         VARCHAR(4) NOT NULL,
    institusjonsnr_grad DECIMAL(8) NOT NULL,
    gradkode            VARCHAR(12) NOT NULL,
    dato_oppnaelse      DATETIME NOT NULL,
    PRIMARY KEY (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode,
        institusjonsnr_grad, gradkode, dato_oppnaelse)
);

CREATE TABLE modulvalg (
    modulkode    VARCHAR(20) PRIMARY KEY,
    modulnavn    VARCHAR(80),
    status_aktiv CHAR(1) NOT NULL DEFAULT 'N'
);

CREATE TABLE modulvalg_egenskap (
    modulkode    VARCHAR(20) NOT NULL,
    egenskapkode VARCHAR(20) NOT NULL,
    status_aktiv CHAR(1) NOT NULL DEFAULT 'N',
    PRIMARY KEY (modulkode, egenskapkode)
);
