/*
 * What a load has shown so far: counts, times, what went wrong, and the first offenders whole. A
 * plain value that one thread fills; tallies of several threads are added up.
 */
#ifndef LOAD_TALLY_H
#define LOAD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "load/histogram.h"

/* What was sent. */
enum load_kind { LOAD_GENUINE, LOAD_DUPLICATE, LOAD_FORGED, LOAD_NUM_KINDS };

/* What was wrong with an exchange; LOAD_FINE: nothing. */
enum load_fault {
    LOAD_FINE,
    LOAD_FORGERY_ACCEPTED,
    LOAD_GENUINE_REFUSED, /* 4xx other than 429 */
    LOAD_SERVER_ERROR,    /* 5xx */
    LOAD_THROTTLED,       /* 429 */
    LOAD_OTHER_STATUS,    /* 1xx, 3xx */
    LOAD_NOT_CONNECTED,
    LOAD_NO_SOCKET, /* this machine had no port, descriptor or memory left: not the endpoint's */
    LOAD_TIMED_OUT,
    LOAD_CLOSED, /* before the response was complete */
    LOAD_MALFORMED,
    LOAD_UNSENT, /* due, but all connections were busy until the end */
    LOAD_NUM_FAULTS
};

struct load_fault_row {
    const char *name;     /* in JSON */
    const char *sentence; /* in text: "genuine events were refused" */
    bool is_finding;      /* a right endpoint never does it, whatever the load */
};
extern const struct load_fault_row load_faults[LOAD_NUM_FAULTS];
extern const char *const load_kinds[LOAD_NUM_KINDS];

#define LOAD_OFFENDERS_MAX 3 /* of each fault */

struct load_offender {
    enum load_fault fault;
    enum load_kind kind;
    const char *forgery; /* which mutation; NULL = none */
    int64_t at_ns;       /* from the beginning of the load */
    int64_t latency_ns;
    int status;
    size_t in_flight;        /* requests of this thread, this one included */
    size_t in_flight_forged; /* of them */
    char *problem;           /* what went wrong on the way; NULL when there is an answer */
    struct buf request;
    struct buf answer;
};

struct load_fault_count {
    uint64_t count;
    int64_t first_ns;
    char *first; /* in words; NULL when the count says all */
};

struct tally {
    uint64_t sent;     /* requests written */
    uint64_t answered; /* complete responses */
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint64_t by_kind[LOAD_NUM_KINDS]; /* with an outcome, whatever it is */
    uint64_t fine[LOAD_NUM_KINDS];
    uint64_t by_status[600];
    struct load_fault_count faults[LOAD_NUM_FAULTS];
    struct load_offender *offenders;
    size_t num_offenders;
    uint64_t connects;
    uint64_t closed_by_server; /* after a response, or idle */
    int64_t paused_ns;         /* because a 429 said so */
    struct histogram latency;  /* from when it was due (open loop) or wanted to its end */
    struct histogram connect;
    struct histogram queue;    /* due until written: waiting for a connection */
    struct histogram wait;     /* written until the first byte of the response */
    struct histogram transfer; /* the first byte until the last */
    struct histogram late;     /* written later than this program could have: its own fault */
    int64_t cpu_ns;            /* of the threads that send */
    int64_t busy_wall_ns;      /* for how long they ran */
    double busiest;            /* the highest share of one core that a thread used */
};

/* What an answer with this status is to a request of that kind. */
enum load_fault load_fault_of(enum load_kind kind, int status);

void tally_init(struct tally *tally);
void tally_clear(struct tally *tally);
void tally_add(struct tally *to, const struct tally *from);

/* Counts a fault. `words` (may be NULL) are copied when it is the first. */
void tally_fault(struct tally *tally, enum load_fault fault, int64_t at_ns, const char *words);

/* Counts what came of a request of `kind`: fine, or such a fault. */
void tally_outcome(struct tally *tally, enum load_kind kind, enum load_fault fault, int64_t at_ns,
                   const char *words);

/* Whether another offender of this fault is to be kept; then adds one, zeroed but for the fault. */
struct load_offender *tally_offender(struct tally *tally, enum load_fault fault);

uint64_t tally_errors(const struct tally *tally);   /* all faults but LOAD_NO_SOCKET */
uint64_t tally_outcomes(const struct tally *tally); /* all kinds, unsent ones too */
uint64_t tally_findings(const struct tally *tally);

#endif
