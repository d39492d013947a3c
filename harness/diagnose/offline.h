/* Which mistake explains the signature of one captured request, without asking anybody. */
#ifndef DIAGNOSE_OFFLINE_H
#define DIAGNOSE_OFFLINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/headers.h"

/* Appends sentences, a line each: that the body has another length than its head says; then the
 * hypotheses by which one of the headers fits the body, or how the body was altered after it was
 * signed, or that the secret must be another. False when nothing explains it (the last of these).
 */
bool offline_explain(const struct headers *headers, struct bytes body, struct bytes secret,
                     struct buf *out);

#endif
