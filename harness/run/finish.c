/* From what was seen to the result: verdicts as soon as they are certain, then the counts and the
 * exit code. */
#include "run/finish.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "result/exit.h"
#include "result/packed.h"
#include "run/follow.h"
#include "run/honest.h"
#include "run/order.h"
#include "run/plain.h"
#include "run/probe_case.h"
#include "run/trouble.h"
#include "run/verdict.h"

static void redact_text(const struct run_result *result, char **text)
{
    char *redacted = redacted_text(result->redactor, *text);
    free(*text);
    *text = redacted;
}

static void fill_about(struct case_result *out, const struct suite_case *one)
{
    out->id = mem_text(one->id);
    out->suite = mem_text(one->suite);
    out->name = mem_text(one->id + strlen(one->suite) + 1);
    out->title = mem_text(one->title);
    out->level = one->level;
    out->harm = mem_text(one->harm ? one->harm : "");
    out->remedy = mem_text(one->remedy ? one->remedy : "");
    out->source = mem_text(one->source ? one->source : "");
    out->bug = mem_text(one->bug ? one->bug : "");
    out->num_see = one->num_see;
    out->see = mem_alloc((one->num_see + 1) * sizeof *out->see);
    for (size_t i = 0; i < one->num_see; i++)
        out->see[i] = mem_text(one->see[i]);
    out->recovery_ns = -1;
}

static void judge_skipped(struct case_result *out, const char *why)
{
    out->verdict = VERDICT_SKIP;
    out->decisive = 0;
    out->expected = mem_text("");
    out->actual = mem_text("not sent");
    out->reason = mem_text(why);
}

static void judge_one_case(struct runner *runner, struct testcase *test, struct case_result *out)
{
    fill_about(out, test->one);
    out->exchanges = test->exchanges;
    out->num_exchanges = test->count;
    if (test->skip)
        judge_skipped(out, test->skip);
    else
        verdict_judge(runner, test, out);
    if (test->probe && !test->skip)
        probe_case_measure(test, out);
    for (size_t i = 0; i < test->count; i++) {
        struct exchange *exchange = &test->exchanges[i];
        exchange->as_panora = answer_as_panora(&exchange->seen);
        out->behind_first = out->behind_first ||
                            (exchange->by_scheme && exchange->seen.outcome != OUTCOME_NOT_SENT);
        redact_text(runner->result, &exchange->sent);
        redact_text(runner->result, &exchange->as_panora);
    }
    if (out->behind_first && !*out->reason) {
        free(out->reason);
        out->reason = mem_text("tested with events made as the endpoint accepts them");
    }
    out->started_ns = test->started_ns ? test->started_ns - runner->begun_ns : 0;
    out->duration_ns = test->started_ns ? test->ended_ns - test->started_ns : 0;
    redact_text(runner->result, &out->expected);
    redact_text(runner->result, &out->actual);
    redact_text(runner->result, &out->reason);
    for (size_t i = 0; i < out->num_measures; i++)
        redact_text(runner->result, &out->measures[i].sentence);
    runner->result->counts[out->verdict]++;
    test->state = CASE_JUDGED;
}

/* What depends on how quickly things went is asked again before it counts. */
#define RETAKES         2
#define RETAKE_PAUSE_NS (200 * NS_PER_MS)

static void take_again(struct testcase *test)
{
    testcase_reset(test);
    test->num_retakes++;
    test->resume_ns = clock_monotonic_ns() + RETAKE_PAUSE_NS;
}

static bool controls_ended(const struct runner *runner, const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++) {
        size_t control = test->shots[i].control;
        if (control != NO_CONTROL && runner->progress.controls[control].state < CASE_ENDED)
            return false;
    }
    return true;
}

/* What the plain event has already said is not said again; once the run has ended, one that was not
 * looked into to the end says nothing. */
