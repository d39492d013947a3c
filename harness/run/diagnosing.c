/* Asks the endpoint what the diagnosis wants to know, within the budgets of the run. */
#include "run/diagnosing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "result/packed.h"
#include "run/experiment.h"
#include "run/finish.h"
#include "run/order.h"
#include "run/trouble.h"

/* ... or what is left of this, when each event takes very long, and so much at least. */
#define TIME_IF_GRAVE  (54 * NS_PER_S)
#define LEAST_IF_GRAVE (5 * NS_PER_S)

/* Whoever hangs on so many questions hangs on the next. */
#define HUNG_MAX 6

/* ... and who never answered is asked by another name once, and not waited for so long again. */
#define HUNG_ALWAYS_MAX 2
#define HUNG_ALWAYS_NS  (3 * NS_PER_S)

struct inquiry {
    struct runner *runner;
    int64_t begun_ns;
    size_t num_hung;
    size_t num_sent;
    const char *stopped; /* why nothing more is sent; NULL = something may be */
};

static int64_t longest_of(const struct inquiry *inquiry)
{
    const struct runner *runner = inquiry->runner;
    int64_t share_ns = runner->options->max_time_ns / DIAGNOSING_SHARE_OF_TIME;
    int64_t left_ns = TIME_IF_GRAVE - (inquiry->begun_ns - runner->begun_ns);
    if (!health_is_very_slow(&runner->health) || left_ns > share_ns)
        return share_ns;
    return left_ns > LEAST_IF_GRAVE ? left_ns : LEAST_IF_GRAVE;
}

static bool hung_always(const struct runner *runner)
{
    const struct health *health = &runner->health;
    return !health->answered && health->hangs[SHOT_GENUINE] + health->minor_hangs[SHOT_GENUINE] > 0;
}

static bool may_send(struct inquiry *inquiry)
{
    size_t hung_max = hung_always(inquiry->runner) ? HUNG_ALWAYS_MAX : HUNG_MAX;
    if (inquiry->num_hung >= hung_max)
        inquiry->stopped = "too many of the experiments were never answered";
    else if (clock_monotonic_ns() - inquiry->begun_ns > longest_of(inquiry))
        inquiry->stopped = "the time for the experiments (a fifth of --max-time) ran out";
    return !inquiry->stopped;
}

/* `enough_ns` is what the diagnosis asks for; 0 = nothing. */
static int64_t timeout_of(const struct runner *runner, int64_t enough_ns)
{
    int64_t deadline_ns = runner->options->deadline_ns;
    if (!enough_ns && hung_always(runner))
        enough_ns = HUNG_ALWAYS_NS;
    return enough_ns && enough_ns < deadline_ns ? enough_ns : deadline_ns;
}

static bool send_batch(void *payload, const struct diagnose_batch *batch, struct observation *seen)
{
    struct inquiry *inquiry = payload;
    struct runner *runner = inquiry->runner;
    const struct run_options *options = runner->options;
    const struct experiment experiment = {.requests = batch->requests,
                                          .count = batch->count,
                                          .at_once = batch->at_once,
                                          .gap_ns = batch->gap_ns,
                                          .one_connection = batch->one_connection};
    if (!may_send(inquiry)) {
        for (size_t i = 0; i < batch->count; i++)
            observation_init(&seen[i]);
        return false;
    }
    size_t num_sent = experiment_run(runner->gate, options->extra_headers,
                                     timeout_of(runner, batch->timeout_ns), &experiment, seen);
    inquiry->num_sent += num_sent;
    for (size_t i = 0; i < batch->count; i++)
        inquiry->num_hung += seen[i].outcome == OUTCOME_TIMED_OUT;
    return num_sent == experiment.count;
}

/* Requests that a diagnosis may send, and who says so. */
static const struct {
    size_t max_requests;
    const char *words;
} budgets[] = {
    [DIAGNOSE_QUICK] = {100, "100 requests were not enough (--diagnose quick)"},
    [DIAGNOSE_FULL] = {400, "400 requests were not enough (--diagnose full)"},
};

/* Large bodies that a diagnosis reads, in bytes: parsed, each takes several times as much. */
#define LARGE_BUDGET ((size_t)12 * 1024 * 1024)

