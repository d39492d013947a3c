/*
 * Suite files as structs. A case reads in the order in which things happen: event, sign, wire,
 * deliver, expect. Everything is checked when it is read, with the JSON path of what is wrong; a
 * loaded suite cannot be malformed.
 */
#ifndef SUITE_SUITE_H
#define SUITE_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "suite/word.h"

enum level { LEVEL_MUST, LEVEL_SHOULD, LEVEL_MAY, LEVEL_COUNT };

const char *level_name(enum level level); /* "must", "should", "may" */
bool level_find(const char *name, enum level *out);

/* In which dialect a step's event goes out. */
enum step_dialect {
    STEP_DIALECT_RUN, /* the run's: text, unless only object is tested */
    STEP_DIALECT_TEXT,
    STEP_DIALECT_OBJECT
};

struct calls {
    struct call *items;
    size_t count;
};

/* What is sent, how, and what must come back. */
struct step {
    /* event */
    char *type; /* the body's `type`, verbatim; NULL = the run's usual type */
    enum step_dialect dialect;
    char *data;     /* JSON text of data; NULL = realistic data for the type */
    size_t size;    /* bytes that the JSON text of data has exactly; 0 = as it comes */
    size_t depth;   /* levels of nesting that data has; 0 = as it comes */
    int64_t rows;   /* for types whose data is an array; -1 = usual */
    int64_t age_ns; /* how long before now the data was made */
    bool nulls;     /* every nullable field is null that Panora's documentation does not require */
    bool all_nulls; /* ... and those that it requires, too */
    size_t again;   /* 1-based number of an earlier step whose event is sent once more; 0 = an own
                       event */
    struct calls event_ops;
    /* sign, wire */
    struct calls sign_ops;
    struct calls wire_ops;
    /* deliver */
    char *method; /* "POST" */
    size_t times; /* how often, each with an own event unless `same_event`; at least 1 */
    bool same_event;
    bool together;       /* all at once rather than one after another */
    size_t at_once;      /* with `together`: so many at once, then the next; 0 = all */
    bool samples;        /* fewer will do: --quick, and a slow endpoint, shorten them */
    int64_t interval_ns; /* open loop: one leaves every so often, whatever the others do; 0 = not */
    bool until_accepted; /* once one is accepted, the others are not sent */
    bool enough_accepted; /* ... nor the later steps */
    bool beside;          /* while the step before is under way, `after_ns` after it began */
    int64_t after_ns;     /* pause since the previous step ended */
    struct calls expect;
};

struct suite_case {
    char *id;    /* "panora/signature/refuses-truncated[32]" */
    char *base;  /* "panora/signature/refuses-truncated" */
    char *suite; /* "panora/signature" */
    char *title;
    enum level level;
    char *source; /* "Panora documentation, webhooks/overview: Secure your webhook endpoint" */
    char *harm;
    char *remedy;
    char *bug;
    char **see;
    size_t num_see;
    bool disruptive;          /* could hurt a weak endpoint; left out against public hosts */
    bool harmful;             /* a canary follows it */
    bool odd;                 /* may end a careless endpoint: it comes late */
    bool one_connection;      /* the steps share a connection (raw way) */
    bool exact;               /* every byte of the answer counts (raw way) */
    bool private_channel;     /* only over https or to loopback */
    bool needs_signature;     /* left out with --unsigned */
    bool alone;               /* nothing else is in flight meanwhile */
    bool tls;                 /* about the TLS session: only over https */
    const struct word *probe; /* what searches on from the only step; NULL = nothing */
    struct step *steps;
    size_t num_steps;
    struct calls expect;   /* over all steps together */
    char *tolerate_status; /* STATUS set; NULL = none */
    char *tolerate_because;
};

/* Whether a user means a case of this id by `glob`: the id itself, without its value ("[32]"),
 * without its suite, or the name of the suite ("panora/signature"; "signature" is enough). */
bool suite_id_matches(const char *glob, const char *id);

struct suite {
    char *name; /* "panora/signature" */
    char *about;
    struct suite_case *cases; /* `for` lists are spread out: one entry a value */
    size_t num_cases;
};

/* A list of values that a `for` may name instead of writing it out: "sent-types". */
struct value_list {
    const char *name;
    const char *const *values;
    size_t num_values;
};

struct vocabulary {
    struct table mutations;
    struct table expectations;
    struct table probes;
    const struct value_list *lists;
    size_t num_lists;
    struct value_list types; /* every event type that there is; none = any text is a type */
};

/* Reads one suite. The caller frees with suite_free. NULL with "FILE: /PATH: ..." when it is wrong.
 */
struct suite *suite_read(const char *file, struct bytes text, const struct vocabulary *vocabulary,
                         struct error *err);
void suite_free(struct suite *suite); /* NULL is fine */

#endif
