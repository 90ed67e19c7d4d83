-- What a source holds about everybody, straight from the FS tables: one JSON document.
--
-- Written anew from docs/source-contract.md, and on purpose not by way of ask_v1: it is what ask_v1's answers, and what
-- became of them, are measured by.
WITH day AS (
    SELECT (now() AT TIME ZONE 'Europe/Oslo')::date AS today
), person AS (
    SELECT p.fodselsdato, p.personnr, to_char(p.fodselsdato, 'FM000000') || to_char(p.personnr, 'FM00000') AS number,
        (
            SELECT a.status_svar FROM fs.personakseptanse a JOIN fs.akseptansetype t USING (akseptansetypekode)
            WHERE a.fodselsdato = p.fodselsdato AND a.personnr = p.personnr
                AND a.akseptansetypekode IN ('RESUTVEKSL', 'RESULTATUTVEKS')
                AND (a.status_svar = 'N' OR (a.status_svar = 'J' AND t.status_aktiv = 'J'))
            ORDER BY a.dato_svar DESC, a.status_svar = 'N' DESC LIMIT 1
        ) AS answer
    FROM fs.person p
), degree AS (
    SELECT d.*, coalesce(d.institusjonsnr_original, d.institusjonsnr) AS earned_at,
        coalesce(d.dato_utlev_vitn < day.today, false) AS is_shown
    FROM fs.oppnadd_grad_prot d CROSS JOIN day
    WHERE coalesce(d.status_manuelt_ugyldig, 'N') <> 'J'
), course AS (
    SELECT v.*, rule.karaktertall_beste AS best, rule.karaktertall_darligste_bestatt AS worst,
        t.arstall_gjelder_i AS term_year, t.terminkode_gjelder_i AS term,
        t.arstall_gjelder_i * 10 + CASE t.terminkode_gjelder_i WHEN 'VÅR' THEN 1 WHEN 'SOM' THEN 2 ELSE 3 END AS term_place
    FROM fs.studentvurdkombprotokoll v
    JOIN fs.karakterregel rule USING (karregelkode)
    LEFT JOIN fs.vurderingstid t USING (arstall, vurdtidkode)
    WHERE v.status_gyldig = 'J' AND coalesce(v.status_manuelt_ugyldig, 'N') = 'N'
        AND v.karaktertall >= least(rule.karaktertall_beste, rule.karaktertall_darligste_bestatt)
        AND v.karaktertall <= greatest(rule.karaktertall_beste, rule.karaktertall_darligste_bestatt)
), description AS (
    SELECT i.*,
        arstall_fra * 10 + CASE terminkode_fra WHEN 'VÅR' THEN 1 WHEN 'SOM' THEN 2 ELSE 3 END AS first_place,
        arstall_til * 10 + CASE terminkode_til WHEN 'VÅR' THEN 1 WHEN 'SOM' THEN 2 ELSE 3 END AS last_place
    FROM fs.emne_infotekst i WHERE infotypekode = 'INNHOLD'
), result AS (
    SELECT v.fodselsdato, v.personnr, v.institusjonsnr::int AS institution,
        format('%s/E/%s/%s/%s/%s/%s', v.institusjonsnr, v.emnekode, v.versjonskode, v.vurdkombkode, v.arstall,
            v.vurdtidkode) AS result_key,
        jsonb_build_object('category', 'Emne', 'code', v.emnekode, 'version', v.versjonskode,
            'name_bokmal', e.emnenavn_bokmal, 'name_nynorsk', e.emnenavn_nynorsk, 'name_english', e.emnenavn_engelsk,
            'thesis_title', v.oppgavetittel_original, 'thesis_title_english', v.oppgavetittel_engelsk,
            'description_bokmal', said.texts ->> 'BOKMÅL', 'description_nynorsk', said.texts ->> 'NYNORSK',
            'description_english', said.texts ->> 'ENGELSK',
            'term_year', v.term_year::int::text, 'term', v.term,
            'credits', trim_scale(coalesce(v.vektingstall_individuell, e.vektingstall)
                * CASE e.vekttypekode WHEN 'SP' THEN 1 WHEN 'VT' THEN 3 END)::text,
            'grading_rule', v.karregelkode::int::text, 'grade_value', trim_scale(v.karaktertall)::text,
            'grade', coalesce(g.karakternavn, trim_scale(v.karaktertall)::text), 'obtained_on', NULL,
            'part_of', part.gradkode) AS content
    FROM course v
    LEFT JOIN fs.emne e USING (institusjonsnr, emnekode, versjonskode)
    LEFT JOIN fs.tallkarakter g ON (g.karregelkode, g.karaktertall) = (v.karregelkode, v.karaktertall)
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(newest.sprakkode, newest.infotekst) AS texts
        FROM (
            SELECT DISTINCT ON (d.sprakkode) d.sprakkode, d.infotekst FROM description d
            WHERE (d.institusjonsnr, d.emnekode, d.versjonskode) = (v.institusjonsnr, v.emnekode, v.versjonskode)
                AND v.term_place BETWEEN d.first_place AND coalesce(d.last_place, 99999)
            ORDER BY d.sprakkode, d.first_place DESC
        ) AS newest
    ) AS said ON true
    LEFT JOIN LATERAL (
        SELECT d.gradkode FROM fs.emne_i_grad_prot l
        JOIN degree d ON d.is_shown AND (d.fodselsdato, d.personnr, d.institusjonsnr, d.gradkode, d.dato_oppnaelse)
            = (l.fodselsdato, l.personnr, l.institusjonsnr_grad, l.gradkode, l.dato_oppnaelse)
        WHERE (l.fodselsdato, l.personnr, l.institusjonsnr, l.emnekode, l.versjonskode, l.vurdkombkode, l.arstall,
                l.vurdtidkode)
            = (v.fodselsdato, v.personnr, v.institusjonsnr, v.emnekode, v.versjonskode, v.vurdkombkode, v.arstall,
                v.vurdtidkode)
        ORDER BY d.dato_oppnaelse, d.gradkode LIMIT 1
    ) AS part ON true
    UNION ALL
    SELECT d.fodselsdato, d.personnr, d.earned_at::int,
        format('%s/K/%s/%s', d.earned_at, d.gradkode, to_char(d.dato_oppnaelse, 'YYYY-MM-DD')),
        jsonb_build_object('category', 'Kvalifikasjon', 'code', d.gradkode, 'version', NULL,
            'name_bokmal', g.gradnavn_hankjonn, 'name_nynorsk', NULL, 'name_english', g.gradnavn_engelsk,
            'thesis_title', NULL, 'thesis_title_english', NULL, 'description_bokmal', NULL, 'description_nynorsk', NULL,
            'description_english', NULL, 'term_year', to_char(d.dato_oppnaelse, 'YYYY'),
            'term', CASE WHEN extract(month FROM d.dato_oppnaelse) < 8 THEN 'VÅR' ELSE 'HØST' END, 'credits', NULL,
            'grading_rule', NULL, 'grade_value', NULL, 'grade', NULL,
            'obtained_on', to_char(d.dato_oppnaelse, 'YYYY-MM-DD'), 'part_of', NULL)
    FROM degree d JOIN fs.grad g USING (gradkode) WHERE d.is_shown
)
SELECT jsonb_build_object(
    'sharing', coalesce((SELECT CASE e.status_aktiv WHEN 'N' THEN 'open' WHEN 'J' THEN 'reserved' ELSE 'not_open' END
        FROM fs.modulvalg m LEFT JOIN fs.modulvalg_egenskap e ON e.modulkode = m.modulkode AND e.egenskapkode = 'RESERVER'
        WHERE m.modulkode = 'RESUTVEKSL' AND m.status_aktiv = 'J'), 'not_open'),
    'consent_required', (SELECT consent_required FROM resutveksl.rules),
    'persons', coalesce((SELECT jsonb_agg(jsonb_build_object('number', p.number, 'answer', p.answer, 'held_back',
        (SELECT count(*) FROM degree d
            WHERE d.fodselsdato = p.fodselsdato AND d.personnr = p.personnr AND NOT d.is_shown))) FROM person p), '[]'),
    'results', coalesce((SELECT jsonb_agg(jsonb_build_object('number', p.number, 'institution', r.institution,
        'result_key', r.result_key, 'content', r.content)) FROM result r JOIN person p USING (fodselsdato, personnr)), '[]')
)::text
