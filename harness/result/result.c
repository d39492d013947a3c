#include "result/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "result/packed.h"

static const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_PASS] = "pass", [VERDICT_WARN] = "warn", [VERDICT_FAIL] = "fail",
    [VERDICT_INFO] = "info", [VERDICT_SKIP] = "skip", [VERDICT_INCONCLUSIVE] = "inconclusive",
};

const char *verdict_name(enum verdict verdict)
{
    return verdict_names[verdict];
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void exchange_copy(struct exchange *to, const struct exchange *from)
{
    *to = (struct exchange){.sent = mem_text(from->sent),
                            .body_let_go = from->body_let_go,
                            .packed = packed_share(from->packed),
                            .genuine = from->genuine,
                            .by_scheme = from->by_scheme,
                            .id_event = from->id_event ? mem_text(from->id_event) : NULL};
    memcpy(to->right_signature, from->right_signature, sizeof to->right_signature);
    request_copy(&to->request, &from->request);
    observation_init(&to->seen);
}

void exchange_clear(struct exchange *exchange)
{
    free(exchange->sent);
    free(exchange->as_panora);
    free(exchange->id_event);
    free(exchange->processed.why);
    request_clear(&exchange->request);
    packed_free(exchange->packed);
    observation_clear(&exchange->seen);
}

static void measure_clear(struct measure *measure)
{
    free(measure->name);
    free(measure->unit);
    free(measure->sentence);
}

void case_result_clear(struct case_result *result)
{
    char *texts[] = {result->id,       result->suite,  result->name,   result->title,
                     result->expected, result->actual, result->reason, result->harm,
                     result->remedy,   result->source, result->bug,    result->curl};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free_texts(result->see, result->num_see);
    for (size_t i = 0; i < result->num_exchanges; i++)
        exchange_clear(&result->exchanges[i]);
    free(result->exchanges);
    for (size_t i = 0; i < result->num_measures; i++)
        measure_clear(&result->measures[i]);
    free(result->measures);
    *result = (struct case_result){0};
}

struct measure *case_result_add_measure(struct case_result *result, const char *name, double value,
                                        const char *unit, char *sentence)
{
    result->measures =
        mem_resize(result->measures, result->num_measures + 1, sizeof *result->measures);
    struct measure *measure = &result->measures[result->num_measures++];
    *measure = (struct measure){.name = mem_text(name), .value = value, .unit = mem_text(unit)};
    measure->sentence = sentence;
    return measure;
}

const char *harm_name(enum harm harm)
{
    static const char *const names[HARM_COUNT] = {"forged", "leaked", "dies",   "lost",
                                                  "breaks", "slow",   "hygiene"};
    return names[harm];
}

const char *diagnosis_role_name(enum diagnosis_role role)
{
    static const char *const names[] = {"cause", "input", "unexplained"};
    return names[role];
}

void diagnosis_clear(struct diagnosis *diagnosis)
{
    free(diagnosis->id);
    free(diagnosis->sentence);
    free(diagnosis->pair.accepted);
    free(diagnosis->pair.refused);
    free(diagnosis->pair.difference);
    free(diagnosis->likely_because);
    free(diagnosis->evidence);
    free(diagnosis->harm);
    free(diagnosis->remedy);
    free(diagnosis->snippet);
    free(diagnosis->snippet_needs);
    free(diagnosis->framework);
    free_texts(diagnosis->cases, diagnosis->num_cases);
}

void diagnosis_explain(struct diagnosis *diagnosis, const char *case_id)
{
    for (size_t i = 0; i < diagnosis->num_cases; i++)
        if (strcmp(diagnosis->cases[i], case_id) == 0)
            return;
    diagnosis->cases =
        mem_resize(diagnosis->cases, diagnosis->num_cases + 1, sizeof *diagnosis->cases);
    diagnosis->cases[diagnosis->num_cases++] = mem_text(case_id);
}

void run_result_add_note(struct run_result *result, char *note)
{
    result->notes = mem_resize(result->notes, result->num_notes + 1, sizeof *result->notes);
    result->notes[result->num_notes++] = note;
}

const struct observation *run_result_first_attempt(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++)
            if (result->cases[i].exchanges[k].seen.outcome != OUTCOME_NOT_SENT)
                return &result->cases[i].exchanges[k].seen;
    return NULL;
}

