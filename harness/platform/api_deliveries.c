/* The list of deliveries, live and in pages; one in full; sending one again. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/offline.h"
#include "format/capture.h"
#include "platform/parcel.h"
#include "platform/visit.h"
#include "serve/connection.h"

#define PAGE_MAX      200
#define FED_MAX       ((size_t)100)         /* deliveries in one message to a page */
#define STREAM_BEHIND ((size_t)1024 * 1024) /* a page that reads no more is let go */
#define WORKER_TICKS  10                    /* between two looks at the workers */

/* --- one line --- */

static void delivery_put_summary(const struct summary *summary, struct buf *out)
{
    buf_add_char(out, '{');
    put_number(out, "id", summary->id);
    put_text(out, "id_event", summary->id_event);
    put_text(out, "name", summary->name);
    put_text(out, "type", summary->type);
    put_text(out, "endpoint", summary->endpoint);
    put_text(out, "state", summary->state);
    put_text(out, "outcome", summary->outcome);
    put_bool(out, "genuine", summary->genuine);
    put_number(out, "status", summary->status);
    put_number(out, "created_ms", summary->created_ms);
    put_number(out, "total_ns", summary->total_ns);
    buf_add_char(out, '}');
}

static void list_deliveries(struct visit *visit)
{
    struct summary *page = mem_alloc(PAGE_MAX * sizeof *page);
    struct error err = {0};
    struct buf body = {0};
    size_t count = 0;
    char endpoint[UUID_SIZE + 1];
    bool has_endpoint = visit_query_word(visit, "endpoint", endpoint, sizeof endpoint);
    int64_t before = visit_query_number(visit, "before", INT64_MAX);
    int64_t max = visit_query_number(visit, "limit", 50);
    if (store_page(visit->platform->store, before, has_endpoint ? endpoint : NULL, page,
                   max < PAGE_MAX ? (size_t)max : PAGE_MAX, &count, &err)) {
        buf_add_text(&body, "{\"deliveries\":[");
        for (size_t i = 0; i < count; i++) {
            if (i)
                buf_add_char(&body, ',');
            delivery_put_summary(&page[i], &body);
        }
        buf_add_text(&body, "]}");
        visit_json(visit, 200, &body);
    } else {
        visit_fail(visit, &err);
    }
    for (size_t i = 0; i < count; i++)
        summary_clear(&page[i]);
    free(page);
}

/* --- one in full --- */

/* The mistakes that explain why a signature is wrong, from the bytes that were sent. */
static void put_explanation(const struct attempt_record *attempt, const char *secret,
                            struct buf *out)
{
    struct request request = {0};
    struct error err = {0};
    struct buf text = {0};
    if (!attempt->valid && capture_read(buf_bytes(&attempt->request), &request, &err))
        (void)offline_explain(&request.headers, buf_bytes(&request.body), bytes_of(secret), &text);
    put_text(out, "explanation", buf_text(&text));
    buf_clear(&text);
    request_clear(&request);
}

static void put_attempt(const struct attempt_record *attempt, const char *secret, struct buf *out)
{
    static const char *const names[] = {"dns", "connect", "tls", "sent", "first_byte", "total"};
    buf_add_char(out, '{');
    put_number(out, "started_ms", attempt->started_ms);
    put_number(out, "worker", attempt->worker);
    put_text(out, "url", attempt->url);
    put_bytes(out, "request", buf_bytes(&attempt->request));
    put_number(out, "request_len", (int64_t)attempt->request.len);
    put_text(out, "outcome", attempt->outcome);
    put_text(out, "detail", attempt->detail);
    put_number(out, "status", attempt->status);
    put_bytes(out, "answer_head", buf_bytes(&attempt->head));
    put_bytes(out, "answer", buf_bytes(&attempt->answer));
    put_number(out, "answer_len", attempt->answer_len);
    put_text(out, "peer", attempt->peer);
    put_text(out, "hops", attempt->hops);
    put_bool(out, "delivered", attempt->delivered);
    put_text(out, "panora", attempt->panora);
    put_bool(out, "valid", attempt->valid);
    put_text(out, "why", attempt->why);
    put_explanation(attempt, secret, out);
    buf_add_text(out, ",\"phases\":{");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        put_number(out, names[i], attempt->phases[i]);
    buf_add_text(out, "}}");
}

