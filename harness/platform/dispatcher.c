#include "platform/dispatcher.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sink.h"
#include "deliver/target.h"
#include "judge/expectation.h"
#include "panora/event.h"
#include "panora/js.h"
#include "platform/courier.h"
#include "platform/parcel.h"

#define TAKEN_AT_ONCE ((size_t)1) /* what is taken counts as running, so no more than is begun */
#define CHANGES_KEPT  1024
#define ANSWER_KEPT   ((size_t)64 * 1024)
#define LOOK_MS       1000 /* for what becomes due, at the latest */

struct worker {
    struct dispatcher *dispatcher;
    pthread_t thread;
    bool is_started;
    enum lane lane;
    struct worker_view view;
    struct courier *courier;
    struct rng rng;
};

struct lane_queue {
    int64_t ids[TAKEN_AT_ONCE]; /* taken from the store and not yet begun */
    size_t first;
    size_t count;
};

struct dispatcher {
    struct dispatcher_options options;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    volatile bool stop;
    struct lane_queue lanes[2];
    struct worker workers[DISPATCHER_WORKERS + 1];
    int64_t changes[CHANGES_KEPT];
    uint64_t num_changes;
    bool has_failed; /* the store; said once */
};

/* --- what others see --- */

void dispatcher_note(struct dispatcher *dispatcher, int64_t delivery)
{
    (void)pthread_mutex_lock(&dispatcher->mutex);
    dispatcher->changes[dispatcher->num_changes++ % CHANGES_KEPT] = delivery;
    (void)pthread_mutex_unlock(&dispatcher->mutex);
}

size_t dispatcher_changes(struct dispatcher *dispatcher, uint64_t *after, int64_t *out_ids,
                          size_t max, uint64_t *out_missed)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&dispatcher->mutex);
    uint64_t end = dispatcher->num_changes;
    uint64_t first = *after;
    *out_missed = 0;
    if (end - first > max) {
        *out_missed = end - first - max;
        first = end - max;
    }
    for (; first < end; first++)
        out_ids[count++] = dispatcher->changes[first % CHANGES_KEPT];
    *after = end;
    (void)pthread_mutex_unlock(&dispatcher->mutex);
    return count;
}

void dispatcher_workers(struct dispatcher *dispatcher, struct worker_view *out)
{
    (void)pthread_mutex_lock(&dispatcher->mutex);
    for (size_t i = 0; i <= DISPATCHER_WORKERS; i++)
        out[i] = dispatcher->workers[i].view;
    (void)pthread_mutex_unlock(&dispatcher->mutex);
}

void dispatcher_wake(struct dispatcher *dispatcher)
{
    (void)pthread_mutex_lock(&dispatcher->mutex);
    (void)pthread_cond_broadcast(&dispatcher->wake);
    (void)pthread_mutex_unlock(&dispatcher->mutex);
}

static void complain(struct dispatcher *dispatcher, const struct error *err)
{
    if (!dispatcher->has_failed)
        sink_note("%s; deliveries wait until this is resolved", err->message);
    dispatcher->has_failed = true;
}

/* --- taking --- */

/* In the mutex: fills the lane's queue from the store. False when nothing is due. */
static bool refill(struct dispatcher *dispatcher, enum lane lane)
{
    struct lane_queue *queue = &dispatcher->lanes[lane];
    struct error err = {0};
    queue->first = 0;
    if (!store_take(dispatcher->options.store, lane, clock_wall_ms(), queue->ids, TAKEN_AT_ONCE,
                    &queue->count, &err)) {
        complain(dispatcher, &err);
        queue->count = 0;
    } else if (queue->count) {
        dispatcher->has_failed = false;
    }
    return queue->count > 0;
}

static void wait_for_more(struct dispatcher *dispatcher, enum lane lane)
{
    struct error err = {0};
    int64_t due_ms = INT64_MAX;
    int64_t now_ms = clock_wall_ms();
    (void)store_next_due(dispatcher->options.store, lane, &due_ms, &err);
    int64_t pause_ms = due_ms - now_ms < LOOK_MS ? due_ms - now_ms : LOOK_MS;
    if (pause_ms < 1 || dispatcher->has_failed)
        pause_ms = dispatcher->has_failed ? LOOK_MS : 1;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(pause_ms / 1000);
    until.tv_nsec += (long)(pause_ms % 1000 * NS_PER_MS);
    if (until.tv_nsec >= NS_PER_S) {
        until.tv_sec++;
        until.tv_nsec -= (long)NS_PER_S;
    }
    (void)pthread_cond_timedwait(&dispatcher->wake, &dispatcher->mutex, &until);
}

