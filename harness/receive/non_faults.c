/* The modes of the catalogue that are no faults, and why. */
#include "base/array.h"
#include "receive/fault.h"

const struct non_fault non_faults[] = {
    {"A11", "compares with PHP's ==, to which two numbers in another spelling are equal",
     "a digest of 64 digits looks like such a number once in 10^15 secrets"},
};
const size_t num_non_faults = ARRAY_LEN(non_faults);
