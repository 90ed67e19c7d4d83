#!/bin/sh
# The floor: what it costs to move the rows, and nothing else.
#
# usage: floor.sh OWN [AT_ONCE]
#
# OWN is the connection string of a fresh own database with due orders. For exactly the persons ordered for, each source's
# FS tables are read by one COPY, whose output goes straight into a COPY into an unlogged table of the own database; at the
# end two statements make studies and results of it, in tables of the shape of ours. There is no consent but the plain N,
# no record of disclosures, no fingerprint, no checking, no link between course and degree, no order state, no log, no
# retry: a source that is down ends it. It reads as the sources' superuser, which nobody would be given.
set -eu

own=$1
at_once=${2:-1}
here=$(cd "$(dirname "$0")" && pwd)
PERSONS=$(mktemp)
trap 'rm -f "$PERSONS"' EXIT
export own here PERSONS PGOPTIONS='-c client_min_messages=warning'

psql -qX -v ON_ERROR_STOP=1 "$own" -f "$here/tables.sql"
psql -qXAt "$own" -c "COPY (SELECT p.person_id, left(p.person_number, 6)::int, right(p.person_number, 5)::int
    FROM resutveksl.orders o JOIN resutveksl.persons p USING (person_id) WHERE o.state = 'ordered') TO STDOUT" >"$PERSONS"

# shellcheck disable=SC2016
psql -qXAt "$own" -c 'SELECT source, conninfo FROM resutveksl.sources ORDER BY source' |
    xargs -d '\n' -P "$at_once" -n 1 sh -euc '
        source=${1%%|*}
        psql -qXAt -v ON_ERROR_STOP=1 -v source="$source" "${1#*|} user=postgres" -f "$here/read.sql" <"$PERSONS" |
            psql -qX "$own" -c "COPY floor.fetched FROM STDIN (FORMAT binary)"
    ' floor

psql -qX -v ON_ERROR_STOP=1 "$own" -f "$here/import.sql"
