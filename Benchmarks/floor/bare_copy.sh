#!/usr/bin/env bash
# The floor: COPY out of each source, COPY into a table, one INSERT, as somebody would who wants nothing but the rows.
#
# None of the rules: nobody is asked whether an institution shares or a student consented, nothing is recorded at the sources,
# no fingerprints, no changes, no log, no states of orders. The rows of Person eksternstudium are the same ones otherwise.
#
# Usage: bare_copy.sh --own DSN [--parallel N] [--limit M] [--fs-user USER]
# Prints one line of JSON, as the peers do.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
own='' parallel=1 limit=ALL fs_user=''
while [ $# -gt 0 ]; do
    case $1 in
        --own) own=$2; shift 2 ;;
        --parallel) parallel=$2; shift 2 ;;
        --limit) limit=$2; shift 2 ;;
        --fs-user) fs_user=$2; shift 2 ;;
        *) echo "bare_copy.sh: what is $1? Usage: --own DSN [--parallel N] [--limit M] [--fs-user USER]" >&2; exit 64 ;;
    esac
done
if [ -z "$own" ]; then
    echo "bare_copy.sh: --own DSN is missing" >&2
    exit 64
fi
if [[ ! $parallel =~ ^[1-9][0-9]*$ || ! $limit =~ ^(ALL|[0-9]+)$ ]]; then
    echo "bare_copy.sh: --parallel and --limit are whole numbers" >&2
    exit 64
fi

export PGOPTIONS='-c client_min_messages=warning'
psql=(psql -X -q -v ON_ERROR_STOP=1)
ask() { "${psql[@]}" -At -d "$own" -c "$1"; }

began=$EPOCHREALTIME
work=$(mktemp -d)
trap 'rm -rf "$work"; ask "DROP SCHEMA IF EXISTS floor CASCADE" || true' EXIT
ask 'DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor; CREATE UNLOGGED TABLE floor.staging (
    source integer, person_id bigint, institution integer, result_key text, part_of_key text, category text, code text,
    version text, name_bokmal text, name_nynorsk text, name_english text, thesis_title text, thesis_title_english text,
    description_bokmal text, description_nynorsk text, description_english text, term_year integer, term text,
    credits numeric, grading_rule integer, grade_value numeric, grade text, obtained_on date,
    result_id bigint DEFAULT nextval('"'resutveksl.external_results_result_id_seq'"'))'
: "${fs_user:=$(ask 'SELECT current_user')}"

columns='source, person_id, institution, result_key, part_of_key, category, code, version, name_bokmal, name_nynorsk,
    name_english, thesis_title, thesis_title_english, description_bokmal, description_nynorsk, description_english, term_year,
    term, credits, grading_rule, grade_value, grade, obtained_on'

# One source: out of it and into the own database, without a file between.
copy_one() {
    local source=${1%%|*} conninfo=${1#*|}
    "${psql[@]}" -d "$conninfo user=$fs_user" -v source="$source" -f "$folder/bare_copy_fetch.sql" < "$work/persons" \
        | "${psql[@]}" -d "$own" -c "COPY floor.staging ($columns) FROM STDIN (FORMAT binary)"
}

queued=$EPOCHREALTIME
ask "COPY (
        SELECT o.person_id, left(n.number, 6)::numeric, right(n.number, 5)::numeric
        FROM (SELECT person_id FROM resutveksl.orders
            WHERE state IN ('ordered', 'awaiting_retry')
                AND due_at <= now() + (SELECT due_horizon FROM resutveksl.settings)
            ORDER BY due_at, order_number LIMIT $limit) o
        JOIN resutveksl.persons p USING (person_id)
        CROSS JOIN LATERAL (SELECT p.person_number AS number UNION ALL SELECT c.earlier_number
            FROM resutveksl.person_number_changes c WHERE c.person_id = p.person_id) n
    ) TO STDOUT" > "$work/persons"
ask "SELECT source || '|' || conninfo FROM resutveksl.sources, resutveksl.settings
    WHERE is_active AND source IS DISTINCT FROM own_institution ORDER BY source" > "$work/sources"

running=0
while IFS= read -r line; do
    copy_one "$line" &
    running=$((running + 1))
    if [ "$running" -ge "$parallel" ]; then
        wait -n || { echo "bare_copy.sh: a source could not be copied; psql says why above" >&2; exit 1; }
        running=$((running - 1))
    fi
done < "$work/sources"
while [ "$running" -gt 0 ]; do
    wait -n || { echo "bare_copy.sh: a source could not be copied; psql says why above" >&2; exit 1; }
    running=$((running - 1))
done
"${psql[@]}" -d "$own" -f "$folder/bare_copy_import.sql"
ended=$EPOCHREALTIME

orders=$(cut -f1 "$work/persons" | sort -u | wc -l)
rows=$(ask 'SELECT count(*) FROM floor.staging')
awk -v b="$began" -v q="$queued" -v e="$ended" -v o="$orders" -v r="$rows" -v p="$parallel" 'BEGIN {
    printf "{\"peer\": \"bare_copy\", \"orders\": %d, \"rows\": %d, \"seconds\": %.4f, ", o, r, e - q
    printf "\"orders_per_second\": %.2f, ", o / (e - q)
    printf "\"concurrency\": %d, \"setup_seconds\": %.4f}\n", p, q - b }'
