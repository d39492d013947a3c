#include "load/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "deliver/dial.h"
#include "http/reader.h"
#include "load/mix.h"
#include "load/pace.h"
#include "load/retry_after.h"

#define EVENTS_MAX 256
#define READ_SIZE  ((size_t)64 * 1024)
#define ANSWER_MAX 4096             /* bytes of a response that are kept for the report */
#define LOOK_NS    (20 * NS_PER_MS) /* how often deadlines and interruptions are looked at */
#define REDIAL_NS  (10 * NS_PER_MS) /* after a connection failed */
#define DIALS_MAX  64               /* connecting at the same time */

enum link_state { LINK_NONE, LINK_CONNECTING, LINK_IDLE, LINK_BUSY };

/* One connection, and the exchange on it. Times count from the beginning of the load. */
struct link {
    struct worker *worker;
    enum link_state state;
    struct dial *dial;
    struct http_reader *reader;
    struct buf out;
    size_t out_sent;
    struct buf answer; /* its beginning, as it came */
    struct mix_choice choice;
    int64_t retry_after_s; /* of this response; -1 = not said */
    int64_t free_ns;       /* since when it could have carried the next one */
    int64_t wants_ns;      /* closed loop: since when its client has wanted to send */
    int64_t due_ns;
    int64_t sent_ns;
    int64_t first_ns; /* -1 = nothing came yet */
    bool watches_room;
    bool measures; /* it is not of the warmup */
};

/* Links of one state, as a stack. */
struct stack {
    struct link **items;
    size_t count;
};

struct worker {
    struct load_shared *shared;
    const struct load_plan *plan;
    size_t number;
    struct engine *engine;
    struct mix *mix;
    int epoll;
    struct link *links;
    size_t num_links;
    struct stack idle;
    struct stack none;
    size_t num_busy;
    size_t num_busy_forged;
    size_t num_connecting;
    struct pace pace;
    uint64_t next;          /* open loop: the number of the next request */
    int64_t shift_ns;       /* by which pauses have moved the schedule */
    int64_t known_pause_ns; /* the end of the pause that is in shift_ns */
    int64_t redial_ns;      /* no connecting before this */
    int64_t end_ns;
    int64_t look_ns;   /* the next look at deadlines */
    int64_t second_ns; /* when the second that runs ends */
    int64_t last_ns;
    struct load_second second;
    struct histogram second_times;
    struct tally tally;
    struct ledger ledger;
    char buffer[READ_SIZE];
};

static int64_t now_of(const struct worker *worker)
{
    return clock_monotonic_ns() - worker->shared->begun_ns;
}

static bool is_open(const struct worker *worker)
{
    return worker->plan->per_second > 0;
}

/* Open loop: when the next request is due. */
static int64_t next_due_ns(const struct worker *worker)
{
    return pace_due_ns(&worker->pace, worker->next) + worker->shift_ns;
}

/* --- life --- */

static void push(struct stack *stack, struct link *link)
{
    stack->items[stack->count++] = link;
}

static size_t share_of(size_t all, size_t parts, size_t number)
{
    return all / parts + (number < all % parts);
}

struct worker *worker_new(struct load_shared *shared, size_t number, struct error *err)
{
    const struct load_plan *plan = shared->plan;
    struct worker *worker = mem_alloc(sizeof *worker);
    worker->shared = shared;
    worker->plan = plan;
    worker->number = number;
    worker->next = number;
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    worker->num_links = share_of(plan->connections, plan->threads, number);
    worker->links = mem_alloc(worker->num_links * sizeof *worker->links);
    worker->idle.items = mem_alloc(worker->num_links * sizeof(struct link *));
    worker->none.items = mem_alloc(worker->num_links * sizeof(struct link *));
    for (size_t i = worker->num_links; i > 0; i--) {
        worker->links[i - 1].worker = worker;
        worker->links[i - 1].answer.max = ANSWER_MAX;
        push(&worker->none, &worker->links[i - 1]);
    }
    worker->pace = (struct pace){(double)plan->per_second, plan->ramp_ns};
    worker->end_ns = plan->warmup_ns + plan->duration_ns;
    worker->second_ns = NS_PER_S;
    tally_init(&worker->tally);
    worker->ledger.max = plan->keeps_ledger ? LEDGER_MAX / plan->threads : 0;
    histogram_init(&worker->second_times);
    worker->engine = engine_new(plan->target, plan->engine, err);
    if (worker->epoll < 0)
        (void)error_set(err, "cannot watch connections: %s", strerror(errno));
    if (worker->engine && worker->epoll >= 0)
        worker->mix = mix_new(plan, worker->engine, number, err);
    if (worker->mix)
        return worker;
    worker_free(worker);
    return NULL;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    for (size_t i = 0; i < worker->num_links; i++) {
        dial_free(worker->links[i].dial);
        http_reader_free(worker->links[i].reader);
        buf_clear(&worker->links[i].out);
        buf_clear(&worker->links[i].answer);
    }
    free(worker->links);
    free(worker->idle.items);
    free(worker->none.items);
    mix_free(worker->mix);
    engine_free(worker->engine);
    tally_clear(&worker->tally);
    ledger_clear(&worker->ledger);
    histogram_clear(&worker->second_times);
    if (worker->epoll >= 0)
        (void)close(worker->epoll);
    free(worker);
}

