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
    {"C07", "trims data before it verifies, or makes one kind of line end of two",
     "data is what JSON.stringify wrote: no white space at its ends, and line ends only as "
     "escapes"},
    {"C19", "stands behind a proxy that rewrites bodies",
     "shows only in the difference between two ways to one endpoint; where the proxy changes data, "
     "it "
     "is C02 to C05"},
    {"D06", "reads its secret in another encoding",
     "Panora makes secrets of ASCII alone, for which the encodings agree"},
    {"E12", "stands behind an edge that drops headers with an underscore or a long value",
     "Panora's header has a hyphen and 64 characters; who looks for another name is D05"},
    {"F03", "reads a long body before it refuses it",
     "so does the right receiver, up to its limit; what is kept in memory cannot be seen from "
     "outside, "
     "and that a long body is survived is checked"},
    {"G10", "refuses with another status than 401",
     "any 4xx is a refusal; 200 is A18, 500 is B01 and on"},
    {"G11", "sets a cookie with its answer",
     "Panora's sender keeps no cookies: nothing follows from it"},
};
const size_t num_non_faults = ARRAY_LEN(non_faults);
