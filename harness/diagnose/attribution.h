/* Which failed cases a cause explains: those whose outcome it predicts, and no others. */
#ifndef DIAGNOSE_ATTRIBUTION_H
#define DIAGNOSE_ATTRIBUTION_H

#include "diagnose/investigation.h"

/* Genuine events that were not accepted, and that `by` signs in another way than Panora. */
void attribute_computation(struct investigation *inv, struct diagnosis *diagnosis,
                           const struct computation *by, int status);

/* Genuine events with this feature (NULL: the dialect that the endpoint does not take) that met
 * `status`, which 0 leaves open. */
void attribute_feature(struct investigation *inv, struct diagnosis *diagnosis,
                       const struct feature *feature, int status);

/* Genuine events that were not accepted; that met `status`, which 0 leaves open. */
void attribute_lost(struct investigation *inv, struct diagnosis *diagnosis, int status);

/* Genuine events that met what this one meets by chance, at whatever time. */
void attribute_unstable(struct investigation *inv, struct diagnosis *diagnosis, int status,
                        enum answer answer);

/* Everything that went wrong with this answer, whoever it was meant for. */
void attribute_status(struct investigation *inv, struct diagnosis *diagnosis, int status);

/* Genuine events of types that the catalogue does not know. */
void attribute_unknown_types(struct investigation *inv, struct diagnosis *diagnosis, int status);

/* Genuine events that were not accepted and that fit. */
typedef bool sight_fits(const struct investigation *inv, const struct sight *sight,
                        const void *payload);
void attribute_fitting(struct investigation *inv, struct diagnosis *diagnosis, sight_fits *fits,
                       const void *payload, int status);

/* Whether a case went wrong because such an event was not accepted. */
bool attribute_calls_for(const struct investigation *inv, sight_fits *fits, const void *payload);

/* An event that is too large to be looked into has the cause of a smaller one of the same case that
 * met the same status. Called when all causes are known. */
void attribute_large(struct investigation *inv);

struct diagnosis_kind kind_of_hypothesis(const struct hypothesis *one);

#endif
