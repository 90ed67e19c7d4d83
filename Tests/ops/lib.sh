# shellcheck shell=bash
# What the parts of `make test-ops` have in common: a check is a sentence that is true when it passes, and a command.

passed=0
failed=0

part() { printf '\n%s\n' "$1"; }

# check SENTENCE COMMAND…: the command succeeds. What it printed is shown only when it does not. Not in a subshell, so that a
# command can leave variables behind.
check() {
    local sentence=$1
    shift
    if "$@" >"$output" 2>&1; then
        passed=$((passed + 1))
        echo "  ok    $sentence"
    else
        failed=$((failed + 1))
        echo "  FAIL  $sentence"
        head -c 300 <<<"$*" | sed 's/^/        /'
        tail -40 "$output" | sed 's/^/        /'
    fi
}
output=$(mktemp)

# is FOUND EXPECTED
is() {
    if [ "$1" != "$2" ]; then
        printf 'expected: %s\nfound:    %s\n' "$2" "$1"
        return 1
    fi
}

# has TEXT PATTERN: an extended regular expression.
has() {
    if ! grep -Eq -- "$2" <<<"$1"; then
        printf 'expected: %s\nfound:    %s\n' "$2" "$1"
        return 1
    fi
}

hasnot() {
    if [ -z "$1" ]; then
        echo "there is nothing to look at"
        return 1
    fi
    if grep -E -- "$2" <<<"$1"; then
        echo "expected: nothing like $2"
        return 1
    fi
}

# within SECONDS COMMAND…: succeeds before the time is over.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            "$@"
            return 1
        fi
        sleep 0.2
    done
}

summary() {
    printf '\n%s\n' "$1: $passed passed, $failed failed, in $SECONDS seconds"
    [ "$failed" = 0 ]
}
