#!/bin/sh
# check.sh RUNNER REPORT FILTER [FLAGS...]: runs the tests of a Criterion runner. The last lines name what was not tested and what failed.
#
# Where the variable CI is set, up to three failed tests run a second time, each alone, for a shared machine may have kept them waiting.
# Those that pass then are named all the same: none may depend on luck. Without CI they fail at once.
#   HOOKCHECK_SKIPPED   a file in which the tests note what this machine lacks
#   TEST_SECONDS        for all of them
runner=$1 report=$2 filter=$3
shift 3
failed=$(dirname "$0")/failed_tests.awk
rm -f "$report" "$HOOKCHECK_SKIPPED"

run_tests() { timeout "${TEST_SECONDS:-2400}" "$runner" "$@"; }

# Each failed test by itself; false when one fails again, or when none or more than three had failed.
pass_alone() {
    names=$(awk -v bare=1 -f "$failed" "$report")
    [ "$(printf '%s\n' "$names" | grep -c .)" -le 3 ] || return 1
    again=$report.again.xml
    for name in $names; do
        echo "once more, alone: $name"
        run_tests -j1 --filter "$name" --xml="$again" && grep -q 'status="PASSED"' "$again" || return 1
    done
    [ -n "$names" ]
}

status=0
run_tests "$@" --filter "$filter" --xml="$report" || status=$?
if [ -s "$HOOKCHECK_SKIPPED" ]; then
    echo 'NOT tested on this machine:'
    LC_ALL=C sort -u "$HOOKCHECK_SKIPPED" | sed 's/^/  /'
fi
if [ $status -ne 0 ]; then
    second=no
    if [ -n "$CI" ] && [ -s "$report" ] && pass_alone; then second=yes; fi
    if [ $second = yes ]; then echo 'FAILED among the others, and passed alone:'; else echo "FAILED (the runner ended with $status):"; fi >&2
    if [ -s "$report" ]; then
        awk -f "$failed" "$report" >&2
    else
        echo "  it left no report: ended by a signal, or after TEST_SECONDS=${TEST_SECONDS:-2400}" >&2
    fi
    [ $second = yes ] || exit $status
fi
grep -qE 'status="(PASSED|FAILED|ERRORED)"' "$report" || { echo 'no test ran' >&2; exit 1; }
