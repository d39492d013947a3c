/*
 * A whole run: which cases, in which order, with what in flight; controls, canaries and recovery;
 * and the result.
 *
 * Pure parts stand apart (plan.c decides what is sent, judge/ what it means); this layer owns time:
 * concurrency, rate, budgets, waits, and what happens when the endpoint dies on the way.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "deliver/engine.h"
#include "deliver/target.h"
#include "panora/catalogue.h"
#include "result/result.h"
#include "run/effect.h"
#include "sign/secret.h"
#include "suite/suite.h"

/* How much a diagnosis may ask; OFF: no causes are looked for. */
enum diagnose_effort { DIAGNOSE_OFF, DIAGNOSE_QUICK, DIAGNOSE_FULL };

enum dialects { DIALECTS_BOTH, DIALECTS_TEXT, DIALECTS_OBJECT };

/* What the user asked for. Everything is borrowed and outlives the run. */
struct run_options {
    const struct target *target;
    const struct engine_options *engine; /* without extra_headers */
    const struct headers *extra_headers; /* added to every request after Panora's own */
    const struct catalogue *catalogue;
    const struct secret *secret;
    struct suite *const *suites;
    size_t num_suites;
    const char *const *only; /* globs on full case ids; none = all */
    size_t num_only;
    const char *const *skip;
    size_t num_skip;
    const char *const *skip_reasons; /* beside them: a case with one is reported; else NULL */
    const char *const *events;       /* what the endpoint subscribes to; none = everything */
    size_t num_events;
    enum level level; /* the least binding level that is run */
    enum dialects dialects;
    bool is_unsigned;              /* the endpoint knowingly verifies nothing */
    enum diagnose_effort diagnose; /* how much is asked about the causes of failures */
    bool quick;
    bool strict;
    bool fail_fast; /* the first required case that fails ends the run */
    bool allow_disruptive;
    uint64_t seed; /* not 0 */
    int64_t deadline_ns;
    int64_t target_ns;
    int64_t wait_ns;     /* how long to wait for the endpoint's first answer */
    int64_t recovery_ns; /* how long a crashed endpoint may take to come back */
    int64_t max_time_ns;
    int64_t patience_ns; /* a slow endpoint gets no more than this for what is not required; 0 = no
                            limit */
    size_t max_requests; /* 0 = no limit */
    double rate;         /* requests a second; 0 = no limit */
    size_t concurrency;  /* in flight at first */
    size_t concurrency_max;                   /* it grows up to that while answers take no longer */
    const struct effect_oracle *effect;       /* who can tell what was processed; NULL = nobody */
    const volatile sig_atomic_t *interrupted; /* set by a signal handler */
};

/* How far a run has come. Of the requests, some planned ones are never sent, and others come in
 * addition. */
struct run_progress {
    size_t num_judged; /* cases */
    size_t num_cases;
    size_t num_sent; /* requests */
    size_t num_planned;
};

/* The first genuine event was refused. */
struct run_refusal {
    const char *cause; /* a sentence; NULL = it is not known */
    bool is_likely;    /* the cause is not proved */
    bool spares;       /* what that leaves undecided is not sent */
    bool is_shut;      /* the endpoint limits the rate as well: nothing can be decided */
    bool goes_on;      /* the search for its cause, for requests have to wait (--rate) */
    int status;        /* what the event met; 0 = none */
};

/* Called while the run goes on; any of them may be NULL. */
struct run_listener {
    void *payload;
    void (*on_case)(void *payload, const struct run_result *result, const struct case_result *one);
    void (*on_progress)(void *payload, const struct run_progress *progress);
    /* The first genuine event was refused, and something is known of it long before the end. Called
     * again when more is known. */
    void (*on_refusal)(void *payload, const struct run_refusal *refusal);
};

struct plan;

/* Chooses the cases and composes every request; sends nothing. NULL with a sentence when nothing
 * was selected or a request cannot be composed. The caller frees with plan_free. */
struct plan *plan_make(const struct run_options *options, struct error *err);
void plan_free(struct plan *plan); /* NULL is fine */

size_t plan_num_cases(const struct plan *plan);
size_t plan_num_requests(const struct plan *plan); /* controls included, canaries not */
size_t plan_num_effects(const struct plan *plan);  /* events that the oracle is asked about */

/* Appends one sentence: the target, the number of requests, the expected time, and what is left
 * behind. */
void plan_describe(const struct plan *plan, struct buf *out);

/* Appends one line for each request that would be sent. */
void plan_list(const struct plan *plan, struct buf *out);

/* The time that every event of every run is made at, so a seed alone says what is sent:
 * 2026-01-01T12:00:00.000Z. */
#define RUN_WALL_MS INT64_C(1767268800000)

/* Whether the oracle knows none of the plan's events yet: a seed that was used before sends them
 * once more, and what becomes of them then shows nothing. False with a sentence. */
bool plan_effects_are_new(const struct plan *plan, effect_stop *stop, void *stop_payload,
                          struct error *err);

/* The 16 bits in every id_event of a run with this seed. */
unsigned run_tag_of(uint64_t seed);

/* An id_event of such a run that it does not send. */
void run_unsent_id(uint64_t seed, char out[UUID_SIZE]);

/* Sends everything, judges, and fills `result`, whose target, version, suites_hash, rerun, url and
 * hidden are the caller's and set before. False with a sentence only when hookcheck itself fails;
 * whatever the endpoint does is a result. */
bool run_plan(const struct plan *plan, const struct run_listener *listener,
              struct run_result *result, struct error *err);

#endif