/* The next delivery for `worker`, or 0 when it is over. */
static int64_t take(struct worker *worker)
{
    struct dispatcher *dispatcher = worker->dispatcher;
    struct lane_queue *queue = &dispatcher->lanes[worker->lane];
    int64_t id = 0;
    (void)pthread_mutex_lock(&dispatcher->mutex);
    while (!dispatcher->stop && queue->first >= queue->count && !refill(dispatcher, worker->lane))
        wait_for_more(dispatcher, worker->lane);
    if (!dispatcher->stop && queue->first < queue->count)
        id = queue->ids[queue->first++];
    worker->view.delivery = id;
    worker->view.since_ms = clock_wall_ms();
    worker->view.url[0] = '\0';
    (void)pthread_mutex_unlock(&dispatcher->mutex);
    return id;
}

/* --- one delivery --- */

static void describe_answer(const struct journey *journey, struct attempt_record *out)
{
    const struct observation *seen = &journey->seen;
    for (size_t i = 0; i < seen->headers.count; i++)
        buf_add_format(&out->head, "%s: %s\r\n", seen->headers.items[i].name,
                       seen->headers.items[i].value);
    size_t len = seen->body.len < ANSWER_KEPT ? seen->body.len : ANSWER_KEPT;
    buf_add(&out->answer, seen->body.data, len);
    out->answer_len = (int64_t)seen->body_len;
    out->status = seen->status;
    out->outcome = mem_text(outcome_name(seen->outcome));
    out->detail = mem_text(journey->cut_because ? journey->cut_because : seen->detail);
    out->peer = mem_text(seen->peer);
    out->hops = mem_text(buf_text(&journey->hops));
    const int64_t phases[] = {seen->dns_ns,  seen->connect_ns,    seen->tls_ns,
                              seen->sent_ns, seen->first_byte_ns, seen->total_ns};
    memcpy(out->phases, phases, sizeof phases);
}

/* Panora stores an inline answer raw in a text column: JSON that is not a string cannot go there,
 * and text with U+0000 is refused by PostgreSQL. */
static const char *cannot_store(const struct observation *seen)
{
    struct error err = {0};
    struct bytes body = buf_bytes(&seen->body);
    if (body.len && memchr(body.data, 0, body.len))
        return "the response contains U+0000, which PostgreSQL rejects";
    struct js *value = body.len ? js_parse(body, &err) : NULL;
    bool is_json = value && js_kind(value) != JS_STRING;
    js_free(value);
    return is_json ? "the response is JSON, which Panora tries to store as text: "
                     "PrismaClientValidationError"
                   : NULL;
}

static char *failure_of(const struct journey *journey)
{
    struct buf out = {0};
    if (journey->cut_because)
        buf_add_text(&out, journey->cut_because);
    else
        answer_describe_untimed(&journey->seen, &out);
    return buf_take(&out);
}

/* What Panora writes down, and the state of the delivery. */
static const char *record_queue(const struct journey *journey, struct attempt_record *out)
{
    if (out->delivered) {
        out->panora =
            mem_format("a success: the response is stored with status %d", journey->seen.status);
        return "delivered";
    }
    char *why = failure_of(journey);
    out->panora = mem_format("nothing: the row stays \"processed\" with attempt_count 0, and the "
                             "log wrongly says that the event was queued again (%s)",
                             why);
    free(why);
    return "failed";
}

static const char *record_inline(const struct journey *journey, struct attempt_record *out)
{
    const char *trouble = out->delivered ? cannot_store(&journey->seen) : NULL;
    char *why = out->delivered ? mem_text(trouble ? trouble : "") : failure_of(journey);
    out->delivered = out->delivered && !trouble;
    if (out->delivered)
        out->panora = mem_text("a success: the response's text is stored unchanged");
    else
        out->panora = mem_format("\"failed\", with one more attempt to come (%s)", why);
    free(why);
    return out->delivered ? "delivered" : "waiting";
}

static void finish_without(struct worker *worker, int64_t id, const char *state)
{
    struct error err = {0};
    if (!store_finish(worker->dispatcher->options.store, id, NULL, state, 0, &err))
        complain(worker->dispatcher, &err);
}

/* A forgery may carry the secret itself, which nobody on the way may read. */
static bool shows_secret(const struct request *request, const char *secret)
{
    const char *signature = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    return signature && bytes_find(bytes_of(signature), bytes_of(secret));
}