const struct tally *worker_tally(const struct worker *worker)
{
    return &worker->tally;
}

const struct ledger *worker_ledger(const struct worker *worker)
{
    return &worker->ledger;
}

int64_t worker_last_ns(const struct worker *worker)
{
    return worker->last_ns;
}

/* --- what came of an exchange --- */

static void keep_offender(struct link *link, enum load_fault fault, int64_t now, int status,
                          const char *problem)
{
    struct worker *worker = link->worker;
    struct load_offender *offender = tally_offender(&worker->tally, fault);
    if (!offender)
        return;
    offender->kind = link->choice.kind;
    offender->forgery = link->choice.forgery;
    offender->at_ns = now;
    offender->latency_ns = now - link->due_ns;
    offender->status = status;
    offender->in_flight = worker->num_busy;
    offender->in_flight_forged = worker->num_busy_forged;
    offender->problem = mem_text(problem);
    buf_add_bytes(&offender->request, buf_bytes(&link->out));
    buf_add_bytes(&offender->answer, buf_bytes(&link->answer));
}

/* The times of a request of `kind` that ended at `now`, and how. */
static void count_outcome(struct worker *worker, enum load_kind kind, enum load_fault fault,
                          int64_t now, const char *words)
{
    worker->tally.by_kind[kind]++;
    if (fault == LOAD_FINE)
        worker->tally.fine[kind]++;
    else
        tally_fault(&worker->tally, fault, now, words);
}

static void record_times(struct link *link, int64_t now, bool is_answered)
{
    struct tally *tally = &link->worker->tally;
    int64_t begun_ns = link->due_ns > link->free_ns ? link->due_ns : link->free_ns;
    histogram_record(&tally->latency, now - link->due_ns);
    histogram_record(&tally->queue, link->sent_ns - link->due_ns);
    histogram_record(&tally->late, link->sent_ns - begun_ns);
    if (!is_answered)
        return;
    histogram_record(&tally->wait, link->first_ns - link->sent_ns);
    histogram_record(&tally->transfer, now - link->first_ns);
}

/* Closes; it has to connect again before it can carry another exchange. */
static void drop(struct link *link)
{
    dial_free(link->dial);
    http_reader_free(link->reader);
    link->dial = NULL;
    link->reader = NULL;
    link->watches_room = false;
    link->state = LINK_NONE;
    push(&link->worker->none, link);
}

static void leave_idle(struct worker *worker, const struct link *link)
{
    for (size_t i = 0; i < worker->idle.count; i++)
        if (worker->idle.items[i] == link) {
            worker->idle.items[i] = worker->idle.items[--worker->idle.count];
            return;
        }
}

static void note_event(struct link *link, int status)
{
    enum ledger_outcome outcome = link->choice.kind == LOAD_FORGED ? LEDGER_FORGED
                                  : status / 100 == 2              ? LEDGER_ACCEPTED
                                                                   : LEDGER_OPEN;
    ledger_add(&link->worker->ledger, link->out.data + link->choice.id_at, outcome);
}

