/*
 * Headers and requests as they may be shown (base/redact.h).
 */
#ifndef HTTP_REDACTED_H
#define HTTP_REDACTED_H

#include "base/redact.h"
#include "http/request.h"

/* Fills `to` (zeroed or cleared) with the fields of `from`, names and values redacted; also a value
 * that begins in one field and ends in the next, or whose colon made a name of its beginning. */
void headers_redacted(const struct redactor *redactor, const struct headers *from,
                      struct headers *to);

/* The same for as many of the first fields as have `max_len` bytes together; returns how many are
 * left out. */
size_t headers_shown(const struct redactor *redactor, const struct headers *from, size_t max_len,
                     struct headers *to);

/* The same for method, query, headers and the first `body_max` bytes of the body. */
void request_redacted(const struct redactor *redactor, const struct request *from, size_t body_max,
                      struct request *to);

#endif
