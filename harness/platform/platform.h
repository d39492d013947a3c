/*
 * A local Panora: its webhook API, its queue and a dashboard, on one port.
 *
 *     struct platform *platform = platform_start(&options, &err);
 *     platform_run(platform);      (until SIGINT or SIGTERM)
 *     platform_free(platform);
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "deliver/engine.h"

/* Zeroed fields are the defaults; everything is borrowed and outlives it. */
struct platform_options {
    const char *listen;  /* NULL = 127.0.0.1:8787; port 0 = a free one */
    const char *store;   /* a file; NULL = in memory */
    const char *api_key; /* NULL = the store's, made at its first start */
    bool tls;
    const char *cert;
    const char *key;
    const char *const *hosts; /* further names under which it is reached */
    size_t num_hosts;
    bool faithful_leaks; /* a mismatch names the right digest, as Panora does */
    int64_t keep_ms;     /* deliveries older than this go; 0 = they stay */
    int64_t retry_ms;    /* 0 = 60 s */
    struct engine_options engine;
    const char *program; /* this program, to run the suites; NULL = they cannot be run */
    bool stop_on_signals;
    const struct arrivals_options *arrivals; /* it shows what a receiver gets, and does nothing
                                                else; NULL = it is a local Panora */
};

struct arrivals_options {
    int fd;              /* lines of a receiver's journal; at its end the server stops */
    struct bytes secret; /* by which they are valid */
};

struct platform;

/* NULL with a sentence. Refuses to listen beyond loopback without TLS. */
struct platform *platform_start(const struct platform_options *options, struct error *err);
void platform_free(struct platform *platform); /* NULL is fine */

const char *platform_url(const struct platform *platform);     /* borrowed */
const char *platform_api_key(const struct platform *platform); /* borrowed */
const char *platform_ca_path(const struct platform *platform); /* borrowed; NULL = none was made */

void platform_run(struct platform *platform);
void platform_stop(struct platform *platform); /* from any thread or a signal handler */

#endif
