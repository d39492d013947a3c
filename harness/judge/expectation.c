#include "judge/expectation.h"

#include <string.h>

#include "base/text.h"

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

static void add_argument(const struct call *call, struct buf *out)
{
    const struct parameter *first = &call->word->parameters[0];
    if (call->values[0].text)
        buf_add_text(out, call->values[0].text);
    else if (first->kind == PARAMETER_DURATION)
        text_add_duration(out, call->values[0].number);
    else
        buf_add_format(out, "%lld", (long long)call->values[0].number);
}

void expectation_add_expected(const struct call *call, struct buf *out)
{
    const char *expected = expectation_of(call)->expected;
    const char *hole = strstr(expected, "%s");
    if (!hole) {
        buf_add_text(out, expected);
        return;
    }
    buf_add(out, expected, (size_t)(hole - expected));
    add_argument(call, out);
    buf_add_text(out, hole + 2);
}