/* A large body that met what it should says nothing but its size. */
static bool is_large_and_odd(const struct exchange *exchange)
{
    enum answer answer = answer_of(&exchange->seen);
    bool as_it_should = exchange->genuine ? exchange->accepted : answer == ANSWER_REFUSED;
    return exchange->body_let_go && exchange->seen.outcome != OUTCOME_NOT_SENT && !as_it_should;
}

static int by_length(const void *a, const void *b)
{
    size_t first = exchange_body_len(*(struct exchange *const *)a);
    size_t second = exchange_body_len(*(struct exchange *const *)b);
    return (first > second) - (first < second);
}

struct large {
    struct exchange **items;
    size_t count;
};

static void add_large(struct large *large, struct exchange *exchange)
{
    if (!is_large_and_odd(exchange))
        return;
    large->items = mem_resize(large->items, large->count + 1, sizeof(struct exchange *));
    large->items[large->count++] = exchange;
}

/* The smaller ones first: where all large bodies meet the same, they show it as well as the others.
 */
static void unpack_odd(struct runner *runner)
{
    struct run_result *result = runner->result;
    struct large large = {0};
    size_t total = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++)
            add_large(&large, &result->cases[i].exchanges[k]);
    for (size_t i = 0; i < runner->progress.num_controls; i++)
        add_large(&large, &runner->progress.controls[i].exchanges[0]);
    if (large.count)
        qsort(large.items, large.count, sizeof(struct exchange *), by_length);
    for (size_t i = 0; i < large.count; i++) {
        total += exchange_body_len(large.items[i]);
        if (i > 0 && total > LARGE_BUDGET)
            break;
        exchange_unpack(large.items[i]);
    }
    free(large.items);
}

#define DAY_MS INT64_C(86400000)

static bool goes_down(const struct runner *runner)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++)
        if (runner->progress.cases[i].num_absences)
            return true;
    return false;
}

/* What genuine events met as if by a limit, and no more when they were sent again. */
static int crowded_status(const struct health *health)
{
    if (health->is_limited)
        return 0;
    return health->overload_status ? health->overload_status : health->crowded_status;
}

/* After an early look there may be nothing to ask; this much is left to find that out. */
#define REQUESTS_KEPT 5

static size_t requests_left(const struct runner *runner, enum diagnose_look look)
{
    size_t left = budgets[runner->options->diagnose].max_requests - runner->result->num_experiments;
    return look == LOOK_AT_FIRST ? left - REQUESTS_KEPT : left;
}

static struct diagnose_input input_for(struct inquiry *inquiry, enum diagnose_look look)
{
    const struct runner *runner = inquiry->runner;
    const struct run_options *options = runner->options;
    const struct plan *plan = runner->plan;
    return (struct diagnose_input){
        .result = runner->result,
        .catalogue = options->catalogue,
        .secret = secret_bytes(options->secret),
        .known = &runner->refusal,
        .usual_type = plan->composer.usual_type,
        .seed = options->seed,
        .run_tag = plan->composer.run_tag,
        .wall_ms = RUN_WALL_MS + DAY_MS,
        .now_ms = clock_wall_ms(),
        .target_ns = options->target_ns,
        .object_only = options->dialects == DIALECTS_OBJECT,
        .text_only = options->dialects == DIALECTS_TEXT,
        .is_unsigned = options->is_unsigned,
        .is_private = options->target->is_tls || options->target->is_loopback,
        .any_accepted = runner->health.any_accepted,
        .crowded_status = crowded_status(&runner->health),
        .is_erratic = runner->health.is_erratic,
        .drops = runner->health.num_drops >= HEALTH_DROPS_MIN,
        .goes_down = goes_down(runner),
        .is_gone = runner->health.gone,
        .is_silent = runner->health.gone && runner->health.silent,
        .first_status = runner->health.any_accepted ? runner->health.first_status : 0,
        .max_requests = requests_left(runner, look),
        .look = look,
        .max_words = budgets[options->diagnose].words,
        .max_ns = longest_of(inquiry),
        .stopped = &inquiry->stopped,
        .send = send_batch,
        .payload = inquiry,
    };
}

/* Of the 400. What is settled so is not asked again at the end. */
#define FIRST_REFUSAL_MAX 200

/* Too much to do is no refusal. */
static bool is_refusal(const struct observation *seen)
{
    enum answer answer = answer_of(seen);
    return (answer == ANSWER_REFUSED && seen->status != 429) ||
           (answer == ANSWER_ERROR && !health_is_overload(seen));
}