static bool waits_for_plain(const struct runner *runner, const struct testcase *test, bool over)
{
    const struct testcase *plain = plain_of(&runner->progress, test);
    return plain && plain->state != CASE_JUDGED &&
           (!over || (plain->state == CASE_ENDED && !plain->suspect));
}

/* Certain: the endpoint has shown life since, or the whole run has ended. */
static bool is_certain(const struct runner *runner, const struct testcase *test, bool over)
{
    if (test->state != CASE_ENDED || test->suspect || !controls_ended(runner, test) ||
        waits_for_plain(runner, test, over))
        return false;
    if (over)
        return true;
    return !judge_waits_for_run(test->one) && runner->trouble.state == TROUBLE_NONE &&
           runner->health.alive_ns > test->ended_ns;
}

/* Cases are handed out in the order of the plan; one with deliberate waits does not hold up the
 * others. */
static void emit(struct runner *runner)
{
    const struct run_listener *listener = runner->listener;
    size_t judged = 0;
    bool held = false;
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        struct testcase *test = &runner->progress.cases[i];
        judged += test->state == CASE_JUDGED;
        if (test->state != CASE_JUDGED) {
            held = held || (test->wait_ns == 0 && !judge_waits_for_run(test->one));
            continue;
        }
        if (test->emitted || held)
            continue;
        test->emitted = true;
        if (listener && listener->on_case)
            listener->on_case(listener->payload, runner->result, &runner->result->cases[i]);
    }
    const struct run_progress progress = {judged, runner->progress.num_cases,
                                          runner_num_sent(runner), plan_num_requests(runner->plan)};
    if (listener && listener->on_progress)
        listener->on_progress(listener->payload, &progress);
}

/* Asked again it would lose what it is about: how the endpoint answered the first of all. */
static bool holds_the_first(struct runner *runner, const struct testcase *test)
{
    return judge_waits_for_run(test->one) && test == order_first(runner);
}

/* Where one waits for another, an event may have waited for what is slow on purpose. After too many
 * of them none is sent any more, and what was seen stands. */
static bool has_hung_beside(const struct runner *runner, const struct testcase *test)
{
    if (runner->health.hangs[SHOT_GENUINE] >= HEALTH_HANGS_MAX)
        return false;
    for (size_t i = 0; runner->health.usual_ns && i < test->count; i++)
        if (test->shots[i].genuine && test->shots[i].num_under_way > test->count &&
            test->exchanges[i].seen.outcome == OUTCOME_TIMED_OUT)
            return !test->hung_beside;
    return false;
}

static bool is_noise(struct runner *runner, struct testcase *test)
{
    if (test->state != CASE_ENDED || test->suspect || test->steady || runner->stop ||
        runner->trouble.state != TROUBLE_NONE || !controls_ended(runner, test))
        return false;
    test->steady = true;
    bool hung = has_hung_beside(runner, test);
    bool timed = judge_is_timed(test->one) && !health_is_very_slow(&runner->health);
    if (test->skip || test->num_retakes == RETAKES || test->canary_failed || !(timed || hung) ||
        holds_the_first(runner, test))
        return false;
    enum verdict verdict = verdict_now(runner, test);
    test->hung_beside = hung;
    return verdict == VERDICT_WARN || verdict == VERDICT_FAIL;
}

static void judge_all(struct runner *runner, bool over)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        struct testcase *test = &runner->progress.cases[i];
        if (!over && is_noise(runner, test))
            take_again(test);
        else if (is_certain(runner, test, over))
            judge_one_case(runner, test, &runner->result->cases[i]);
    }
}

static void judge_certain(struct runner *runner, bool over)
{
    judge_all(runner, over);
    if (over) /* what waited for one that came after it */
        judge_all(runner, over);
    emit(runner);
}

void finish_judge(struct runner *runner)
{
    judge_certain(runner, false);
}

/* --- the whole --- */

