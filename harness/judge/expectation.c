#include "judge/expectation.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "judge/expectation_internal.h"

static const char *const disclosures[] = {"debug-page", "stack-trace", "server-banner", NULL};
static const char *const prompt_kinds[] = {"accepted", "refused", NULL};

static const char *const processed_times[] = {"once", "at-least-once", NULL};

/* word {name, place, sentence, parameters}, expected */
static const struct expectation expectations[] = {
    {{"accepted",
      "step",
      "answers 2xx, complete and well-formed, in time, without a redirect",
      {{0}}},
     "a 2xx, complete, in time",
     .check = check_accepted},
    {{"refused", "step", "answers with any 4xx, and accepts the genuine twin", {{0}}},
     "any 4xx",
     .needs_control = true,
     .check = check_refused},
    {{"status",
      "step",
      "answers with one of these statuses",
      {{.name = "in", .kind = PARAMETER_STATUS, .sentence = "such as 2xx, 404 or a list"}}},
     "status %s",
     .check = check_status},
    {{"survived", "step", "answers 2xx or 4xx: it neither breaks nor hangs", {{0}}},
     "a 2xx or a 4xx",
     .check = check_survived},
    {{"not-redirected", "step", "does not answer with a redirect", {{0}}},
     "no redirect",
     .check = check_not_redirected},
    {{"complete",
      "step",
      "answers with right framing: nothing after a 204, as many bytes as Content-Length says, an "
      "end",
      {{0}}},
     "an answer whose framing is right",
     .needs_raw = true,
     .check = check_complete},
    {{"retry-after", "step", "says in Retry-After when to come again, where it answers 429", {{0}}},
     "Retry-After with each 429",
     .check = check_retry_after},
    {{"brief",
      "step",
      "answers with at most so many bytes",
      {{.name = "max", .kind = PARAMETER_SIZE, .fallback = "64KiB", .sentence = "the limit"}}},
     "a body of at most %s bytes",
     .check = check_brief},
    {{"plain", "step", "answers without a body, or with one that is not JSON", {{0}}},
     "no body, or one that is not JSON",
     .check = check_plain},
    {{"within",
      "step",
      "answers completely within a time",
      {{.name = "time", .kind = PARAMETER_DURATION, .sentence = "such as 500ms"}}},
     "an answer within %s",
     .check = check_within},
    {{"json",
      "step",
      "answers with JSON that has a member with a value",
      {{.name = "member", .kind = PARAMETER_TEXT, .sentence = "a JSON Pointer such as /received"},
       {.name = "equals", .kind = PARAMETER_JSON, .sentence = "the value"}}},
     "JSON with a certain value at %s",
     .check = check_json},
    {{"alike",
      "case",
      "gives the same answer to each of these: status, body and headers, leaving aside dates, "
      "request "
      "ids and 429",
      {{0}}},
     "answers that look alike",
     .check = check_alike},
    {{"same-status", "case", "answers each of these with the same status", {{0}}},
     "the same status for each",
     .check = check_same_status},
    {{"not-all-accepted", "case", "does not accept all of these, but their genuine twins", {{0}}},
     "not all of them accepted",
     .needs_control = true,
     .check = check_not_all_accepted},
    {{"survives-idle",
      "case",
      "answers on a connection that was idle, or had closed it in an orderly way before",
      {{0}}},
     "an answer, or a connection closed in an orderly way before",
     .needs_raw = true,
     .check = check_idle},
    {{"https", "any", "is reached by https, unless it is on a loopback or private address", {{0}}},
     "https",
     .check = check_https},
    {{"stays-up",
      "step",
      "is still there afterwards: a genuine event that is sent next is accepted",
      {{0}}},
     "an endpoint that is still there afterwards",
     .check = check_stays_up},
    {{"continues", "step", "answers a request that waits for 100 (Continue) without delay", {{0}}},
     "a 100 (Continue), or an answer, within a second",
     .check = check_continues},
    {{"accepted-as-well",
      "case",
      "accepts the later ones as it accepts the first one, which is sent plainly",
      {{.name = "slower-by",
        .kind = PARAMETER_DURATION,
        .fallback = "1h",
        .sentence = "how much longer they may take"}}},
     "a 2xx, as for the event that was sent plainly",
     .check = check_accepted_as_well},
    {{"refused-as-well",
      "case",
      "refuses the others with any 4xx, where it accepts the first, a usual event",
      {{0}}},
     "any 4xx, beside an accepted event",
     .check = check_refused_as_well},
    {{"survives-as-well",
      "case",
      "answers 2xx or 4xx to the last one too, where it accepts the first one",
      {{0}}},
     "a 2xx or a 4xx, from an endpoint that is still there afterwards",
     .check = check_survives_as_well},
    {{"same-by-family",
      "case",
      "answers over IPv4 and IPv6 alike; a family that it does not serve is left out",
      {{0}}},
     "the same over IPv4 and IPv6",
     .check = check_same_by_family},
    {{"tls-chain", "step", "has a certificate that a default client trusts", {{0}}},
     "a certificate whose chain a default client trusts",
     .check = check_tls_chain},
    {{"tls-hostname", "step", "has a certificate for the host in its URL", {{0}}},
     "a certificate for the host in the URL",
     .check = check_tls_hostname},
    {{"tls-expiry",
      "step",
      "has a certificate that is valid now, and for some days more",
      {{.name = "days", .kind = PARAMETER_INTEGER, .fallback = "14", .sentence = "how many"}}},
     "certificates that are valid for %s days more",
     .check = check_tls_expiry},
    {{"tls-protocol", "step", "speaks TLS 1.2 or newer with a client that offers both", {{0}}},
     "TLS 1.2 or newer",
     .check = check_tls_protocol},
    {{"tls-refused", "step", "refuses this TLS handshake", {{0}}},
     "no TLS session",
     .check = check_tls_refused},
    {{"prompt",
      "step",
      "answers in time, by percentiles over all of these: within --target as a rule, within "
      "--deadline always",
      {{.name = "as",
        .kind = PARAMETER_TEXT,
        .fallback = "accepted",
        .choices = prompt_kinds,
        .sentence = "which answers count: accepted or refused"},
       {.name = "label",
        .kind = PARAMETER_TEXT,
        .fallback = "",
        .sentence = "what to call the numbers"}}},
     "answers (%s) within --target, 95 of 100 at least, and all within --deadline",
     .check = check_prompt},
    {{"first-prompt",
      "case",
      "answers the very first request of the run in time, which finds it cold",
      {{0}}},
     "the first answer of the run within --target",
     .over_run = true,
     .check = check_first_prompt},
    {{"slope", "case", "(measured only) takes so much longer for each MiB", {{0}}},
     "nothing: it is measured",
     .check = check_slope},
    {{"leaks-nothing",
      "case",
      "gives away neither the secret nor a right signature, in any answer of the run",
      {{0}}},
     "neither the secret nor a right signature in any answer",
     .over_run = true,
     .check = check_leaks},
    {{"discloses-no",
      "case",
      "shows nothing of this kind of its inside, in any answer of the run",
      {{.name = "what",
        .kind = PARAMETER_TEXT,
        .choices = disclosures,
        .sentence = "debug-page, stack-trace or server-banner"}}},
     "no %s in any answer",
     .over_run = true,
     .check = check_discloses_no},
    {{"processed",
      "any",
      "processes each event that it accepts so often, by the word of --effect-command, however "
      "often it comes",
      {{.name = "times",
        .kind = PARAMETER_TEXT,
        .fallback = "once",
        .choices = processed_times,
        .sentence = "how often: once or at-least-once"}}},
     "events that are processed %s",
     .over_run = true,
     .needs_effect = true,
     .check = check_processed},
    {{"not-processed",
      "any",
      "does not process this, by the word of --effect-command, whatever it answers",
      {{0}}},
     "an event that is not processed",
     .needs_control = true,
     .over_run = true,
     .needs_effect = true,
     .check = check_not_processed},
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
