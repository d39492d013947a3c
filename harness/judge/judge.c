#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

/* The worst finding of a case so far, and whose it is. */
struct worst {
    struct case_result *measured; /* numbers go there, whatever the verdict */
    enum verdict verdict;
    struct buf expected;
    struct buf actual;
    struct buf reason;
    size_t decisive;
    bool set;
};

/* Worst first. A skip or an undecided part outweighs parts that were kept: less was shown than
 * claimed. */
static const enum verdict gravity[] = {VERDICT_FAIL,         VERDICT_WARN, VERDICT_INFO,
                                       VERDICT_INCONCLUSIVE, VERDICT_SKIP, VERDICT_PASS};

static size_t rank_of(enum verdict verdict)
{
    size_t rank = 0;
    while (rank < ARRAY_LEN(gravity) && gravity[rank] != verdict)
        rank++;
    return rank;
}

static enum verdict verdict_of(enum finding_kind kind, enum level level)
{
    static const enum verdict when_broken[] = {
        [LEVEL_MUST] = VERDICT_FAIL, [LEVEL_SHOULD] = VERDICT_WARN, [LEVEL_MAY] = VERDICT_INFO};
    static const enum verdict when_tolerated[] = {
        [LEVEL_MUST] = VERDICT_WARN, [LEVEL_SHOULD] = VERDICT_WARN, [LEVEL_MAY] = VERDICT_INFO};
    const enum verdict verdicts[] = {
        [FINDING_KEPT] = VERDICT_PASS,
        [FINDING_BROKEN] = when_broken[level],
        [FINDING_TOLERATED] = when_tolerated[level],
        [FINDING_UNDECIDED] = VERDICT_INCONCLUSIVE,
        [FINDING_SKIPPED] = VERDICT_SKIP,
    };
    return verdicts[kind];
}

/* A refusal counts only beside an accepted genuine twin; an endpoint that accepts the forgery
 * itself needs no control. */
static void apply_control(const struct evidence *evidence, struct finding *finding)
{
    if (finding->kind == FINDING_BROKEN || finding->kind == FINDING_UNDECIDED)
        return;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct exchange *control = evidence->controls[i];
        if (control && control->accepted)
            continue;
        finding->kind = FINDING_UNDECIDED;
        finding->decisive = i;
        buf_reset(&finding->reason);
        buf_add_text(&finding->reason, "the matching genuine event ");
        if (control) {
            buf_add_text(&finding->reason, "failed too (");
            answer_describe_untimed(&control->seen, &finding->reason);
            buf_add_text(&finding->reason, ")");
        } else {
            buf_add_text(&finding->reason, "was never sent");
        }
        buf_add_text(&finding->reason, ", so this proves nothing");
        return;
    }
}

static bool was_held_back(const struct exchange *exchange)
{
    return exchange && exchange->seen.outcome == OUTCOME_NOT_SENT && exchange->seen.detail[0];
}

/* Nothing is undecided because of the endpoint where the run did not send what would decide it. */
static void tell_unsent(const struct evidence *evidence, struct finding *finding)
{
    const struct exchange *first = evidence->count ? evidence->exchanges[0] : NULL;
    const struct exchange *control = evidence->count ? evidence->controls[0] : NULL;
    if (finding->kind != FINDING_UNDECIDED || !(was_held_back(first) || was_held_back(control)))
        return;
    buf_reset(&finding->reason);
    buf_add_text(&finding->reason,
                 was_held_back(first) ? first->seen.detail : control->seen.detail);
}

static void apply_tolerance(const struct suite_case *one, const struct evidence *evidence,
                            struct finding *finding)
{
    if (finding->kind != FINDING_BROKEN || !one->tolerate_status ||
        finding->decisive >= evidence->count)
        return;
    const struct observation *seen = &evidence->exchanges[finding->decisive]->seen;
    if (seen->outcome != OUTCOME_ANSWERED || !status_in_set(one->tolerate_status, seen->status))
        return;
    finding->kind = FINDING_TOLERATED;
    buf_reset(&finding->reason);
    buf_add_text(&finding->reason, one->tolerate_because);
}

static void replace(struct buf *to, struct buf *from)
{
    buf_clear(to);
    *to = *from;
    *from = (struct buf){0};
}

