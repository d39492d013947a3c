#include "run/trouble.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "judge/expectation.h"
#include "run/verdict.h"

/* Points for answers of an endpoint that has too much to do: one that stands when nothing else is
 * in flight has two. With so many it is taken for its answer. */
#define CROWDED_MAX 6

/* After so many forgeries that it limited, while genuine events got in, it limits forgeries. */
#define LIMITED_FORGED_MAX 3

/* Where no answer tells that the endpoint has seen the worst, canaries go out for so long. */
#define SETTLE_NS (60 * NS_PER_MS)

static bool is_dead(enum answer answer)
{
    return answer == ANSWER_DIED || answer == ANSWER_UNREACHED;
}

/* A family of addresses that is not served says nothing of the endpoint's health, nor does one that
 * turns away who has no certificate. */
static bool is_a_death(const struct exchange *exchange)
{
    return is_dead(answer_of(&exchange->seen)) && exchange->request.transport.ip_version == 0 &&
           !exchange->seen.cert_wanted;
}

/* Whether a case about load has something to say of this step: forgeries among it are its subject,
 * and so is a limit that only some of the step met. */
static bool tells_of_load(const struct testcase *test, const struct exchange *exchange)
{
    size_t step = test->shots[exchange - test->exchanges].step;
    for (size_t i = 0; i < test->count; i++)
        if (!test->shots[i].genuine || (test->shots[i].step == step && test->exchanges[i].accepted))
            return true;
    return false;
}

/* What a case about load meets is its subject, unless a step met nothing else. */
static bool is_crowded(const struct testcase *test, const struct exchange *exchange)
{
    return health_is_overload(&exchange->seen) &&
           (!testcase_is_load(test) || !tells_of_load(test, exchange));
}

static bool met_death(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (test->shots[i].done && is_a_death(&test->exchanges[i]))
            return true;
    return false;
}

/* What was under way, or ended after the endpoint last showed life, may have killed it. What did so
 * before, twice, is known, and tells nothing more. */
static bool may_be_guilty(const struct runner *runner, const struct testcase *test)
{
    if (test->canary_failed || test->skip || test->count == 0 || test->state == CASE_WAITING ||
        test->state == CASE_JUDGED)
        return false;
    if (runner->trouble.is_crowded)
        return test->crowded;
    return test->state == CASE_RUNNING || test->ended_ns >= runner->health.alive_ns ||
           met_death(test);
}

typedef void each_test(struct runner *runner, struct testcase *test);

static void for_each(struct runner *runner, each_test *visit)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++)
        visit(runner, &runner->progress.cases[i]);
    for (size_t i = 0; i < runner->progress.num_controls; i++)
        visit(runner, &runner->progress.controls[i]);
}

static void mark_suspect(struct runner *runner, struct testcase *test)
{
    test->suspect = test->suspect || may_be_guilty(runner, test);
}

static void begin(struct runner *runner, int64_t now_ns)
{
    health_begin_look(&runner->health, now_ns, 0);
    runner->trouble.died = false;
    runner->trouble.state = TROUBLE_DRAIN;
    for_each(runner, mark_suspect);
}

static void note_crowded(struct runner *runner, struct testcase *test,
                         const struct exchange *exchange, int64_t now_ns)
{
    bool genuine = exchange->genuine;
    if (genuine)
        health_note_overload(&runner->health, exchange->seen.status);
    if (runner->health.is_limited || test->num_crowded >= CROWDED_MAX ||
        (!genuine && runner->health.num_limited_forged >= LIMITED_FORGED_MAX))
        return;
    test->crowded = true;
    /* what was under way with the first of them met the same, and is repeated as well */
    if (runner->trouble.state == TROUBLE_DRAIN)
        test->suspect = true;
    if (runner->trouble.state != TROUBLE_NONE)
        return;
    health_slow_down(&runner->health);
    runner->trouble.is_crowded = true;
    begin(runner, now_ns);
}