static void tell(struct runner *runner, const struct run_refusal *news)
{
    const struct run_listener *listener = runner->listener;
    if (listener && listener->on_refusal)
        listener->on_refusal(listener->payload, news);
}

/* Where requests have to wait for each other, whoever waits is told what is known so far. */
static void tell_meanwhile(struct runner *runner, const char *cause)
{
    const struct run_refusal news = {.cause = cause,
                                     .is_likely = true,
                                     .goes_on = true,
                                     .status = runner->refusal.genuine_status};
    if (runner->options->rate > 0)
        tell(runner, &news);
}

static void on_tried_likely(void *payload)
{
    const struct inquiry *inquiry = payload;
    struct diagnosis_kind kind;
    if (diagnosis_kind_find(DIAGNOSIS_OTHER_SECRET, &kind)) {
        char *sentence = mem_format("The endpoint %s.", kind.sentence);
        tell_meanwhile(inquiry->runner, sentence);
        free(sentence);
    }
}

void diagnosing_first_refusal(struct runner *runner, const struct testcase *first)
{
    const struct exchange *exchange = &first->exchanges[0];
    if (!is_refusal(&exchange->seen))
        return;
    runner->refusal.genuine_status = exchange->genuine ? exchange->seen.status : 0;
    if (runner->options->diagnose != DIAGNOSE_FULL || runner->options->is_unsigned)
        return;
    struct inquiry inquiry = {.runner = runner, .begun_ns = clock_monotonic_ns()};
    struct diagnose_input input = input_for(&inquiry, LOOK_AT_ALL);
    input.max_requests = FIRST_REFUSAL_MAX;
    input.tried_likely = on_tried_likely;
    tell_meanwhile(runner, NULL);
    diagnose_first_refusal(&input, exchange, &runner->refusal);
    runner->result->num_experiments = inquiry.num_sent;
    if (order_is_shut(runner))
        runner->health.is_limited = true; /* it was waited for long enough */
    const struct run_refusal news = {.cause = runner->refusal.sentence,
                                     .is_likely = runner->refusal.is_likely,
                                     .spares = order_spares(runner),
                                     .is_shut = order_is_shut(runner)};
    if (news.cause || news.is_shut)
        tell(runner, &news);
}

/* --- the cases --- */

/* A stranger's request was answered 5xx, or not at all: what else breaks is asked at the end, for
 * that may end the endpoint. */
static bool is_left_for_the_end(const struct case_result *one)
{
    if (one->decisive >= one->num_exchanges || one->exchanges[one->decisive].genuine)
        return false;
    enum answer answer = answer_of(&one->exchanges[one->decisive].seen);
    return answer == ANSWER_ERROR || answer == ANSWER_DIED || answer == ANSWER_HUNG;
}

/* What was judged until now, as a result of its own; the cases' parts remain the run's. The caller
 * frees `cases`. */
static struct run_result judged_of(const struct runner *runner, bool early)
{
    struct run_result judged = *runner->result;
    const struct progress *progress = &runner->progress;
    judged.cases = mem_alloc((progress->num_cases + 1) * sizeof *judged.cases);
    judged.num_cases = 0;
    for (size_t i = 0; i < progress->num_cases; i++) {
        struct case_result *one = &judged.cases[judged.num_cases];
        if (progress->cases[i].state != CASE_JUDGED)
            continue;
        *one = runner->result->cases[i];
        one->looked_into = one->looked_into || (early && is_left_for_the_end(one));
        judged.num_cases++;
    }
    return judged;
}

static const struct exchange **controls_of(const struct progress *progress)
{
    const struct exchange **controls =
        mem_alloc((progress->num_controls + 1) * sizeof(struct exchange *));
    for (size_t i = 0; i < progress->num_controls; i++)
        controls[i] = &progress->controls[i].exchanges[0];
    return controls;
}

static void ask_for_causes(struct runner *runner, enum diagnose_look look)
{
    struct run_result *result = runner->result;
    struct inquiry inquiry = {.runner = runner, .begun_ns = clock_monotonic_ns()};
    struct diagnose_input input = input_for(&inquiry, look);
    struct run_result judged = judged_of(runner, look == LOOK_AT_FIRST);
    const struct exchange **controls = controls_of(&runner->progress);
    input.result = &judged;
    input.memory = &runner->memory;
    input.controls = controls;
    input.num_controls = runner->progress.num_controls;
    unpack_odd(runner);
    diagnose(&input, &result->diagnoses, &result->num_diagnoses);
    result->num_experiments += inquiry.num_sent;
    free(controls);
    free(judged.cases);
}

