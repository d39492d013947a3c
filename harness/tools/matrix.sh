#!/bin/sh
# What catches what: fixtures/matrix.json, and the table between the markers in README.md.
#
#   matrix.sh HOOKCHECK write    prove the suites and write both
#   matrix.sh HOOKCHECK check    prove the suites; fail when what is committed is another
set -eu

program=$1
action=$2
begin='<!-- matrix -->'
end='<!-- /matrix -->'
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

for marker in "$begin" "$end"; do
    grep -qF "$marker" README.md || {
        echo "matrix: README.md has no place for the table: put $begin and $end into it" >&2
        exit 1
    }
done

# The matrix, and the README with the table put in its place.
make_matrix() {
    "$program" selftest --format json --markdown "$folder/matrix.md" >"$folder/matrix.json" || {
        echo "matrix: the suites are not proved: see the problems above" >&2
        exit 1
    }
    awk -v begin="$begin" -v end="$end" -v table="$folder/matrix.md" '
        index($0, end) { inside = 0 }
        !inside { print }
        index($0, begin) { inside = 1; while ((getline line < table) > 0) print line }
    ' README.md >"$folder/README.md"
}

is_current() {
    cmp -s "$folder/matrix.json" fixtures/matrix.json && cmp -s "$folder/README.md" README.md
}

make_matrix
case $action in
write)
    cp "$folder/matrix.json" fixtures/matrix.json
    cmp -s "$folder/README.md" README.md || cp "$folder/README.md" README.md
    ;;
check)
    # A busy machine can let a case that watches the clock catch one mistake more or less.
    is_current || { echo "matrix: not as written down; once more" >&2 && make_matrix; }
    is_current || {
        diff -u fixtures/matrix.json "$folder/matrix.json" >&2 || true
        echo "matrix: fixtures/matrix.json or the table in README.md is not current: run \`make matrix\`" >&2
        exit 1
    }
    ;;
esac
echo "what catches what is as fixtures/matrix.json and README.md say"
