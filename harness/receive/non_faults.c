/* The modes of the catalogue that are no faults, and why. */
#include "base/array.h"
#include "receive/fault.h"

const struct non_fault non_faults[] = {
    {"A11", "compares with PHP's ==, to which two numbers in another spelling are equal",
     "a digest of 64 digits looks like such a number once in 10^15 secrets"},
    {"A15", "lets a debugging header past the verification",
     "the way past is the endpoint's own; no list of guesses would show that there is none"},
    {"A19", "accepts the same request again", "Panora signs no time, so that nobody could refuse"},
    {"A20", "accepts an event whose id or type was changed", "Panora signs neither of them"},
    {"C07", "trims data before it verifies",
     "data is what JSON.stringify wrote, which has no white space at its ends"},
    {"C18", "verifies a compressed body in its compressed form", "Panora compresses nothing"},
    {"C19", "stands behind a proxy that rewrites bodies",
     "shows only in the difference between two ways to one endpoint"},
    {"D06", "reads its secret in another encoding", "shows only in a secret that is not ASCII"},
    {"E12", "stands behind an edge that drops headers with an underscore or a long value",
     "Panora's headers have neither"},
    {"F03", "reads a long body before it refuses it",
     "what is kept in memory cannot be seen from outside; that it survives is checked"},
    {"G05", "wants an object to be created before it is updated",
     "Panora sends no updates: each event stands by itself, whatever came before"},
    {"G10", "refuses with another status than 401", "any 4xx is a refusal"},
    {"G11", "sets a cookie with its answer", "Panora keeps no cookies"},
};
const size_t num_non_faults = ARRAY_LEN(non_faults);
