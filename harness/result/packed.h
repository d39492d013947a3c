/*
 * Large bodies of requests, which are most of what a plan holds: they are kept compressed but for
 * their beginning, and whole only while they are sent, or when what they hold matters to a verdict.
 */
#ifndef RESULT_PACKED_H
#define RESULT_PACKED_H

#include "result/result.h"

/* A body of at most so many bytes is always whole. */
#define PACKED_MIN ((size_t)64 * 1024)

/* Lets go of all but the beginning of a large body; exchange_unpack brings the rest back. Either
 * does nothing where nothing is to be done. */
void exchange_pack(struct exchange *exchange);
void exchange_unpack(struct exchange *exchange);

/* The request's whole body: its own, or unpacked into `whole`, which the caller clears. */
const struct buf *exchange_body(const struct exchange *exchange, struct buf *whole);

/* Copies of an exchange share what is packed; the last to let go frees it. NULL is fine. */
struct packed *packed_share(struct packed *packed);
void packed_free(struct packed *packed);

/* Bytes of the request's body, packed or not. */
size_t exchange_body_len(const struct exchange *exchange);

/* Whether the body is JSON with `data`, as an event's is. One of which only the beginning is here
 * was composed as an event. */
bool exchange_has_data(const struct exchange *exchange);

#endif
