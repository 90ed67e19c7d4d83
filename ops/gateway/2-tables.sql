-- The gateway's database, step 2, as the owner: the foreign tables, with the names and columns that the contract reads.
-- mysql_fdw: `dbname` is MariaDB's database; where a table has another name there, `table_name` says so, and `column_name`
-- does for a column. Dates are read with their time of day, which Oracle's have too, and lose it in step 3.

\set ON_ERROR_STOP on
BEGIN;

CREATE SCHEMA fs_remote;
COMMENT ON SCHEMA fs_remote IS 'FS''s tables where they are: reading one asks the foreign database.';

CREATE FOREIGN TABLE fs_remote.person (
    fodselsdato numeric(6), personnr numeric(5)
) SERVER fs OPTIONS (dbname 'fs', table_name 'person');

CREATE FOREIGN TABLE fs_remote.personakseptanse (
    fodselsdato numeric(6), personnr numeric(5), akseptansetypekode varchar(15), status_svar char(1), dato_svar timestamp
) SERVER fs OPTIONS (dbname 'fs', table_name 'personakseptanse');

CREATE FOREIGN TABLE fs_remote.akseptansetype (
    akseptansetypekode varchar(15), status_aktiv char(1)
) SERVER fs OPTIONS (dbname 'fs', table_name 'akseptansetype');

CREATE FOREIGN TABLE fs_remote.studentvurdkombprotokoll (
    institusjonsnr numeric(8), emnekode varchar(12), versjonskode varchar(3), vurdkombkode varchar(8),
    arstall numeric(4), vurdtidkode varchar(4), fodselsdato numeric(6), personnr numeric(5), karregelkode numeric(3),
    karaktertall numeric(4, 1), status_gyldig char(1), status_manuelt_ugyldig char(1),
    vektingstall_individuell numeric(5, 2), oppgavetittel_original varchar(500), oppgavetittel_engelsk varchar(500)
) SERVER fs OPTIONS (dbname 'fs', table_name 'studentvurdkombprotokoll');

CREATE FOREIGN TABLE fs_remote.oppnadd_grad_prot (
    institusjonsnr numeric(8), institusjonsnr_original numeric(8), gradkode varchar(12), fodselsdato numeric(6),
    personnr numeric(5), dato_oppnaelse timestamp, dato_utlev_vitn timestamp, status_manuelt_ugyldig char(1)
) SERVER fs OPTIONS (dbname 'fs', table_name 'oppnadd_grad_prot');

CREATE FOREIGN TABLE fs_remote.emne_i_grad_prot (
    fodselsdato numeric(6), personnr numeric(5), institusjonsnr numeric(8), emnekode varchar(12),
    versjonskode varchar(3), vurdkombkode varchar(8), arstall numeric(4), vurdtidkode varchar(4),
    institusjonsnr_grad numeric(8), gradkode varchar(12), dato_oppnaelse timestamp
) SERVER fs OPTIONS (dbname 'fs', table_name 'emne_i_grad_prot');

CREATE FOREIGN TABLE fs_remote.vurderingstid (
    arstall numeric(4), vurdtidkode varchar(4), arstall_gjelder_i numeric(4), terminkode_gjelder_i varchar(4)
) SERVER fs OPTIONS (dbname 'fs', table_name 'vurderingstid');

CREATE FOREIGN TABLE fs_remote.emne (
    institusjonsnr numeric(8), emnekode varchar(12), versjonskode varchar(3), emnenavn_bokmal varchar(240),
    emnenavn_nynorsk varchar(240), emnenavn_engelsk varchar(240), vektingstall numeric(5, 2), vekttypekode varchar(4)
) SERVER fs OPTIONS (dbname 'fs', table_name 'emne');

CREATE FOREIGN TABLE fs_remote.emne_infotekst (
    institusjonsnr numeric(8), emnekode varchar(12), versjonskode varchar(3), infotypekode varchar(12),
    sprakkode varchar(12), arstall_fra numeric(4), terminkode_fra varchar(4), arstall_til numeric(4),
    terminkode_til varchar(4), infotekst text
) SERVER fs OPTIONS (dbname 'fs', table_name 'emne_infotekst');

CREATE FOREIGN TABLE fs_remote.karakterregel (
    karregelkode numeric(3), karaktertall_beste numeric(4, 1), karaktertall_darligste_bestatt numeric(4, 1)
) SERVER fs OPTIONS (dbname 'fs', table_name 'karakterregel');

CREATE FOREIGN TABLE fs_remote.tallkarakter (
    karregelkode numeric(3), karaktertall numeric(4, 1), karakternavn varchar(20)
) SERVER fs OPTIONS (dbname 'fs', table_name 'tallkarakter');

CREATE FOREIGN TABLE fs_remote.grad (
    gradkode varchar(12), gradnavn_hankjonn varchar(120), gradnavn_engelsk varchar(120)
) SERVER fs OPTIONS (dbname 'fs', table_name 'grad');

CREATE FOREIGN TABLE fs_remote.modulvalg (
    modulkode varchar(20), status_aktiv char(1)
) SERVER fs OPTIONS (dbname 'fs', table_name 'modulvalg');

CREATE FOREIGN TABLE fs_remote.modulvalg_egenskap (
    modulkode varchar(20), egenskapkode varchar(20), status_aktiv char(1)
) SERVER fs OPTIONS (dbname 'fs', table_name 'modulvalg_egenskap');

COMMIT;