void trouble_note(struct runner *runner, struct testcase *test, const struct exchange *exchange,
                  int64_t now_ns)
{
    if (test == &runner->canary.test || !runner->health.reached || runner->stop)
        return;
    bool died = is_a_death(exchange);
    if (runner->trouble.state == TROUBLE_NONE && died) {
        if (!health_forgives(&runner->health, exchange))
            begin(runner, now_ns);
    } else if (runner->trouble.state == TROUBLE_ALONE &&
               answer_of(&exchange->seen) == ANSWER_UNREACHED && died) {
        testcase_end_unsent(test, "not sent: the endpoint was down", now_ns);
    } else if (is_crowded(test, exchange)) {
        note_crowded(runner, test, exchange, now_ns);
    } else if (exchange->accepted) {
        health_ease(&runner->health);
    }
}

/* --- the end of the endpoint --- */

/* When it was first cut off; NEVER = it was not. */
#define NEVER INT64_MAX
static int64_t cut_off_ns(const struct testcase *test)
{
    int64_t first_ns = NEVER;
    for (size_t i = 0; i < test->count; i++) {
        const struct observation *seen = &test->exchanges[i].seen;
        int64_t end_ns = seen->started_ns + seen->total_ns;
        if (answer_of(seen) == ANSWER_DIED && end_ns < first_ns)
            first_ns = end_ns;
    }
    return first_ns;
}

static bool was_cut_off(const struct testcase *test)
{
    return cut_off_ns(test) != NEVER;
}

static bool is_guiltier(const struct testcase *test, const struct testcase *than)
{
    if (was_cut_off(test) || was_cut_off(than))
        return cut_off_ns(test) < cut_off_ns(than);
    return test->ended_ns > than->ended_ns;
}

/* What may have ended the endpoint for good: what ran alone, else what was cut off first, else what
 * was answered last. */
static void accuse(struct runner *runner, struct testcase *test)
{
    struct testcase *culprit = runner->trouble.culprit;
    if (!test->suspect || test->count == 0 || !test->shots[0].done)
        return;
    enum answer first = answer_of(&test->exchanges[0].seen);
    if (first == ANSWER_UNREACHED || first == ANSWER_NONE) /* it saw nobody, or never left */
        return;
    if (!culprit || is_guiltier(test, culprit))
        runner->trouble.culprit = test;
}

/* Who was refused a connection saw nothing; who was cut off, or ran alone, may have done it. */
static void settle_at_end(struct runner *runner, struct testcase *test)
{
    bool guilty =
        test == runner->trouble.alone || test == runner->trouble.culprit || was_cut_off(test);
    if (!test->suspect && test != runner->trouble.alone && test != runner->trouble.culprit)
        return;
    test->suspect = false;
    if (guilty)
        test->canary_failed = runner->health.gone;
    else if (met_death(test) || test->state == CASE_RUNNING)
        testcase_reset(test);
    testcase_end_unsent(test, runner->stop, runner->stopped_ns);
}

void trouble_stop(struct runner *runner, int64_t now_ns)
{
    runner->stopped_ns = now_ns;
    for_each(runner, settle_at_end);
    runner->trouble.alone = NULL;
    runner->trouble.state = TROUBLE_NONE;
}

static const char *why_gone(const struct health *health)
{
    if (!health->answered)
        return "not sent: the endpoint did not answer";
    if (health->silent)
        return "not sent: the endpoint stopped answering, for longer than --recovery";
    return "not sent: the endpoint went down and did not come back in time (--recovery)";
}

/* A twin belongs to no case: the first that compares itself with it stands for it. */
static struct testcase *case_of(struct runner *runner, const struct testcase *control)
{
    size_t index = (size_t)(control - runner->progress.controls);
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        struct testcase *test = &runner->progress.cases[i];
        for (size_t k = 0; !test->skip && k < test->count; k++)
            if (test->shots[k].control == index)
                return test;
    }
    return NULL;
}

static void accuse_for_control(struct runner *runner)
{
    struct trouble *trouble = &runner->trouble;
    if (!trouble->culprit || trouble->culprit->one)
        return;
    trouble->control = trouble->culprit;
    trouble->culprit = case_of(runner, trouble->control);
}

