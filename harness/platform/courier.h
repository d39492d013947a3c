/*
 * Takes one request to an endpoint as Panora's sender does: connections are kept for five seconds,
 * redirects followed as axios follows them, and an answer is waited for without end. One thing it
 * does not do: event and signature never go to another host.
 */
#ifndef PLATFORM_COURIER_H
#define PLATFORM_COURIER_H

#include <stdbool.h>
#include <stddef.h>

#include "deliver/engine.h"
#include "http/request.h"
#include "result/observation.h"

struct courier;

/* `options` is borrowed and outlives it. */
struct courier *courier_new(const struct engine_options *options);
void courier_free(struct courier *courier);

struct journey {
    struct observation seen; /* of the last address */
    struct buf hops;         /* a line for each redirect: "307 http://..." */
    size_t num_hops;
    bool was_stopped;  /* by `stop` */
    char *cut_because; /* why a redirect was not followed to its end; NULL */
};

/* Carries `request` to `url` and waits until it is over or `stop` becomes true. `whole`: content
 * codings are removed from the answer. */
void courier_carry(struct courier *courier, const struct request *request, const char *url,
                   bool whole, const volatile bool *stop, struct journey *out);
void journey_clear(struct journey *journey);

/* Whether axios resolves: a complete 2xx without what makes it fail. */
bool journey_is_delivered(const struct journey *journey);

#endif
