/* Calls Panora's webhook API, the real one or the local one. */
#ifndef PLATFORM_CLIENT_H
#define PLATFORM_CLIENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "deliver/engine.h"
#include "panora/js.h"

struct client_options {
    const char *api;     /* "http://127.0.0.1:8787" */
    const char *api_key; /* borrowed */
    const struct engine_options *engine;
};

struct client_reply {
    int status;      /* 0 = nobody answered; then `err` says so */
    int retry_after; /* seconds; 0 = not said */
    struct buf body;
    struct js *value; /* the body as JSON, or NULL */
};

/* One call. `body` NULL = none, else JSON text. False when no answer came. */
bool client_call(const struct client_options *options, const char *method, const char *path,
                 const char *body, struct client_reply *out, struct error *err);
void client_reply_clear(struct client_reply *reply);

/* Sets a sentence from a response that is not a success: Panora's message, or ours. Returns false.
 */
bool client_refused(const struct client_reply *reply, struct error *err);

/* The exit code of a call that failed: wrong usage when the key was refused, else that the API was
 * not reached or fell short. */
int client_exit_code(const struct client_reply *reply);

/* Whether this is a local Panora, which can do more than the real one. When it cannot be told,
 * `out_code` is the exit code. */
bool client_is_local(const struct client_options *options, bool *out, int *out_code,
                     struct error *err);

/* URL and secret of a registered endpoint; the caller frees both. */
bool client_endpoint(const struct client_options *options, const char *id, char **out_url,
                     char **out_secret, struct error *err);

#endif
