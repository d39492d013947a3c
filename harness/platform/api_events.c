/* Making events: what there is, what would be sent, and sending it. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "compose/mutation.h"
#include "panora/event.h"
#include "platform/parcel.h"
#include "platform/visit.h"
#include "result/version.h"

#define COUNT_MAX  10000 /* events in one call */
#define BATCH      500   /* events in one transaction */
#define LISTED_MAX 20    /* events that the answer names */

/* --- what there is --- */

static void put_type(const struct event_type *type, struct buf *out)
{
    buf_add_char(out, '{');
    put_text(out, "name", type->name);
    put_text(out, "arrives_as", type->wire_type);
    put_bool(out, "sent", type->sent);
    put_bool(out, "in_dashboard", type->subscribable);
    put_bool(out, "documented", type->documented);
    put_bool(out, "rows", type->shape == SHAPE_ROWS);
    put_text(out, "note", type->note);
    buf_add_char(out, '}');
}

static void list_types(struct visit *visit)
{
    const struct catalogue *catalogue = visit->platform->catalogue;
    struct buf body = {0};
    buf_add_text(&body, "{\"types\":[");
    for (size_t i = 0; i < catalogue->num_types; i++) {
        if (i)
            buf_add_char(&body, ',');
        put_type(&catalogue->types[i], &body);
    }
    buf_add_text(&body, "]}");
    visit_json(visit, 200, &body);
}

static void list_mutations(struct visit *visit)
{
    struct buf body = {0};
    size_t count = 0;
    buf_add_text(&body, "{\"mutations\":[");
    for (size_t i = 0; i < table_count(&mutation_words); i++) {
        const struct mutation *mutation = table_at(&mutation_words, i);
        const struct parameter *first = &mutation->word.parameters[0];
        if (!mutation->is_flaw || (first->kind != PARAMETER_NONE && !first->fallback))
            continue;
        if (count++)
            buf_add_char(&body, ',');
        buf_add_char(&body, '{');
        put_text(&body, "name", mutation->word.name);
        put_text(&body, "sentence", mutation->word.sentence);
        buf_add_char(&body, '}');
    }
    buf_add_text(&body, "]}");
    visit_json(visit, 200, &body);
}

static void show_state(struct visit *visit)
{
    struct store_counts counts;
    struct error err = {0};
    struct buf body = {0};
    if (!store_counts(visit->platform->store, &counts, &err)) {
        visit_fail(visit, &err);
        return;
    }
    buf_add_char(&body, '{');
    put_text(&body, "program", "hookcheck");
    put_text(&body, "url", visit->platform->server.url);
    put_text(&body, "store", visit->platform->options.store);
    put_number(&body, "queued", counts.queued);
    put_number(&body, "running", counts.running);
    put_number(&body, "deliveries", counts.deliveries);
    put_bool(&body, "can_run", visit->platform->options.program != NULL);
    put_text(&body, "arrivals",
             visit->platform->arrivals ? arrivals_url(visit->platform->arrivals) : NULL);
    buf_add_char(&body, '}');
    visit_json(visit, 200, &body);
}

/* --- an order: what the body asks for --- */

struct order {
    const struct event_type *type; /* of the catalogue */
    char *name;
    char *wrong;
    char id[UUID_SIZE]; /* of the one event; "" = a fresh one */
    struct buf data;    /* JSON text; empty = realistic data, fresh for each event */
    int64_t count;
    struct endpoints endpoints;
    const struct endpoint *endpoint; /* NULL = nobody subscribes */
    struct buf why;                  /* ... and why */
};

static void order_clear(struct order *order)
{
    free(order->name);
    free(order->wrong);
    buf_clear(&order->data);
    endpoints_clear(&order->endpoints);
    buf_clear(&order->why);
}

/* A name of bodies alone is never dispatched: the one to trigger has another. */
static bool check_type(struct visit *visit, struct order *order)
{
    const struct catalogue *catalogue = visit->platform->catalogue;
    struct error err = {0};
    order->type = catalogue_find(catalogue, order->name);
    if (!order->type) {
        (void)catalogue_unknown(catalogue, order->name, &err);
        visit_refuse(visit, 400, "%s", err.message);
        return false;
    }
    size_t len = strlen(order->name);
    if (len < 5 || strcmp(order->name + len - 5, ".push") != 0)
        return true;
    visit_refuse(visit, 400,
                 "%s is a name that only bodies have; trigger %.*s.created, which arrives under it",
                 order->name, (int)len - 5, order->name);
    return false;
}

static bool read_numbers(struct visit *visit, struct order *order)
{
    const struct js *count = js_get(visit->body, "count");
    double number = count && js_kind(count) == JS_NUMBER ? js_number(count) : count ? -1 : 1;
    if (!(number >= 1 && number <= COUNT_MAX && number == (double)(int64_t)number)) {
        visit_refuse(visit, 400, "\"count\" must be a whole number from 1 to %d", COUNT_MAX);
        return false;
    }
    order->count = (int64_t)number;
    return true;
}

