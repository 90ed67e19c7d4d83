# shellcheck shell=bash disable=SC2154,SC2016
# Installing, upgrading, removing and purging, on a machine where systemd does not run; and cron's way.

part "Installing, without systemd"
machine install
cp "$deb" "$root/mnt/new.deb"

# Everything on the machine, with modes, owners and contents' sizes, except what any use of dpkg changes.
snapshot() {
    (cd "$root" || return
        find . -xdev \( -path ./var/lib/dpkg -o -path ./var/cache -o -path ./var/log/apt -o -path ./var/log/dpkg.log \
        -o -path ./var/lib/apt -o -path ./root -o -path ./mnt -o -path ./proc -o -path ./etc/.pwd.lock -o -name '*-' \
        -o -path ./var/log/alternatives.log \) -prune \
        -o ! -type d -printf '%p %M %u %g %s\n' -o -type d -printf '%p %M %u %g\n' | sort)
}
install() { inside apt-get install --yes --no-install-recommends -o Dpkg::Options::=--force-confold "$1"; }

# A package of an older version: with another line in a configuration file, which the new one changes.
older() {
    dpkg-deb --raw-extract "$deb" "$layer/old"
    sed -i 's/^Version: .*/Version: 0.0.9-1/' "$layer/old/DEBIAN/control"
    sed -i 's/^15 4 /10 4 /' "$layer/old/etc/cron.d/resutveksl"
    sed -i 's/weekly/monthly/' "$layer/old/etc/logrotate.d/resutveksl"
    dpkg-deb -Zgzip -z1 --build "$layer/old" "$root/mnt/old.deb"
}

before=$(snapshot)
check "an older version can be made, to upgrade from" older
check "it is installed" install /mnt/old.deb
modes() {
    is "$(inside stat -c '%n %a %U %G' /etc/resutveksl /var/lib/resutveksl /var/log/resutveksl)" "/etc/resutveksl 750 root resutveksl
/var/lib/resutveksl 750 root resutveksl
/var/log/resutveksl 2750 resutveksl adm"
}
check "folders belong to whom they should" modes
check "there is a system user without a shell" has "$(inside getent passwd resutveksl)" ':/var/lib/resutveksl:/usr/sbin/nologin$'

# Both institutions' databases do not exist: 69, which is told. The delay of the nightly run is left out.
echo "RESUTVEKSL_DATABASE='host=/nowhere dbname=own'" >"$root/etc/resutveksl/environment"
echo "RESUTVEKSL_DATABASE='host=/nowhere dbname=own203'" >"$root/etc/resutveksl/203.env"
echo "database = 'host=/nowhere dbname=own204'" >"$root/etc/resutveksl/204.conf"
echo "[fs]" >"$root/etc/resutveksl/pg_service.conf"
chroot "$root" chgrp -R resutveksl /etc/resutveksl
chmod 0640 "$root"/etc/resutveksl/*
echo '# edited here' >>"$root/etc/logrotate.d/resutveksl"

check "it is upgraded" install /mnt/new.deb
check "an untouched configuration file is the new one" grep -q '^15 4 ' "$root/etc/cron.d/resutveksl"
check "an edited configuration file stays" grep -q '# edited here' "$root/etc/logrotate.d/resutveksl"
check "what was configured stays" grep -q own203 "$root/etc/resutveksl/203.env"
check "folders still belong to whom they should" modes
check "the program starts" is "$(inside resutveksl --version)" "$("$program" --version)"
check "the manual page is found" has "$(inside man resutveksl-run | col -b)" 'fetches for every order that is due'
check "every library that it needs is there" hasnot "$(inside ldd /usr/bin/resutveksl)" 'not found'
completes() {
    # shellcheck disable=SC2016
    has "$(inside bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader resutveksl
        COMP_WORDS=(resutveksl or) COMP_CWORD=1 COMP_LINE="resutveksl or" COMP_POINT=13
        $(complete -p resutveksl | sed "s/.*-F \([^ ]*\).*/\1/") resutveksl or resutveksl; echo "${COMPREPLY[@]}"')" '^order'
}
check "bash completes its commands" completes
check "its completions for fish can be read by fish" \
    fish --no-execute "$root/usr/share/fish/vendor_completions.d/resutveksl.fish"
check "its completions for zsh can be read by zsh" zsh -n "$root/usr/share/zsh/vendor-completions/_resutveksl"

