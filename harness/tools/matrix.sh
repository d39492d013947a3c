#!/bin/sh
# What catches what: fixtures/matrix.json, and the same as a table in fixtures/matrix.md.
#
#   matrix.sh HOOKCHECK write [PAIRS]    prove the suites and write both
#   matrix.sh HOOKCHECK check [PAIRS]    prove the suites; fail when what is committed differs
#
# PAIRS: so many pairs of faults are diagnosed in the same proof.
set -eu

program=$1
action=$2
pairs=${3:-0}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

case $action in
write | check) ;;
*)
    echo "matrix: write or check, not $action" >&2
    exit 2
    ;;
esac

make_matrix() {
    "$program" selftest --pairs "$pairs" --format json --markdown "$folder/table.md" >"$folder/matrix.json" || {
        echo "matrix: the suites are not proved: see the problems above" >&2
        exit 1
    }
    cat - "$folder/table.md" >"$folder/matrix.md" <<'END'
# What catches what

Each row is a mistake that webhook endpoints make, played by the reference receiver (`hookcheck receive --fault ID`), the cause
that the diagnosis names for it, and the cases that catch it. `make prove` checks that this table is what really comes out;
`make matrix` writes it. `matrix.json` holds the same for programs, and under `not_faults` what cannot be seen from outside.

END
}

is_current() {
    cmp -s "$folder/matrix.json" fixtures/matrix.json && cmp -s "$folder/matrix.md" fixtures/matrix.md
}

make_matrix
case $action in
write)
    cp "$folder/matrix.json" "$folder/matrix.md" fixtures/
    ;;
check)
    # A busy machine can let a case that watches the clock catch one mistake more or less.
    is_current || { echo "matrix: not as written down; once more" >&2 && make_matrix; }
    is_current || {
        diff -u fixtures/matrix.json "$folder/matrix.json" >&2 || true
        diff -u fixtures/matrix.md "$folder/matrix.md" >&2 || true
        echo "matrix: fixtures/matrix.json and matrix.md are not current: run \`make matrix\`" >&2
        exit 1
    }
    ;;
esac
echo "what catches what is as fixtures/matrix.json and matrix.md say"