/* Ends the exchange. `status` 0: there is no response, and the connection is of no more use. */
static void end_exchange(struct link *link, enum load_fault fault, int status, bool keeps,
                         const char *problem)
{
    struct worker *worker = link->worker;
    int64_t now = now_of(worker);
    worker->second.answered += status != 0;
    worker->second.errors += fault != LOAD_FINE;
    worker->last_ns = now;
    histogram_record(&worker->second_times, now - link->due_ns);
    if (link->measures) {
        worker->tally.answered += status != 0;
        worker->tally.by_status[status]++;
        count_outcome(worker, link->choice.kind, fault, now, problem);
        record_times(link, now, status != 0);
        note_event(link, status);
        if (fault != LOAD_FINE)
            keep_offender(link, fault, now, status, problem);
    }
    worker->num_busy--;
    worker->num_busy_forged -= link->choice.kind == LOAD_FORGED;
    link->free_ns = now;
    link->wants_ns = now;
    if (!keeps || link->out_sent < link->out.len) {
        worker->tally.closed_by_server += status != 0;
        drop(link);
        return;
    }
    link->state = LINK_IDLE;
    push(&worker->idle, link);
}

static enum load_fault fault_of(enum load_kind kind, int status)
{
    if (status == 429)
        return LOAD_THROTTLED;
    if (status >= 500)
        return LOAD_SERVER_ERROR;
    if (status / 100 == 2)
        return kind == LOAD_FORGED ? LOAD_FORGERY_ACCEPTED : LOAD_FINE;
    if (status / 100 == 4)
        return kind == LOAD_FORGED ? LOAD_FINE : LOAD_GENUINE_REFUSED;
    return LOAD_OTHER_STATUS;
}

/* --- pauses --- */

static int64_t read_retry_after(const struct headers *headers)
{
    const char *value = headers_find(headers, "Retry-After");
    return value ? retry_after(value, clock_wall_ms() / 1000) : -1;
}

static void ask_pause(struct worker *worker, int64_t seconds)
{
    int_fast64_t until = now_of(worker) + seconds * NS_PER_S;
    int_fast64_t known = atomic_load(&worker->shared->paused_to);
    while (until > known &&
           !atomic_compare_exchange_weak(&worker->shared->paused_to, &known, until))
        continue;
}

/* Whether nobody may send now; moves the schedule by each pause once. */
static bool is_paused(struct worker *worker, int64_t now)
{
    int64_t until = atomic_load(&worker->shared->paused_to);
    if (until > worker->known_pause_ns) {
        int64_t from = worker->known_pause_ns > now ? worker->known_pause_ns : now;
        worker->shift_ns += until - from;
        worker->tally.paused_ns += until - from;
        worker->known_pause_ns = until;
    }
    return until > now;
}

/* --- reading --- */

/* True when the exchange has ended. */
static bool take_event(struct link *link, enum http_event event)
{
    const struct http_reader *reader = link->reader;
    if (event == HTTP_HEAD && reader->status == 429)
        link->retry_after_s = read_retry_after(&reader->headers);
    if (event == HTTP_MALFORMED) {
        end_exchange(link, LOAD_MALFORMED, 0, false, reader->problem);
        return true;
    }
    if (event != HTTP_END || (reader->status < 200 && reader->status != 101))
        return false;
    if (link->retry_after_s >= 0)
        ask_pause(link->worker, link->retry_after_s);
    end_exchange(link, fault_of(link->choice.kind, reader->status), reader->status,
                 reader->keep_alive && !reader->until_close && reader->status != 101, NULL);
    return true;
}

static bool feed(struct link *link, const char *data, size_t len)
{
    enum http_event event;
    if (link->first_ns < 0)
        link->first_ns = now_of(link->worker);
    link->worker->tally.bytes_received += len;
    buf_add(&link->answer, data, len);
    while ((event = http_reader_next(link->reader, &data, &len)) != HTTP_MORE)
        if (take_event(link, event))
            return true;
    return false;
}

static void on_closed(struct link *link, bool is_broken)
{
    bool at_end = false;
    if (link->state == LINK_IDLE) {
        link->worker->tally.closed_by_server++;
        leave_idle(link->worker, link);
        drop(link);
        return;
    }
    if (!is_broken && http_reader_finish(link->reader, &at_end) && at_end) {
        (void)take_event(link, HTTP_END);
        return;
    }
    end_exchange(link, LOAD_CLOSED, 0, false,
                 is_broken             ? "the connection was reset"
                 : link->first_ns >= 0 ? "the connection was closed during the response"
                                       : "the connection was closed without a response");
}