/* `places` maps the evidence's exchanges to those of the case. */
static void weigh(const struct suite_case *one, const struct call *call,
                  const struct evidence *evidence, const size_t *places, size_t count_all,
                  struct worst *worst)
{
    const struct expectation *row = expectation_of(call);
    struct finding finding = {.decisive = evidence->count, .measured = worst->measured};
    row->check(call, evidence, &finding);
    if (row->needs_control)
        apply_control(evidence, &finding);
    tell_unsent(evidence, &finding);
    apply_tolerance(one, evidence, &finding);
    enum verdict verdict = verdict_of(finding.kind, one->level);
    if (!worst->set || rank_of(verdict) < rank_of(worst->verdict)) {
        worst->set = true;
        worst->verdict = verdict;
        worst->decisive = finding.decisive < evidence->count ? places[finding.decisive] : count_all;
        buf_reset(&worst->expected);
        expectation_add_expected(call, &worst->expected);
        replace(&worst->actual, &finding.actual);
        replace(&worst->reason, &finding.reason);
    }
    buf_clear(&finding.actual);
    buf_clear(&finding.reason);
}

/* Weighs `calls` against the exchanges of one step, or of all when `step` is SIZE_MAX. */
static void weigh_calls(const struct suite_case *one, const struct calls *calls, size_t step,
                        const struct case_evidence *all, const struct run_facts *run,
                        struct worst *worst)
{
    const struct exchange **exchanges = mem_alloc((all->count + 1) * sizeof(struct exchange *));
    const struct exchange **controls = mem_alloc((all->count + 1) * sizeof(struct exchange *));
    size_t *places = mem_alloc((all->count + 1) * sizeof *places);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (step != SIZE_MAX && all->steps[i] != step)
            continue;
        exchanges[count] = all->exchanges[i];
        controls[count] = all->controls[i];
        places[count++] = i;
    }
    const struct evidence evidence = {exchanges, controls, count, run};
    for (size_t i = 0; i < calls->count; i++)
        weigh(one, &calls->items[i], &evidence, places, all->count, worst);
    free(exchanges);
    free(controls);
    free(places);
}

static void set_text(char **field, struct buf *from)
{
    free(*field);
    *field = buf_take(from);
}

void judge_case(const struct suite_case *one, const struct case_evidence *evidence,
                const struct run_facts *run, struct case_result *out)
{
    struct worst worst = {.measured = out, .verdict = VERDICT_PASS, .decisive = evidence->count};
    for (size_t i = 0; i < one->num_steps; i++)
        weigh_calls(one, &one->steps[i].expect, i, evidence, run, &worst);
    weigh_calls(one, &one->expect, SIZE_MAX, evidence, run, &worst);
    out->verdict = worst.verdict;
    out->decisive = worst.decisive;
    set_text(&out->expected, &worst.expected);
    set_text(&out->actual, &worst.actual);
    set_text(&out->reason, &worst.reason);
}

/* Whether one of `calls` has the fact at offset `fact` of struct expectation. */
static bool any_has(const struct calls *calls, size_t fact)
{
    for (size_t i = 0; i < calls->count; i++)
        if (*(const bool *)((const char *)expectation_of(&calls->items[i]) + fact))
            return true;
    return false;
}

static bool case_has(const struct suite_case *one, size_t fact)
{
    for (size_t i = 0; i < one->num_steps; i++)
        if (any_has(&one->steps[i].expect, fact))
            return true;
    return any_has(&one->expect, fact);
}

bool judge_waits_for_run(const struct suite_case *one)
{
    return case_has(one, offsetof(struct expectation, over_run));
}

bool judge_is_timed(const struct suite_case *one)
{
    return case_has(one, offsetof(struct expectation, is_timed));
}

bool judge_needs_effect(const struct suite_case *one)
{
    return case_has(one, offsetof(struct expectation, needs_effect));
}

bool judge_watches_connection(const struct suite_case *one)
{
    return case_has(one, offsetof(struct expectation, needs_raw));
}

bool judge_needs_raw(const struct suite_case *one)
{
    return one->exact || one->one_connection || judge_watches_connection(one);
}

bool judge_needs_control(const struct suite_case *one, size_t step)
{
    size_t fact = offsetof(struct expectation, needs_control);
    return any_has(&one->steps[step].expect, fact) || any_has(&one->expect, fact);
}
