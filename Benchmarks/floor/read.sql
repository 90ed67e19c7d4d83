-- At a source: the persons come in on standard input, their passed results and degrees go out on standard output.
SET work_mem = '64MB';
SET jit = off;
CREATE TEMPORARY TABLE ordered (person_id bigint, fodselsdato numeric(6), personnr numeric(5));
\copy ordered FROM pstdin
ANALYZE ordered;
-- Known here, and not refused.
CREATE TEMPORARY TABLE known AS
SELECT o.* FROM ordered o JOIN fs.person p USING (fodselsdato, personnr)
WHERE coalesce((SELECT a.status_svar FROM fs.personakseptanse a
    WHERE a.fodselsdato = o.fodselsdato AND a.personnr = o.personnr
    ORDER BY a.dato_svar DESC, a.status_svar DESC LIMIT 1), 'J') <> 'N';
ANALYZE known;
-- Looked up person by person; the rest is hashed, which the planner sees once it knows how many there are.
CREATE TEMPORARY TABLE passed AS
SELECT k.person_id, v.*
FROM known k
JOIN fs.studentvurdkombprotokoll v USING (fodselsdato, personnr)
JOIN fs.karakterregel r USING (karregelkode)
WHERE v.status_gyldig = 'J' AND v.status_manuelt_ugyldig IS DISTINCT FROM 'J'
    AND v.karaktertall BETWEEN SYMMETRIC r.karaktertall_beste AND r.karaktertall_darligste_bestatt;
ANALYZE passed;
COPY (
    SELECT v.person_id, :source::int, v.institusjonsnr::int,
        concat_ws('/', v.institusjonsnr, 'E', v.emnekode, v.versjonskode, v.vurdkombkode, v.arstall, v.vurdtidkode),
        'Emne', v.emnekode::text, v.versjonskode::text, e.emnenavn_bokmal::text, e.emnenavn_nynorsk::text,
        e.emnenavn_engelsk::text, v.oppgavetittel_original::text, v.oppgavetittel_engelsk::text, info.bokmal, info.nynorsk,
        info.engelsk, t.arstall_gjelder_i::int, t.terminkode_gjelder_i::text,
        trim_scale(coalesce(v.vektingstall_individuell, e.vektingstall)
            * CASE e.vekttypekode WHEN 'SP' THEN 1 WHEN 'VT' THEN 3 END),
        v.karregelkode::int, trim_scale(v.karaktertall), coalesce(g.karakternavn, trim_scale(v.karaktertall)::text)::text,
        NULL::date
    FROM passed v
    LEFT JOIN fs.tallkarakter g USING (karregelkode, karaktertall)
    LEFT JOIN fs.vurderingstid t USING (arstall, vurdtidkode)
    LEFT JOIN fs.emne e USING (institusjonsnr, emnekode, versjonskode)
    LEFT JOIN (
        -- Each edition of a course's text holds until the next one.
        SELECT institusjonsnr, emnekode, versjonskode, arstall_fra AS first,
            least(max(arstall_til), lead(arstall_fra) OVER course - 1, 9999) AS last,
            max(infotekst) FILTER (WHERE sprakkode = 'BOKMÅL') AS bokmal,
            max(infotekst) FILTER (WHERE sprakkode = 'NYNORSK') AS nynorsk,
            max(infotekst) FILTER (WHERE sprakkode = 'ENGELSK') AS engelsk
        FROM fs.emne_infotekst WHERE infotypekode = 'INNHOLD'
        GROUP BY institusjonsnr, emnekode, versjonskode, arstall_fra
        WINDOW course AS (PARTITION BY institusjonsnr, emnekode, versjonskode ORDER BY arstall_fra)
    ) AS info ON info.institusjonsnr = v.institusjonsnr AND info.emnekode = v.emnekode
        AND info.versjonskode = v.versjonskode AND t.arstall_gjelder_i BETWEEN info.first AND info.last
    UNION ALL
    SELECT k.person_id, :source::int, coalesce(d.institusjonsnr_original, d.institusjonsnr)::int,
        concat_ws('/', coalesce(d.institusjonsnr_original, d.institusjonsnr), 'K', d.gradkode, d.dato_oppnaelse),
        'Kvalifikasjon', d.gradkode::text, NULL, g.gradnavn_hankjonn::text, NULL, g.gradnavn_engelsk::text, NULL, NULL, NULL,
        NULL, NULL, extract(year FROM d.dato_oppnaelse)::int,
        CASE WHEN extract(month FROM d.dato_oppnaelse) <= 7 THEN 'VÅR' ELSE 'HØST' END, NULL, NULL, NULL, NULL,
        d.dato_oppnaelse
    FROM known k
    JOIN fs.oppnadd_grad_prot d USING (fodselsdato, personnr)
    LEFT JOIN fs.grad g USING (gradkode)
    WHERE d.dato_utlev_vitn < current_date AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
) TO STDOUT (FORMAT binary);