static bool is_required(const struct run_result *result, const struct case_result *one)
{
    return one->level == LEVEL_MUST || (result->strict && one->level == LEVEL_SHOULD);
}

/* What the exit code is made of. */
struct tally {
    bool fell_short;
    bool undecided; /* something required */
    size_t num_required;
    size_t num_required_passed;
    size_t num_answered; /* of any level */
    const char *skip;    /* why the first case that matters was not sent; NULL = none was skipped */
};

static void count_case(const struct run_result *result, const struct case_result *one,
                       struct tally *tally)
{
    bool is_answer = one->verdict == VERDICT_PASS || one->verdict == VERDICT_INFO ||
                     one->verdict == VERDICT_WARN;
    bool required = is_required(result, one);
    tally->fell_short = tally->fell_short || verdict_counts(one->verdict, result->strict);
    /* what Panora does not send decides nothing about what Panora sends */
    tally->undecided = tally->undecided ||
                       (required && (one->verdict == VERDICT_INCONCLUSIVE || one->behind_first));
    tally->num_required += required;
    tally->num_required_passed += required && is_answer;
    tally->num_answered += is_answer;
    if (one->verdict == VERDICT_SKIP && (required || !tally->skip))
        tally->skip = one->reason;
}

static struct tally tally_of(const struct run_result *result)
{
    struct tally tally = {0};
    for (size_t i = 0; i < result->num_cases; i++)
        count_case(result, &result->cases[i], &tally);
    return tally;
}

/* A run that asked nothing required shows nothing. */
static bool asked_nothing(const struct tally *tally)
{
    return tally->num_required_passed == 0;
}

static int exit_code_of(const struct runner *runner, const struct tally *tally)
{
    if (runner->result->interrupted)
        return EXIT_INTERRUPTED;
    if (runner->result->wrong_port.got || (!runner->health.reached && runner_num_sent(runner) > 0))
        return EXIT_UNREACHED;
    if (tally->fell_short)
        return EXIT_FELL_SHORT;
    if (tally->undecided)
        return EXIT_UNDECIDED;
    return asked_nothing(tally) ? EXIT_WRONG_USAGE : EXIT_OK;
}

/* The last answer before the end, when that refused a forgery; or NULL. */
static const struct exchange *last_refusal(const struct testcase *test)
{
    const struct exchange *last = NULL;
    for (size_t i = 0; i < test->count; i++) {
        const struct observation *seen = &test->exchanges[i].seen;
        bool met_end = answer_of(seen) == ANSWER_DIED && !exchange_has_data(&test->exchanges[i]);
        if (seen->outcome == OUTCOME_TIMED_OUT || met_end) /* who keeps silent is there */
            return NULL;
        if (seen->outcome == OUTCOME_ANSWERED &&
            (!last || seen->started_ns >= last->seen.started_ns))
            last = &test->exchanges[i];
    }
    bool refused = last && !last->genuine && answer_of(&last->seen) == ANSWER_REFUSED;
    return refused ? last : NULL;
}

static void add_culprit(const struct trouble *trouble, struct buf *out)
{
    const struct testcase *culprit = trouble->culprit;
    const struct exchange *refusal = trouble->control ? NULL : last_refusal(culprit);
    int status = trouble->control ? trouble->control->exchanges[0].seen.status : 0;
    buf_add_text(out, " after ");
    if (trouble->control && status)
        buf_add_format(out, "a genuine event (%d), the twin of what is forged in ", status);
    else if (trouble->control)
        buf_add_text(out, "a genuine event without an answer, the twin of what is forged in ");
    if (refusal)
        buf_add_format(out, "it refused a forgery (%d), in ", refusal->seen.status);
    buf_add_format(out, "the case \"%s\" (%s)", culprit->one->title, culprit->one->id);
}