void run_result_clear(struct run_result *result)
{
    char *texts[] = {result->target,         result->version,
                     result->suites_hash,    result->stopped,
                     result->loudest,        result->left_behind,
                     result->rerun,          result->url,
                     result->curl_options,   result->wrong_port.tried,
                     result->wrong_port.got, result->wrong_port.remedy};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    for (size_t i = 0; i < result->num_cases; i++)
        case_result_clear(&result->cases[i]);
    free(result->cases);
    for (size_t i = 0; i < result->num_diagnoses; i++)
        diagnosis_clear(&result->diagnoses[i]);
    free(result->diagnoses);
    free_texts(result->notes, result->num_notes);
    kept_free(result->kept);
    *result = (struct run_result){0};
}

bool verdict_counts(enum verdict verdict, bool strict)
{
    return verdict == VERDICT_FAIL || (strict && verdict == VERDICT_WARN);
}

/* What failed stays failed, also when the run was cut off afterwards. */
enum run_summary run_result_summary(const struct run_result *result)
{
    bool failed =
        result->counts[VERDICT_FAIL] > 0 || (result->strict && result->counts[VERDICT_WARN] > 0);
    if (failed || result->exit_code == 1 || result->exit_code == 3)
        return SUMMARY_NOT_READY;
    return result->exit_code != 0 || result->interrupted ? SUMMARY_UNDECIDED : SUMMARY_READY;
}

const char *run_summary_name(enum run_summary summary)
{
    static const char *const names[SUMMARY_COUNT] = {"ready", "undecided", "not-ready"};
    return names[summary];
}

void result_redact(const struct run_result *result, struct bytes in, struct buf *out)
{
    redact(result->redactor, in, out);
}

bool diagnosis_evidence_is_pair(const struct diagnosis *diagnosis)
{
    const struct minimal_pair *pair = &diagnosis->pair;
    if (!pair->accepted || !*pair->accepted)
        return false;
    bool has_both = pair->refused && *pair->refused;
    char *sentence = mem_format("accepted: %s%s%s", pair->accepted,
                                has_both ? "; not accepted: " : "", has_both ? pair->refused : "");
    bool same = strcmp(sentence, diagnosis->evidence) == 0;
    free(sentence);
    return same;
}

bool diagnosis_explains(const struct diagnosis *diagnosis, const char *id)
{
    for (size_t i = 0; i < diagnosis->num_cases; i++)
        if (strcmp(diagnosis->cases[i], id) == 0)
            return true;
    return false;
}

bool diagnosis_is_decisive(const struct run_result *result, const struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (verdict_counts(result->cases[i].verdict, result->strict) &&
            diagnosis_explains(diagnosis, result->cases[i].id))
            return true;
    return false;
}

/* It says no more than why the endpoint went down in the end, and cannot be proved. */
static bool tells_of_the_end(const struct run_result *result, const struct diagnosis *one)
{
    const struct case_result *last = run_result_killer(result);
    return last && one->confidence != CONFIDENCE_PROVED && one->num_cases == 1 &&
           strcmp(one->cases[0], last->id) == 0;
}

static bool goes_before(const struct run_result *result, const struct diagnosis *one,
                        const struct diagnosis *before)
{
    if (one->role != DIAGNOSIS_CAUSE || before->role != DIAGNOSIS_CAUSE ||
        !diagnosis_is_decisive(result, one))
        return false;
    return !diagnosis_is_decisive(result, before) ||
           (one->confidence == CONFIDENCE_PROVED && tells_of_the_end(result, before));
}

const struct case_result *run_result_killer(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (result->cases[i].canary_failed && result->cases[i].recovery_ns < 0)
            return &result->cases[i];
    return NULL;
}

/* What is said first is behind nothing. */
static void forget_the_first(struct run_result *result)
{
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        struct diagnosis *one = &result->diagnoses[i];
        if (one->role == DIAGNOSIS_CAUSE && !one->behind_first)
            return;
        one->behind_first = false;
    }
}

void run_result_rank_causes(struct run_result *result)
{
    struct diagnosis *all = result->diagnoses;
    for (size_t i = 1; i < result->num_diagnoses; i++)
        for (size_t k = i; k > 0 && goes_before(result, &all[k], &all[k - 1]); k--) {
            struct diagnosis moved = all[k];
            all[k] = all[k - 1];
            all[k - 1] = moved;
        }
    forget_the_first(result);
}
