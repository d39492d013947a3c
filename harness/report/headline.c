#include "report/headline.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "report/standing.h"
#include "report/tally.h"
#include "result/exit.h"

/* What it means for Panora's events, by how bad the worst cause is. */
static const char *const consequences[HARM_COUNT] = {
    [HARM_FORGED] = "forged events get in",
    [HARM_LEAKED] = "secrets leak",
    [HARM_DIES] = "one request can take the endpoint down",
    [HARM_LOST] = "Panora's events are refused",
    [HARM_BREAKS] = "anyone can break the handler with one request",
    [HARM_SLOW] = "responses are too slow",
    [HARM_HYGIENE] = "the endpoint falls short of good practice",
};

static void headline_add_cause(const struct diagnosis *diagnosis, struct buf *out)
{
    const char *sentence = diagnosis->sentence;
    const char *end = strstr(sentence, "; or it ");
    size_t len = end ? (size_t)(end - sentence) : strlen(sentence);
    while (len && (sentence[len - 1] == '.' || sentence[len - 1] == ' '))
        len--;
    bool is_plain_word = len > 1 && (islower((unsigned char)sentence[1]) || sentence[1] == ' ');
    if (len && is_plain_word)
        buf_add_char(out, (char)tolower((unsigned char)sentence[0]));
    buf_add(out, sentence + (is_plain_word ? 1 : 0), len - (is_plain_word ? 1 : 0));
}

/* Genuine events that decided a failed case, and how many of the run's were accepted. */
static bool any_genuine_accepted(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges && !result->cases[i].behind_first;
             k++)
            if (result->cases[i].exchanges[k].genuine && result->cases[i].exchanges[k].accepted)
                return true;
    return false;
}

static const struct diagnosis *first_of(const struct run_result *result, enum diagnosis_role role)
{
    for (size_t i = 0; i < result->num_diagnoses; i++)
        if (result->diagnoses[i].role == role)
            return &result->diagnoses[i];
    return NULL;
}

/* Why it is not ready: not the cause of mere warnings. */
static const struct diagnosis *reason_of(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *one = &result->diagnoses[i];
        if (one->role == DIAGNOSIS_CAUSE &&
            (one->num_cases == 0 || diagnosis_is_decisive(result, one)))
            return one;
    }
    return NULL;
}

static size_t count_role(const struct run_result *result, enum diagnosis_role role)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_diagnoses; i++)
        count += result->diagnoses[i].role == role;
    return count;
}

static void add_because(const struct run_result *result, const struct diagnosis *first,
                        struct buf *out)
{
    bool some = first->harm_rank == HARM_LOST && any_genuine_accepted(result);
    buf_add_text(out,
                 some ? "some of Panora's events are refused" : consequences[first->harm_rank]);
    buf_add_text(out,
                 first->confidence == CONFIDENCE_PROVED ? ", because " : ", probably because ");
    headline_add_cause(first, out);
    size_t others = count_role(result, DIAGNOSIS_CAUSE) - 1;
    if (others)
        buf_add_format(out, "; and %zu more cause%s", others, others > 1 ? "s" : "");
    buf_add_char(out, '.');
}

static size_t count_standing(const struct run_result *result, enum standing standing)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        count += case_standing(result, &result->cases[i]) == standing;
    return count;
}

/* Where the endpoint went down in the end, what was proved before that matters more. */
static const struct diagnosis *proved_before(const struct run_result *result,
                                             const struct case_result *killer)
{
    const struct diagnosis *first = killer ? reason_of(result) : NULL;
    if (!first || first->confidence != CONFIDENCE_PROVED || first->num_cases == 0)
        return NULL;
    for (size_t i = 0; i < first->num_cases; i++)
        if (strcmp(first->cases[i], killer->id) == 0)
            return NULL;
    return first;
}

