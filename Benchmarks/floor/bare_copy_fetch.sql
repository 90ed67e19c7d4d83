-- What is fetched from one source: passed results of the wanted persons, whoever they are, as the columns of floor.staging.
--
-- Without the rules: nobody asks whether the institution shares or the student consented, and nothing is recorded.

CREATE TEMP TABLE wanted (person_id bigint, fodselsdato numeric, personnr numeric);
\copy wanted FROM pstdin
ANALYZE wanted;
SET work_mem = '64MB';
SET jit = off;
-- From the few who are known here each row is looked up (OFFSET 0 keeps it so); everything after that is hashed.
SET enable_nestloop = off;

COPY (
    WITH known AS MATERIALIZED (
        SELECT w.person_id, p.fodselsdato, p.personnr
        FROM wanted w JOIN fs.person p ON p.fodselsdato = w.fodselsdato AND p.personnr = w.personnr
    ), courses AS MATERIALIZED (
        SELECT k.person_id, v.*, t.arstall_gjelder_i, t.terminkode_gjelder_i
        FROM known k
        CROSS JOIN LATERAL (SELECT * FROM fs.studentvurdkombprotokoll v
            WHERE v.fodselsdato = k.fodselsdato AND v.personnr = k.personnr OFFSET 0) v
        JOIN fs.karakterregel rule ON rule.karregelkode = v.karregelkode
        LEFT JOIN fs.vurderingstid t ON t.arstall = v.arstall AND t.vurdtidkode = v.vurdtidkode
        WHERE v.status_gyldig = 'J' AND v.status_manuelt_ugyldig IS DISTINCT FROM 'J'
            AND v.karaktertall BETWEEN SYMMETRIC rule.karaktertall_beste AND rule.karaktertall_darligste_bestatt
    ), degrees AS MATERIALIZED (
        SELECT k.person_id, d.*, coalesce(d.institusjonsnr_original, d.institusjonsnr) AS earned_at,
            concat_ws('/', coalesce(d.institusjonsnr_original, d.institusjonsnr), 'K', d.gradkode,
                to_char(d.dato_oppnaelse, 'YYYY-MM-DD')) AS result_key
        FROM known k
        JOIN fs.oppnadd_grad_prot d ON d.fodselsdato = k.fodselsdato AND d.personnr = k.personnr
        WHERE d.dato_utlev_vitn < (now() AT TIME ZONE 'Europe/Oslo')::date
            AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
    ), wholes AS MATERIALIZED (
        SELECT DISTINCT ON (l.fodselsdato, l.personnr, l.institusjonsnr, l.emnekode, l.versjonskode, l.vurdkombkode,
            l.arstall, l.vurdtidkode) l.*, d.result_key
        FROM degrees d
        JOIN fs.emne_i_grad_prot l ON l.fodselsdato = d.fodselsdato AND l.personnr = d.personnr
            AND l.institusjonsnr_grad = d.institusjonsnr AND l.gradkode = d.gradkode
            AND l.dato_oppnaelse = d.dato_oppnaelse
        ORDER BY l.fodselsdato, l.personnr, l.institusjonsnr, l.emnekode, l.versjonskode, l.vurdkombkode, l.arstall,
            l.vurdtidkode, d.dato_oppnaelse, d.gradkode COLLATE "C", d.institusjonsnr
    ), texts AS MATERIALIZED (
        SELECT institusjonsnr, emnekode, versjonskode, arstall_gjelder_i, terminkode_gjelder_i,
            max(infotekst) FILTER (WHERE sprakkode = 'BOKMÅL') AS bokmal,
            max(infotekst) FILTER (WHERE sprakkode = 'NYNORSK') AS nynorsk,
            max(infotekst) FILTER (WHERE sprakkode = 'ENGELSK') AS engelsk
        FROM (
            SELECT DISTINCT ON (c.institusjonsnr, c.emnekode, c.versjonskode, c.arstall_gjelder_i, c.terminkode_gjelder_i,
                x.sprakkode) c.*, x.sprakkode, x.infotekst
            FROM (SELECT DISTINCT institusjonsnr, emnekode, versjonskode, arstall_gjelder_i, terminkode_gjelder_i
                FROM courses) c
            JOIN fs.emne_infotekst x ON x.institusjonsnr = c.institusjonsnr AND x.emnekode = c.emnekode
                AND x.versjonskode = c.versjonskode AND x.infotypekode = 'INNHOLD'
            WHERE (x.arstall_fra, strpos('VSH', left(x.terminkode_fra, 1)))
                    <= (c.arstall_gjelder_i, strpos('VSH', left(c.terminkode_gjelder_i, 1)))
                AND (x.arstall_til IS NULL OR (x.arstall_til, strpos('VSH', left(coalesce(x.terminkode_til, 'H'), 1)))
                    >= (c.arstall_gjelder_i, strpos('VSH', left(c.terminkode_gjelder_i, 1))))
            ORDER BY c.institusjonsnr, c.emnekode, c.versjonskode, c.arstall_gjelder_i, c.terminkode_gjelder_i, x.sprakkode,
                x.arstall_fra DESC, strpos('VSH', left(x.terminkode_fra, 1)) DESC
        ) newest
        GROUP BY 1, 2, 3, 4, 5
    )
    SELECT :source::integer, c.person_id, c.institusjonsnr::integer,
        concat_ws('/', c.institusjonsnr, 'E', c.emnekode, c.versjonskode, c.vurdkombkode, c.arstall, c.vurdtidkode),
        w.result_key, 'Emne', c.emnekode::text, c.versjonskode::text, e.emnenavn_bokmal::text, e.emnenavn_nynorsk::text,
        e.emnenavn_engelsk::text, c.oppgavetittel_original::text, c.oppgavetittel_engelsk::text, x.bokmal, x.nynorsk,
        x.engelsk, c.arstall_gjelder_i::integer, c.terminkode_gjelder_i::text,
        trim_scale(coalesce(c.vektingstall_individuell, e.vektingstall)
            * CASE e.vekttypekode WHEN 'SP' THEN 1 WHEN 'VT' THEN 3 END),
        c.karregelkode::integer, trim_scale(c.karaktertall),
        coalesce(g.karakternavn, trim_scale(c.karaktertall)::text)::text, NULL::date
    FROM courses c
    LEFT JOIN fs.tallkarakter g ON g.karregelkode = c.karregelkode AND g.karaktertall = c.karaktertall
    LEFT JOIN fs.emne e ON e.institusjonsnr = c.institusjonsnr AND e.emnekode = c.emnekode AND e.versjonskode = c.versjonskode
    LEFT JOIN wholes w ON w.fodselsdato = c.fodselsdato AND w.personnr = c.personnr AND w.institusjonsnr = c.institusjonsnr
        AND w.emnekode = c.emnekode AND w.versjonskode = c.versjonskode AND w.vurdkombkode = c.vurdkombkode
        AND w.arstall = c.arstall AND w.vurdtidkode = c.vurdtidkode
    LEFT JOIN texts x ON x.institusjonsnr = c.institusjonsnr AND x.emnekode = c.emnekode AND x.versjonskode = c.versjonskode
        AND x.arstall_gjelder_i = c.arstall_gjelder_i AND x.terminkode_gjelder_i = c.terminkode_gjelder_i
    UNION ALL
    SELECT :source, d.person_id, d.earned_at::integer, d.result_key, NULL, 'Kvalifikasjon', d.gradkode::text, NULL,
        g.gradnavn_hankjonn::text, NULL, g.gradnavn_engelsk::text, NULL, NULL, NULL, NULL, NULL,
        extract(year FROM d.dato_oppnaelse)::integer,
        CASE WHEN extract(month FROM d.dato_oppnaelse) <= 7 THEN 'VÅR' ELSE 'HØST' END, NULL, NULL, NULL, NULL,
        d.dato_oppnaelse
    FROM degrees d LEFT JOIN fs.grad g ON g.gradkode = d.gradkode
) TO STDOUT (FORMAT binary);
