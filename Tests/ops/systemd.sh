# shellcheck shell=bash disable=SC2154,SC2016
# The package under a systemd that is process 1: the units run with their real restrictions, against a real PostgreSQL. One
# institution orders (own database), another is asked (database fs), both on this machine.

part "Under systemd"
machine systemd
cp "$deb" "$root/mnt/new.deb"
cp Sources/DevCluster/sql/*.sql "$root/mnt/"
check "the machine starts, with systemd as process 1 and with PostgreSQL" boot
if ! on true; then return; fi
check "systemd is content before" is "$(on systemctl is-system-running)" running

as() { on runuser -u "$1" -- "${@:2}"; }
sql() { as postgres psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$1" --command="$2"; }
unit() { on systemctl show --property="$2" --value "$1"; }
journal() { on journalctl --quiet --no-pager --output=cat "$@"; }
# Starts a service and tells whether systemd calls it a success.
start() { on systemctl reset-failed "$1" 2>/dev/null || true; on systemctl start "$1"; }
refuse() { ! "$@"; }
fails() { ! start "$1" && is "$(unit "$1" ExecMainStatus)" "$2"; }

databases=$(sql postgres 'SELECT datname FROM pg_database ORDER BY 1; SELECT rolname FROM pg_roles ORDER BY 1')
check "the package is installed" on apt-get install --yes --no-install-recommends /mnt/new.deb
check "no database and no role was made" is \
    "$(sql postgres 'SELECT datname FROM pg_database ORDER BY 1; SELECT rolname FROM pg_roles ORDER BY 1')" "$databases"
for timer in resutveksl.timer resutveksl-refresh.timer resutveksl-report.timer; do
    check "$timer is enabled and waits" is "$(unit $timer UnitFileState) $(unit $timer ActiveState) $(unit $timer SubState)" \
        "enabled active waiting"
done
check "the resident worker is a choice: not enabled, not started" \
    is "$(unit resutveksl-watch UnitFileState) $(unit resutveksl-watch ActiveState)" "disabled inactive"
check "before it is configured, the nightly run does nothing and does not fail" start resutveksl.service
check "that is because nothing says where the database is" is "$(unit resutveksl ConditionResult) $(unit resutveksl Result)" "no success"
check "cron's line does nothing" hasnot "x$(as resutveksl sh -c "$(sed -n 's/^15.*  resutveksl  //p' cron/resutveksl)" 2>&1)" '..'
for service in resutveksl.service resutveksl@203.service resutveksl-watch.service resutveksl-refresh.service \
    resutveksl-report.service resutveksl-failure@resutveksl.service; do
    check "$service is exposed to no more than 1.5: $(on systemd-analyze security --no-pager "$service" | grep -o 'level for.*: [0-9.]*' | grep -o '[0-9.]*$')" \
        on systemd-analyze security --no-pager --threshold=15 "$service"
done

part "The nightly run, under its restrictions"
set_up() {
    as postgres createuser resutveksl && as postgres createdb --owner=resutveksl resutveksl &&
        as postgres createdb fs && cat "$root"/mnt/{fs-tables,fs-students,test-persons}.sql |
        as postgres psql --quiet --set=ON_ERROR_STOP=1 --dbname=fs >/dev/null &&
        sql fs 'SELECT example.add_test_person_1()' &&
        as postgres createuser resutveksl_185 &&
        sql fs "ALTER ROLE resutveksl_185 PASSWORD 'fjord'" &&
        as postgres resutveksl source install dbname=fs --institution 203 --answers-for 216 218 --requester resutveksl_185=185
}
check "PostgreSQL has an own database, and a source with the contract" set_up
environment() { printf '%s\n' "$2" >"$layer/environment" && on install -m 0640 -g resutveksl /dev/stdin "/etc/resutveksl/$1" <"$layer/environment"; }
check "the own database is named in the environment file" environment environment "RESUTVEKSL_DATABASE='dbname=resutveksl'"
check "the source is a service in a credential" on install -D -m 0600 /dev/stdin /etc/credstore/resutveksl.pg_service.conf <<'FILE'
[hvl]
host=127.0.0.1
dbname=fs
user=resutveksl_185
FILE
check "its password is in another" on install -D -m 0600 /dev/stdin /etc/credstore/resutveksl.pgpass <<<'127.0.0.1:5432:fs:resutveksl_185:fjord'
own() { as resutveksl env RESUTVEKSL_DATABASE=dbname=resutveksl resutveksl "$@"; }
order() { own person add <<<"$1" && own acceptance set J <<<"$1" && sql resutveksl "SELECT order_number FROM resutveksl.place_order('$1', 'approval_case', '2026/1234')"; }
prepare() { own migrate && own setting set own_institution 185 && own source add 203 service=hvl && order 01536112185; }
check "it is migrated, the source is registered, and an order is placed in SQL" prepare
check "the nightly run ends well" start resutveksl.service
check "the order is completed" is "$(sql resutveksl 'SELECT state FROM resutveksl.orders')" completed
check "the result was fetched, with a password from the credential" is "$(sql resutveksl 'SELECT count(*) FROM resutveksl.external_results')" 1
check "the report of the run is in the journal" has "$(journal --unit=resutveksl.service)" 'order'
fields() { on journalctl --quiet --no-pager --unit=resutveksl --output=json "$@"; }
check "so is a line for the source, with fields of its own" has "$(fields INSTITUTION=203)" '"OUTCOME":"done"'
check "with the run, its priority, and where it is from" eval \
    'has "$(fields INSTITUTION=203)" "\"RUN\":\"1\"" && has "$(fields INSTITUTION=203)" "\"PRIORITY\":\"6\"" && has "$(fields INSTITUTION=203)" "\"CODE_FILE\":\"Worker/"'
check "and a summary, found by the identifier that docs/logs.md tells" \
    has "$(fields "MESSAGE_ID=$(sed -n 's/^| run ended .*`\([0-9a-f]*\)`.*/\1/p' docs/logs.md)")" '"MESSAGE":"run ended: '
