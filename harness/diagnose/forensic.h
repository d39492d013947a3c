/* The parts of forensics among themselves. */
#ifndef DIAGNOSE_FORENSIC_H
#define DIAGNOSE_FORENSIC_H

#include "diagnose/investigation.h"

struct diagnosis_kind kind_of_hypothesis(const struct hypothesis *one);

/* Tries every hypothesis until one is proved; false when none is. The caller knows that a plain
 * forgery and a plain genuine event are refused. */
bool forensic_prove(struct investigation *inv);

const struct diagnosis_kind *forensic_other_dialect(void);

#endif