static void carry(struct worker *worker, const struct delivery *delivery,
                  const struct request *request)
{
    struct dispatcher *dispatcher = worker->dispatcher;
    const char *url = delivery->endpoint.url;
    struct journey journey;
    struct error err = {0};
    struct buf why = {0};
    struct target target = {0};
    struct attempt_record record = {
        .delivery = delivery->id, .started_ms = clock_wall_ms(), .worker = worker->view.number};
    bool is_read = target_parse(&target, url, NULL);
    bool is_private = is_read && (target.is_tls || target.is_loopback);
    record.url = mem_text(is_read ? target.shown : "not a URL");
    target_clear(&target);
    if (is_read && !is_private && shows_secret(request, delivery->endpoint.secret)) {
        attempt_record_clear(&record);
        finish_without(worker, delivery->id, "skipped");
        return;
    }
    (void)pthread_mutex_lock(&dispatcher->mutex);
    (void)snprintf(worker->view.url, sizeof worker->view.url, "%s", record.url);
    (void)pthread_mutex_unlock(&dispatcher->mutex);
    parcel_write(request, url, &record.request);
    record.valid = parcel_is_valid(request, bytes_of(delivery->endpoint.secret), &why);
    record.why = buf_take(&why);
    courier_carry(worker->courier, request, url, delivery->lane == LANE_INLINE, &dispatcher->stop,
                  &journey);
    if (!journey.was_stopped) {
        describe_answer(&journey, &record);
        record.delivered = journey_is_delivered(&journey);
        const char *state = delivery->lane == LANE_INLINE ? record_inline(&journey, &record)
                                                          : record_queue(&journey, &record);
        int64_t due_ms = clock_wall_ms() + dispatcher->options.retry_ms;
        if (!store_finish(dispatcher->options.store, delivery->id, &record, state, due_ms, &err))
            complain(dispatcher, &err);
    }
    journey_clear(&journey);
    attempt_record_clear(&record);
}

static void work_on(struct worker *worker, const struct delivery *delivery)
{
    struct request request = {0};
    struct error err = {0};
    if (!*delivery->endpoint.id || !delivery->endpoint.active) {
        finish_without(worker, delivery->id, "skipped");
        return;
    }
    if (parcel_make(worker->dispatcher->options.catalogue, delivery, &worker->rng, &request, &err))
        carry(worker, delivery, &request);
    else
        finish_without(worker, delivery->id, "skipped");
    request_clear(&request);
}

static void *work(void *payload)
{
    struct worker *worker = payload;
    struct dispatcher *dispatcher = worker->dispatcher;
    int64_t id;
    while ((id = take(worker)) != 0) {
        struct delivery delivery;
        struct error err = {0};
        bool found = false;
        if (!store_delivery(dispatcher->options.store, id, &delivery, &found, &err))
            complain(dispatcher, &err);
        if (found)
            work_on(worker, &delivery);
        delivery_clear(&delivery);
        dispatcher_note(dispatcher, id);
    }
    return NULL;
}

/* --- life --- */

static bool start_worker(struct dispatcher *dispatcher, size_t index)
{
    struct worker *worker = &dispatcher->workers[index];
    worker->dispatcher = dispatcher;
    worker->view.number = (int)index;
    worker->lane = index == 0 ? LANE_INLINE : LANE_QUEUE;
    worker->courier = courier_new(dispatcher->options.engine);
    worker->rng = rng_for(rng_fresh_seed(), "delivery");
    worker->is_started = pthread_create(&worker->thread, NULL, work, worker) == 0;
    return worker->is_started;
}

struct dispatcher *dispatcher_start(const struct dispatcher_options *options, struct error *err)
{
    struct dispatcher *dispatcher = mem_alloc(sizeof *dispatcher);
    dispatcher->options = *options;
    (void)pthread_mutex_init(&dispatcher->mutex, NULL);
    (void)pthread_cond_init(&dispatcher->wake, NULL);
    engine_load_libraries();
    bool ok = store_requeue(options->store, err);
    for (size_t i = 0; i <= DISPATCHER_WORKERS && ok; i++)
        ok = start_worker(dispatcher, i) || error_set(err, "no thread could be started");
    if (ok)
        return dispatcher;
    dispatcher_free(dispatcher);
    return NULL;
}

void dispatcher_free(struct dispatcher *dispatcher)
{
    if (!dispatcher)
        return;
    (void)pthread_mutex_lock(&dispatcher->mutex);
    dispatcher->stop = true;
    (void)pthread_mutex_unlock(&dispatcher->mutex);
    dispatcher_wake(dispatcher);
    for (size_t i = 0; i <= DISPATCHER_WORKERS; i++) {
        if (dispatcher->workers[i].is_started)
            (void)pthread_join(dispatcher->workers[i].thread, NULL);
        courier_free(dispatcher->workers[i].courier);
    }
    (void)pthread_cond_destroy(&dispatcher->wake);
    (void)pthread_mutex_destroy(&dispatcher->mutex);
    free(dispatcher);
}
