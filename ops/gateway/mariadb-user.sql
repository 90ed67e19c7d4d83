-- In MariaDB, as its administrator: the user that the gateway reads with. It sees the columns that the contract reads, and
-- no names. Its password is set apart from this: SET PASSWORD FOR resutveksl_gateway = PASSWORD('...').
--
-- A statement of this user that takes longer than 20 seconds is ended by MariaDB: while the gateway waits for an answer
-- it cannot be cancelled, whatever statement_timeout says.

CREATE USER IF NOT EXISTS resutveksl_gateway WITH MAX_STATEMENT_TIME 20 MAX_USER_CONNECTIONS 20;

GRANT SELECT (fodselsdato, personnr) ON fs.person TO resutveksl_gateway;
GRANT SELECT (fodselsdato, personnr, akseptansetypekode, status_svar, dato_svar)
    ON fs.personakseptanse TO resutveksl_gateway;
GRANT SELECT (akseptansetypekode, status_aktiv) ON fs.akseptansetype TO resutveksl_gateway;
GRANT SELECT (institusjonsnr, emnekode, versjonskode, vurdkombkode, arstall, vurdtidkode, fodselsdato, personnr,
        karregelkode, karaktertall, status_gyldig, status_manuelt_ugyldig, vektingstall_individuell,
        oppgavetittel_original, oppgavetittel_engelsk)
    ON fs.studentvurdkombprotokoll TO resutveksl_gateway;
GRANT SELECT (institusjonsnr, institusjonsnr_original, gradkode, fodselsdato, personnr, dato_oppnaelse, dato_utlev_vitn,
        status_manuelt_ugyldig)
    ON fs.oppnadd_grad_prot TO resutveksl_gateway;
GRANT SELECT ON fs.emne_i_grad_prot TO resutveksl_gateway;
GRANT SELECT ON fs.vurderingstid TO resutveksl_gateway;
GRANT SELECT ON fs.emne TO resutveksl_gateway;
GRANT SELECT ON fs.emne_infotekst TO resutveksl_gateway;
GRANT SELECT ON fs.karakterregel TO resutveksl_gateway;
GRANT SELECT ON fs.tallkarakter TO resutveksl_gateway;
GRANT SELECT ON fs.grad TO resutveksl_gateway;
GRANT SELECT ON fs.modulvalg TO resutveksl_gateway;
GRANT SELECT ON fs.modulvalg_egenskap TO resutveksl_gateway;
