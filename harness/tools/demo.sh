#!/bin/sh
# demo.sh HOOKCHECK: what a good and what a bad endpoint look like. Exits 0 when both came out as they should.
set -u
hookcheck=$1
folder=$(mktemp -d) || exit 1
receiver=
HOOKCHECK_SECRET=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export HOOKCHECK_SECRET

stop_receiver() {
    [ -n "$receiver" ] && kill "$receiver" 2>/dev/null && wait "$receiver" 2>/dev/null
    receiver=
}
trap 'stop_receiver; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

# start_receiver [OPTION...]: on a free port; sets $url once it says that it listens
start_receiver() {
    : >"$folder/receiver"
    "$hookcheck" receive --listen 127.0.0.1:0 --quiet "$@" >"$folder/receiver" 2>&1 &
    receiver=$!
    tries=0
    until url=$(sed -n 's/^listening on //p' "$folder/receiver") && [ -n "$url" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ] || ! kill -0 "$receiver" 2>/dev/null; then
            echo "demo: the receiver did not start:" >&2
            cat "$folder/receiver" >&2
            exit 1
        fi
        sleep 0.05
    done
}

say() { printf '\n=== %s\n\n' "$*"; }

say 'A right endpoint: the reference receiver, judged by every suite'
start_receiver
"$hookcheck" run "$url/webhook" --quick
good=$?
stop_receiver

say 'A wrong endpoint: the same receiver, which now verifies only when a signature is there (fault A02)'
start_receiver --fault A02
"$hookcheck" run "$url/webhook" --quick --quiet
bad=$?
stop_receiver

say 'What came out'
echo "right endpoint: exit code $good (0 = every required case passed)"
echo "wrong endpoint: exit code $bad (1 = the endpoint fell short)"
if [ "$good" -ne 0 ] || [ "$bad" -ne 1 ]; then
    echo 'demo: this is not as it should be' >&2
    exit 1
fi
echo
echo 'Now your own endpoint:'
echo "  HOOKCHECK_SECRET=... $hookcheck run https://your-endpoint.example/webhook"