check "the service's user may not read the credentials otherwise" hasnot "$(as resutveksl cat /etc/credstore/resutveksl.pgpass 2>&1)" fjord
# As systemd hands them over where the file system has access control lists; libpq by itself ignores such a password file.
lax() {
    local file
    on install --directory --owner=resutveksl /run/lax || return
    for file in pgpass pg_service.conf; do
        on install --mode=0440 --owner=resutveksl "/etc/credstore/resutveksl.$file" "/run/lax/$file" || return
    done
    as resutveksl env CREDENTIALS_DIRECTORY=/run/lax RESUTVEKSL_DATABASE=dbname=resutveksl resutveksl source check 203
}
check "a password file with group bits is used too, when it is a credential" lax
check "libpq itself would not" refuse as resutveksl env PGSERVICEFILE=/run/lax/pg_service.conf PGPASSFILE=/run/lax/pgpass \
    RESUTVEKSL_DATABASE=dbname=resutveksl resutveksl source check 203
check "the weekly refresh ends well" start resutveksl-refresh.service
dead_source() { own source add 204 'host=127.0.0.1 port=1 dbname=fs user=x' && sql resutveksl "UPDATE resutveksl.orders SET state = 'ordered'" && start resutveksl.service; }
check "a source that cannot be asked is no failure of the service" dead_source
check "it is in the journal as a warning, with how it failed" has "$(fields INSTITUTION=204 PRIORITY=4)" '"ERRNO":"ECONNREFUSED"'
check "the program said so" is "$(unit resutveksl ExecMainStatus) $(unit resutveksl Result)" "3 success"

