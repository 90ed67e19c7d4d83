-- In the own database: what was copied becomes studies and results.
BEGIN;
INSERT INTO floor.studies (person_id, institution) SELECT DISTINCT person_id, institution FROM floor.fetched;
INSERT INTO floor.results (study_id, origin, source, result_key, category, code, version, name_bokmal, name_nynorsk,
    name_english, thesis_title, thesis_title_english, description_bokmal, description_nynorsk, description_english, term_year,
    term, credits, grading_rule, grade_value, grade, obtained_on)
SELECT s.study_id, 'AUTOMATISK', f.source, f.result_key, f.category, f.code, f.version, f.name_bokmal, f.name_nynorsk,
    f.name_english, f.thesis_title, f.thesis_title_english, f.description_bokmal, f.description_nynorsk,
    f.description_english, f.term_year, f.term, f.credits, f.grading_rule, f.grade_value, f.grade, f.obtained_on
FROM floor.fetched f JOIN floor.studies s USING (person_id, institution);
COMMIT;
