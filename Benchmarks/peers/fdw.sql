-- The drain in one statement: PostgreSQL asks all sources itself, through foreign tables, fifty at a time.
--
-- Made into whole SQL by fdw.py, which repeats what stands between the marks "each source" and "end", with {source} the number
-- of a source, and joins the repeats by the word behind the mark.

WITH wanted AS MATERIALIZED (
    -- An N that we know of stops here; a missing J stops at the sources that require one, and the world's all may.
    SELECT o.order_number, o.person_id, o.purpose, n.number, left(n.number, 6)::numeric AS fodselsdato,
        right(n.number, 5)::numeric AS personnr, a.answer
    FROM resutveksl.orders o
    JOIN resutveksl.persons p USING (person_id)
    LEFT JOIN resutveksl.acceptances a USING (person_id)
    CROSS JOIN LATERAL (SELECT p.person_number AS number
        UNION ALL SELECT c.earlier_number FROM resutveksl.person_number_changes c WHERE c.person_id = p.person_id) n
    WHERE o.claim_token = $1 AND a.answer IS DISTINCT FROM 'N'
), keys AS MATERIALIZED (
    -- A number per person: an array of rows could not be sent, an array of numerics can.
    SELECT array_agg(fodselsdato * 100000 + personnr) AS list FROM wanted
), sharing AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, m.status_aktiv AS active, e.status_aktiv AS reserved
    FROM peer_fdw.modulvalg_{source} m JOIN peer_fdw.modulvalg_egenskap_{source} e ON e.modulkode = m.modulkode
    WHERE m.modulkode = 'RESUTVEKSL' AND e.egenskapkode = 'RESERVER'
    -- end
), known AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, fodselsdato, personnr FROM peer_fdw.person_{source}
    WHERE fodselsdato * 100000 + personnr = ANY ((SELECT list FROM keys)::numeric[])
    -- end
), answers AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, a.fodselsdato, a.personnr, a.status_svar, a.dato_svar, t.status_aktiv
    FROM peer_fdw.personakseptanse_{source} a
    JOIN peer_fdw.akseptansetype_{source} t ON t.akseptansetypekode = a.akseptansetypekode
    WHERE a.fodselsdato * 100000 + a.personnr = ANY ((SELECT list FROM keys)::numeric[])
        AND a.akseptansetypekode IN ('RESUTVEKSL', 'RESULTATUTVEKS') AND a.status_svar IN ('J', 'N')
    -- end
), courses AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, v.fodselsdato, v.personnr, v.institusjonsnr, v.emnekode, v.versjonskode, v.vurdkombkode,
        v.arstall, v.vurdtidkode, v.oppgavetittel_original, v.oppgavetittel_engelsk, v.vektingstall_individuell,
        v.karregelkode, v.karaktertall, g.karakternavn, t.arstall_gjelder_i, t.terminkode_gjelder_i, e.emnenavn_bokmal,
        e.emnenavn_nynorsk, e.emnenavn_engelsk, e.vektingstall, e.vekttypekode
    FROM peer_fdw.studentvurdkombprotokoll_{source} v
    JOIN peer_fdw.karakterregel_{source} rule ON rule.karregelkode = v.karregelkode
    LEFT JOIN peer_fdw.tallkarakter_{source} g ON g.karregelkode = v.karregelkode AND g.karaktertall = v.karaktertall
    LEFT JOIN peer_fdw.vurderingstid_{source} t ON t.arstall = v.arstall AND t.vurdtidkode = v.vurdtidkode
    LEFT JOIN peer_fdw.emne_{source} e ON e.institusjonsnr = v.institusjonsnr AND e.emnekode = v.emnekode
        AND e.versjonskode = v.versjonskode
    WHERE v.fodselsdato * 100000 + v.personnr = ANY ((SELECT list FROM keys)::numeric[])
        AND v.status_gyldig = 'J' AND v.status_manuelt_ugyldig IS DISTINCT FROM 'J'
        AND (v.karaktertall >= rule.karaktertall_beste AND v.karaktertall <= rule.karaktertall_darligste_bestatt
            OR v.karaktertall >= rule.karaktertall_darligste_bestatt AND v.karaktertall <= rule.karaktertall_beste)
    -- end
), degrees AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, d.fodselsdato, d.personnr, d.institusjonsnr, d.institusjonsnr_original, d.gradkode,
        d.dato_oppnaelse, d.dato_utlev_vitn, g.gradnavn_hankjonn, g.gradnavn_engelsk
    FROM peer_fdw.oppnadd_grad_prot_{source} d LEFT JOIN peer_fdw.grad_{source} g ON g.gradkode = d.gradkode
    WHERE d.fodselsdato * 100000 + d.personnr = ANY ((SELECT list FROM keys)::numeric[])
        AND d.status_manuelt_ugyldig IS DISTINCT FROM 'J'
    -- end
), parts AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, l.* FROM peer_fdw.emne_i_grad_prot_{source} l
    WHERE l.fodselsdato * 100000 + l.personnr = ANY ((SELECT list FROM keys)::numeric[])
    -- end
), texts AS MATERIALIZED (
    -- each source UNION ALL
    SELECT {source} AS source, x.* FROM peer_fdw.emne_infotekst_{source} x WHERE x.infotypekode = 'INNHOLD'
    -- end
), allowed AS MATERIALIZED (
    -- The newest answer at the source, of two on one day the N; a J of a type that is active, or ours.
    SELECT k.source, k.fodselsdato, k.personnr, w.order_number, w.person_id, w.number,
        CASE WHEN own.status_svar = 'N' THEN 'refused'
            WHEN own.status_svar IS NULL AND w.answer IS NULL THEN 'no_consent' END AS barred
    FROM known k
    JOIN sharing s ON s.source = k.source AND s.active = 'J' AND s.reserved = 'N'
    JOIN wanted w ON w.fodselsdato = k.fodselsdato AND w.personnr = k.personnr
    LEFT JOIN (SELECT DISTINCT ON (source, fodselsdato, personnr) source, fodselsdato, personnr, status_svar FROM answers
        WHERE status_svar = 'N' OR status_aktiv = 'J'
        ORDER BY source, fodselsdato, personnr, dato_svar DESC NULLS LAST, status_svar DESC) own
        ON own.source = k.source AND own.fodselsdato = k.fodselsdato AND own.personnr = k.personnr
), told AS MATERIALIZED (
    -- Texts of the newest period that covers the term, by course and term and not by result.
    SELECT DISTINCT ON (c.source, c.institusjonsnr, c.emnekode, c.versjonskode, c.arstall_gjelder_i,
            c.terminkode_gjelder_i, x.sprakkode)
        c.source, c.institusjonsnr, c.emnekode, c.versjonskode, c.arstall_gjelder_i, c.terminkode_gjelder_i, x.sprakkode,
        x.infotekst
    FROM (SELECT DISTINCT source, institusjonsnr, emnekode, versjonskode, arstall_gjelder_i, terminkode_gjelder_i
        FROM courses) c
    JOIN texts x ON x.source = c.source AND x.institusjonsnr = c.institusjonsnr AND x.emnekode = c.emnekode
        AND x.versjonskode = c.versjonskode
    WHERE (x.arstall_fra, strpos('VSH', left(x.terminkode_fra, 1)))
            <= (c.arstall_gjelder_i, strpos('VSH', left(c.terminkode_gjelder_i, 1)))
        AND (x.arstall_til IS NULL OR (x.arstall_til, strpos('VSH', left(coalesce(x.terminkode_til, 'H'), 1)))
            >= (c.arstall_gjelder_i, strpos('VSH', left(c.terminkode_gjelder_i, 1))))
    ORDER BY c.source, c.institusjonsnr, c.emnekode, c.versjonskode, c.arstall_gjelder_i, c.terminkode_gjelder_i,
        x.sprakkode, x.arstall_fra DESC, strpos('VSH', left(x.terminkode_fra, 1)) DESC
), described AS MATERIALIZED (
    SELECT source, institusjonsnr, emnekode, versjonskode, arstall_gjelder_i, terminkode_gjelder_i,
        max(infotekst) FILTER (WHERE sprakkode = 'BOKMÅL') AS bokmal,
        max(infotekst) FILTER (WHERE sprakkode = 'NYNORSK') AS nynorsk,
        max(infotekst) FILTER (WHERE sprakkode = 'ENGELSK') AS engelsk
    FROM told GROUP BY 1, 2, 3, 4, 5, 6
), shown AS MATERIALIZED (
    SELECT *, coalesce(institusjonsnr_original, institusjonsnr) AS earned_at,
        concat_ws('/', coalesce(institusjonsnr_original, institusjonsnr), 'K', gradkode,
            to_char(dato_oppnaelse, 'YYYY-MM-DD')) AS result_key
    FROM degrees WHERE dato_utlev_vitn < (now() AT TIME ZONE 'Europe/Oslo')::date
), wholes AS MATERIALIZED (
    SELECT DISTINCT ON (l.source, l.fodselsdato, l.personnr, l.institusjonsnr, l.emnekode, l.versjonskode, l.vurdkombkode,
            l.arstall, l.vurdtidkode)
        l.source, l.fodselsdato, l.personnr, l.institusjonsnr, l.emnekode, l.versjonskode, l.vurdkombkode, l.arstall,
        l.vurdtidkode, d.result_key
    FROM parts l
    JOIN shown d ON d.source = l.source AND d.fodselsdato = l.fodselsdato AND d.personnr = l.personnr
        AND d.institusjonsnr = l.institusjonsnr_grad AND d.gradkode = l.gradkode AND d.dato_oppnaelse = l.dato_oppnaelse
    ORDER BY l.source, l.fodselsdato, l.personnr, l.institusjonsnr, l.emnekode, l.versjonskode, l.vurdkombkode, l.arstall,
        l.vurdtidkode, d.dato_oppnaelse, d.gradkode COLLATE "C", d.institusjonsnr
), came AS MATERIALIZED (
    SELECT nextval('resutveksl.external_results_result_id_seq') AS result_id, r.*
    FROM (
        SELECT a.person_id, a.order_number, c.source, c.institusjonsnr::integer AS institution,
            concat_ws('/', c.institusjonsnr, 'E', c.emnekode, c.versjonskode, c.vurdkombkode, c.arstall, c.vurdtidkode)
                AS result_key,
            w.result_key AS part_of_key, 'Emne' AS category, c.emnekode AS code, c.versjonskode AS version,
            c.emnenavn_bokmal AS name_bokmal, c.emnenavn_nynorsk AS name_nynorsk, c.emnenavn_engelsk AS name_english,
            c.oppgavetittel_original AS thesis_title, c.oppgavetittel_engelsk AS thesis_title_english,
            i.bokmal AS description_bokmal, i.nynorsk AS description_nynorsk, i.engelsk AS description_english,
            c.arstall_gjelder_i::integer AS term_year, c.terminkode_gjelder_i AS term,
            trim_scale(coalesce(c.vektingstall_individuell, c.vektingstall)
                * CASE c.vekttypekode WHEN 'SP' THEN 1 WHEN 'VT' THEN 3 END) AS credits,
            c.karregelkode::integer AS grading_rule, trim_scale(c.karaktertall) AS grade_value,
            coalesce(c.karakternavn, trim_scale(c.karaktertall)::text) AS grade, NULL::date AS obtained_on
        FROM courses c
        JOIN allowed a ON a.source = c.source AND a.fodselsdato = c.fodselsdato AND a.personnr = c.personnr
            AND a.barred IS NULL
        LEFT JOIN wholes w ON w.source = c.source AND w.fodselsdato = c.fodselsdato AND w.personnr = c.personnr
            AND w.institusjonsnr = c.institusjonsnr AND w.emnekode = c.emnekode AND w.versjonskode = c.versjonskode
            AND w.vurdkombkode = c.vurdkombkode AND w.arstall = c.arstall AND w.vurdtidkode = c.vurdtidkode
        LEFT JOIN described i ON i.source = c.source AND i.institusjonsnr = c.institusjonsnr AND i.emnekode = c.emnekode
            AND i.versjonskode = c.versjonskode AND i.arstall_gjelder_i = c.arstall_gjelder_i
            AND i.terminkode_gjelder_i = c.terminkode_gjelder_i
        UNION ALL
        SELECT a.person_id, a.order_number, d.source, d.earned_at::integer, d.result_key, NULL, 'Kvalifikasjon', d.gradkode,
            NULL, d.gradnavn_hankjonn, NULL, d.gradnavn_engelsk, NULL, NULL, NULL, NULL, NULL,
            extract(year FROM d.dato_oppnaelse)::integer,
            CASE WHEN extract(month FROM d.dato_oppnaelse) <= 7 THEN 'VÅR' ELSE 'HØST' END, NULL, NULL, NULL, NULL,
            d.dato_oppnaelse
        FROM shown d
        JOIN allowed a ON a.source = d.source AND a.fodselsdato = d.fodselsdato AND a.personnr = d.personnr
            AND a.barred IS NULL
    ) r
), studies AS (
    INSERT INTO resutveksl.external_studies (person_id, institution)
    SELECT DISTINCT person_id, institution FROM came ON CONFLICT DO NOTHING
    RETURNING study_id, person_id, institution
), all_studies AS MATERIALIZED (
    SELECT study_id, person_id, institution FROM studies
    UNION ALL
    SELECT s.study_id, s.person_id, s.institution FROM resutveksl.external_studies s
    WHERE s.person_id IN (SELECT person_id FROM came)
), results AS (
    INSERT INTO resutveksl.external_results (result_id, study_id, origin, source, result_key, category, code, version,
        name_bokmal, name_nynorsk, name_english, thesis_title, thesis_title_english, description_bokmal, description_nynorsk,
        description_english, term_year, term, credits, grading_rule, grade_value, grade, obtained_on, part_of)
    SELECT c.result_id, s.study_id, 'AUTOMATISK', c.source, c.result_key, c.category, c.code, c.version, c.name_bokmal,
        c.name_nynorsk, c.name_english, c.thesis_title, c.thesis_title_english, c.description_bokmal, c.description_nynorsk,
        c.description_english, c.term_year, c.term, c.credits, c.grading_rule, c.grade_value, c.grade, c.obtained_on,
        q.result_id
    FROM came c
    JOIN all_studies s ON s.person_id = c.person_id AND s.institution = c.institution
    LEFT JOIN came q ON q.person_id = c.person_id AND q.source = c.source AND q.result_key = c.part_of_key
    ON CONFLICT (study_id, source, result_key) DO NOTHING
    RETURNING 1
), counted AS MATERIALIZED (
    SELECT a.order_number, a.source, min(a.barred) AS barred, count(c.result_id)::integer AS results,
        max(h.held_back)::integer AS held_back, bool_or(w.answer = 'J') AS is_consented,
        bool_or(a.number <> p.person_number) AS found_earlier
    FROM allowed a
    JOIN wanted w ON w.order_number = a.order_number AND w.number = a.number
    JOIN resutveksl.persons p ON p.person_id = a.person_id
    LEFT JOIN came c ON c.order_number = a.order_number AND c.source = a.source
    LEFT JOIN (SELECT source, fodselsdato, personnr, count(*) AS held_back FROM degrees
        WHERE (dato_utlev_vitn < (now() AT TIME ZONE 'Europe/Oslo')::date) IS NOT TRUE GROUP BY 1, 2, 3) h
        ON a.barred IS NULL AND h.source = a.source AND h.fodselsdato = a.fodselsdato AND h.personnr = a.personnr
    GROUP BY a.order_number, a.source
), transfers AS (
    INSERT INTO resutveksl.transfers
        (order_number, source, outcome, held_back, results, new_results, is_known, found_earlier, basis)
    SELECT c.order_number, c.source,
        coalesce(c.barred, CASE WHEN c.results > 0 THEN 'fetched' ELSE 'nothing' END), coalesce(c.held_back, 0),
        nullif(c.results, 0), c.results, true, c.found_earlier AND c.results > 0,
        CASE WHEN c.is_consented THEN 'consent' ELSE s.legal_basis END
    FROM counted c JOIN resutveksl.sources s USING (source)
    ON CONFLICT (order_number, source) DO NOTHING
), completed AS (
    UPDATE resutveksl.orders o
    SET state = 'completed', claim_token = NULL, due_at = NULL, completed_at = now(), asks_every_source = false,
        new_results = coalesce(c.results, 0), held_back = coalesce(c.held_back, 0)
    FROM (SELECT DISTINCT order_number FROM wanted) w
    LEFT JOIN (SELECT order_number, sum(results) AS results, sum(held_back) AS held_back FROM counted GROUP BY 1) c
        USING (order_number)
    WHERE o.order_number = w.order_number
    RETURNING 1
)
SELECT (SELECT count(*) FROM completed) AS orders, (SELECT count(*) FROM results) AS rows
