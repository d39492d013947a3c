/* A local Panora that runs in a thread of the test, and calls to it. */
#ifndef TESTS_SUPPORT_STARTED_PLATFORM_H
#define TESTS_SUPPORT_STARTED_PLATFORM_H

#include <pthread.h>

#include "platform/client.h"
#include "platform/platform.h"
#include "tests/support/started_receiver.h"

#define PLATFORM_KEY "key-of-the-tests"

struct started_platform {
    struct platform *platform;
    pthread_t thread;
    struct engine_options engine;
    struct client_options client;
    int port;
};

/* `options` may be NULL; the key is PLATFORM_KEY unless they have one, the port a free one. */
void platform_begin(struct started_platform *started, const struct platform_options *options);
void platform_end(struct started_platform *started);

/* One call that must be answered; the caller clears `out`. */
void platform_call(const struct started_platform *started, const char *method, const char *path,
                   const char *body, struct client_reply *out);

/* The same, of which only the status counts. */
int platform_status(const struct started_platform *started, const char *method, const char *path,
                    const char *body);

/* A text member of a reply's value, "" when there is none. Caller frees. */
char *reply_text(const struct js *value, const char *name);

/* Sends `bytes` as they are on a fresh connection and reads one reply. */
void platform_exchange(const struct started_platform *started, struct bytes bytes,
                       struct reply *reply);

/* Registers `url` for `type`; returns the endpoint's id (caller frees). */
char *platform_register(const struct started_platform *started, const char *url, const char *type);

/* Waits until delivery `id` is over; its JSON is in `out`. */
void platform_wait(const struct started_platform *started, int64_t id, struct client_reply *out);

#endif