static void put_delivery(const struct delivery *delivery, const struct attempt_record *attempts,
                         size_t count, struct buf *out)
{
    buf_add_char(out, '{');
    put_number(out, "id", delivery->id);
    put_text(out, "id_event", delivery->id_event);
    put_text(out, "name", delivery->name);
    put_text(out, "type", delivery->type);
    put_text(out, "state", delivery->state);
    put_text(out, "origin", delivery->origin);
    put_text(out, "wrong", delivery->wrong);
    put_text(out, "endpoint", *delivery->endpoint.id ? delivery->endpoint.id : NULL);
    put_bool(out, "active", delivery->endpoint.active);
    put_bool(out, "inline", delivery->lane == LANE_INLINE);
    put_number(out, "created_ms", delivery->created_ms);
    put_number(out, "due_ms", delivery->due_ms);
    put_bytes(out, "data", buf_bytes(&delivery->data));
    buf_add_text(out, ",\"attempts\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(out, ',');
        put_attempt(&attempts[i], delivery->endpoint.secret ? delivery->endpoint.secret : "", out);
    }
    buf_add_text(out, "]}");
}

static void show_delivery(struct visit *visit)
{
    struct store *store = visit->platform->store;
    struct delivery delivery;
    struct attempt_record *attempts = NULL;
    struct error err = {0};
    struct buf body = {0};
    size_t count = 0;
    bool found = false;
    int64_t id = strtoll(visit->parameter, NULL, 10);
    bool ok = store_delivery(store, id, &delivery, &found, &err) &&
              (!found || store_attempts(store, id, &attempts, &count, &err));
    if (!ok)
        visit_fail(visit, &err);
    else if (!found)
        visit_refuse(visit, 404, "there is no delivery %s", visit->parameter);
    else {
        put_delivery(&delivery, attempts, count, &body);
        visit_json(visit, 200, &body);
    }
    for (size_t i = 0; i < count; i++)
        attempt_record_clear(&attempts[i]);
    free(attempts);
    delivery_clear(&delivery);
}

static void send_again(struct visit *visit)
{
    struct platform *platform = visit->platform;
    struct error err = {0};
    struct buf body = {0};
    int64_t id = strtoll(visit->parameter, NULL, 10);
    int64_t fresh = 0;
    char *wrong = visit_word(visit, "wrong");
    const char *given = wrong ? wrong : "";
    if (!parcel_check_wrong(given, &err))
        visit_refuse(visit, 400, "%s", err.message);
    else if (!store_dispatch_again(platform->store, id, given, clock_wall_ms(), &fresh, &err))
        visit_fail(visit, &err);
    else if (!fresh)
        visit_refuse(visit, 404, "there is no delivery %s that went to an endpoint",
                     visit->parameter);
    else {
        buf_add_char(&body, '{');
        put_number(&body, "delivery", fresh);
        buf_add_char(&body, '}');
        visit_json(visit, 202, &body);
        dispatcher_note(platform->dispatcher, fresh);
        dispatcher_wake(platform->dispatcher);
    }
    free(wrong);
}

/* --- the live list --- */

static void open_stream(struct visit *visit)
{
    struct platform *platform = visit->platform;
    int64_t none[1];
    uint64_t missed = 0;
    if (platform->num_streams == STREAMS_MAX) {
        visit_refuse(visit, 503, "%d pages are already watching; close one", STREAMS_MAX);
        return;
    }
    struct stream *stream = &platform->streams[platform->num_streams++];
    *stream = (struct stream){.line = visit->request->line};
    (void)dispatcher_changes(platform->dispatcher, &stream->seen, none, 0, &missed);
    visit->out->status = 200;
    visit->out->stream = true;
    headers_set(&visit->out->headers, "Content-Type", "text/event-stream");
    headers_set(&visit->out->headers, "Cache-Control", "no-store");
    buf_add_text(&visit->out->body, ": hookcheck\n\n");
}