/* What was not decided may hide more: that was put off by the first look. */
static bool is_trouble(const struct case_result *one)
{
    return one->verdict == VERDICT_INCONCLUSIVE ||
           (!one->looked_into && (one->verdict == VERDICT_FAIL || one->verdict == VERDICT_WARN));
}

/* Otherwise there is nothing to explain. */
static bool is_wanted(const struct runner *runner)
{
    const struct run_result *result = runner->result;
    const struct health *health = &runner->health;
    bool odd = runner->refusal.scheme || crowded_status(health) ||
               health->num_drops >= HEALTH_DROPS_MIN ||
               (health->any_accepted && health->first_status);
    bool any = runner->early == EARLY_DONE ? runner->refusal.scheme != NULL : odd;
    for (size_t i = 0; i < result->num_cases; i++)
        any = any ||
              (runner->progress.cases[i].state == CASE_JUDGED && is_trouble(&result->cases[i]));
    return any && runner->options->diagnose != DIAGNOSE_OFF;
}

/* --- ... before what may do harm --- */

/* Who went down has a supervisor, or is known to go down; who is slow, or met a limit or one of the
 * user's (--rate), needs the time for the cases. With few requests, it has to be known which
 * questions matter most. */
static bool is_worth_it(const struct runner *runner)
{
    const struct health *health = &runner->health;
    bool gets_in = health->any_accepted || runner->refusal.scheme;
    bool is_calm = gets_in && runner->options->rate <= 0 && !health->num_absences &&
                   !health->overload_status && !health->crowded_status &&
                   !health_is_very_slow(health);
    for (size_t i = 0; i < SHOT_KINDS; i++)
        is_calm = is_calm && !health->deaths[i];
    return is_calm && runner->options->diagnose == DIAGNOSE_FULL &&
           runner->result->counts[VERDICT_FAIL] > 0 && is_wanted(runner);
}

static bool may_harm(const struct runner *runner, size_t index)
{
    return order_round_of(runner, &runner->progress.cases[index]) >= ROUND_ODD;
}

static bool is_harm_to_come(const struct runner *runner)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++)
        if (may_harm(runner, i) && !runner->progress.cases[i].skip)
            return true;
    return false;
}

static bool all_others_ended(const struct runner *runner)
{
    const struct progress *progress = &runner->progress;
    for (size_t i = 0; i < progress->num_cases; i++)
        if (!may_harm(runner, i) && progress->cases[i].state < CASE_ENDED)
            return false;
    return runner->in_flight == 0;
}

static void look_early(struct runner *runner)
{
    struct run_result *result = runner->result;
    ask_for_causes(runner, LOOK_AT_FIRST);
    runner->early = EARLY_DONE;
    for (size_t i = 0; i < result->num_cases; i++)
        result->cases[i].looked_into = runner->progress.cases[i].state == CASE_JUDGED &&
                                       !is_left_for_the_end(&result->cases[i]);
}

bool diagnosed_before_harm(struct runner *runner)
{
    if (runner->early >= EARLY_UNWANTED || runner->stop)
        return true;
    if (!all_others_ended(runner))
        return false;
    if (!is_harm_to_come(runner) || !is_worth_it(runner)) {
        runner->early = EARLY_UNWANTED;
        return true;
    }
    if (runner->early == EARLY_TO_COME)
        runner->early = EARLY_CANARY;
    else
        look_early(runner);
    /* an experiment may have been too much for it */
    trouble_look(runner, clock_monotonic_ns());
    return false;
}

void diagnosing_cases(struct runner *runner)
{
    if (is_wanted(runner))
        ask_for_causes(runner, runner->early == EARLY_DONE ? LOOK_AT_REST : LOOK_AT_ALL);
    finish_note_losses(runner);
    run_result_rank_causes(runner->result);
    runner->result->num_requests = runner_num_sent(runner);
    runner->result->duration_ns = clock_monotonic_ns() - runner->begun_ns;
    if (runner_was_interrupted(runner))
        finish_interrupted(runner);
}
