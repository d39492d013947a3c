#!/bin/sh
# fault_run.sh REPORT FAULT ARGUMENTS...: runs hookcheck against its receiver with one fault (or
# none when FAULT is empty), which is started again whenever it dies. REPORT is the JSON report.
# LISTEN and HOST may say where it listens and by which name it is called.
set -u
report=$1
fault=$2
shift 2
folder=$(mktemp -d)
port=0
supervise() {
    while :; do
        "$HOOKCHECK_BIN" receive --quiet --listen "${LISTEN:-127.0.0.1}:$port" \
            --restart "${RESTART:-100ms}" ${fault:+--fault "$fault"} > "$folder/now" 2>&1 &
        echo $! > "$folder/pid"
        while [ ! -s "$folder/now" ] && kill -0 $! 2>/dev/null; do sleep 0.01; done
        port=$(sed -n '1s/.*:\([0-9]*\)$/\1/p' "$folder/now")
        [ -s "$folder/first" ] || cp "$folder/now" "$folder/first"
        wait $!
        [ -e "$folder/over" ] && return
        sleep 0.1
    done
}
supervise &
supervisor=$!
while [ ! -s "$folder/first" ]; do sleep 0.01; done
url=$(sed -n '1s/^listening on //p' "$folder/first")
ca=$(sed -n 's/^CA certificate: //p' "$folder/first")
[ -n "${HOST:-}" ] && url=$(echo "$url" | sed "s|//.*:|//$HOST:|")
"$HOOKCHECK_BIN" run "$url/" -q --no-progress ${ca:+--cacert "$ca" --insecure} \
    --report json="$report" "$@" > "$folder/out" 2>&1
code=$?
[ $code -le 4 ] || cat "$folder/out"
: > "$folder/over"
# One that has just died is being started once more.
while kill -0 $supervisor 2>/dev/null; do
    kill "$(cat "$folder/pid")" 2>/dev/null
    sleep 0.05
done
wait
rm -rf "$folder"
exit $code
