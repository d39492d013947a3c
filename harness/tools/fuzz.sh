#!/bin/sh
# Runs fuzz targets one after another: fuzz.sh BUILD SECONDS TARGET...
#
# Each begins with what is kept in fixtures/fuzz/NAME and with real inputs, knows the words of the
# formats (fixtures/fuzz/words.dict), and must reach at least so many edges as harness/fuzz/floors says:
# a target that no longer gets into what it tests is a failure, however long it ran.
set -eu
build=$1 seconds=$2
shift 2
for target in "$@"; do
    name=$(basename "$target")
    mkdir -p "$build/corpus/$name" "$build/seeds/$name"
    case $name in
    fuzz_suite) find suites -name '*.json' ! -name '*.schema.json' -exec cp {} "$build/seeds/$name/" \; ;;
    fuzz_js | fuzz_verify) find fixtures/events -name '*.json' -size -8k -exec cp {} "$build/seeds/$name/" \; ;;
    fuzz_saved) cp reports/examples/report.json "$build/seeds/$name/" ;;
    esac
    kept=$(ls -d "fixtures/fuzz/$name" 2>/dev/null || true)
    echo "fuzz: $name for $seconds s"
    # shellcheck disable=SC2086
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -dict=fixtures/fuzz/words.dict \
        -artifact_prefix="$build/" "$build/corpus/$name" "$build/seeds/$name" $kept >"$build/$name.log" 2>&1 ||
        { tail -40 "$build/$name.log"; exit 1; }
    edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$build/$name.log" | tail -1)
    floor=$(awk -v name="$name" '$1 == name {print $2}' harness/fuzz/floors)
    [ -n "$floor" ] || { echo "harness/fuzz/floors says nothing of $name; it reached ${edges:-0} edges" >&2; exit 1; }
    [ "${edges:-0}" -ge "$floor" ] || { echo "$name reached ${edges:-0} edges, fewer than $floor" >&2; exit 1; }
    echo "      ${edges:-0} edges (at least $floor are wanted)"
done