static void put_workers(struct platform *platform, struct buf *out)
{
    struct worker_view workers[DISPATCHER_WORKERS + 1];
    int64_t now_ms = clock_wall_ms();
    dispatcher_workers(platform->dispatcher, workers);
    buf_add_text(out, ",\"workers\":[");
    for (size_t i = 0; i <= DISPATCHER_WORKERS; i++) {
        const struct worker_view *worker = &workers[i];
        if (i)
            buf_add_char(out, ',');
        buf_add_char(out, '{');
        put_number(out, "number", worker->number);
        put_number(out, "delivery", worker->delivery);
        put_text(out, "url", worker->delivery ? worker->url : NULL);
        put_number(out, "held_ms", worker->delivery ? now_ms - worker->since_ms : 0);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

/* Each delivery once, though it may have changed twice. */
static bool is_later(const int64_t *ids, size_t count, size_t at)
{
    for (size_t i = at + 1; i < count; i++)
        if (ids[i] == ids[at])
            return true;
    return false;
}

static void put_changed(struct platform *platform, const int64_t *ids, size_t count,
                        struct buf *out)
{
    size_t num_put = 0;
    buf_add_text(out, "\"deliveries\":[");
    for (size_t i = 0; i < count; i++) {
        struct summary summary;
        struct error err = {0};
        bool found = false;
        if (is_later(ids, count, i) ||
            !store_summary(platform->store, ids[i], &summary, &found, &err) || !found)
            continue;
        if (num_put++)
            buf_add_char(out, ',');
        delivery_put_summary(&summary, out);
        summary_clear(&summary);
    }
    buf_add_char(out, ']');
}

/* False when there is nothing to say. */
static bool write_message(struct platform *platform, struct stream *stream, bool with_workers,
                          struct buf *out)
{
    int64_t ids[FED_MAX];
    uint64_t missed = 0;
    struct store_counts counts = {0};
    size_t count = dispatcher_changes(platform->dispatcher, &stream->seen, ids, FED_MAX, &missed);
    if (count == 0 && !with_workers)
        return false;
    buf_add_text(out, "data: {");
    put_changed(platform, ids, count, out);
    put_number(out, "missed", (int64_t)missed);
    if (with_workers && store_counts(platform->store, &counts, NULL)) {
        put_workers(platform, out);
        put_number(out, "queued", counts.queued);
    }
    buf_add_text(out, "}\n\n");
    return true;
}

void streams_feed(struct platform *platform)
{
    bool with_workers = platform->num_ticks % WORKER_TICKS == 0;
    for (size_t i = platform->num_streams; i > 0; i--) {
        struct stream *stream = &platform->streams[i - 1];
        struct buf message = {0};
        size_t behind = 0;
        if (write_message(platform, stream, with_workers, &message))
            behind = connection_push(stream->line, buf_bytes(&message));
        buf_clear(&message);
        if (behind > STREAM_BEHIND)
            connection_end(stream->line); /* which takes it out of the list */
    }
}

static const struct route rows[] = {
    {"GET", "/hookcheck/deliveries", HOUSE_OURS, WHO_KEY, list_deliveries},
    {"GET", "/hookcheck/deliveries/{}", HOUSE_OURS, WHO_KEY, show_delivery},
    {"POST", "/hookcheck/deliveries/{}/again", HOUSE_OURS, WHO_KEY, send_again},
    {"GET", "/hookcheck/stream", HOUSE_OURS, WHO_KEY, open_stream},
};
const struct route_part delivery_routes = {rows, ARRAY_LEN(rows)};
