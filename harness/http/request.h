/*
 * A request to send, as a plain value: what compose makes, deliver sends and report shows.
 * Scheme, host and path come from the endpoint's URL when it is sent.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/buf.h"
#include "http/headers.h"

struct request {
    char *method;           /* "POST" */
    char *query;            /* added to the URL's query, without '?' or '&'; NULL = nothing */
    struct headers headers; /* in the order in which they are sent; without Host and Content-Length
                               only when these are to be missing */
    struct buf body;
};

/* In a value of the Host header: deliver puts the endpoint's authority in its place. */
#define REQUEST_HOST_PLACEHOLDER "{host}"

void request_clear(struct request *request);
void request_copy(struct request *to, const struct request *from); /* `to` is zeroed or cleared */

#endif
