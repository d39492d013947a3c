/*
 * What a run may spend: requests, a rate, time, and the patience of whoever interrupts it. Pure:
 * the time comes in as a parameter. Only the gate asks it, and the gate lets nothing out without
 * asking.
 */
#ifndef RUN_BUDGET_H
#define RUN_BUDGET_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a request is sent. All of them are counted and held to the rate alike. */
enum purpose {
    PURPOSE_WAIT, /* whether the endpoint is there yet (--wait) */
    PURPOSE_CASE,
    PURPOSE_CONTROL,
    PURPOSE_CANARY,
    PURPOSE_SEARCH,
    PURPOSE_TLS,
    PURPOSE_DIAGNOSIS,
    PURPOSE_REDIRECT,
    PURPOSE_COUNT
};
const char *purpose_name(enum purpose purpose); /* "wait", "case", ... */

struct budget_limits {
    double rate;                              /* requests in any one second; 0 = no limit */
    size_t max_requests;                      /* 0 = no limit */
    int64_t max_time_ns;                      /* from budget_begin on; 0 = no limit */
    const volatile sig_atomic_t *interrupted; /* set by a signal handler; NULL = never */
};

struct budget {
    struct budget_limits limits;
    int64_t begun_ns; /* 0 = not yet */
    int64_t last_ns;  /* when the latest left */
    size_t last_len;  /* how many left then, at once; 0 = none has left yet */
    size_t num_sent;
    size_t sent[PURPOSE_COUNT];
};

void budget_init(struct budget *budget, const struct budget_limits *limits);

/* The time of the run counts from now on. */
void budget_begin(struct budget *budget, int64_t now_ns);

/* Why nothing at all may be sent any more, for a person; NULL = something may. */
const char *budget_over(const struct budget *budget, int64_t now_ns);

/* Why `len` requests at once may never be sent, now or later; NULL = they may. */
const char *budget_refusal(const struct budget *budget, size_t len, int64_t now_ns);

/* When `len` requests may leave at once: such that no second sees more than the rate allows, before
 * or after them. */
int64_t budget_due_ns(const struct budget *budget, size_t len);

/* Whether so many at once fit into a second of this rate at all. */
bool budget_fits(double rate, size_t len);

/* They leave now. */
void budget_spend(struct budget *budget, enum purpose purpose, size_t len, int64_t now_ns);

/* One of them reached nobody, and is not counted; the rate stands. */
void budget_give_back(struct budget *budget, enum purpose purpose);

#endif
