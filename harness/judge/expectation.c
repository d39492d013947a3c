#include "judge/expectation.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "judge/expectation_internal.h"

/* word {name, place, sentence, parameters}, expected, needs_control, needs_raw, over_run, check */
static const struct expectation expectations[] = {
    {{"accepted",
      "step",
      "answers 2xx, complete and well-formed, in time, without a redirect",
      {{0}}},
     "a 2xx, complete, in time",
     false,
     false,
     false,
     check_accepted},
    {{"refused", "step", "answers with any 4xx, and accepts the genuine twin", {{0}}},
     "any 4xx",
     true,
     false,
     false,
     check_refused},
    {{"status",
      "step",
      "answers with one of these statuses",
      {{.name = "in", .kind = PARAMETER_STATUS, .sentence = "such as 2xx, 404 or a list"}}},
     "status %s",
     false,
     false,
     false,
     check_status},
    {{"survived", "step", "answers 2xx or 4xx: it neither breaks nor hangs", {{0}}},
     "a 2xx or a 4xx",
     false,
     false,
     false,
     check_survived},
    {{"not-redirected", "step", "does not answer with a redirect", {{0}}},
     "no redirect",
     false,
     false,
     false,
     check_not_redirected},
    {{"complete",
      "step",
      "answers with right framing: nothing after a 204, as many bytes as Content-Length says, an "
      "end",
      {{0}}},
     "an answer whose framing is right",
     false,
     true,
     false,
     check_complete},
    {{"brief",
      "step",
      "answers with at most so many bytes",
      {{.name = "max", .kind = PARAMETER_SIZE, .fallback = "64KiB", .sentence = "the limit"}}},
     "a body of at most %s bytes",
     false,
     false,
     false,
     check_brief},
    {{"plain", "step", "answers without a body, or with one that is not JSON", {{0}}},
     "no body, or one that is not JSON",
     false,
     false,
     false,
     check_plain},
    {{"within",
      "step",
      "answers completely within a time",
      {{.name = "time", .kind = PARAMETER_DURATION, .sentence = "such as 500ms"}}},
     "an answer within %s",
     false,
     false,
     false,
     check_within},
    {{"json",
      "step",
      "answers with JSON that has a member with a value",
      {{.name = "member", .kind = PARAMETER_TEXT, .sentence = "a JSON Pointer such as /received"},
       {.name = "equals", .kind = PARAMETER_JSON, .sentence = "the value"}}},
     "JSON with a certain value at %s",
     false,
     false,
     false,
     check_json},
    {{"alike",
      "case",
      "gives the same answer to each of these: status, body and headers, leaving aside dates, "
      "request "
      "ids and 429",
      {{0}}},
     "answers that look alike",
     false,
     false,
     false,
     check_alike},
    {{"same-status", "case", "answers each of these with the same status", {{0}}},
     "the same status for each",
     false,
     false,
     false,
     check_same_status},
    {{"not-all-accepted", "case", "does not accept all of these, but their genuine twins", {{0}}},
     "not all of them accepted",
     true,
     false,
     false,
     check_not_all_accepted},
    {{"survives-idle",
      "case",
      "answers on a connection that was idle, or had closed it in an orderly way before",
      {{0}}},
     "an answer, or a connection closed in an orderly way before",
     false,
     true,
     false,
     check_idle},
    {{"https", "any", "is reached by https, unless it is on a loopback or private address", {{0}}},
     "https",
     false,
     false,
     false,
     check_https},
    {{"leaks-nothing",
      "case",
      "gives away neither the secret nor a right signature, in any answer of the run",
      {{0}}},
     "neither the secret nor a right signature in any answer",
     false,
     false,
     true,
     check_leaks},
};

const struct word_table expectation_words = {"expectation", expectations, sizeof expectations[0],
                                             ARRAY_LEN(expectations)};

const struct expectation *expectation_of(const struct call *call)
{
    return (const struct expectation *)(const void *)
        call->word; /* the word is the row's first member */
}

static void add_argument(const struct call *call, struct buf *out)
{
    const struct parameter *first = &call->word->parameters[0];
    if (call->values[0].text)
        (void)buf_add_text(out, call->values[0].text);
    else if (first->kind == PARAMETER_DURATION)
        text_add_duration(out, call->values[0].number);
    else
        (void)buf_add_format(out, "%lld", (long long)call->values[0].number);
}

void expectation_add_expected(const struct call *call, struct buf *out)
{
    const char *expected = expectation_of(call)->expected;
    const char *hole = strstr(expected, "%s");
    if (!hole) {
        (void)buf_add_text(out, expected);
        return;
    }
    (void)buf_add(out, expected, (size_t)(hole - expected));
    add_argument(call, out);
    (void)buf_add_text(out, hole + 2);
}
