/// The shell program that owns a private cluster from its first file to its last.
///
/// It obeys one-word commands on standard input and answers each with one line, `ok …` or `error …`. When the input ends,
/// for whatever reason (the owner closed it, exited, or was killed), it stops the server and removes the folder. It runs
/// in a session of its own, as the user that the server runs as, so that neither Ctrl-C in the owner's terminal nor a
/// signal to the owner's group reaches it or the server.
enum GuardScript {
    static let text = #"""
        umask 077
        cd /
        # A signal ends the reading of commands, and with it this program; children start with signals as usual.
        trap 'exit 1' HUP INT TERM
        # An owner that died must not end this program through the answer that nobody reads.
        trap '' PIPE
        unset RESUTVEKSL_GUARD

        find_server() {
            for candidate in "$(pg_config --bindir 2>/dev/null)" \
                $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
                "$(dirname "$(command -v initdb || echo /)")"
            do
                if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then
                    bin=$candidate
                    return 0
                fi
            done
            return 1
        }

        # answer STATUS FILE: the end of the file says why something failed.
        answer() {
            if [ "$1" = 0 ]; then echo ok; else echo "error $(tail -n 6 "$2" 2>/dev/null | tr '\n\t' '  ')"; fi
        }

        # own_clock PROGRAM...: runs it by the cluster's own clock, if it has one: so many seconds beside the machine's. The
        # library looks at the file whenever the program looks at its watch. What waits goes on by the machine's clock.
        own_clock() {
            if [ -e "$folder/clock" ]; then
                LD_PRELOAD=$clock_library FAKETIME_TIMESTAMP_FILE=$folder/clock FAKETIME_NO_CACHE=1 NO_FAKE_STAT=1 \
                    FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DISABLE_SHM=1 "$@"
            else
                "$@"
            fi
        }

        # set_clock SECONDS: in one step, because the server may be looking.
        set_clock() {
            clock_library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
            if [ -z "$clock_library" ]; then
                echo 'no libfaketime on this machine: install the Debian package libfaketime'
                return 1
            fi
            echo "$1" >"$folder/clock.next" && mv "$folder/clock.next" "$folder/clock"
        }

        stop_server() {
            [ -e "$data/postmaster.pid" ] || return 0
            "$bin/pg_ctl" stop -w -t "$2" -m "$1" -D "$data" </dev/null >"$folder/control.log" 2>&1
        }

        finish() {
            trap '' HUP INT TERM
            if [ -z "$kept" ] && [ -n "$folder" ]; then
                stop_server fast 10 || stop_server immediate 10 || kill -9 "$(head -n 1 "$data/postmaster.pid")"
                # For tests that look into what was logged, after everybody has gone.
                if [ -n "$TEST_LOGS" ]; then cp "$folder/server.log" "$TEST_LOGS/server-${folder##*/}.log" 2>/dev/null; fi
                rm -rf "$folder"
            fi
            if [ -n "$TEST_LOGS" ]; then rm -f "$TEST_LOGS/${folder##*/}.guard"; fi
        }

        # make_certificates NAME...: a certificate authority, another one that signed nothing, and the server's certificate.
        make_certificates() {
            mkdir -p "$folder/tls" && cd "$folder/tls" || return 1
            names=
            for name in "$@"; do
                case $name in
                *[!0-9.]*) names=$names,DNS:$name ;;
                *) names=$names,IP:$name ;;
                esac
            done
            for authority in ca other-ca; do
                openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=resutveksl $authority" \
                    -keyout $authority.key -out $authority.crt || return 1
            done
            openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout server.key -out server.csr || return 1
            printf 'subjectAltName=%s\n' "${names#,}" >server.ext
            openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
                -extfile server.ext -out server.crt
            made=$?
            cd /
            return $made
        }

        trap finish EXIT
        if ! find_server; then
            echo missing
            exit 1
        fi
        folder=$(mktemp -d "$1/resutveksl-XXXXXX" 2>/dev/null)
        if [ -z "$folder" ]; then
            echo "error cannot make a folder in $1"
            exit 1
        fi
        data=$folder/data
        if [ -n "$TEST_LOGS" ]; then echo $$ >"$TEST_LOGS/${folder##*/}.guard"; fi
        echo "ok $bin $folder"

        while read -r command arguments; do
            case $command in
            init)
                "$bin/initdb" --no-sync -A trust -U postgres --locale=C.UTF-8 --encoding=UTF8 -D "$data" \
                    </dev/null >"$folder/control.log" 2>&1
                answer $? "$folder/control.log"
                ;;
            copy)
                # A standby of the server that a connection string leads to.
                "$bin/pg_basebackup" -D "$data" -R -X stream -c fast -d "$arguments" </dev/null >"$folder/control.log" 2>&1
                answer $? "$folder/control.log"
                ;;
            promote)
                "$bin/pg_ctl" promote -w -t 60 -s -D "$data" </dev/null >"$folder/control.log" 2>&1
                answer $? "$folder/control.log"
                ;;
            certificates)
                # Names are separated by spaces.
                make_certificates $arguments </dev/null >"$folder/control.log" 2>&1
                answer $? "$folder/control.log"
                ;;
            start)
                own_clock "$bin/pg_ctl" start -w -t 60 -s -D "$data" -l "$folder/server.log" </dev/null >"$folder/control.log" 2>&1
                answer $? "$folder/server.log"
                ;;
            stop)
                stop_server "$arguments" 60
                answer $? "$folder/control.log"
                ;;
            clock)
                set_clock "$arguments" >"$folder/control.log" 2>&1
                answer $? "$folder/control.log"
                ;;
            keep)
                kept=yes
                echo ok
                exit 0
                ;;
            esac
        done
        """#
}
