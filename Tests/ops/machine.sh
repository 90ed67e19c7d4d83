# shellcheck shell=bash
# A fresh Debian 12 to try the package on: a folder made by debootstrap once, over which each machine is a layer of its own.
# `boot` starts systemd in it as process 1, in namespaces of its own, so that units run under their real restrictions; it
# has a network of its own, in which there is only itself.

cache=${RESUTVEKSL_OPS_CACHE:-$PWD/.build/ops}
base=$cache/bookworm
# What a site has before it installs the package. PostgreSQL is there to be the own database and a source.
machine_packages=systemd,systemd-sysv,dbus,cron,logrotate,tzdata,man-db,adduser,bash-completion,postgresql-15,prometheus-node-exporter

make_base() {
    # Made anew when it should have other packages.
    if [ "$(cat "$base/.made" 2>/dev/null)" = "$machine_packages" ]; then return; fi
    rm -rf "$base"
    mkdir -p "$cache"
    debootstrap --variant=minbase --include="$machine_packages" bookworm "$base" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$cache/debootstrap.log" 2>&1 || {
        tail -20 "$cache/debootstrap.log" >&2
        return 1
    }
    rm -f "$base"/var/cache/apt/archives/*.deb
    echo "$machine_packages" >"$base/.made"
}

# promtool, which checks metrics and alerts: out of Debian's package, without installing the server that is in it.
promtool=$cache/prometheus/usr/bin/promtool
fetch_promtool() {
    if "$promtool" --version >/dev/null 2>&1; then return; fi
    local folder=$cache/prometheus
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && { apt-get download prometheus || { apt-get update -q && apt-get download prometheus; }; }) &&
        dpkg-deb --extract "$folder"/prometheus_*.deb "$folder" && rm "$folder"/prometheus_*.deb && "$promtool" --version
}

# machine NAME: a fresh one; its root is in $root.
machine() {
    layer=$cache/machine-$1-$$
    root=$layer/root
    mkdir -p "$layer"/{upper,work,root}
    machines+=("$layer")
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer/upper,workdir=$layer/work" "$root"
}

# Runs a command in the machine, as a chroot without systemd.
inside() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
        bash -c 'mount -t devpts devpts "$0/dev/pts" && exec chroot "$0" "$@"' "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 "$@"
}

# Starts systemd in the machine.
boot() {
    local group=/sys/fs/cgroup/unified
    if [ ! -d $group ]; then group=/sys/fs/cgroup; fi
    group=$group/resutveksl-ops-$$
    mkdir -p "$group"
    groups+=("$group")
    # Its control groups are below one of its own.
    setsid bash -c "echo \$\$ >'$group/cgroup.procs'
        exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup '$PWD/Tests/ops/init' '$root'" \
        >"$layer/console.log" 2>&1 </dev/null &
    booted=$!
    machines_booted+=("$booted")
    init=0
    within 30 find_init || return 1
    within 60 on systemctl is-system-running || return 1
}

# Process 1 of the machine, as it is called outside.
find_init() {
    init=$(pgrep --parent "$booted" | head -1)
    [ -n "$init" ] && [ "$(cat "/proc/$init/comm")" = systemd ]
}

# Runs a command in the booted machine.
on() {
    timeout --foreground 180 nsenter --target "$init" --mount --pid --uts --ipc --net --cgroup --root --wdns=/ \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 container=other "$@"
}

halt() {
    kill -KILL "$init" 2>/dev/null || true
    wait "$booted" 2>/dev/null || true
}

remove_group() {
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
    [ ! -d "$1" ]
}

machines=()
groups=()
machines_booted=()

# Ends only what was started here.
sweep() {
    local layer group process
    for process in "${machines_booted[@]}"; do
        pkill -KILL --parent "$process" 2>/dev/null || true
        kill -KILL "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    for layer in "${machines[@]}"; do
        umount --recursive --lazy "$layer/root" 2>/dev/null || true
        rm -rf "$layer"
    done
    for group in "${groups[@]}"; do
        # The last processes of the machine take a moment to go.
        within 10 remove_group "$group" || true
    done
}
