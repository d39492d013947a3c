/*
 * Passes on what arrives to an application, byte for byte, and the application's answer back: the
 * signature stays right, and whoever watches sees both sides.
 *
 *     struct forward *forward = forward_start(&options, &err);
 *     forward_run(forward);      (until SIGINT or SIGTERM)
 *     forward_free(forward);
 */
#ifndef PLATFORM_FORWARD_H
#define PLATFORM_FORWARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/error.h"

/* Zeroed fields are the defaults; everything is borrowed and outlives it. */
struct forward_options {
    const char *listen; /* NULL = 127.0.0.1:0 */
    bool tls;
    const char *cert;
    const char *key;
    const char *to;      /* the application's URL; with no path but "/", the path of each request */
    const char *cacert;  /* PEM of the authorities that it trusts; NULL = the system's */
    struct bytes secret; /* by which requests are told valid; all are passed on */
    const char *journal; /* a file; NULL = none */
    int watch_fd;        /* the journal goes here as well; it is taken over. 0 = nowhere */
    FILE *out;           /* one line for each request; NULL = quiet */
    bool stop_on_signals;
};

struct forward;

/* NULL with a sentence when it cannot listen, or the URL is none. */
struct forward *forward_start(const struct forward_options *options, struct error *err);
void forward_free(struct forward *forward); /* NULL is fine */

const char *forward_url(const struct forward *forward);     /* borrowed */
const char *forward_ca_path(const struct forward *forward); /* borrowed; NULL = none was made */

/* Tells whoever watches where it listens. */
void forward_tell(struct forward *forward);

void forward_run(struct forward *forward);
void forward_stop(struct forward *forward); /* from any thread or a signal handler */

#endif
