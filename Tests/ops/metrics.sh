# shellcheck shell=bash disable=SC2154
# Alerts and dashboard by themselves. What the program shows is looked at in systemd.sh.

part "Alerts"
alerts=$(sed -n 's/^ *- alert: //p' ops/prometheus/resutveksl.rules.yml)
check "every alert can be read" "$promtool" check rules ops/prometheus/resutveksl.rules.yml
check "alerts come when they should, and only then" "$promtool" test rules ops/prometheus/resutveksl.rules.test.yml
tested() {
    local alert
    for alert in $alerts; do
        has "$(cat ops/prometheus/resutveksl.rules.test.yml)" "alertname: $alert\$" || return
    done
}
check "every alert is seen to come in a test" tested
documented() {
    local alert
    for alert in $alerts; do
        has "$(cat docs/metrics.md)" "^\| .$alert. \|" || return
    done
}
check "every alert is in docs/metrics.md" documented