static void on_readable(struct link *link)
{
    struct worker *worker = link->worker;
    size_t len = 0;
    while (link->state == LINK_IDLE || link->state == LINK_BUSY) {
        enum dial_end end = dial_receive(link->dial, worker->buffer, READ_SIZE, &len);
        if (end == DIAL_AGAIN)
            return;
        if (end != DIAL_OK || link->state == LINK_IDLE) {
            on_closed(link, end == DIAL_BROKEN); /* bytes that nobody asked for end it as well */
            return;
        }
        if (feed(link, worker->buffer, len))
            return;
    }
}

/* --- writing --- */

static void watch(struct link *link, bool room)
{
    if (link->watches_room == room)
        return;
    struct epoll_event event = {.events = EPOLLIN | (room ? EPOLLOUT : 0), .data.ptr = link};
    link->watches_room = room;
    (void)epoll_ctl(link->worker->epoll, EPOLL_CTL_MOD, dial_socket(link->dial), &event);
}

static void go_on_writing(struct link *link)
{
    enum dial_end end = DIAL_OK;
    while (end == DIAL_OK && link->out_sent < link->out.len) {
        size_t put = 0;
        end = dial_send(link->dial, link->out.data + link->out_sent, link->out.len - link->out_sent,
                        &put);
        link->out_sent += put;
    }
    if (end == DIAL_BROKEN)
        on_readable(link); /* what it says before it closes may be the answer */
    if (end == DIAL_BROKEN && link->state == LINK_BUSY)
        on_closed(link, true);
    if (link->state == LINK_BUSY)
        watch(link, link->out_sent < link->out.len);
}

/* False when no more requests may be begun. */
static bool take_one(struct worker *worker)
{
    uint64_t max = worker->plan->max_requests;
    if (!max || atomic_fetch_add(&worker->shared->taken, 1) < max)
        return true;
    atomic_store(&worker->shared->stop, true);
    return false;
}

/* Sends the next request on an idle link. */
static void send_on(struct link *link, int64_t due_ns)
{
    struct worker *worker = link->worker;
    link->choice = mix_next(worker->mix, &link->out);
    link->out_sent = 0;
    link->first_ns = -1;
    link->retry_after_s = -1;
    link->due_ns = due_ns;
    link->measures = due_ns >= worker->plan->warmup_ns;
    link->state = LINK_BUSY;
    buf_reset(&link->answer);
    link->answer.full = false;
    worker->num_busy++;
    worker->num_busy_forged += link->choice.kind == LOAD_FORGED;
    worker->second.sent++;
    if (link->measures) {
        worker->tally.sent++;
        worker->tally.bytes_sent += link->out.len;
    }
    link->sent_ns = now_of(worker);
    go_on_writing(link);
}

/* --- connecting --- */

static void begin_dial(struct worker *worker, int64_t now)
{
    struct link *link = worker->none.items[--worker->none.count];
    link->state = LINK_CONNECTING;
    link->wants_ns = now;
    worker->num_connecting++;
    link->dial = dial_begin(worker->engine, worker->plan->deadline_ns, link);
}

/* The request that waited for this connection fails with it. */
static void on_dial_failed(struct link *link, int64_t now)
{
    struct worker *worker = link->worker;
    enum load_fault fault = dial_lacks_ports(link->dial) ? LOAD_NO_PORTS : LOAD_NOT_CONNECTED;
    worker->redial_ns = now + REDIAL_NS;
    bool is_due = !is_open(worker) || next_due_ns(worker) <= now;
    if (is_due && now < worker->end_ns && take_one(worker)) {
        worker->second.errors++;
        if (now >= worker->plan->warmup_ns)
            count_outcome(worker, LOAD_GENUINE, fault, now, dial_problem(link->dial));
        worker->next += worker->plan->threads;
    }
    drop(link);
}

static void on_connected(struct link *link)
{
    struct worker *worker = link->worker;
    int64_t now = now_of(worker);
    worker->num_connecting--;
    if (dial_problem(link->dial)) {
        on_dial_failed(link, now);
        return;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
    link->reader = http_reader_new(HTTP_RESPONSE, &(struct http_limits){0});
    link->watches_room = false;
    link->free_ns = now;
    link->state = LINK_IDLE;
    push(&worker->idle, link);
    worker->tally.connects++;
    histogram_record(&worker->tally.connect, dial_connect_ns(link->dial));
    if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, dial_socket(link->dial), &event) != 0)
        mem_library_failed();
}

