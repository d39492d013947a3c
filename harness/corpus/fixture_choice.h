/* What `fixtures` was asked for, read and checked before anything is written. */
#ifndef CORPUS_FIXTURE_CHOICE_H
#define CORPUS_FIXTURE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "compose/compose.h"
#include "deliver/target.h"
#include "format/request_format.h"
#include "run/library.h"
#include "sign/secret.h"

#define FIXTURE_URL_DEFAULT "https://example.com/webhook"

/* A body's `type` that gets a folder. */
struct fixture_type {
    const char *name; /* borrowed from the catalogue */
    bool sent;        /* Panora sends it; else its documentation only names it */
};

struct fixture_choice {
    struct library library;
    struct secret secret;
    bool own_secret; /* not the published one */
    struct composer composer;
    struct target target;
    uint64_t seed;
    struct fixture_type *types;
    size_t num_types;
    unsigned chosen_dialect; /* both, text, object */
    bool dialects[2];        /* by enum dialect */
    int64_t count; /* genuine events of each type and dialect; in a stream: events in all */
    bool has_count;
    const char **only; /* globs on full case ids */
    size_t num_only;
    char *data;  /* the user's own, as JSON.stringify writes it; NULL = realistic data */
    size_t size; /* bytes that data has; 0 = as it comes */
    const struct request_format **formats;
    size_t num_formats;
    const char *folder; /* borrowed; "-" = standard output */
    bool force;
};

/* Frees what it holds; cli/fixture_options.h fills it. */
void fixture_choice_clear(struct fixture_choice *choice);

/* Whether the case of that id was asked for. */
bool fixture_choice_wants(const struct fixture_choice *choice, const char *id);

/* The step of a genuine event of the type; the caller clears it (suite/step.h). */
void fixture_choice_step(const struct fixture_choice *choice, const char *type,
                         enum dialect dialect, struct step *out);

/* Where the requests go. Borrows from `choice`; `url` and `path` stay the caller's. */
struct request_place fixture_choice_place(const struct fixture_choice *choice, const char *url,
                                          const char *path);

#endif
