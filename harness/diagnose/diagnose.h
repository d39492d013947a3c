/*
 * From what a run saw to the causes: what the endpoint computes, which mistake lets forgeries in,
 * what comes before the handler. Opens no socket: what has to be asked of the endpoint goes out
 * through a function of the caller's.
 */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compose/scheme.h"
#include "http/request.h"
#include "panora/catalogue.h"
#include "panora/event.h"
#include "result/result.h"

/* What goes out together, and how. */
struct diagnose_batch {
    const struct request *requests;
    size_t count;
    size_t at_once;      /* so many are in flight; 0 and 1 = one after another */
    int64_t gap_ns;      /* pause before each request, or before each group of `at_once` */
    bool one_connection; /* one after another on one connection that is kept */
    int64_t timeout_ns;  /* for an answer, when that is less than the run's; 0 = the run's */
};

/* Sends the requests and fills `seen`, one for each (initialised by the callee, cleared by the
 * caller). False when nothing more may be sent: then some are NOT_SENT. */
typedef bool diagnose_send(void *payload, const struct diagnose_batch *batch,
                           struct observation *seen);

/* What was found out about why the first genuine event was refused. */
struct first_refusal {
    struct diagnosis *cause; /* that was proved; NULL = none */
    char *sentence;     /* what the endpoint computes in place of Panora's signature, or wants of
                           a request; NULL = nothing was found */
    bool is_likely;     /* ... and it is not proved */
    bool is_limited;    /* a limit on the rate (429) ended the search */
    int genuine_status; /* what events and forgeries meet, where nothing opens; 0 = not asked */
    int forged_status;
    struct scheme *scheme; /* by which events get in; NULL = none is known */
    enum dialect dialect;  /* ... and their dialect and type */
    const char *type;
    size_t num_tried; /* ways to compute a signature that do not open it */
};

/* What is asked, and when. */
enum diagnose_look {
    LOOK_AT_ALL,   /* everything, when every case was judged */
    LOOK_AT_FIRST, /* others are still to come: what may end the endpoint is not asked yet */
    LOOK_AT_REST   /* after that: what came since, and what was put off */
};

/* What one look leaves to the next of the same run; {0} before the first. */
struct diagnose_memory {
    struct exchange *extras; /* forgeries and malformed requests that were sent here */
    size_t num_extras;
    bool is_measured;        /* whether events fail by chance is settled */
    bool unstable;           /* ... they do */
    int unstable_status;     /* that they meet then; 0 = none */
    bool is_one_chance;      /* ... and nothing else by chance */
    bool too_unstable;       /* nothing about single events can be told */
    bool verifies_by_chance; /* the same forgery is let in and refused */
    size_t tries;            /* so often is asked what may fail by chance; 0 counts as 1 */
    size_t num_gone;         /* times that nobody took the connection */
};
void diagnose_memory_clear(struct diagnose_memory *memory);

/* Everything is borrowed. */
struct diagnose_input {
    const struct run_result *result; /* every case judged; of those that were looked into before,
                                        no cause is looked for */
    const struct exchange *const *controls;
    size_t num_controls;
    const struct catalogue *catalogue;
    struct bytes secret;
    const struct first_refusal *known; /* as it was found out before; NULL = nothing was asked */
    const char *usual_type;
    uint64_t seed;
    unsigned run_tag;
    int64_t wall_ms;   /* the dates in data count from it: later than those of the run */
    int64_t now_ms;    /* the time of day: endpoints compare it with theirs */
    int64_t target_ns; /* what takes longer is slow */
    bool object_only;  /* the endpoint takes data as an object */
    bool text_only;    /* ... or as text: what it makes of objects is not asked */
    enum diagnose_look look;
    struct diagnose_memory *memory; /* read and filled; NULL = nothing is left to another look */
    bool is_unsigned;               /* it knowingly verifies nothing */
    bool is_private;                /* the secret itself may be sent: https or loopback */
    bool any_accepted;              /* some genuine event was accepted */
    int crowded_status;  /* that events met because others came before them; 0 = none is known */
    bool is_erratic;     /* ... or however far apart they came */
    bool drops;          /* ... connections were dropped, now and then, and taken again later */
    bool goes_down;      /* it was gone several times, and no case is to blame */
    bool is_gone;        /* it went down, or fell silent, and stayed away: it ended the run */
    bool is_silent;      /* ... but takes connections */
    int first_status;    /* that events met before one was accepted, and not again; 0 = none did */
    size_t max_requests; /* that the experiments may send; 0 = as many as they like */
    const char *max_words; /* says it when they were not enough */
    int64_t max_ns;        /* that the experiments may take; 0 = as long as they like */
    const char **stopped;  /* why `send` sends nothing more; NULL, or points to NULL = unsaid */
    diagnose_send *send;
    /* The first look has tried what is likely, in vain, and goes on; NULL = nobody wants to know.
     */
    void (*tried_likely)(void *payload);
    void *payload;
};

/* The causes, the most harmful first; none when nothing failed. `*inout` holds those that were
 * found earlier in the same run, which are kept and may explain more cases now; NULL and 0 = none.
 * The caller frees them with the result that it puts them into. */
void diagnose(const struct diagnose_input *input, struct diagnosis **inout, size_t *inout_count);

/* Before the cases, when `refused` was: asks, with at most `max_requests`. Of `input`, `result` and
 * `controls` are not looked at; its catalogue and secret outlive `out`, which the caller clears. */
void diagnose_first_refusal(const struct diagnose_input *input, const struct exchange *refused,
                            struct first_refusal *out);
void first_refusal_clear(struct first_refusal *refusal);

/* --- everything that can be diagnosed, for lists, explanations and tests --- */

struct diagnosis_kind {
    const char *id;
    const char *sentence; /* completes "The endpoint ..." */
    const char *harm;
    const char *remedy;
};

struct diagnosis_kinds {
    struct diagnosis_kind *items; /* the texts are nobody's to free */
    size_t count;
};

/* All of them, each once; the caller frees the items. */
struct diagnosis_kinds diagnosis_kinds(void);
bool diagnosis_kind_find(const char *id, struct diagnosis_kind *out);

/* The cause of an endpoint that refuses whatever is signed with this secret. */
#define DIAGNOSIS_OTHER_SECRET "other-secret"

#endif
