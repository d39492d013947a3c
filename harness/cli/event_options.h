/*
 * Which event is made, how it is signed and in which way it is made wrong: the options that `sign`
 * and `send` share.
 */
#ifndef CLI_EVENT_OPTIONS_H
#define CLI_EVENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/rng.h"
#include "cli/option.h"
#include "compose/compose.h"
#include "sign/secret.h"

#define EVENT_TYPE_DEFAULT "crm.contact.created"
#define EVENT_DATA_MAX     67108864 /* 64 MiB: of a file of data, or by --size */

extern const struct option_set event_options;

/* What the options say. The struct must not move once it is read: its composer points into it. */
struct event_choice {
    struct catalogue *catalogue;
    struct secret secret;
    struct composer composer;
    struct step step; /* data and mutations; the type comes with each event */
    struct rng rng;
    int64_t seed;
    const char *id; /* borrowed; NULL = a fresh one for each event */
};

/* Reads --data FILE, at most `max_len` bytes, and appends its JSON value as JSON.stringify writes
 * it, which is never empty; nothing when the option is not given. */
bool data_from_arguments(const struct arguments *arguments, size_t max_len, struct buf *out,
                         struct error *err);

/* Reads the secret and the options. Clear it in any case. */
bool event_choice_read(struct event_choice *choice, const struct arguments *arguments,
                       struct error *err);
void event_choice_clear(struct event_choice *choice);

/* The name under which an event of type `given` arrives; says on standard error when that is
 * another one, when Panora never sends it, and when the catalogue does not have it. Borrowed. */
const char *event_choice_wire_type(const struct event_choice *choice, const char *given);

/* Makes one more event of the type `wire_type`, and its request. */
bool event_choice_compose(struct event_choice *choice, const char *wire_type, struct composed *out,
                          struct error *err);

#endif
