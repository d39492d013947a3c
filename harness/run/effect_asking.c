/* When the oracle is asked about which events, and what is done with its answers. */
#include "run/effect_asking.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "panora/js.h"
#include "result/packed.h"

/* --quick: the first look. What was accepted and is not there yet gets the whole time. */
#define QUICK_NS NS_PER_S

#define PAUSE_NS     (500 * NS_PER_MS) /* between two looks; twice as long each time, up to ... */
#define PAUSE_MAX_NS (10 * NS_PER_S)

/* What said nothing is asked once more when all of it took less than this. */
#define AGAIN_NS (5 * NS_PER_S)

#define TICK_NS (100 * NS_PER_MS)

/* --- about which events --- */

static bool is_of_effect(const struct suite_case *one, const char *skip)
{
    return one && !skip && judge_needs_effect(one);
}

/* The id that really goes out, which a mutation may have changed. */
static void note_id(struct exchange *exchange)
{
    exchange_unpack(exchange);
    struct js *body = js_parse(buf_bytes(&exchange->request.body), NULL);
    struct bytes id = js_get_text(body, "id_event");
    free(exchange->id_event);
    exchange->id_event = NULL;
    if (id.data && !memchr(id.data, '\0', id.len))
        exchange->id_event = mem_copy(id.data, id.len);
    js_free(body);
    exchange_pack(exchange);
}

typedef void visit(struct exchange *exchange, void *payload);

/* Everything that is asked about: what those cases send, and its genuine twins. */
static void for_each_planned(const struct plan *plan, visit *what, void *payload)
{
    for (size_t i = 0; i < plan->num_cases; i++) {
        const struct planned *planned = &plan->cases[i];
        for (size_t k = 0; is_of_effect(planned->one, planned->skip) && k < planned->count; k++) {
            struct planned_request *request = &planned->requests[k];
            what(&request->exchange, payload);
            if (request->control != NO_CONTROL)
                what(&plan->controls[request->control].requests[0].exchange, payload);
        }
    }
}

/* The same as it goes. */
static void for_each(const struct progress *progress, visit *what, void *payload)
{
    for (size_t i = 0; i < progress->num_cases; i++) {
        const struct testcase *test = &progress->cases[i];
        for (size_t k = 0; is_of_effect(test->one, test->skip) && k < test->count; k++) {
            what(&test->exchanges[k], payload);
            if (test->shots[k].control != NO_CONTROL)
                what(&progress->controls[test->shots[k].control].exchanges[0], payload);
        }
    }
}

static void note_visit(struct exchange *exchange, void *payload)
{
    note_id(exchange);
}

void effect_note_ids(struct plan *plan)
{
    for_each_planned(plan, note_visit, NULL);
}

/* --- the questions: one for each id --- */

struct questions {
    struct effect_question *items;
    size_t count;
    int64_t last_ns; /* when the last answer had come */
    bool is_settled;
};

static struct effect_question *find(const struct questions *questions, const char *id)
{
    for (size_t i = 0; i < questions->count; i++)
        if (strcmp(questions->items[i].id_event, id) == 0)
            return &questions->items[i];
    return NULL;
}

static void gather(struct exchange *exchange, void *payload)
{
    struct questions *questions = payload;
    if (!exchange->id_event || find(questions, exchange->id_event))
        return;
    questions->items = mem_resize(questions->items, questions->count + 1, sizeof *questions->items);
    questions->items[questions->count++] = (struct effect_question){.id_event = exchange->id_event};
}

static void gather_sent(struct exchange *exchange, void *payload)
{
    struct questions *questions = payload;
    const struct observation *seen = &exchange->seen;
    if (seen->outcome == OUTCOME_NOT_SENT)
        return;
    int64_t ended_ns = seen->started_ns + (seen->total_ns > 0 ? seen->total_ns : 0);
    if (ended_ns > questions->last_ns)
        questions->last_ns = ended_ns;
    gather(exchange, questions);
}

/* Of the whole plan; the plan stays as it is. */
static struct questions questions_of(const struct plan *plan)
{
    struct questions questions = {0};
    if (plan->options->effect)
        for_each_planned(plan, gather, &questions);
    return questions;
}

static void questions_clear(struct questions *questions)
{
    for (size_t i = 0; i < questions->count; i++)
        free(questions->items[i].said.why);
    free(questions->items);
}

size_t plan_num_effects(const struct plan *plan)
{
    struct questions questions = questions_of(plan);
    questions_clear(&questions);
    return questions.count;
}

bool plan_effects_are_new(const struct plan *plan, effect_stop *stop, void *stop_payload,
                          struct error *err)
{
    const struct effect_oracle *oracle = plan->options->effect;
    struct questions questions = questions_of(plan);
    bool ok = true;
    oracle->ask(oracle->payload, questions.items, questions.count, stop, stop_payload);
    for (size_t i = 0; ok && i < questions.count; i++)
        if (questions.items[i].said.times > 0)
            ok = error_set(err,
                           "--effect-command already knows event %s of this run: the same --seed "
                           "sends the same events again; leave it out",
                           questions.items[i].id_event);
    questions_clear(&questions);
    return ok && !stop(stop_payload);
}