static void give_up(struct runner *runner, int64_t now_ns)
{
    struct trouble *trouble = &runner->trouble;
    runner->stop = why_gone(&runner->health);
    trouble->culprit = trouble->alone && trouble->alone->one ? trouble->alone : NULL;
    if (!trouble->culprit)
        for_each(runner, accuse);
    accuse_for_control(runner);
    trouble_stop(runner, now_ns);
}

/* True when a canary has found the endpoint well; until then it is sent again, and in the end given
 * up. */
static bool is_back(struct runner *runner, int64_t now_ns)
{
    struct testcase *canary = &runner->canary.test;
    int64_t pause_ns = 0;
    if (canary->state < CASE_ENDED)
        return false;
    enum look look = health_look(&runner->health, &canary->exchanges[0], now_ns, &pause_ns);
    if (runner->health.misses > 0) {
        runner->trouble.died = true;
        runner->facts.died = runner->facts.died || !runner->effects_asked;
    }
    if (look == LOOK_GONE)
        give_up(runner, now_ns);
    if (look == LOOK_AGAIN) {
        canary_repeat(&runner->canary);
        canary->resume_ns = now_ns + pause_ns;
    }
    return look == LOOK_WELL;
}

/* --- the search --- */

/* The suspect to look at next: first those that were cut off, then the others. */
struct suspects {
    struct testcase *next;
    size_t num_cut_off;
};

/* It was cut off and has passed, a huge head for one: to ask again could make it no better. */
static bool may_be_cut_off(const struct runner *runner, const struct testcase *test)
{
    return test->one && test->state == CASE_ENDED && !runner->trouble.died &&
           !runner->trouble.is_crowded && verdict_now(runner, test) == VERDICT_PASS;
}

static struct suspects find_suspects(const struct runner *runner)
{
    const struct progress *progress = &runner->progress;
    struct suspects suspects = {0};
    struct testcase *other = NULL;
    for (size_t i = 0; i < progress->num_cases + progress->num_controls; i++) {
        struct testcase *test = i < progress->num_cases
                                    ? &progress->cases[i]
                                    : &progress->controls[i - progress->num_cases];
        if (!test->suspect)
            continue;
        bool cut_off = met_death(test) && !may_be_cut_off(runner, test);
        suspects.num_cut_off += cut_off;
        if (cut_off && !suspects.next)
            suspects.next = test;
        if (!cut_off && !other)
            other = test;
    }
    if (!suspects.next)
        suspects.next = other;
    return suspects;
}

static void clear_suspect(struct runner *runner, struct testcase *test)
{
    test->suspect = false;
}

/* Who waited between two steps has lost its connection, and begins anew. */
static void begin_anew(struct runner *runner, struct testcase *test)
{
    if (test != runner->trouble.alone && test->state == CASE_RUNNING && test->in_flight == 0 &&
        !test->suspect)
        testcase_reset(test);
}

static void blame(struct runner *runner, struct testcase *test)
{
    if (runner->health.misses == 0 || health_drops(&runner->health))
        return; /* it did not die: the answer alone is what is to be judged */
    bool forged = false;
    for (size_t i = 0; i < test->count; i++)
        forged = forged || !test->shots[i].genuine;
    runner->health.deaths[forged ? SHOT_FORGED : SHOT_GENUINE]++;
    test->canary_failed = true;
    test->recovery_ns = runner->health.back_ns - runner->health.missed_ns;
    health_explain_absences(&runner->health, test->num_deaths);
    for_each(runner, begin_anew);
}

void trouble_run_alone(struct runner *runner, struct testcase *test)
{
    runner->trouble.alone = test;
    runner->trouble.state = TROUBLE_ALONE;
}

/* It is repeated after a longer pause each time: a limit that gives back one place in a while lets
 * the canary in, and may refuse what comes right after it. */
#define AGAIN_PAUSE_NS (10 * NS_PER_MS)