static void add_not_ready(const struct run_result *result, struct buf *out)
{
    size_t failed = count_standing(result, STANDING_FAILED);
    const struct diagnosis *first = failed ? reason_of(result) : first_of(result, DIAGNOSIS_CAUSE);
    const struct case_result *deadly = run_result_killer(result);
    const struct diagnosis *before = proved_before(result, deadly);
    buf_add_text(out, "Not ready: ");
    bool is_loud = result->loudest && *result->loudest;
    if (is_loud && before) {
        add_because(result, before, out);
        buf_add_format(out, " %s", result->loudest);
    } else if (is_loud &&
               (deadly || !first || text_starts_with(result->loudest, BASELINE_IS_STALE)))
        buf_add_text(out, result->loudest);
    else if (first)
        add_because(result, first, out);
    else if (failed)
        buf_add_format(out, "%zu case%s failed, and no known cause explains %s.", failed,
                       failed == 1 ? "" : "s", failed == 1 ? "it" : "them");
    else
        buf_add_text(out, "the endpoint went down before the run ended.");
}

/* Some cases passed with events that Panora does not send. */
static bool any_behind_first(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (result->cases[i].behind_first)
            return true;
    return false;
}

static void add_undecided(const struct run_result *result, struct buf *out)
{
    size_t open = count_standing(result, STANDING_UNDECIDED);
    const struct diagnosis *first = first_of(result, DIAGNOSIS_CAUSE);
    bool stopped = result->stopped && *result->stopped;
    buf_add_text(out, "Undecided: ");
    if (any_behind_first(result) && !stopped && !result->interrupted) {
        buf_add_text(out, "nothing failed, but ");
        if (first)
            add_because(result, first, out);
        else
            buf_add_text(out, "the endpoint refuses the events that Panora sends.");
        return;
    }
    if (result->interrupted)
        buf_add_text(out, "the run was interrupted");
    else if (stopped)
        buf_add_format(out, "the run ended early (%s)", result->stopped);
    if (open)
        buf_add_format(out, "%s%zu required case%s could not be decided", stopped ? ", and " : "",
                       open, open == 1 ? "" : "s");
    else if (!stopped)
        buf_add_text(out, "the run was interrupted");
    buf_add_text(out, "; nothing failed.");
}

static void add_ready(const struct run_result *result, struct buf *out)
{
    size_t warned = result->counts[VERDICT_WARN];
    size_t required = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        required += case_is_required(result, &result->cases[i]) &&
                    case_standing(result, &result->cases[i]) == STANDING_PASSED;
    if (required == 1)
        buf_add_text(out, "Ready: the required case passed");
    else
        buf_add_format(out, "Ready: all %zu required cases passed", required);
    if (warned)
        buf_add_format(out, "; %zu should be better", warned);
    buf_add_char(out, '.');
}

/* Nothing was asked, and the sentence says why. */
static bool says_it_all(const struct run_result *result)
{
    bool nothing = result->exit_code == EXIT_WRONG_USAGE ||
                   (result->exit_code == EXIT_UNREACHED && !first_of(result, DIAGNOSIS_CAUSE));
    return nothing && result->loudest && *result->loudest;
}

void headline_add(const struct run_result *result, struct buf *out)
{
    enum run_summary summary = run_result_summary(result);
    if (result->exit_code == EXIT_BASELINE)
        buf_add_format(out, "Not ready, but only known failures: all %zu are in the baseline.",
                       count_standing(result, STANDING_FAILED));
    else if (says_it_all(result))
        buf_add_text(out, result->loudest);
    else if (summary == SUMMARY_READY)
        add_ready(result, out);
    else if (summary == SUMMARY_UNDECIDED)
        add_undecided(result, out);
    else
        add_not_ready(result, out);
}

void headline_add_counts(const struct run_result *result, struct buf *out)
{
    enum run_summary summary = run_result_summary(result);
    const size_t *n = result->counts;
    buf_add_format(out,
                   "%s: %zu passed, %zu failed, %zu warned, %zu undecided, %zu info, %zu skipped; "
                   "%zu requests in ",
                   summary == SUMMARY_NOT_READY ? "not ready" : run_summary_name(summary),
                   n[VERDICT_PASS], n[VERDICT_FAIL], n[VERDICT_WARN], n[VERDICT_INCONCLUSIVE],
                   n[VERDICT_INFO], n[VERDICT_SKIP], result->num_requests);
    text_add_duration(out, result->duration_ns);
    buf_add_format(out, "; exit %d", result->exit_code);
}