static void take_connected(struct worker *worker)
{
    for (struct link *link; worker->num_connecting && (link = dial_next(worker->engine)) != NULL;)
        on_connected(link);
}

bool worker_try(struct worker *worker, bool *out_unreached, struct error *err)
{
    struct dial *dial = dial_begin(worker->engine, worker->plan->deadline_ns, worker);
    const volatile sig_atomic_t *interrupted = worker->plan->interrupted;
    bool is_over = false;
    while (!is_over && !(interrupted && *interrupted)) {
        is_over = dial_next(worker->engine) != NULL;
        if (!is_over)
            dial_wait(worker->engine, worker->epoll, 100);
    }
    if (!is_over) {
        dial_free(dial);
        return error_set(err, "interrupted before the first request");
    }
    const char *problem = dial_problem(dial);
    *out_unreached = problem != NULL;
    if (problem)
        (void)error_set(err, "cannot connect to %s: %s", worker->plan->target->shown, problem);
    bool may_go_on = !problem && (worker->plan->may_be_public || dial_is_private(dial));
    if (!problem && !may_go_on)
        (void)error_set(err,
                        "%s resolves to a public address; if you may load it, repeat its name: "
                        "--i-may-load-this-host %s",
                        worker->plan->target->host, worker->plan->target->host);
    dial_free(dial);
    return may_go_on;
}

/* --- what is due --- */

static void dial_more(struct worker *worker, uint64_t wanted, int64_t now)
{
    if (now < worker->redial_ns)
        return;
    while (worker->none.count && worker->num_connecting < wanted &&
           worker->num_connecting < DIALS_MAX)
        begin_dial(worker, now);
}

static void start_open(struct worker *worker, int64_t now)
{
    int64_t due_ns = next_due_ns(worker);
    while (worker->idle.count && due_ns <= now && due_ns < worker->end_ns && take_one(worker)) {
        struct link *link = worker->idle.items[--worker->idle.count];
        worker->next += worker->plan->threads;
        send_on(link, due_ns);
        due_ns = next_due_ns(worker);
    }
    uint64_t due = pace_count(&worker->pace, now - worker->shift_ns);
    if (!worker->idle.count && due > worker->next)
        dial_more(worker, (due - worker->next) / worker->plan->threads + 1, now);
}

/* How many clients have begun. */
static size_t clients_at(const struct worker *worker, int64_t now)
{
    int64_t ramp_ns = worker->plan->ramp_ns;
    if (now >= ramp_ns)
        return worker->num_links;
    return 1 + (size_t)((double)(worker->num_links - 1) * (double)now / (double)ramp_ns);
}

/* A client that has to connect first has been waiting since then. */
static void start_closed(struct worker *worker, int64_t now)
{
    while (worker->idle.count && take_one(worker)) {
        struct link *link = worker->idle.items[--worker->idle.count];
        send_on(link, link->wants_ns);
    }
    size_t open = worker->num_links - worker->none.count;
    size_t clients = clients_at(worker, now);
    if (clients > open)
        dial_more(worker, clients - open + worker->num_connecting, now);
}

/* --- time --- */

static void publish(struct worker *worker)
{
    struct load_shared *shared = worker->shared;
    (void)pthread_mutex_lock(&shared->mutex);
    shared->second.sent += worker->second.sent;
    shared->second.answered += worker->second.answered;
    shared->second.errors += worker->second.errors;
    histogram_merge(&shared->second_times, &worker->second_times);
    (void)pthread_mutex_unlock(&shared->mutex);
    worker->second = (struct load_second){0};
    histogram_reset(&worker->second_times);
}

static void expire(struct worker *worker, int64_t now)
{
    for (size_t i = 0; i < worker->num_links; i++) {
        struct link *link = &worker->links[i];
        if (link->state == LINK_BUSY && now - link->sent_ns > worker->plan->deadline_ns)
            end_exchange(link, LOAD_TIMED_OUT, 0, false,
                         link->first_ns >= 0 ? "the response was incomplete at the deadline"
                                             : "no response before the deadline");
    }
}

static void keep_time(struct worker *worker, int64_t now)
{
    if (now >= worker->second_ns) {
        publish(worker);
        worker->second_ns += NS_PER_S;
    }
    if (now < worker->look_ns)
        return;
    worker->look_ns = now + LOOK_NS;
    expire(worker, now);
}

