/* The parts of forensics among themselves. */
#ifndef DIAGNOSE_FORENSIC_H
#define DIAGNOSE_FORENSIC_H

#include "diagnose/investigation.h"

struct diagnosis_kind kind_of_hypothesis(const struct hypothesis *one);

/* Tries every hypothesis until one is proved; false when none is. The caller knows that a plain
 * forgery and a plain genuine event are refused. */
bool forensic_prove(struct investigation *inv);

/* To write megabytes again in a hundred ways takes longer than a run: larger bodies are not asked.
 */
#define RESERIALISED_MAX ((size_t)256 * 1024)

/* Whether the hypothesis signs this event as Panora does, or means nothing for it: then it is no
 * reason to refuse it.
 * Appends the signature that it makes to `out_value` (may be NULL). */
bool forensic_signs_rightly(const struct investigation *inv, const struct hypothesis *hypothesis,
                            const struct sight *sight, struct buf *out_value);

/* Whether this event is lost to who computes that: it comes to another signature, or to none
 * because the library throws; or nobody can say, for it is large. */
bool forensic_fails(const struct investigation *inv, const struct hypothesis *hypothesis,
                    const struct sight *sight);

/* How many of the genuine events that were not accepted it is a reason for; NULL: all. */
size_t forensic_num_explained(const struct investigation *inv, const struct hypothesis *hypothesis);

/* Whether it signs every genuine event that was accepted as Panora does. */
bool forensic_is_consistent(const struct investigation *inv, const struct hypothesis *hypothesis);

const struct diagnosis_kind *forensic_other_dialect(void);

/* The pairs of hypotheses that are tried. */
size_t forensic_pair_count(void);
void forensic_pair_at(size_t index, const struct hypothesis **out_first,
                      const struct hypothesis **out_second);

#endif
