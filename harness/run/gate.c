#include "run/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

/* Interruptions and deadlines are seen after this at the latest. */
#define TICK_NS (100 * NS_PER_MS)

/* A process that gets no time for so long was stopped; a busy machine does not do that. */
#define PAUSE_NS (1500 * NS_PER_MS)

struct gate {
    struct budget budget;
    const struct target *target;
    const struct engine_options *options;
    struct engine *engine;
    int64_t looked_ns; /* when the last wait ended; 0 = not watched */
    int64_t worked_ns; /* time of the processor that was used until then */
    int64_t paused_ns;
};

struct gate *gate_new(const struct budget_limits *limits, const struct target *target,
                      const struct engine_options *options, struct error *err)
{
    struct engine *engine = engine_new(target, options, err);
    if (!engine)
        return NULL;
    struct gate *gate = mem_alloc(sizeof *gate);
    *gate = (struct gate){.target = target, .options = options, .engine = engine};
    budget_init(&gate->budget, limits);
    return gate;
}

void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    engine_free(gate->engine);
    free(gate);
}

const struct budget *gate_budget(const struct gate *gate)
{
    return &gate->budget;
}

void gate_begin(struct gate *gate)
{
    budget_begin(&gate->budget, clock_monotonic_ns());
}

/* The only place that sends. */
static bool let_out(struct gate *gate, struct engine *engine, enum purpose purpose,
                    const struct engine_send *sends, size_t count)
{
    int64_t now_ns = clock_monotonic_ns();
    if (budget_refusal(&gate->budget, count, now_ns) ||
        now_ns < budget_due_ns(&gate->budget, count))
        return false;
    budget_spend(&gate->budget, purpose, count, now_ns);
    for (size_t i = 0; i < count; i++)
        engine_send(engine, &sends[i]);
    return true;
}

bool gate_send(struct gate *gate, enum purpose purpose, const struct engine_send *sends,
               size_t count)
{
    return let_out(gate, gate->engine, purpose, sends, count);
}

void gate_give_back(struct gate *gate, enum purpose purpose)
{
    budget_give_back(&gate->budget, purpose);
}

/* --- one question --- */

struct asking {
    struct observation *seen;
    bool ended;
};

static void on_done(void *payload, struct observation *seen)
{
    struct asking *asking = payload;
    observation_clear(asking->seen);
    *asking->seen = *seen;
    asking->ended = true;
}

static bool not_sent(struct observation *seen, const char *why)
{
    (void)snprintf(seen->detail, sizeof seen->detail, "%.250s", why);
    return false;
}

static int64_t tick_until(int64_t due_ns, int64_t now_ns)
{
    int64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    return left_ns < TICK_NS ? left_ns : TICK_NS;
}

/* Waits until one request may leave; false with the reason when it never may. */
static bool wait_for_turn(struct gate *gate, struct observation *seen)
{
    for (;;) {
        int64_t now_ns = clock_monotonic_ns();
        int64_t due_ns = budget_due_ns(&gate->budget, 1);
        const char *why = budget_refusal(&gate->budget, 1, now_ns);
        if (why)
            return not_sent(seen, why);
        if (now_ns >= due_ns)
            return true;
        (void)engine_wait(gate->engine, tick_until(due_ns, now_ns));
    }
}

static bool ask_by(struct gate *gate, struct engine *engine, const struct gate_question *question,
                   struct observation *seen)
{
    struct asking asking = {.seen = seen};
    struct engine_connection *connection = question->is_raw ? engine_connection_new(engine) : NULL;
    const struct engine_send send = {.request = question->request,
                                     .connection = connection,
                                     .timeout_ns = question->timeout_ns,
                                     .on_done = on_done,
                                     .payload = &asking};
    bool sent = false;
    while (!sent && wait_for_turn(gate, seen))
        sent = let_out(gate, engine, question->purpose, &send, 1);
    while (sent && !asking.ended) {
        (void)engine_wait(engine, TICK_NS);
        if (!asking.ended && budget_over(&gate->budget, clock_monotonic_ns()))
            engine_cancel_all(engine);
    }
    engine_connection_free(connection);
    gate->looked_ns = 0;
    return seen->outcome != OUTCOME_NOT_SENT;
}

bool gate_ask(struct gate *gate, const struct gate_question *question, struct observation *seen)
{
    const struct target *elsewhere = question->elsewhere;
    struct error err = {0};
    observation_init(seen);
    if (!elsewhere)
        return ask_by(gate, gate->engine, question, seen);
    if (strcasecmp(elsewhere->host, gate->target->host) != 0)
        return not_sent(seen, "not sent: it points to another host");
    struct engine *engine = engine_new(elsewhere, gate->options, &err);
    if (!engine)
        return not_sent(seen, err.message);
    bool sent = ask_by(gate, engine, question, seen);
    engine_free(engine);
    return sent;
}

/* --- the engine's --- */

struct engine_connection *gate_connection_new(struct gate *gate)
{
    return engine_connection_new(gate->engine);
}

static int64_t worked_ns(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * NS_PER_S + used.tv_nsec;
}

/* Time that passed although nothing was waited for and nothing was done. */
static void note_pause(struct gate *gate, int64_t waited_ns)
{
    int64_t now_ns = clock_monotonic_ns();
    int64_t work_ns = worked_ns();
    int64_t idle_ns = now_ns - gate->looked_ns - (work_ns - gate->worked_ns) - waited_ns;
    if (gate->looked_ns && idle_ns > PAUSE_NS)
        gate->paused_ns += idle_ns;
    gate->looked_ns = now_ns;
    gate->worked_ns = work_ns;
}

int64_t gate_take_pause(struct gate *gate)
{
    int64_t paused_ns = gate->paused_ns;
    gate->paused_ns = 0;
    return paused_ns;
}

size_t gate_wait(struct gate *gate, int64_t timeout_ns)
{
    size_t left = engine_wait(gate->engine, timeout_ns);
    note_pause(gate, timeout_ns);
    return left;
}

void gate_release_held(struct gate *gate)
{
    engine_release_held(gate->engine);
}

void gate_cancel_all(struct gate *gate)
{
    engine_cancel_all(gate->engine);
}