/* What was due before the end and never sent: the endpoint held every connection. */
static void count_unsent(struct worker *worker)
{
    for (int64_t due_ns; (due_ns = next_due_ns(worker)) < worker->end_ns;
         worker->next += worker->plan->threads) {
        if (due_ns < worker->plan->warmup_ns)
            continue;
        count_outcome(worker, LOAD_GENUINE, LOAD_UNSENT, worker->end_ns, NULL);
        histogram_record(&worker->tally.latency, worker->end_ns - due_ns);
    }
}

/* --- the loop --- */

static int64_t wake_ns(const struct worker *worker, int64_t now)
{
    int64_t wake = worker->look_ns < worker->second_ns ? worker->look_ns : worker->second_ns;
    bool may_dial = worker->none.count && !worker->num_connecting && now >= worker->redial_ns;
    bool may_send = worker->idle.count || may_dial;
    int64_t due = is_open(worker) ? next_due_ns(worker) : wake;
    if (due < worker->known_pause_ns)
        due = worker->known_pause_ns;
    return may_send && due < wake && due < worker->end_ns ? due : wake;
}

static int look(struct worker *worker, struct epoll_event *events, int timeout_ms)
{
    return epoll_wait(worker->epoll, events, EVENTS_MAX, timeout_ms);
}

/* Waits to the microsecond: a request that is sent late would make the endpoint look slow. */
static int wait_for(struct worker *worker, struct epoll_event *events, int64_t now)
{
    int64_t left_ns = wake_ns(worker, now) - now;
    int count = look(worker, events, 0);
    if (count > 0 || left_ns <= 0)
        return count;
    if (worker->num_connecting) {
        dial_wait(worker->engine, worker->epoll, (int)(left_ns / NS_PER_MS));
        return look(worker, events, 0);
    }
    struct timespec timeout = {(time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S)};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(worker->epoll, &set); /* made before any connection, and so a small number */
    return pselect(worker->epoll + 1, &set, NULL, NULL, &timeout, NULL) > 0
               ? look(worker, events, 0)
               : 0;
}

static void step(struct worker *worker)
{
    struct epoll_event events[EVENTS_MAX];
    int count = wait_for(worker, events, now_of(worker));
    for (int i = 0; i < count; i++) {
        struct link *link = events[i].data.ptr;
        if (link->state == LINK_BUSY && (events[i].events & EPOLLOUT))
            go_on_writing(link);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            on_readable(link);
    }
    if (worker->num_connecting)
        take_connected(worker);
}

static bool has_ended(struct worker *worker, int64_t now)
{
    struct load_shared *shared = worker->shared;
    if (worker->plan->interrupted && *worker->plan->interrupted)
        return true;
    return (now >= worker->end_ns || atomic_load_explicit(&shared->stop, memory_order_relaxed));
}

static int64_t thread_cpu_ns(void)
{
    struct timespec used = {0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * NS_PER_S + used.tv_nsec;
}

static void note_effort(struct worker *worker, int64_t cpu_ns, int64_t wall_ns)
{
    worker->tally.cpu_ns = cpu_ns;
    worker->tally.busy_wall_ns = wall_ns;
    worker->tally.busiest = wall_ns > 0 ? (double)cpu_ns / (double)wall_ns : 0;
}

void *worker_run(void *its_worker)
{
    struct worker *worker = its_worker;
    int64_t cpu_ns = thread_cpu_ns();
    int64_t now = now_of(worker);
    int64_t begun_ns = now;
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* best effort: 50 us otherwise */
    for (; !has_ended(worker, now); now = now_of(worker)) {
        keep_time(worker, now);
        if (!is_paused(worker, now))
            (is_open(worker) ? start_open : start_closed)(worker, now);
        step(worker);
    }
    note_effort(worker, thread_cpu_ns() - cpu_ns, now_of(worker) - begun_ns);
    if (is_open(worker) && now >= worker->end_ns) {
        if (!is_paused(worker, now))
            start_open(worker, now); /* what this machine was late for, if connections are idle */
        count_unsent(worker);
    }
    while (worker->num_busy && !(worker->plan->interrupted && *worker->plan->interrupted)) {
        keep_time(worker, now_of(worker));
        step(worker);
    }
    publish(worker);
    (void)atomic_fetch_sub(&worker->shared->running, 1);
    return NULL;
}
