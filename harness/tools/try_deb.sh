#!/bin/sh
# The Debian package in a fresh Debian: installed, used (a run against its own receiver, manual pages, completion) and
# purged again, after which nothing of it is left. As root, with debootstrap.
set -eu

in_fresh_debian() {
    package=$(make --no-print-directory deb | tail -n 1)
    exec "$(dirname "$0")/fresh.sh" --with "$package" 'sh harness/tools/try_deb.sh --inside'
}

fail() { printf 'deb: %s\n' "$*" >&2; exit 1; }

# judge_own_receiver: the last line of a run against it
judge_own_receiver() {
    export HOOKCHECK_SECRET=whsec_package
    mkfifo /tmp/receiver
    hookcheck receive >/tmp/receiver 2>/dev/null &
    receiver=$!
    url=$(sed -n 's/^listening on //;T;p;q' /tmp/receiver)
    hookcheck run "$url/hook" --quick --only 'panora/delivery/accepts-*' 2>&1 | tail -n 1
    kill "$receiver"
}

# complete WORD: what bash offers after `hookcheck WORD`
complete_in_bash() {
    bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader hookcheck
        function=$(complete -p hookcheck | sed "s/.*-F \([^ ]*\).*/\1/")
        COMP_WORDS=(hookcheck "$1") COMP_CWORD=1 COMP_LINE="hookcheck $1" COMP_POINT=$((10 + ${#1}))
        "$function" hookcheck "$1" hookcheck; printf "%s\n" "${COMPREPLY[@]}"' complete "$1"
}

use() {
    hookcheck --version | grep -q '^hookcheck [0-9]' || fail 'no version'
    judge_own_receiver | grep '^hookcheck: ready: ' || fail 'its own receiver is not ready'
    man -P cat hookcheck | grep -q 'HOOKCHECK_SECRET' || fail 'no manual page'
    man -P cat hookcheck-run | grep -q -- '--max-time' || fail 'no manual page of run'
    complete_in_bash recei | grep -q '^receive' || fail 'bash does not complete'
    [ -s /usr/share/zsh/vendor-completions/_hookcheck ] || fail 'no completion for zsh'
    [ -s /usr/share/fish/vendor_completions.d/hookcheck.fish ] || fail 'no completion for fish'
}

if [ "${1:-}" != --inside ]; then in_fresh_debian; fi
apt-get update -qq
apt-get install -qq --no-install-recommends /given/hookcheck_*.deb man-db bash-completion >/dev/null
dpkg -L hookcheck | grep -v -x -f "$(dpkg -L base-files bash >/tmp/others; echo /tmp/others)" >/tmp/files
use
apt-get purge -qq hookcheck >/dev/null
while read -r file; do [ -d "$file" ] || [ ! -e "$file" ] || fail "left behind: $file"; done </tmp/files
[ -z "$(find /usr /etc /var/lib -name '*hookcheck*' ! -path '/var/lib/apt/*' -print)" ] || fail "left behind: $(find /usr /etc /var/lib -name '*hookcheck*')"
echo 'deb: installed, used and purged'