/* `wrong` is one mutation, or a list of them. */
static bool read_wrong(struct visit *visit, struct order *order)
{
    const struct js *wrong = js_get(visit->body, "wrong");
    struct buf lines = {0};
    struct error err = {0};
    if (wrong && js_kind(wrong) == JS_STRING)
        buf_add_bytes(&lines, js_string(wrong));
    for (size_t i = 0; wrong && js_kind(wrong) == JS_ARRAY && i < js_size(wrong); i++) {
        if (i)
            buf_add_char(&lines, '\n');
        if (js_kind(js_at(wrong, i)) == JS_STRING)
            buf_add_bytes(&lines, js_string(js_at(wrong, i)));
    }
    order->wrong = buf_take(&lines);
    if (parcel_check_wrong(order->wrong, &err))
        return true;
    visit_refuse(visit, 400, "%s", err.message);
    return false;
}

static bool read_order(struct visit *visit, struct order *order)
{
    struct platform *platform = visit->platform;
    struct error err = {0};
    const struct js *data = js_get(visit->body, "data");
    *order = (struct order){.name = visit_word(visit, "type")};
    if (!order->name) {
        visit_refuse(visit, 400, "\"type\" must be the name of an event type");
        return false;
    }
    if (!check_type(visit, order) || !read_numbers(visit, order) || !read_wrong(visit, order))
        return false;
    if (data)
        js_write(data, &order->data);
    struct bytes id = visit_text(visit, "id_event");
    if (order->count == 1 && id.len == UUID_SIZE - 1 &&
        strspn(id.data, "0123456789abcdef-") >= id.len)
        memcpy(order->id, id.data, id.len);
    if (!store_endpoints(platform->store, &order->endpoints, &err)) {
        visit_fail(visit, &err);
        return false;
    }
    (void)subscription_find(platform, &order->endpoints, order->name, &order->endpoint,
                            &order->why);
    return true;
}

static const char *wire_type(const struct order *order)
{
    return order->type->wire_type ? order->type->wire_type : order->name;
}

/* One event's data. */
static void make_data(struct platform *platform, const struct order *order, struct buf *out)
{
    const struct sample_request request = {
        .type = wire_type(order), .wall_ms = clock_wall_ms(), .num_rows = SIZE_MAX};
    if (order->data.len)
        buf_add_bytes(out, buf_bytes(&order->data));
    else
        catalogue_sample(platform->catalogue, &request, &platform->rng, out);
}

/* A connection of the vertical ecommerce is posted at once, by a path of its own. */
static enum lane lane_of(const struct order *order, struct bytes data)
{
    static const char *const name = "connection.created";
    if (strcmp(order->name, name) != 0)
        return LANE_QUEUE;
    struct js *value = js_parse(data, NULL);
    bool is_inline = bytes_equal(js_get_text(value, "vertical"), bytes_of("ecommerce"));
    js_free(value);
    return is_inline ? LANE_INLINE : LANE_QUEUE;
}

/* --- sample and preview --- */

static void sample(struct visit *visit)
{
    struct order order;
    struct buf body = {0};
    if (read_order(visit, &order)) {
        buf_clear(&order.data);
        buf_add_text(&body, "{\"data\":");
        make_data(visit->platform, &order, &body);
        put_text(&body, "arrives_as", wire_type(&order));
        put_bool(&body, "sent", order.type->sent);
        put_text(&body, "note", order.type->note);
        buf_add_char(&body, '}');
        visit_json(visit, 200, &body);
    }
    order_clear(&order);
}

static void put_preview(const struct order *order, const struct request *request, const char *id,
                        struct buf *out)
{
    struct buf wire = {0};
    struct buf why = {0};
    const char *url = order->endpoint ? order->endpoint->url : "http://localhost/";
    bool valid = true;
    if (order->endpoint)
        valid = parcel_is_valid(request, bytes_of(order->endpoint->secret), &why);
    parcel_write(request, url, &wire);
    buf_add_char(out, '{');
    put_text(out, "endpoint", order->endpoint ? order->endpoint->id : NULL);
    put_text(out, "url", order->endpoint ? order->endpoint->url : NULL);
    put_text(out, "nobody", order->endpoint ? NULL : buf_text(&order->why));
    put_text(out, "arrives_as", wire_type(order));
    put_text(out, "id_event", id);
    put_bytes(out, "request", buf_bytes(&wire));
    put_number(out, "request_len", (int64_t)wire.len);
    put_text(out, "signature", headers_find(&request->headers, PANORA_SIGNATURE_HEADER));
    put_bool(out, "valid", valid);
    put_text(out, "why", buf_text(&why));
    buf_add_char(out, '}');
    buf_clear(&wire);
    buf_clear(&why);
}

