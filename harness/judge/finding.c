#include "judge/finding.h"
#include <string.h>

#include "base/array.h"
#include "result/packed.h"

/* Worst first. */
static const enum finding_kind severity[] = {FINDING_BROKEN, FINDING_TOLERATED, FINDING_UNDECIDED,
                                             FINDING_SKIPPED, FINDING_KEPT};

static size_t rank_of(enum finding_kind kind)
{
    size_t rank = 0;
    while (rank < ARRAY_LEN(severity) && severity[rank] != kind)
        rank++;
    return rank;
}

void finding_set(struct finding *out, enum finding_kind kind, const struct evidence *evidence,
                 size_t index)
{
    out->kind = kind;
    out->decisive = index;
    buf_reset(&out->actual);
    if (index < evidence->count)
        answer_describe(&evidence->exchanges[index]->seen, &out->actual);
}

void finding_of_nothing(struct finding *out, const struct evidence *evidence)
{
    finding_set(out, FINDING_UNDECIDED, evidence, evidence->count);
    buf_add_text(&out->reason, "nothing was sent that could test it");
}

void finding_rate_limited(struct buf *reason)
{
    buf_add_text(reason, "it limits the request rate (429), so this was not decided: run again "
                         "with --rate below the limit, or lift it for the test");
}

#define LARGE_HEAD ((size_t)4 * 1024)
#define LARGE_BODY ((size_t)1024 * 1024)

bool has_large_head(const struct request *request)
{
    size_t len = 0;
    for (size_t i = 0; i < request->headers.count; i++)
        len += strlen(request->headers.items[i].name) + strlen(request->headers.items[i].value);
    return len > LARGE_HEAD;
}

bool has_large_body(const struct exchange *exchange)
{
    return exchange_body_len(exchange) > LARGE_BODY;
}

bool was_rate_limited(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status == STATUS_TOO_MANY;
}

bool came_to_nothing(enum answer answer)
{
    return answer == ANSWER_UNREACHED || answer == ANSWER_DIED || answer == ANSWER_HUNG;
}

/* With `needs_answer`, what met silence or a reset is never kept. */
static void check_all(const struct call *call, const struct evidence *evidence, judge_one *one,
                      bool needs_answer, struct finding *out)
{
    if (evidence->count == 0) {
        finding_of_nothing(out, evidence);
        return;
    }
    finding_set(out, FINDING_KEPT, evidence, 0);
    for (size_t i = 0; i < evidence->count; i++) {
        struct buf reason = {0};
        enum finding_kind kind = FINDING_UNDECIDED;
        enum answer answer = answer_of(&evidence->exchanges[i]->seen);
        if (answer == ANSWER_NONE)
            buf_add_text(&reason, evidence->exchanges[i]->seen.detail);
        else
            kind = one(call, evidence, i, &reason);
        if (kind == FINDING_KEPT && came_to_nothing(answer) &&
            (needs_answer || answer == ANSWER_UNREACHED))
            kind = FINDING_UNDECIDED;
        if (kind == FINDING_BROKEN && was_rate_limited(&evidence->exchanges[i]->seen)) {
            kind = FINDING_UNDECIDED;
            buf_reset(&reason);
            finding_rate_limited(&reason);
        }
        if (rank_of(kind) < rank_of(out->kind)) {
            finding_set(out, kind, evidence, i);
            buf_reset(&out->reason);
            buf_add_bytes(&out->reason, buf_bytes(&reason));
        }
        buf_clear(&reason);
    }
}

void check_each(const struct call *call, const struct evidence *evidence, judge_one *one,
                struct finding *out)
{
    check_all(call, evidence, one, true, out);
}

void check_each_sent(const struct call *call, const struct evidence *evidence, judge_one *one,
                     struct finding *out)
{
    check_all(call, evidence, one, false, out);
}