/* The case whose genuine event was the first that hung; NULL = none did. */
static const struct case_result *first_hung(const struct run_result *result)
{
    const struct case_result *found = NULL;
    int64_t first_ns = INT64_MAX;
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++) {
            const struct exchange *exchange = &result->cases[i].exchanges[k];
            if (!exchange->genuine || exchange->seen.outcome != OUTCOME_TIMED_OUT ||
                exchange->seen.started_ns >= first_ns)
                continue;
            first_ns = exchange->seen.started_ns;
            found = &result->cases[i];
        }
    return found;
}

/* An endpoint that ended is told first: after what, and that the rest could not be asked. */
static void say_ended(const struct runner *runner)
{
    struct run_result *result = runner->result;
    struct buf out = {0};
    if (!runner->health.gone || !runner->health.alive_ns) /* it cannot end what never answered */
        return;
    bool silent = runner->health.silent;
    buf_add_text(&out, silent ? "The endpoint stopped answering" : "The endpoint went down");
    const struct case_result *hung = silent ? first_hung(result) : NULL;
    if (hung)
        buf_add_format(&out, " during the case \"%s\" (%s)", hung->title, hung->id);
    else if (runner->trouble.culprit)
        add_culprit(&runner->trouble, &out);
    buf_add_text(&out,
                 silent ? ", and did not answer again within " : " and did not come back within ");
    text_add_duration(&out, runner->options->recovery_ns);
    buf_add_format(&out, "; %zu cases could not run.", result->counts[VERDICT_INCONCLUSIVE]);
    free(result->loudest);
    result->loudest = buf_take(&out);
}

static void say_wrong_port(struct run_result *result)
{
    const struct wrong_port *port = &result->wrong_port;
    if (!port->got)
        return;
    free(result->loudest);
    result->loudest = mem_format("This port does not serve HTTP/1.1. Tried: %s. Got: %s. Do: %s.",
                                 port->tried, port->got, port->remedy);
}

/* Says why nothing was asked, where that is what came of the run. */
static void say_asked_nothing(struct run_result *result, const struct tally *tally)
{
    if (result->exit_code != EXIT_WRONG_USAGE || result->loudest[0])
        return;
    free(result->loudest);
    if (tally->num_answered && !tally->num_required)
        result->loudest =
            mem_text("None of the selected cases is required, so they decide nothing. "
                     "Select required cases too, or make those of level should "
                     "required (--strict).");
    else
        result->loudest = mem_format("No %scase could run against this endpoint%s%s. Select other "
                                     "cases, or provide what these need.",
                                     tally->num_answered ? "required " : "",
                                     tally->skip ? ": " : "", tally->skip ? tally->skip : "");
}

/* The same where no connection could be opened. */
static void say_unreached(struct run_result *result)
{
    const struct observation *seen = run_result_first_attempt(result);
    struct buf line = {0};
    if (result->exit_code != EXIT_UNREACHED || result->wrong_port.got || result->loudest[0] ||
        !seen)
        return;
    buf_add_text(&line, "The endpoint was not reached: ");
    answer_describe_untimed(seen, &line);
    buf_add_char(&line, '.');
    free(result->loudest);
    result->loudest = buf_take(&line);
    redact_text(result, &result->loudest);
}

/* Why the run ended early, as the reports say it after "Stopped early: ". */
static const char *stopped(const struct runner *runner)
{
    static const char not_sent[] = "not sent: ";
    if (!runner->stop)
        return runner->budget_spent ? "the request budget (--max-requests) was used up" : "";
    return runner->stop + (text_starts_with(runner->stop, not_sent) ? strlen(not_sent) : 0);
}

static void note_behind_first(struct run_result *result)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        count += result->cases[i].behind_first;
    if (count)
        run_result_add_note(
            result, mem_format("%zu case%s tested with events made as the endpoint accepts them, "
                               "because it refuses those that Panora sends.",
                               count, count > 1 ? "s were" : " was"));
}