static int64_t pause_before(const struct testcase *test)
{
    return test->crowded ? AGAIN_PAUSE_NS << test->num_crowded : 0;
}

/* Repeats the next suspect alone: all of them when the endpoint died, for more than one may be
 * guilty; only what was cut off when it did not. */
static void next_suspect(struct runner *runner, int64_t now_ns)
{
    runner->trouble.alone = NULL;
    runner->trouble.state = TROUBLE_NONE;
    for (;;) {
        struct suspects suspects = find_suspects(runner);
        if (!suspects.next) {
            runner->trouble.is_crowded = false;
            return;
        }
        suspects.next->suspect = false;
        if (suspects.num_cut_off == 0 && !runner->trouble.died && !suspects.next->crowded)
            continue;
        int64_t pause_ns = pause_before(suspects.next);
        testcase_reset(suspects.next);
        suspects.next->resume_ns = now_ns + pause_ns;
        trouble_run_alone(runner, suspects.next);
        return;
    }
}

static void step_recover(struct runner *runner, int64_t now_ns)
{
    if (!is_back(runner, now_ns))
        return;
    struct suspects suspects = find_suspects(runner);
    if (runner->health.is_limited ||
        (suspects.num_cut_off == 0 && !runner->trouble.died && !runner->trouble.is_crowded))
        for_each(runner, clear_suspect);
    next_suspect(runner, now_ns);
}

/* What it met last was a limit, which holds the next as well. */
static bool ended_crowded(const struct testcase *test)
{
    return test->count > 0 && health_is_overload(&test->exchanges[test->count - 1].seen);
}

/* It ran alone for its own sake, and nothing happened to the endpoint. */
static bool is_harmless(const struct testcase *test)
{
    return test->one && test->one->alone && !test->one->harmful && !met_death(test) &&
           !ended_crowded(test);
}

/* Nobody waited for an answer: the endpoint may not even have noticed yet. */
static bool was_left(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (test->exchanges[i].seen.outcome == OUTCOME_LEFT)
            return true;
    return false;
}

static void step_alone(struct runner *runner, int64_t now_ns)
{
    if (runner->trouble.alone->state < CASE_ENDED || runner->in_flight > 0)
        return;
    if (is_harmless(runner->trouble.alone) && !runner->trouble.alone->crowded) {
        next_suspect(runner, now_ns);
        return;
    }
    runner->trouble.is_crowded = runner->trouble.alone->crowded;
    runner->trouble.state = TROUBLE_CANARY;
    health_begin_look(&runner->health, now_ns, was_left(runner->trouble.alone) ? SETTLE_NS : 0);
    canary_renew(&runner->canary);
}

/* Once may be chance: a deploy, a supervisor. What happens again when it runs alone is its doing.
 */
static void repeat_or_blame(struct runner *runner, struct testcase *test)
{
    if (test->num_deaths++ > 0) {
        blame(runner, test);
        return;
    }
    test->suspect = true;
    runner->trouble.died = runner->trouble.died || runner->health.misses > 0;
    for_each(runner, begin_anew);
}

static bool met_limit_forged(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (!test->shots[i].genuine && health_is_overload(&test->exchanges[i].seen))
            return true;
    return false;
}

/* Where a genuine event got in at once beside it, the answer is its own, and stands. */
static void repeat_crowded(struct runner *runner, struct testcase *test)
{
    bool waited = health_took_its_time(&runner->health);
    test->num_crowded += waited ? 1 : 2;
    test->suspect = test->num_crowded < CROWDED_MAX && !runner->health.is_limited;
    if (waited)
        health_slow_down(&runner->health);
    else if (!test->suspect && met_limit_forged(test))
        runner->health.num_limited_forged++;
}