/* What was accepted and is not there may come yet. */
static void look_settled(struct exchange *exchange, void *payload)
{
    struct questions *questions = payload;
    const struct effect_question *question =
        exchange->id_event ? find(questions, exchange->id_event) : NULL;
    if (!question)
        return;
    bool is_there = question->said.state == PROCESSED_TIMES && question->said.times > 0;
    bool is_known = question->said.state == PROCESSED_TIMES;
    if (!is_known || (exchange->genuine && exchange->accepted && !is_there))
        questions->is_settled = false;
}

static void hand_out(struct exchange *exchange, void *payload)
{
    const struct effect_question *question =
        exchange->id_event ? find(payload, exchange->id_event) : NULL;
    free(exchange->processed.why);
    exchange->processed = (struct processed){0};
    if (exchange->seen.outcome == OUTCOME_NOT_SENT)
        return;
    exchange->processed.state = PROCESSED_UNKNOWN;
    if (!question) {
        exchange->processed.why = mem_text("its body has no id_event to ask about");
        return;
    }
    exchange->processed = question->said;
    exchange->processed.why = question->said.why ? mem_text(question->said.why) : NULL;
}

/* --- asking --- */

static const char *stop_reason(void *payload)
{
    struct runner *runner = payload;
    const char *over = budget_over(gate_budget(runner->gate), clock_monotonic_ns());
    if (!over)
        return NULL;
    runner->stop = over;
    runner->result->interrupted = runner_was_interrupted(runner);
    return runner->result->interrupted
               ? "--effect-command was not asked: the run was interrupted"
               : "--effect-command was not asked: the time for the run (--max-time) ran out";
}

static void wait_until(struct runner *runner, int64_t until_ns)
{
    int64_t now_ns = clock_monotonic_ns();
    for (; now_ns < until_ns && !stop_reason(runner); now_ns = clock_monotonic_ns())
        (void)gate_wait(runner->gate, until_ns - now_ns < TICK_NS ? until_ns - now_ns : TICK_NS);
}

/* `again`: also what has an answer; otherwise what has none. */
static void ask(struct runner *runner, struct questions *questions, bool again)
{
    const struct effect_oracle *oracle = runner->options->effect;
    for (size_t i = 0; i < questions->count; i++) {
        struct processed *said = &questions->items[i].said;
        if (!again && said->state == PROCESSED_TIMES)
            continue;
        free(said->why);
        *said = (struct processed){0};
    }
    oracle->ask(oracle->payload, questions->items, questions->count, stop_reason, runner);
    questions->is_settled = true;
    for_each(&runner->progress, look_settled, questions);
}

/* The time is spent once, for all events together, and from the last answer on: in a whole run it
 * is over before the other cases are. */
static void ask_in_time(struct runner *runner, struct questions *questions)
{
    int64_t until_ns = questions->last_ns + runner->options->effect->wait_ns;
    int64_t quick_ns = questions->last_ns + QUICK_NS;
    int64_t pause_ns = PAUSE_NS;
    int64_t asked_ns = 0;
    int64_t next_ns = runner->options->quick && quick_ns < until_ns ? quick_ns : until_ns;
    for (;;) {
        wait_until(runner, next_ns);
        asked_ns = clock_monotonic_ns();
        ask(runner, questions, true);
        int64_t now_ns = clock_monotonic_ns();
        if (questions->is_settled || now_ns >= until_ns || stop_reason(runner))
            break;
        next_ns = now_ns + pause_ns < until_ns ? now_ns + pause_ns : until_ns;
        pause_ns = pause_ns * 2 < PAUSE_MAX_NS ? pause_ns * 2 : PAUSE_MAX_NS;
    }
    /* a command may fail once; one that hangs is not tried again */
    bool was_quick = clock_monotonic_ns() - asked_ns < AGAIN_NS;
    if (!questions->is_settled && was_quick && !stop_reason(runner))
        ask(runner, questions, false);
}

void effect_ask(struct runner *runner)
{
    struct questions questions = {0};
    if (!runner->options->effect || runner->effects_asked)
        return;
    runner->effects_asked = true;
    runner->facts.effect_wait_ns = runner->options->effect->wait_ns;
    for_each(&runner->progress, gather_sent, &questions);
    if (questions.count)
        ask_in_time(runner, &questions);
    for_each(&runner->progress, hand_out, &questions);
    questions_clear(&questions);
}

/* Every event that is asked about was answered, and so were its twins. */
static bool all_answered(const struct progress *progress)
{
    for (size_t i = 0; i < progress->num_cases; i++) {
        const struct testcase *test = &progress->cases[i];
        if (!is_of_effect(test->one, test->skip))
            continue;
        if (test->state < CASE_ENDED)
            return false;
        for (size_t k = 0; k < test->count; k++)
            if (test->shots[k].control != NO_CONTROL &&
                progress->controls[test->shots[k].control].state < CASE_ENDED)
                return false;
    }
    return true;
}

bool effect_asked_before_harm(struct runner *runner)
{
    if (!runner->options->effect || runner->effects_asked || runner->stop)
        return true;
    if (!all_answered(&runner->progress))
        return false;
    effect_ask(runner);
    return true;
}
