/* One request to the local Panora, and what its routes have in common. For platform/ alone. */
#ifndef PLATFORM_VISIT_H
#define PLATFORM_VISIT_H

#include "base/rng.h"
#include "panora/catalogue.h"
#include "panora/js.h"
#include "platform/dispatcher.h"
#include "platform/platform.h"
#include "platform/runs.h"
#include "platform/store.h"
#include "platform/throttle.h"
#include "serve/server.h"

#define STREAMS_MAX 16

/* A page that watches the list of deliveries. */
struct stream {
    struct connection *line;
    uint64_t seen; /* changes that it has been told */
};

struct platform {
    struct platform_options options;
    struct server server;
    struct store *store;
    struct catalogue *catalogue;
    struct dispatcher *dispatcher;
    struct throttle throttle;
    struct runs *runs;
    struct rng rng;
    unsigned tag; /* second group of every id_event */
    char *api_key;
    char *id_project;
    struct stream streams[STREAMS_MAX];
    size_t num_streams;
    struct arrivals *arrivals; /* NULL = it is a local Panora */
    struct event *tick;
    uint64_t num_ticks;
};

struct visit {
    struct platform *platform;
    const struct inbound *request;
    char parameter[128]; /* what stands for {} in the route's path */
    const char *query;   /* after '?'; "" = none */
    struct js *body;     /* the parsed body, or NULL */
    struct answer *out;
};

/* Who may ask. */
enum who {
    WHO_ANYONE,
    WHO_KEY /* whoever has the API key */
};

/* Whose manners a route has: errors, limits and statuses. */
enum house { HOUSE_PANORA, HOUSE_OURS };

typedef void route_function(struct visit *visit);

struct route {
    const char *method;
    const char *path; /* "/webhooks/{}" */
    enum house house;
    enum who who;
    route_function *answer;
};

struct route_part {
    const struct route *rows;
    size_t count;
};

extern const struct route_part webhook_routes;  /* api_webhooks.c */
extern const struct route_part endpoint_routes; /* api_endpoints.c */
extern const struct route_part event_routes;    /* api_events.c */
extern const struct route_part delivery_routes; /* api_deliveries.c */
extern const struct route_part page_routes;     /* api_page.c */

/* --- visit.c: answering --- */

/* The body is complete JSON text, which is taken over. */
void visit_json(struct visit *visit, int status, struct buf *body);

/* {"error": "..."} */
void visit_refuse(struct visit *visit, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The store could not. */
void visit_fail(struct visit *visit, const struct error *err);

/* As Panora's exception filter writes it. */
void visit_panora_error(struct visit *visit, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A text member of the body, or data == NULL. Borrowed. */
struct bytes visit_text(const struct visit *visit, const char *name);

/* The same as a text of its own; NULL when there is none. Caller frees. */
char *visit_word(const struct visit *visit, const char *name);

/* A new endpoint as the body describes it: url, description, scope. The caller clears it. */
void visit_new_endpoint(struct visit *visit, struct endpoint *out);

/* A number of the query, or `fallback`. */
int64_t visit_query_number(const struct visit *visit, const char *name, int64_t fallback);

/* A text of the query without anything encoded; false when there is none. */
bool visit_query_word(const struct visit *visit, const char *name, char *out, size_t size);

/* Append `"name":value`, after a comma unless the object has just begun. */
void put_text(struct buf *out, const char *name, const char *value); /* NULL = null */
void put_bytes(struct buf *out, const char *name, struct bytes value);
void put_number(struct buf *out, const char *name, int64_t value);
void put_bool(struct buf *out, const char *name, bool value);

/* --- parser.c --- */

/* Reads the body as Panora's server does into `body`; {} when there is none that it reads. False
 * when the error is already answered. */
bool visit_read_panora_body(struct visit *visit);

/* --- route.c --- */

/* What the server asks: finds the route, checks who asks, answers. */
extern const struct service platform_service;

/* --- subscription.c --- */

/* The endpoint that Panora would deliver `name` to: the first active one whose scope has it. False
 * with the reason in `out_why` when there is none; `out_id` is then "". */
bool subscription_find(struct platform *platform, const struct endpoints *endpoints,
                       const char *name, const struct endpoint **out, struct buf *out_why);

/* --- arrivals.c --- */

/* Shows what comes on the options' descriptor. */
struct arrivals *arrivals_start(struct platform *platform, struct error *err);
const char *arrivals_url(const struct arrivals *arrivals); /* where they arrive; borrowed */
void arrivals_free(struct arrivals *arrivals);             /* NULL is fine */

/* --- api_deliveries.c --- */

/* Tells the open pages what has changed. Every tick. */
void streams_feed(struct platform *platform);

#endif