static void preview(struct visit *visit)
{
    struct order order;
    struct request request = {0};
    struct error err = {0};
    struct buf body = {0};
    char id[UUID_SIZE];
    if (read_order(visit, &order)) {
        struct delivery delivery = {.id_event = id, .name = order.name, .wrong = order.wrong};
        char *type = mem_text(wire_type(&order));
        delivery.type = type;
        char none[] = "";
        delivery.endpoint.secret = order.endpoint ? order.endpoint->secret : none;
        event_new_id(&visit->platform->rng, visit->platform->tag, id);
        make_data(visit->platform, &order, &delivery.data);
        if (parcel_make(visit->platform->catalogue, &delivery, &visit->platform->rng, &request,
                        &err)) {
            put_preview(&order, &request, id, &body);
            visit_json(visit, 200, &body);
        } else {
            visit_refuse(visit, 400, "%s", err.message);
        }
        buf_clear(&delivery.data);
        free(type);
    }
    request_clear(&request);
    order_clear(&order);
}

/* --- trigger --- */

/* The events of one transaction. */
struct batch {
    struct dispatch dispatches[BATCH];
    struct buf data[BATCH];
    char ids[BATCH][UUID_SIZE];
    int64_t deliveries[BATCH];
    size_t count;
};

static void fill_batch(struct platform *platform, const struct order *order, struct batch *batch)
{
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 0; i < batch->count; i++) {
        buf_reset(&batch->data[i]);
        make_data(platform, order, &batch->data[i]);
        if (*order->id)
            memcpy(batch->ids[i], order->id, sizeof batch->ids[i]);
        else
            event_new_id(&platform->rng, platform->tag, batch->ids[i]);
        batch->dispatches[i] = (struct dispatch){
            .id_event = batch->ids[i],
            .name = order->name,
            .type = wire_type(order),
            .data = buf_bytes(&batch->data[i]),
            .origin = *order->wrong ? "forgery" : "trigger",
            .endpoint = order->endpoint ? order->endpoint->id : NULL,
            .lane = lane_of(order, buf_bytes(&batch->data[i])),
            .wrong = order->wrong,
            .now_ms = now_ms,
        };
    }
}

static void note_batch(struct platform *platform, const struct batch *batch, int64_t done,
                       struct buf *out)
{
    for (size_t i = 0; i < batch->count; i++) {
        dispatcher_note(platform->dispatcher, batch->deliveries[i]);
        if (done + (int64_t)i >= LISTED_MAX)
            continue;
        if (done + (int64_t)i)
            buf_add_char(out, ',');
        buf_add_char(out, '{');
        put_text(out, "id_event", batch->ids[i]);
        put_number(out, "delivery", batch->deliveries[i]);
        buf_add_char(out, '}');
    }
}

static bool dispatch_all(struct platform *platform, const struct order *order, struct buf *out,
                         struct error *err)
{
    struct batch *batch = mem_alloc(sizeof *batch);
    bool ok = true;
    for (int64_t done = 0; done < order->count && ok; done += (int64_t)batch->count) {
        int64_t left = order->count - done;
        batch->count = left < BATCH ? (size_t)left : BATCH;
        fill_batch(platform, order, batch);
        ok = store_dispatch(platform->store, batch->dispatches, batch->count, batch->deliveries,
                            err);
        if (ok)
            note_batch(platform, batch, done, out);
    }
    for (size_t i = 0; i < BATCH; i++)
        buf_clear(&batch->data[i]);
    free(batch);
    dispatcher_wake(platform->dispatcher);
    return ok;
}

static void trigger(struct visit *visit)
{
    struct order order;
    struct error err = {0};
    struct buf body = {0};
    if (read_order(visit, &order)) {
        buf_add_char(&body, '{');
        put_text(&body, "type", order.name);
        put_text(&body, "arrives_as", wire_type(&order));
        put_text(&body, "note", order.type->sent ? "" : order.type->note);
        put_number(&body, "count", order.count);
        put_text(&body, "endpoint", order.endpoint ? order.endpoint->id : NULL);
        put_text(&body, "url", order.endpoint ? order.endpoint->url : NULL);
        put_text(&body, "nobody", order.endpoint ? NULL : buf_text(&order.why));
        buf_add_text(&body, ",\"events\":[");
        bool ok = dispatch_all(visit->platform, &order, &body, &err);
        buf_add_text(&body, "]}");
        if (ok)
            visit_json(visit, 202, &body);
        else
            visit_fail(visit, &err);
    }
    buf_clear(&body);
    order_clear(&order);
}

static const struct route rows[] = {
    {"GET", "/hookcheck/types", HOUSE_OURS, WHO_KEY, list_types},
    {"GET", "/hookcheck/mutations", HOUSE_OURS, WHO_KEY, list_mutations},
    {"GET", "/hookcheck/state", HOUSE_OURS, WHO_KEY, show_state},
    {"POST", "/hookcheck/sample", HOUSE_OURS, WHO_KEY, sample},
    {"POST", "/hookcheck/preview", HOUSE_OURS, WHO_KEY, preview},
    {"POST", "/hookcheck/trigger", HOUSE_OURS, WHO_KEY, trigger},
};
const struct route_part event_routes = {rows, ARRAY_LEN(rows)};
