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
#include "load/link.h"
#include "load/pace.h"
#include "load/reach.h"

#define EVENTS_MAX 256
#define READ_SIZE  ((size_t)64 * 1024)
#define ANSWER_MAX 4096             /* bytes of a response that are kept for the report */
#define LOOK_NS    (20 * NS_PER_MS) /* how often deadlines and interruptions are looked at */
#define REDIAL_NS  (10 * NS_PER_MS) /* after a connection failed */
#define DIALS_MAX  64               /* connecting at the same time */

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
    struct link_setting setting;
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
    for (size_t i = 0; i < worker->num_links; i++)
        link_clear(&worker->links[i]);
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

static void keep_offender(struct worker *worker, const struct link *link,
                          const struct link_end *end, enum load_fault fault, int64_t now)
{
    struct load_offender *offender = tally_offender(&worker->tally, fault);
    if (!offender)
        return;
    offender->kind = link->choice.kind;
    offender->forgery = link->choice.forgery;
    offender->at_ns = now;
    offender->latency_ns = now - link->due_ns;
    offender->status = end->status;
    offender->in_flight = worker->num_busy;
    offender->in_flight_forged = worker->num_busy_forged;
    offender->problem = mem_text(end->problem);
    buf_add_bytes(&offender->request, buf_bytes(&link->out));
    buf_add_bytes(&offender->answer, buf_bytes(&link->answer));
}

static void record_times(struct tally *tally, const struct link *link, int64_t now,
                         bool is_answered)
{
    int64_t begun_ns = link->due_ns > link->free_ns ? link->due_ns : link->free_ns;
    histogram_record(&tally->latency, now - link->due_ns);
    histogram_record(&tally->queue, link->sent_ns - link->due_ns);
    histogram_record(&tally->late, link->sent_ns - begun_ns);
    if (!is_answered)
        return;
    histogram_record(&tally->wait, link->first_ns - link->sent_ns);
    histogram_record(&tally->transfer, now - link->first_ns);
}

static void drop(struct worker *worker, struct link *link)
{
    link_close(link);
    push(&worker->none, link);
}

static void leave_idle(struct worker *worker, const struct link *link)
{
    for (size_t i = 0; i < worker->idle.count; i++)
        if (worker->idle.items[i] == link) {
            worker->idle.items[i] = worker->idle.items[--worker->idle.count];
            return;
        }
}

static void note_event(struct worker *worker, const struct link *link, int status)
{
    enum ledger_outcome outcome = link->choice.kind == LOAD_FORGED ? LEDGER_FORGED
                                  : status / 100 == 2              ? LEDGER_ACCEPTED
                                                                   : LEDGER_OPEN;
    ledger_add(&worker->ledger, link->out.data + link->choice.id_at, outcome);
}

/* Counts what came of it, but for the warmup. */
static void measure(struct worker *worker, struct link *link, const struct link_end *end,
                    enum load_fault fault, int64_t now)
{
    if (!link->measures)
        return;
    worker->tally.answered += end->status != 0;
    worker->tally.by_status[end->status]++;
    tally_outcome(&worker->tally, link->choice.kind, fault, now, end->problem);
    record_times(&worker->tally, link, now, end->status != 0);
    note_event(worker, link, end->status);
    if (fault != LOAD_FINE)
        keep_offender(worker, link, end, fault, now);
}

static void end_exchange(struct worker *worker, struct link *link, const struct link_end *end)
{
    int64_t now = now_of(worker);
    enum load_fault fault =
        end->status ? load_fault_of(link->choice.kind, end->status) : end->fault;
    worker->second.answered += end->status != 0;
    worker->second.errors += fault != LOAD_FINE;
    worker->last_ns = now;
    histogram_record(&worker->second_times, now - link->due_ns);
    measure(worker, link, end, fault, now);
    worker->num_busy--;
    worker->num_busy_forged -= link->choice.kind == LOAD_FORGED;
    link->free_ns = now;
    link->wants_ns = now;
    if (!end->keeps) {
        worker->tally.closed_by_server += end->status != 0;
        drop(worker, link);
        return;
    }
    link->state = LINK_IDLE;
    push(&worker->idle, link);
}

/* --- pauses --- */

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

/* --- links --- */

static void take_news(struct worker *worker, struct link *link, enum link_news news,
                      const struct link_end *end)
{
    if (news == LINK_LEFT) {
        worker->tally.closed_by_server++;
        leave_idle(worker, link);
        drop(worker, link);
    } else if (news == LINK_ENDED) {
        if (end->retry_after_s >= 0)
            ask_pause(worker, end->retry_after_s);
        end_exchange(worker, link, end);
    }
}

static void on_writable(struct worker *worker, struct link *link)
{
    struct link_end end;
    if (link->state == LINK_BUSY)
        take_news(worker, link, link_write(link, &worker->setting, &end), &end);
}