part "Metrics and the report"
textfile=/var/lib/resutveksl-metrics/resutveksl.prom
check "the nightly unit wrote metrics, under its restrictions, for everybody to read" is "$(on stat -c '%a %U' $textfile)" '644 resutveksl'
check "nothing is left beside them" is "$(on ls -A /var/lib/resutveksl-metrics)" resutveksl.prom
check "promtool has nothing to say about them" eval 'on cat $textfile | "$promtool" check metrics'
check "node exporter is told of them by a link" on ln -s $textfile /var/lib/prometheus/node-exporter/
# GET PORT PATH, with what a minimal Debian has.
get() { on bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"; printf "GET /%s HTTP/1.0\r\nConnection: close\r\n\r\n" "$1" >&3; cat <&3' "$1" "$2"; }
scraped() {
    local text
    text=$(get 9100 metrics)
    has "$text" '^resutveksl_run_exit_status\{own_institution="185"\} 3' &&
        has "$text" '^resutveksl_source_up\{acronym="HVL",institution="203",own_institution="185"\} 1' &&
        has "$text" '^node_textfile_scrape_error 0'
}
check "Debian's node exporter shows them" within 20 scraped
check "the report says that a source could not be asked" eval \
    'start resutveksl-report.service && has "$(journal --unit=resutveksl-report.service)" "204 +Nord +unreachable +1 "'
check "a site's hook for reports is made" on install -m 0755 /dev/stdin /etc/resutveksl/on-report <<'HOOK'
#!/bin/sh
echo "for $1: $(head -1)"
HOOK
check "it is given the report" eval \
    'start resutveksl-report.service && has "$(journal --unit=resutveksl-report.service)" "for resutveksl-report: Resultatutveksling at 185 UiO"'
check "a dead-man switch that is not there changes nothing" eval \
    'environment environment "RESUTVEKSL_DATABASE='"'dbname=resutveksl'"'
RESUTVEKSL_PING_URL='"'http://127.0.0.1:9/ping/geheim'"'" && start resutveksl.service &&
        has "$(journal --unit=resutveksl.service)" "dead-man" && hasnot "$(journal --unit=resutveksl.service)" geheim'

part "Failing"
told() { journal --unit="resutveksl-failure@$1.service" | grep -q "$2"; }
check "a role that the database does not know is told of: 78, a failed unit" eval \
    'environment environment "RESUTVEKSL_DATABASE='"'dbname=resutveksl user=nobody_home'"'" && fails resutveksl.service 78'
check "without a hook one line stands in the journal" within 10 told resutveksl 'resutveksl failed (exit-code, status 78): something is not set up'
check "as an error" has "$(journal --priority=err --unit=resutveksl-failure@resutveksl.service)" 'status 78'
check "a site's hook is made" on install -m 0755 /dev/stdin /etc/resutveksl/on-failure <<'HOOK'
#!/bin/sh
echo "hook: $1, $2, $3; $(touch /etc/hook 2>&1)"
HOOK
check "an instance that nobody has told where its database is fails, and does not take another's" fails resutveksl@203.service 78
check "the hook is told which" within 10 told resutveksl@203 'hook: resutveksl@203, '
check "the hook is under the same restrictions" has "$(journal --unit=resutveksl-failure@resutveksl@203.service)" 'Read-only file system'
away() {
    on systemctl stop postgresql@15-main.service || return
    environment environment "RESUTVEKSL_DATABASE='dbname=resutveksl'" || return
    on systemctl start --no-block resutveksl.service
    within 30 eval 'is "$(unit resutveksl SubState) $(unit resutveksl ExecMainStatus)" "auto-restart 69"'
}
check "a database that is away is tried again, without anybody being told yet" away
check "PostgreSQL comes back" eval 'on systemctl stop resutveksl.service; on systemctl start postgresql@15-main.service'

part "The resident worker"
check "it is started, and says when it is ready" start resutveksl-watch.service
watcher=$(unit resutveksl-watch MainPID)
check "it says how it is" has "$(unit resutveksl-watch StatusText)" '[a-z]'
status() { on cat "/proc/$watcher/status"; }
check "no new privileges" has "$(status)" '^NoNewPrivs:.1$'
check "a filter of system calls" has "$(status)" '^Seccomp:.2$'
check "no capability, not even to be had" is "$(status | grep -c -E '^Cap(Prm|Eff|Bnd|Amb):.0000000000000000$')" 4
check "a user namespace of its own, with its own user and few others" eval \
    '[ "$(on readlink /proc/$watcher/ns/user)" != "$(on readlink /proc/1/ns/user)" ] && has "$(on cat /proc/$watcher/uid_map)" "^ *$(on id -u resutveksl) +$(on id -u resutveksl) +1$"'
check "no core dump" has "$(on cat "/proc/$watcher/limits")" '^Max core file size +0 +0'
check "descriptors enough for a connection to every source" has "$(on cat "/proc/$watcher/limits")" '^Max open files +([0-9]{5,}) +\1 '
seen() { on nsenter --target "$watcher" --mount "$@"; }
read_only() {
    local folder
    for folder in /usr /etc /var/lib/resutveksl /var/log; do has "$(seen touch "$folder/x" 2>&1)" 'Read-only' || return; done
}
check "a file system that cannot be written, its own folders included" read_only
check "no home folders, and no devices but null and its like" eval \
    'has "$(seen ls /root 2>&1)" "Permission denied|cannot open|^$" && hasnot "$(seen ls /dev)" "mem|vda|kmsg"'
check "credentials that others cannot read" eval \
    'has "$(seen ls /run/credentials/resutveksl-watch.service)" pgpass && refuse as postgres ls /run/credentials/resutveksl-watch.service'
sql resutveksl "DELETE FROM resutveksl.sources WHERE institution = 204" >/dev/null 2>&1 || own source pause 204 >/dev/null 2>&1
again() { sql resutveksl "UPDATE resutveksl.orders SET state = 'ordered', due_at = now()"; }
settled() { has "$(sql resutveksl 'SELECT state FROM resutveksl.orders')" 'completed|awaiting_retry'; }
check "an order is queued again while it runs" again
check "it is fetched" within 20 settled
hang() {
    on install -D -m 0644 /dev/stdin /run/systemd/system/resutveksl-watch.service.d/soon.conf <<<$'[Service]\nWatchdogSec=3s\nRestartSec=1s' &&
        on systemctl daemon-reload && on systemctl restart resutveksl-watch.service &&
        watcher=$(unit resutveksl-watch MainPID) && on systemctl kill --kill-whom=main --signal=STOP resutveksl-watch.service &&
        within 30 eval '[ "$(unit resutveksl-watch MainPID)" != "$watcher" ] && is "$(unit resutveksl-watch ActiveState) $(unit resutveksl-watch NRestarts)" "active 1"'
}
check "one that hangs is killed by the watchdog and started again" hang
listens() {
    environment environment "RESUTVEKSL_DATABASE='dbname=resutveksl'
RESUTVEKSL_METRICS_LISTEN='127.0.0.1:9187'" && on systemctl restart resutveksl-watch.service &&
        within 20 eval 'has "$(get 9187 healthz)" "^ok"'
}
check "it serves its metrics, under its restrictions" listens
check "promtool has nothing to say about them either" eval \
    'get 9187 metrics | sed "1,/^.\{0,1\}$/d" | "$promtool" check metrics && has "$(get 9187 metrics)" "^resutveksl_worker_claims_total"'
stop() { on systemctl stop resutveksl-watch.service && is "$(unit resutveksl-watch ExecMainStatus) $(unit resutveksl-watch Result)" "0 success"; }
check "a stop is an orderly end" stop

part "Several institutions"
second() {
    as postgres createdb --owner=resutveksl own203 && environment 203.conf "database = dbname=own203" &&
        as resutveksl resutveksl migrate --config /etc/resutveksl/203.conf &&
        as resutveksl resutveksl setting set own_institution 203 --config /etc/resutveksl/203.conf &&
        as resutveksl resutveksl source add 185 'host=127.0.0.1 port=1 dbname=fs user=x' --config /etc/resutveksl/203.conf
}
check "a second own database is made" second
check "its timer is enabled beside the other" on systemctl enable --now resutveksl@203.timer resutveksl-report@203.timer resutveksl-refresh@203.timer resutveksl-watch@203.service
check "both wait" has "$(on systemctl list-timers --all --no-pager)" 'resutveksl@203.timer'
check "its run ends well" start resutveksl@203.service
check "its metrics are a file of their own" has "$(on cat '/var/lib/resutveksl-metrics/resutveksl@203.prom')" 'own_institution="203"'
check "it was in the second database" is "$(sql own203 'SELECT count(*) >= 1 FROM resutveksl.runs')" t

part "Upgrading and purging, under systemd"
check "the resident worker is started" on systemctl start resutveksl-watch.service
watcher=$(unit resutveksl-watch MainPID)
watcher203=$(unit resutveksl-watch@203 MainPID)
check "the package is installed again" on apt-get install --yes --no-install-recommends --reinstall /mnt/new.deb
restarted() { [ "$(unit "$1" MainPID)" != "$2" ] && is "$(unit "$1" ActiveState)" active; }
check "the resident worker runs the new program" within 30 restarted resutveksl-watch "$watcher"
check "so does that of the second institution" within 30 restarted resutveksl-watch@203 "$watcher203"
check "no unit's program complains about what it may not do" hasnot "$(journal --unit='resutveksl*' _COMM=resutveksl)" \
    'Failed to|not permitted'
check "no person number and no password is in the journal" hasnot \
    "$(on journalctl --quiet --no-pager --output=cat 'SYSLOG_IDENTIFIER=resutveksl')" '01536112185|015361 12185|fjord'
check "it is purged" on apt-get purge --yes resutveksl
check "no unit of it is left" is "$(on systemctl list-units --all --plain --no-legend 'resutveksl*' | grep -v failed; on systemctl list-unit-files --no-legend 'resutveksl*')" ""
check "nothing that was enabled is left" is "$(find "$root/etc/systemd" "$root/var/lib/systemd" -name '*resutveksl*')" ""
check "nothing of it runs" hasnot "$(on bash -c 'cat /proc/[0-9]*/comm')" '^resutveksl$'
check "its databases are still there" is "$(sql postgres "SELECT count(*) FROM pg_database WHERE datname IN ('resutveksl', 'own203')")" 2
halt