part "cron, without systemd"
cron() {
    local command
    command=$(sed -n "s/^[0-9*].*  resutveksl  \(.*cron $1\)$/\1/p" "$root/etc/cron.d/resutveksl")
    [ -n "$command" ] && inside runuser -u resutveksl -- env RESUTVEKSL_DELAY=0 /bin/sh -c "$command"
}
check "cron takes the file: it has no other line than comments, variables and jobs" \
    hasnot "$(cat "$root/etc/cron.d/resutveksl")" '^[^#A-Z0-9]'
mail=$(cron run 2>&1) || true
check "the nightly run serves every institution, and tells of each that fails" \
    is "$(cut -d : -f 1 <<<"$mail" | sort)" "resutveksl failed (exit-code, status 69)
resutveksl@203 failed (exit-code, status 69)
resutveksl@204 failed (exit-code, status 69)"
check "its log is a file for each institution" has "$(cat "$root/var/log/resutveksl/resutveksl@203.log")" 'own database cannot be reached'
check "its metrics are a file for each institution, which says how it ended" has \
    "$(inside cat /var/lib/resutveksl-metrics/resutveksl.prom '/var/lib/resutveksl-metrics/resutveksl@203.prom' | grep -c '^resutveksl_run_exit_status.* 69$')" '^2$'
check "logs are readable by adm and by nobody else" is "$(inside stat -c '%a %G' /var/log/resutveksl/resutveksl.log)" "640 adm"
printf '#!/bin/sh\necho "told of $1, $2, $3" >&2\n' >"$root/etc/resutveksl/on-failure"
chmod +x "$root/etc/resutveksl/on-failure"
mail=$(cron refresh 2>&1) || true
check "a site's hook is started instead" is "$(sort <<<"$mail")" "told of resutveksl, exit-code, 69
told of resutveksl@203, exit-code, 69
told of resutveksl@204, exit-code, 69"
# A program that ends as a run does whose sources could not all be asked.
printf '#!/bin/sh\nexit 3\n' >"$root/usr/local/bin/three"
chmod +x "$root/usr/local/bin/three"
check "a run of which some sources could not be asked is no failure" \
    is "$(inside runuser -u resutveksl -- env RESUTVEKSL_DELAY=0 RESUTVEKSL_PROGRAM=/usr/local/bin/three /usr/lib/resutveksl/cron run 2>&1)" ""
rm "$root/usr/local/bin/three"
# A program that has something to report, and one that has not.
report() { inside runuser -u resutveksl -- env RESUTVEKSL_PROGRAM="/usr/local/bin/$1" /usr/lib/resutveksl/cron report 2>&1; }
printf '#!/bin/sh\n[ "$1" = report ] && echo "a report of ${RESUTVEKSL_DATABASE:-$RESUTVEKSL_CONFIG}"\n' >"$root/usr/local/bin/talks"
printf '#!/bin/sh\nexit 0\n' >"$root/usr/local/bin/silent"
chmod +x "$root/usr/local/bin/talks" "$root/usr/local/bin/silent"
check "what there is to report is mailed, for every institution" is "$(report talks)" "a report of host=/nowhere dbname=own
a report of -/etc/resutveksl/204.conf
a report of host=/nowhere dbname=own203"
check "when there is nothing to report there is no mail" is "$(report silent)" ""
rm "$root/usr/local/bin/talks" "$root/usr/local/bin/silent"
mkdir "$root/run/systemd/system"
check "where systemd runs, cron's line does nothing and says nothing" is "$(cron run 2>&1)" ""
rmdir "$root/run/systemd/system"
check "logrotate rotates the logs" inside logrotate --force /etc/logrotate.d/resutveksl
check "a rotated log is there" inside test -s /var/log/resutveksl/resutveksl.log.1

part "Removing and purging"
check "it is removed" inside apt-get remove --yes resutveksl
check "the program is gone" test ! -e "$root/usr/bin/resutveksl"
check "configuration and logs stay" test -s "$root/etc/resutveksl/203.env" -a -s "$root/etc/cron.d/resutveksl" \
    -a -e "$root/var/log/resutveksl/resutveksl.log"
check "cron's line, which stays, does nothing and says nothing" is "$(cron run 2>&1)" ""
check "it is installed again" install /mnt/new.deb
check "it is purged" inside apt-get purge --yes resutveksl
rm -f "$root/var/lib/logrotate/status"
nothing_left() { diff <(grep -v logrotate/status <<<"$before") <(snapshot | grep -v logrotate/status) | grep '^[<>]' >"$layer/diff"; cat "$layer/diff"; [ ! -s "$layer/diff" ]; }
check "nothing of it is left, and nothing else has changed" nothing_left
