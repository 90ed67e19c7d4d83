-- Tables of the shape of ours, indexes included, and one to copy into.
CREATE SCHEMA floor;
CREATE TABLE floor.studies (LIKE resutveksl.external_studies INCLUDING ALL);
CREATE TABLE floor.results (LIKE resutveksl.external_results INCLUDING ALL);
CREATE UNLOGGED TABLE floor.fetched (
    person_id bigint, source integer, institution integer, result_key text, category text, code text, version text,
    name_bokmal text, name_nynorsk text, name_english text, thesis_title text, thesis_title_english text,
    description_bokmal text, description_nynorsk text, description_english text, term_year integer, term text,
    credits numeric, grading_rule integer, grade_value numeric, grade text, obtained_on date
);
