#!/bin/sh
# try_threads.sh HOOKCHECK: what uses threads of a program that was built with ThreadSanitizer: the load, against its own
# receiver, plain and TLS; and the local Panora, which delivers to it. A data race ends the program with 66.
set -eu
program=$1
folder=$(mktemp -d)
receiver=
panora=
trap '[ -z "$receiver$panora" ] || kill $receiver $panora 2>/dev/null; rm -rf "$folder"' EXIT
export HOOKCHECK_SECRET=whsec_threads TSAN_OPTIONS=exitcode=66:halt_on_error=1

# load OPTIONS...: what falls short of a goal on a slow machine is no failure
load() {
    code=0
    "$program" load "$url/hook" --threads 4 --duration 3s "$@" >"$folder/out" 2>&1 || code=$?
    [ $code -le 1 ] || { cat "$folder/out"; echo "threads: load $* ended with $code" >&2; exit 1; }
    tail -n 1 "$folder/out"
}

# The first URL that is printed into the pipe.
address() { sed -n 's/^.*\(https*:[^ ]*\).*$/\1/;T;p;q' "$folder/said"; }

deliver() {
    PANORA_API_KEY=local
    export PANORA_API_KEY
    mkfifo "$folder/said"
    "$program" panora --listen 127.0.0.1:0 --store "$folder/store" >"$folder/said" &
    panora=$!
    api=$(address)
    "$program" endpoints create "$url/hook" crm.deal.created --api "$api" >/dev/null
    for i in 1 2 3 4 5 6 7 8; do "$program" trigger crm.deal.created --api "$api" >/dev/null; done
    kill $panora
    wait $panora || { echo "threads: panora ended with $?" >&2; exit 1; }
    panora=
    rm "$folder/said"
}

for tls in '' --tls; do
    mkfifo "$folder/said"
    # shellcheck disable=SC2086
    "$program" receive $tls --quiet >"$folder/said" 2>/dev/null &
    receiver=$!
    url=$(address)
    trust=${tls:+--insecure}
    # shellcheck disable=SC2086
    load --rate 200/s $trust
    # shellcheck disable=SC2086
    load --rate 100/s --find-capacity --slo 'p99<1s' --report json="$folder/load.json" $trust
    rm "$folder/said"
    [ "$tls" ] || deliver
    kill $receiver
    receiver=
done
echo 'threads: no data race'