static void on_readable(struct worker *worker, struct link *link)
{
    struct link_end end;
    if (link->state == LINK_IDLE || link->state == LINK_BUSY)
        take_news(worker, link, link_read(link, &worker->setting, &end), &end);
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
static void send_on(struct worker *worker, struct link *link, int64_t due_ns)
{
    link->choice = mix_next(worker->mix, &link->out);
    link_begin(link);
    link->due_ns = due_ns;
    link->measures = due_ns >= worker->plan->warmup_ns;
    worker->num_busy++;
    worker->num_busy_forged += link->choice.kind == LOAD_FORGED;
    worker->second.sent++;
    if (link->measures) {
        worker->tally.sent++;
        worker->tally.bytes_sent += link->out.len;
    }
    link->sent_ns = now_of(worker);
    on_writable(worker, link);
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

/* The request that waited for this connection fails with it. When this machine is to blame, it
 * waits for another. */
static void on_dial_failed(struct worker *worker, struct link *link, int64_t now)
{
    const char *problem = dial_problem(link->dial);
    bool is_ours = dial_lacks_socket(link->dial);
    worker->redial_ns = now + REDIAL_NS;
    bool is_due = !is_open(worker) || next_due_ns(worker) <= now;
    if (is_ours) {
        tally_fault(&worker->tally, LOAD_NO_SOCKET, now, problem);
    } else if (is_due && now < worker->end_ns && take_one(worker)) {
        worker->second.errors++;
        if (now >= worker->plan->warmup_ns)
            tally_outcome(&worker->tally, LOAD_GENUINE, LOAD_NOT_CONNECTED, now, problem);
        worker->next += worker->plan->threads;
    }
    drop(worker, link);
}

static void on_connected(struct worker *worker, struct link *link)
{
    int64_t now = now_of(worker);
    worker->num_connecting--;
    if (dial_problem(link->dial)) {
        on_dial_failed(worker, link, now);
        return;
    }
    if (!link_open(link, &worker->setting))
        mem_library_failed();
    link->free_ns = now;
    push(&worker->idle, link);
    worker->tally.connects++;
    histogram_record(&worker->tally.connect, dial_connect_ns(link->dial));
}

static void take_connected(struct worker *worker)
{
    for (struct link *link; worker->num_connecting && (link = dial_next(worker->engine)) != NULL;)
        on_connected(worker, link);
}

bool worker_try(struct worker *worker, bool *out_unreached, struct error *err)
{
    return reach_try(worker->plan, worker->engine, worker->epoll, out_unreached, err);
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
        send_on(worker, link, due_ns);
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
        send_on(worker, link, link->wants_ns);
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
        if (link->state != LINK_BUSY || now - link->sent_ns <= worker->plan->deadline_ns)
            continue;
        const char *problem = link->first_ns >= 0 ? "the response was incomplete at the deadline"
                                                  : "no response before the deadline";
        end_exchange(worker, link, &(struct link_end){.fault = LOAD_TIMED_OUT, .problem = problem});
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

/* What was due before the end and never sent: the endpoint held every connection, unless this
 * machine could make no more. */
static void count_unsent(struct worker *worker)
{
    if (worker->tally.faults[LOAD_NO_SOCKET].count)
        return;
    for (int64_t due_ns; (due_ns = next_due_ns(worker)) < worker->end_ns;
         worker->next += worker->plan->threads) {
        if (due_ns < worker->plan->warmup_ns)
            continue;
        tally_outcome(&worker->tally, LOAD_GENUINE, LOAD_UNSENT, worker->end_ns, NULL);
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

static int look(struct worker *worker, struct epoll_event *events)
{
    return epoll_wait(worker->epoll, events, EVENTS_MAX, 0);
}

/* Waits to the microsecond: a request that is sent late would make the endpoint look slow. */
static int wait_for(struct worker *worker, struct epoll_event *events, int64_t now)
{
    int64_t left_ns = wake_ns(worker, now) - now;
    int count = look(worker, events);
    if (count > 0 || left_ns <= 0)
        return count;
    if (worker->num_connecting) {
        dial_wait(worker->engine, worker->epoll, (int)(left_ns / NS_PER_MS));
        return look(worker, events);
    }
    struct timespec timeout = {(time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S)};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(worker->epoll, &set); /* made before any connection, and so a small number */
    return pselect(worker->epoll + 1, &set, NULL, NULL, &timeout, NULL) > 0 ? look(worker, events)
                                                                            : 0;
}

static void step(struct worker *worker)
{
    struct epoll_event events[EVENTS_MAX];
    int count = wait_for(worker, events, now_of(worker));
    for (int i = 0; i < count; i++) {
        struct link *link = events[i].data.ptr;
        if (events[i].events & EPOLLOUT)
            on_writable(worker, link);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            on_readable(worker, link);
    }
    if (worker->num_connecting)
        take_connected(worker);
}

static bool has_ended(struct worker *worker, int64_t now)
{
    if (worker->plan->interrupted && *worker->plan->interrupted)
        return true;
    return now >= worker->end_ns ||
           atomic_load_explicit(&worker->shared->stop, memory_order_relaxed);
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
    worker->setting =
        (struct link_setting){worker->epoll, worker->shared->begun_ns,
                              &worker->tally.bytes_received, worker->buffer, READ_SIZE};
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