static void step_canary(struct runner *runner, int64_t now_ns)
{
    if (!is_back(runner, now_ns))
        return;
    if (runner->trouble.alone->num_crowded == 0 && !met_limit_forged(runner->trouble.alone))
        health_note_repetition(&runner->health, runner->trouble.alone->crowded);
    if (runner->trouble.alone->crowded)
        repeat_crowded(runner, runner->trouble.alone);
    else if (runner->health.misses > 0 || met_death(runner->trouble.alone))
        repeat_or_blame(runner, runner->trouble.alone);
    next_suspect(runner, now_ns);
}

void trouble_look(struct runner *runner, int64_t now_ns)
{
    if (runner->health.reached && !runner->stop && runner->health.alive_ns &&
        runner->health.answered)
        begin(runner, now_ns);
}

void trouble_look_after_all(struct runner *runner, int64_t now_ns)
{
    runner->trouble.looked_after_all = true;
    trouble_look(runner, now_ns);
}

struct testcase *trouble_looks_at(struct runner *runner)
{
    switch (runner->trouble.state) {
    case TROUBLE_ALONE:
        return runner->trouble.alone;
    case TROUBLE_RECOVER:
    case TROUBLE_CANARY:
        return &runner->canary.test;
    case TROUBLE_NONE:
    case TROUBLE_DRAIN:
        break;
    }
    return NULL;
}

void trouble_step(struct runner *runner, int64_t now_ns)
{
    if (runner->trouble.state == TROUBLE_DRAIN && runner->in_flight == 0) {
        runner->trouble.state = TROUBLE_RECOVER;
        canary_renew(&runner->canary);
    }
    if (runner->trouble.state == TROUBLE_RECOVER)
        step_recover(runner, now_ns);
    else if (runner->trouble.state == TROUBLE_ALONE)
        step_alone(runner, now_ns);
    else if (runner->trouble.state == TROUBLE_CANARY)
        step_canary(runner, now_ns);
}

/* --- beside the cases --- */

static void spoil(struct runner *runner, struct testcase *test)
{
    if (test->state != CASE_RUNNING)
        return;
    if (test->in_flight > 0)
        test->spoiled = true; /* begun anew when that has ended */
    else
        testcase_reset(test);
}

void trouble_note_pause(struct runner *runner, int64_t paused_ns)
{
    runner->paused_ns += paused_ns;
    if (!runner->stop)
        for_each(runner, spoil);
}

static void note_absences(const struct runner *runner, struct buf *out)
{
    buf_add_text(out, runner->health.num_absences == 1
                          ? "The endpoint was down for "
                          : "The endpoint was down several times, for ");
    text_add_duration(out, runner->health.longest_absence_ns);
    buf_add_text(out, runner->health.num_absences == 1 ? ", " : " at most, first ");
    text_add_duration(out, runner->health.first_absence_ns - runner->begun_ns);
    buf_add_text(out, " into the run, and came back; affected requests were sent again.");
}

static const char *words_of_load(const struct health *health)
{
    if (health->is_erratic)
        return "The endpoint answers 429, 502, 503 or 504 now and then, however far apart requests "
               "are sent; so these answers were taken as they came.";
    return health->is_limited
               ? "The endpoint limits its load (429, 502, 503 or 504) and went on refusing."
               : "The endpoint answered that it is overloaded (429, 502, 503 or 504); these "
                 "requests were sent again, more slowly.";
}

/* A proxy that reaches nobody answers 502 to everything: that is no limit. */
static bool is_limit_to_tell(const struct health *health)
{
    bool met = health->gap_ns || health->is_limited;
    return met && (health->any_accepted || health->overload_status == 429);
}

void trouble_add_notes(struct runner *runner)
{
    struct buf out = {0};
    if (runner->health.num_absences) {
        note_absences(runner, &out);
        run_result_add_note(runner->result, buf_take(&out));
    }
    if (runner->paused_ns) {
        buf_add_text(&out, "This machine stopped hookcheck for ");
        text_add_duration(&out, runner->paused_ns);
        buf_add_text(&out, "; requests in flight were sent again.");
        run_result_add_note(runner->result, buf_take(&out));
    }
    if (is_limit_to_tell(&runner->health))
        run_result_add_note(runner->result, mem_text(words_of_load(&runner->health)));
}
