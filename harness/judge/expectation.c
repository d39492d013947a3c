#include "judge/expectation.h"

/* In the order in which they are listed. */
static const struct table_part *const parts[] = {
    &expectations_of_answer,     &expectations_of_together, &expectations_of_transport,
    &expectations_of_tls,        &expectations_of_timing,   &expectations_of_leaks,
    &expectations_of_disclosure, &expectations_of_effect,   NULL,
};

const struct table expectation_words = {"expectation", sizeof(struct expectation), parts};

const struct expectation *expectation_of(const struct call *call)
{
    return (const struct expectation *)(const void *)
        call->word; /* the word is the row's first member */
}

void expectation_add_expected(const struct call *call, struct buf *out)
{
    call_fill(call, expectation_of(call)->expected, out);
}
