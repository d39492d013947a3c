/* What an investigation has found out of how an endpoint computes, for others to sign by. */
#ifndef DIAGNOSE_FOUND_SCHEME_H
#define DIAGNOSE_FOUND_SCHEME_H

#include "compose/scheme.h"
#include "diagnose/investigation.h"

/* The scheme by which events get in; the caller frees it with free. NULL when none is known that
 * only a holder of the secret can follow, and that has its signature in one header. */
struct scheme *scheme_found(const struct investigation *inv);

/* How the endpoint computes by such a scheme. */
const struct computation *scheme_computation(const struct scheme *scheme);

#endif
