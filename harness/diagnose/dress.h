/* Genuine events that are refused as Panora sends them, sent with one header changed. */
#ifndef DIAGNOSE_DRESS_H
#define DIAGNOSE_DRESS_H

#include "diagnose/investigation.h"

/* Tries the first `count` of the changes, SIZE_MAX for all: where each takes the whole deadline,
 * few are enough. True when one makes events accepted, and no forgery: it is named, worn by all
 * requests from now on (inv->dresses), and there is a base. `*out_further` is the first that came
 * as far as the signature check, which it did not before, or NULL. */
bool dress_try(struct investigation *inv, const struct observation *refused, size_t count,
               const struct feature **out_further);

/* Names what the change mends: accepted with it, `refused` without. */
void dress_name(struct investigation *inv, const struct feature *feature,
                const struct observation *refused);

#endif
