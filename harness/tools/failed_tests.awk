# Names the failed tests in a report of Criterion's (--xml), a line each: "SUITE/TEST: FILE:LINE: MESSAGE" of the first assertion
# that failed, or how the test ended. The last lines of a log then say what a log of a thousand tests hides.
#   most=12: so many lines at most; bare=1: "SUITE/TEST" of every one, and nothing else
BEGIN { if (!most) most = bare ? 1e6 : 12 }
/<testsuite / { suite = attribute($0, "name") }
/<testcase / { test = attribute($0, "name"); failed = /status="(FAILED|ERRORED)"/; text = "" }
failed { text = text " " $0 }
/<\/testcase>/ { if (failed && ++count <= most) print bare ? suite "/" test : "  " suite "/" test ": " shortened(why(text)); failed = 0 }
END { if (count > most) printf "  and %d more: see %s\n", count - most, FILENAME }

function attribute(line, name) {
    if (!match(line, " " name "=\"[^\"]*\"")) return "?"
    return substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
}
# The rest of a message of several lines stands behind its CDATA section.
function why(text,  part, n) {
    n = split(text, part, /<!\[CDATA\[/)
    if (n < 2) { sub(/.*<(error|failure) /, " ", text); return attribute(text, "message") }
    sub(/\]\]>/, "", part[2]); sub(/<\/failure>.*/, "", part[2]); gsub(/&#10;/, " ", part[2])
    return part[2] (n > 2 ? " (and " n - 2 " more)" : "")
}
function shortened(text) {
    gsub(/[ \t\r]+/, " ", text)
    sub(/ +$/, "", text)
    return length(text) > 500 ? substr(text, 1, 350) " ... " substr(text, length(text) - 140) : text
}
