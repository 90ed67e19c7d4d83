# shellcheck shell=bash disable=SC2154
# The package by itself, without installing it.

part "The package"
listing=$(dpkg-deb --contents "$deb")
control=$(dpkg-deb --field "$deb")
check "lintian finds no error and no warning" lintian --fail-on error,warning --allow-root "$deb"
check "it depends on Debian's libpq, and on no Swift runtime" has "$control" '^Depends: .*libpq5'
check "no library of Swift is needed" hasnot "$(objdump -p "$program" | grep NEEDED)" 'swift|Foundation|dispatch|BlocksRuntime'
check "its version is the program's" is "$(dpkg-deb --field "$deb" Version)" "$("$program" --version)-1"
check "postinst talks to no database" hasnot "$(dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./postinst | sed '/^#/d')" '(psql|createdb|createuser|resutveksl (migrate|run))'

complete_listing() {
    local unit file
    for unit in ops/systemd/*.service ops/systemd/*.timer; do has "$listing" " \./lib/systemd/system/$(basename "$unit")$" || return; done
    for file in migrations/*.sql; do has "$listing" " \./usr/share/resutveksl/$file$" || return; done
    for file in docs/*.md README.md; do has "$listing" "/usr/share/doc/resutveksl/$(basename "$file")$" || return; done
    has "$listing" ' ./usr/share/bash-completion/completions/resutveksl$' &&
        has "$listing" ' ./usr/share/zsh/vendor-completions/_resutveksl$' &&
        has "$listing" ' ./usr/share/fish/vendor_completions.d/resutveksl.fish$' &&
        has "$listing" ' ./usr/share/doc/resutveksl/examples/resutveksl.rules.yml$' &&
        has "$listing" ' ./usr/share/doc/resutveksl/examples/resutveksl.json$'
}
check "units, migrations, documentation and completions are all in it" complete_listing

manuals=.build/deb/resutveksl-$("$program" --version)/man
# Every command that the help lists has a page, down the tree.
every_command_has_a_page() {
    local words=$1 name
    if [ ! -s "$manuals/${words// /-}.1" ]; then
        echo "no page for $words"
        return 1
    fi
    # shellcheck disable=SC2086
    for name in $("$program" ${words#resutveksl} --help | sed -n '/^SUBCOMMANDS:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p'); do
        every_command_has_a_page "$words $name" || return
    done
}
check "every command has a manual page" every_command_has_a_page resutveksl
pages_render() {
    local page
    for page in "$manuals"/*.1; do
        is "$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)" "" || return
    done
}
check "the manual pages render without a warning" pages_render
check "shell scripts have nothing for shellcheck to say" shellcheck --severity=info cron/cron ops/failure ops/report ops/deb ops/packages \
    ops/examples/on-failure ops/examples/on-report ops/debian/postinst ops/debian/prerm ops/debian/postrm Tests/ops/run Tests/ops/init Tests/ops/*.sh
echo "        $(($(stat -c %s "$deb") / 1024)) KiB packed, $(dpkg-deb --field "$deb" Installed-Size) KiB installed"
