/*
 * What a local Panora remembers: endpoints, events, deliveries and their attempts. On disk in one
 * SQLite file that people may read with any SQLite program (the schema is in README.md), or in
 * memory. What a function has stored when it returns true survives the end of the process, whatever
 * ends it. May be used from several threads.
 */
#ifndef PLATFORM_STORE_H
#define PLATFORM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"

struct store;

/* `path` NULL = in memory. Refuses a file that another process uses, one that is not a store, and
 * one that is newer than this program. The file gets mode 0600. */
struct store *store_open(const char *path, struct error *err);
void store_close(struct store *store); /* NULL is fine */

/* A named text of the store itself: its key and the like. `out` is the caller's to free, NULL when
 * it was never set. */
bool store_setting(struct store *store, const char *name, char **out, struct error *err);
bool store_set_setting(struct store *store, const char *name, const char *value, struct error *err);

/* --- endpoints --- */

struct endpoint {
    char id[UUID_SIZE];
    char *description; /* "" = none */
    char *url;
    char *secret;
    bool active;
    int64_t created_ms;
    char *scope;      /* a JSON array of texts */
    char *id_project; /* a UUID */
};

struct endpoints {
    struct endpoint *items;
    size_t count;
};

void endpoint_clear(struct endpoint *endpoint);
void endpoints_clear(struct endpoints *endpoints);

bool store_add_endpoint(struct store *store, const struct endpoint *endpoint, struct error *err);

/* In the order in which Panora looks at them: the one whose state changed last is the last. */
bool store_endpoints(struct store *store, struct endpoints *out, struct error *err);

/* `out_found` false = there is none; `out` is zeroed then. */
bool store_endpoint(struct store *store, const char *id, struct endpoint *out, bool *out_found,
                    struct error *err);
bool store_set_active(struct store *store, const char *id, bool active, struct error *err);

/* Its deliveries go with it. */
bool store_remove_endpoint(struct store *store, const char *id, struct error *err);
bool store_has_deliveries(struct store *store, const char *id, bool *out, struct error *err);

/* --- events and their deliveries --- */

/* How a delivery goes out. */
enum lane {
    LANE_QUEUE,  /* by one of the five workers */
    LANE_INLINE, /* at once, as Panora does for connections of ecommerce */
    LANE_ARRIVAL /* it does not: it came, to a receiver */
};

/* A delivery to be: an event, and where it goes. */
struct dispatch {
    const char *id_event;
    const char *name;   /* what was subscribed to: "crm.deal.created" */
    const char *type;   /* what the body says: "crm.deal.push" */
    struct bytes data;  /* JSON text */
    const char *origin; /* "trigger", "replay", "forgery", "arrival" */
    const char
        *endpoint; /* its id; NULL = nobody subscribes: the event is kept, nothing goes out */
    enum lane lane;
    const char *wrong; /* mutations, one a line; "" = genuine */
    int64_t now_ms;
};

/* Stores `count` events with a delivery each, all or none. `out_ids` gets the deliveries' numbers,
 * 0 where there is no endpoint. */
bool store_dispatch(struct store *store, const struct dispatch *dispatches, size_t count,
                    int64_t *out_ids, struct error *err);

/* One more delivery of an event that is there: of the delivery `id`. */
bool store_dispatch_again(struct store *store, int64_t id, const char *wrong, int64_t now_ms,
                          int64_t *out_id, struct error *err);

/* --- the queue --- */

/* Takes up to `max` deliveries of a lane that are due at `now_ms`, the oldest first; they are
 * "running" from now on. */
bool store_take(struct store *store, enum lane lane, int64_t now_ms, int64_t *out_ids, size_t max,
                size_t *out_count, struct error *err);

/* What was running when the process ended goes back into the queue. */
bool store_requeue(struct store *store, struct error *err);

/* When the next delivery of a lane is due, INT64_MAX = none. */
bool store_next_due(struct store *store, enum lane lane, int64_t *out_ms, struct error *err);

struct store_counts {
    int64_t queued;
    int64_t running;
    int64_t deliveries; /* the highest number */
};

bool store_counts(struct store *store, struct store_counts *out, struct error *err);

/* All that a delivery needs. */
struct delivery {
    int64_t id;
    char *id_event;
    char *name;
    char *type;
    struct buf data;
    char *origin;
    char *wrong;
    char *state; /* queued, running, delivered, failed, skipped, waiting (for its second attempt);
                    of arrivals: valid, invalid */
    enum lane lane;
    int64_t created_ms;
    int64_t due_ms;
    int64_t num_attempts;
    struct endpoint endpoint; /* as it is now */
};

bool store_delivery(struct store *store, int64_t id, struct delivery *out, bool *out_found,
                    struct error *err);
void delivery_clear(struct delivery *delivery);

/* One attempt, as it happened and as Panora sees it. */
struct attempt_record {
    int64_t delivery;
    int64_t started_ms;
    char *url;          /* with userinfo hidden */
    struct buf request; /* the bytes that were sent */
    char *outcome;      /* "answered", "reset", ... */
    char *detail;       /* a sentence, or "" */
    int status;
    struct buf head;    /* of the answer: its header lines */
    struct buf answer;  /* its body, or the first bytes of it */
    int64_t answer_len; /* bytes of the body */
    int64_t phases[6];  /* dns, connect, tls, sent, first byte, total: ns; -1 = not reached */
    char *peer;
    char *hops;     /* redirects that were followed, a line each; "" = none */
    bool delivered; /* as Panora sees it */
    char *panora;   /* what Panora records, a sentence */
    bool valid;     /* the signature that went out is right */
    char *why;      /* why it is not; "" */
    int worker;     /* 1 to 5; 0 = inline */
};

enum { PHASE_DNS, PHASE_CONNECT, PHASE_TLS, PHASE_SENT, PHASE_FIRST_BYTE, PHASE_TOTAL };

void attempt_record_clear(struct attempt_record *attempt);

/* Stores the attempt (NULL = none was made) and what becomes of its delivery: `state`, and when it
 * is "waiting", until when. */
bool store_finish(struct store *store, int64_t delivery, const struct attempt_record *attempt,
                  const char *state, int64_t due_ms, struct error *err);

/* The attempts of a delivery, in order; the caller clears and frees them. */
bool store_attempts(struct store *store, int64_t delivery, struct attempt_record **out,
                    size_t *out_count, struct error *err);

/* --- looking --- */

/* A line of the list of deliveries. */
struct summary {
    int64_t id;
    char *id_event;
    char *name;
    char *type;
    char *endpoint;
    char *url;
    char *state;
    char *outcome; /* NULL = not yet attempted */
    bool genuine;
    int status;
    int64_t created_ms;
    int64_t total_ns;
};

void summary_clear(struct summary *summary);

/* Up to `max` deliveries with numbers below `before`, newest first; `endpoint` NULL = of any. */
bool store_page(struct store *store, int64_t before, const char *endpoint, struct summary *out,
                size_t max, size_t *out_count, struct error *err);

/* The line of one delivery. */
bool store_summary(struct store *store, int64_t id, struct summary *out, bool *out_found,
                   struct error *err);

/* --- keeping it small --- */

/* Removes what is older than `before_ms` and finished, at most `max` deliveries. */
bool store_expire(struct store *store, int64_t before_ms, size_t max, struct error *err);

/* In memory alone: removes the oldest finished deliveries until what is held is below `max_bytes`.
 */
bool store_shrink(struct store *store, int64_t max_bytes, struct error *err);

#endif
