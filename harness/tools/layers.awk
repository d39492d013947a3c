# Fails when a file includes a layer to the right of its own, a forbidden neighbour, or a library that
# belongs to other layers.
#   order='base http ...'  apart='receive>deliver ...'  owners='curl/:deliver event2/:receive ...'
BEGIN {
    n = split(order, layer, " ");  for (i = 1; i <= n; i++) rank[layer[i]] = i
    n = split(apart, pair, " ");   for (i = 1; i <= n; i++) forbidden[pair[i]] = 1
    n = split(owners, rule, " ");  for (i = 1; i <= n; i++) { split(rule[i], part, ":"); owner[part[1]] = "," part[2] "," }
}
/^#include/ {
    split(FILENAME, path, "/"); from = path[2]
    target = $2; gsub(/[<>"]/, "", target); split(target, to, "/")
    if ($2 ~ /^"/ && !(to[1] in rank))
        complain("\"" target "\" names no layer; write includes from harness/")
    if ($2 ~ /^"/ && (rank[to[1]] > rank[from] || forbidden[from ">" to[1]]))
        complain(from "/ may not include " to[1] "/")
    for (prefix in owner)
        if ($2 ~ /^</ && index(target, prefix) == 1 && index(owner[prefix], "," from ",") == 0)
            complain("only " substr(owner[prefix], 2, length(owner[prefix]) - 2) " may include <" target ">")
}
function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
END { exit bad }
