#include "platform/courier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/target.h"
#include "judge/expectation.h"

#define STOPS     8                             /* addresses whose connection is kept */
#define IDLE_NS   (5 * NS_PER_S)                /* Node's agent keeps an idle connection so long */
#define NO_END_NS (INT64_C(2592000) * NS_PER_S) /* 30 days */
#define LOOK_NS   (100 * NS_PER_MS)             /* how often `stop` is looked at */
#define HOPS_MAX  21                            /* as in follow-redirects */

/* An address to which a connection is kept. */
struct stop_over {
    char *url;
    struct target target;
    struct engine *engine;
    struct engine_connection *connection;
    int64_t last_ns; /* when it was last used, monotonic */
};

struct courier {
    const struct engine_options *options;
    struct stop_over places[STOPS];
};

struct courier *courier_new(const struct engine_options *options)
{
    struct courier *courier = mem_alloc(sizeof *courier);
    courier->options = options;
    return courier;
}

static void leave(struct stop_over *place)
{
    engine_free(place->engine);
    target_clear(&place->target);
    free(place->url);
    *place = (struct stop_over){0};
}

void courier_free(struct courier *courier)
{
    if (!courier)
        return;
    for (size_t i = 0; i < STOPS; i++)
        leave(&courier->places[i]);
    free(courier);
}

void journey_clear(struct journey *journey)
{
    observation_clear(&journey->seen);
    buf_clear(&journey->hops);
    free(journey->cut_because);
    *journey = (struct journey){0};
}

bool journey_is_delivered(const struct journey *journey)
{
    return !journey->cut_because && answer_of(&journey->seen) == ANSWER_ACCEPTED;
}

/* The place for `url`: the one that is known, or the one that was not used for longest. */
static struct stop_over *find_place(struct courier *courier, const char *url)
{
    struct stop_over *oldest = &courier->places[0];
    for (size_t i = 0; i < STOPS; i++) {
        struct stop_over *place = &courier->places[i];
        if (place->url && strcmp(place->url, url) == 0)
            return place;
        if (place->last_ns < oldest->last_ns)
            oldest = place;
    }
    leave(oldest);
    return oldest;
}

static struct stop_over *go_to(struct courier *courier, const char *url, struct error *err)
{
    struct stop_over *place = find_place(courier, url);
    if (!place->url) {
        if (!target_parse(&place->target, url, err))
            return NULL;
        place->url = mem_text(url);
        place->engine = engine_new(&place->target, courier->options, err);
        if (!place->engine) {
            leave(place);
            return NULL;
        }
    }
    int64_t now_ns = clock_monotonic_ns();
    if (place->connection && now_ns - place->last_ns > IDLE_NS) {
        engine_connection_free(place->connection);
        place->connection = NULL;
    }
    if (!place->connection)
        place->connection = engine_connection_new(place->engine);
    place->last_ns = now_ns;
    return place;
}

/* --- one exchange --- */

static void on_done(void *payload, struct observation *seen)
{
    struct observation *out = payload;
    observation_clear(out);
    *out = *seen;
}

static void exchange(struct stop_over *place, const struct request *request, bool whole,
                     const volatile bool *stop, struct journey *out)
{
    const struct engine_send send = {
        .request = request,
        .connection = whole ? NULL : place->connection,
        .timeout_ns = NO_END_NS,
        .linger = LINGER_NONE,
        .on_done = on_done,
        .payload = &out->seen,
    };
    engine_send(place->engine, &send);
    while (engine_wait(place->engine, LOOK_NS) > 0) {
        if (*stop && !out->was_stopped) {
            out->was_stopped = true;
            engine_cancel_all(place->engine);
        }
    }
    place->last_ns = clock_monotonic_ns();
}

/* --- redirects --- */

static bool is_redirect(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status >= 300 && seen->status <= 399 &&
           headers_find(&seen->headers, "Location");
}

/* follow-redirects: 301 and 302 turn a POST into a GET, 303 everything, the body and what describes
 * it are dropped. */
static void turn_into_get(struct request *request)
{
    static const char *const dropped[] = {"Content-Type", "Content-Length", "Content-Encoding"};
    free(request->method);
    request->method = mem_text("GET");
    buf_clear(&request->body);
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        (void)headers_remove(&request->headers, dropped[i]);
}

/* Prepares `request` for the next address; false when it may not go there. */
static bool prepare_hop(struct request *request, int status, bool same_host, struct journey *out)
{
    free(request->query);
    request->query = NULL;
    if (status >= 301 && status <= 303)
        turn_into_get(request);
    if (same_host)
        return true;
    (void)headers_remove(&request->headers, "Panora-Signature");
    if (request->body.len == 0)
        return true;
    out->cut_because = mem_format("the %d points to another host; Panora sends the event and its "
                                  "signature there, hookcheck does not",
                                  status);
    return false;
}

/* The next URL, or NULL. */
static char *next_url(const struct target *base, const struct journey *out, bool *out_same_host)
{
    struct target target = {0};
    struct error err = {0};
    char *url = NULL;
    if (target_resolve(&target, base, headers_find(&out->seen.headers, "Location"), &err)) {
        url = mem_text(target.url);
        *out_same_host = strcasecmp(target.host, base->host) == 0;
    }
    target_clear(&target);
    return url;
}

/* Follows to the next address; its URL (caller frees), or NULL when it ends here. */
static char *hop(const struct stop_over *place, struct request *request, struct journey *out)
{
    bool same_host = false;
    int status = out->seen.status;
    char *url = next_url(&place->target, out, &same_host);
    if (!url)
        return NULL;
    buf_add_format(&out->hops, "%d %s\n", status, url);
    if (++out->num_hops > HOPS_MAX)
        out->cut_because = mem_format("more than %d redirects", HOPS_MAX);
    if (!out->cut_because && prepare_hop(request, status, same_host, out))
        return url;
    free(url);
    return NULL;
}

static void not_sent(struct journey *out, const struct error *err)
{
    observation_clear(&out->seen);
    observation_init(&out->seen);
    (void)snprintf(out->seen.detail, sizeof out->seen.detail, "%.250s", err->message);
}

void courier_carry(struct courier *courier, const struct request *request, const char *url,
                   bool whole, const volatile bool *stop, struct journey *out)
{
    struct request current = {0};
    struct error err = {0};
    char *to = mem_text(url);
    *out = (struct journey){0};
    observation_init(&out->seen);
    request_copy(&current, request);
    while (to && !out->was_stopped) {
        struct stop_over *place = go_to(courier, to, &err);
        free(to);
        to = NULL;
        if (!place) {
            not_sent(out, &err);
            break;
        }
        exchange(place, &current, whole, stop, out);
        if (is_redirect(&out->seen) && !out->was_stopped)
            to = hop(place, &current, out);
    }
    free(to);
    request_clear(&current);
}