/* What an answer held stands in the evidence. */
void finish_redact(struct runner *runner)
{
    struct run_result *result = runner->result;
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        struct diagnosis *one = &result->diagnoses[i];
        char **texts[] = {&one->sentence,      &one->evidence,     &one->remedy,
                          &one->pair.accepted, &one->pair.refused, &one->framework};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            redact_text(result, texts[k]);
    }
}

/* Once may be a deploy. */
#define ABSENCES_MIN 2

/* How often the endpoint was gone and came back; 0 when that has failed a case already. What only
 * informs is no reason to call the endpoint ready. */
static size_t num_absences(const struct runner *runner)
{
    size_t count = runner->health.num_absences;
    for (size_t i = 0; count && i < runner->progress.num_cases; i++) {
        if (!runner->progress.cases[i].canary_failed)
            continue;
        if (runner->result->cases[i].verdict != VERDICT_INFO)
            return 0;
        count += runner->progress.cases[i].num_deaths;
    }
    return count;
}

/* It went down again and again: the first event stands for those that were lost, whatever became of
 * itself. */
static void blame_absences(struct runner *runner)
{
    struct run_result *result = runner->result;
    struct testcase *first = order_first(runner);
    size_t count = num_absences(runner);
    if (count < ABSENCES_MIN || !first || first->state != CASE_JUDGED)
        return;
    struct case_result *one = &result->cases[first - runner->progress.cases];
    first->canary_failed = true;
    first->recovery_ns = runner->health.longest_absence_ns;
    first->num_absences = count;
    result->counts[one->verdict]--;
    verdict_note_absence(first, one);
    result->counts[one->verdict]++;
}

/* The cause of a loss that no content and no pace explains, or NULL. */
static struct diagnosis *cause_of_losses(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_diagnoses; i++)
        if (result->diagnoses[i].loses_any)
            return &result->diagnoses[i];
    return NULL;
}

/* What was refused as if by a limit was sent again, so each case may have passed in the end. */
void finish_note_losses(struct runner *runner)
{
    struct run_result *result = runner->result;
    struct diagnosis *cause = cause_of_losses(result);
    struct testcase *first = order_first(runner);
    if (!cause || result->counts[VERDICT_FAIL] || !first || first->state != CASE_JUDGED)
        return;
    struct case_result *one = &result->cases[first - runner->progress.cases];
    result->counts[one->verdict]--;
    verdict_note_loss(cause, one);
    result->counts[one->verdict]++;
    struct tally tally = tally_of(result);
    result->exit_code = exit_code_of(runner, &tally);
}

void finish_result(struct runner *runner)
{
    struct run_result *result = runner->result;
    judge_certain(runner, true);
    blame_absences(runner);
    follow_redirects(runner);
    result->interrupted = result->interrupted || runner_was_interrupted(runner);
    result->begun_ns = runner->begun_ns;
    result->num_requests = runner_num_sent(runner);
    result->loudest = honest_sentence(runner);
    redact_text(result, &result->loudest);
    result->stopped = mem_text(stopped(runner));
    result->left_behind = result->num_requests
                              ? mem_format("events whose id_event starts with %s-%04x",
                                           EVENT_ID_PREFIX, run_tag_of(runner->options->seed))
                              : mem_text("");
    struct tally tally = tally_of(result);
    result->exit_code = exit_code_of(runner, &tally);
    say_asked_nothing(result, &tally);
    say_unreached(result);
    say_wrong_port(result);
    say_ended(runner);
    trouble_add_notes(runner);
    note_behind_first(result);
    /* the exchanges are the result's from now on */
    for (size_t i = 0; i < runner->progress.num_cases; i++)
        runner->progress.cases[i].exchanges = NULL;
}

void finish_interrupted(struct runner *runner)
{
    struct run_result *result = runner->result;
    result->interrupted = true;
    result->exit_code = EXIT_INTERRUPTED;
    if (result->stopped[0])
        return;
    free(result->stopped);
    result->stopped = mem_text("the run was interrupted during the diagnosis");
}
