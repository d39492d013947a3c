/* F: limits, timing and transport. */
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "panora/event.h"
#include "receive/fault_cases.h"
#include "receive/faults.h"

#define BODY_MAX_100_KIB ((size_t)100 * 1024)

static enum result act_slowly(struct handling *handling)
{
    handling->answer.delay_ns = handling->argument->number;
    return rules_right.act(handling);
}

static enum result act_slowly_at_first(struct handling *handling)
{
    if (handling->memory->num_requests == 1)
        handling->answer.delay_ns = handling->argument->number;
    return rules_right.act(handling);
}

static enum result admit_with_length(struct handling *handling)
{
    if (!handling->request->chunked)
        return rules_right.admit(handling);
    handling->answer.status = 411;
    return RESULT_ANSWERED;
}

static void answer_at_length(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_ACCEPTED)
        return;
    handling->answer.status = 200;
    answer_set_body(&handling->answer, "text/plain", "");
    (void)buf_add_repeated(&handling->answer.body, 'x', (size_t)handling->argument->number);
}

static void answer_with_body_after_204(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        (void)buf_add_text(&handling->answer.extra, "{\"ok\":true}");
}

/* Finds the header only under the spelling that Panora happens to use. */
static enum result find_exact_case(struct handling *handling)
{
    const struct headers *headers = handling->request->headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strcmp(headers->items[i].name, PANORA_SIGNATURE_HEADER) == 0)
            return rules_right.find(handling);
    return RESULT_SIGNATURE;
}

/* Takes what came with the first read for the whole body. */
static enum result find_in_first_piece(struct handling *handling)
{
    if (handling->request->first_piece_len < handling->request->body.len)
        return RESULT_NOT_EVENT;
    return rules_right.find(handling);
}

const struct fault faults_f[] = {
    {.id = "F01",
     .name = "limit-100-kib",
     .sentence = "refuses bodies above 100 KiB, the limit that frameworks have by default",
     .seen = "backstage#28910, Shopify/shopify-app-js#233, pages-core#866",
     .cases = {P("accepts-sizes")},
     .diagnosis = "refuses-large-events",
     .overrides = {.manners.body_max = BODY_MAX_100_KIB}},
    {.id = "F05",
     .name = "works-before-answering",
     .sentence = "does its work before it answers",
     .seen = "screwdriver#1769, tramline#128, dataset-viewer#2651",
     .cases = {T("acknowledges-promptly"), T("acknowledges-under-concurrency"),
               T("acknowledges-large"), T("acknowledges-a-burst")},
     .argument = {ARGUMENT_TIME, "TIME that the work takes", "3s"},
     .diagnosis = "slow-acknowledgement",
     .overrides = {.act = act_slowly}},
    {.id = "F06",
     .name = "cold-start",
     .sentence = "takes long for the first request after it was started",
     .seen = "reapit#4092, artifacthub#1736",
     .cases = {T("acknowledges-promptly")},
     .argument = {ARGUMENT_TIME, "TIME that the start takes", "3s"},
     .diagnosis = "slow-acknowledgement",
     .overrides = {.act = act_slowly_at_first}},
    {.id = "F09",
     .name = "no-chunked",
     .sentence = "cannot read a chunked request",
     .seen = "gotenberg#201, gunicorn#1265, webob#279",
     .cases = {"http/transport/chunked"},
     .diagnosis = "no-chunked-bodies",
     .overrides = {.admit = admit_with_length}},
    {.id = "F12",
     .name = "keep-alive-race",
     .sentence = "drops idle connections without saying so: the next request meets a reset",
     .seen = "postmangovsg#1231, openwork#5099, hapi#3738, h2o#281",
     .cases = {D("survives-idle-connection")},
     .argument = {ARGUMENT_NONE, NULL, NULL},
     .diagnosis = "drops-idle-connections",
     .overrides = {.manners.stale_ns = NS_PER_S / 2}},
    {.id = "F16",
     .name = "long-answer",
     .sentence = "answers with far more than a sender wants to store",
     .seen = "",
     .cases = {D("answers-briefly")},
     .argument = {ARGUMENT_SIZE, "N bytes", "256KiB"},
     .diagnosis = "long-answers",
     .overrides = {.answer = answer_at_length}},
    {.id = "F17",
     .name = "body-after-204",
     .sentence = "sends a body after a 204, which poisons the connection",
     .seen = "",
     .cases = {D("answers-completely")},
     .diagnosis = "malformed-answers",
     .overrides = {.answer = answer_with_body_after_204}},
    {.id = "F18",
     .name = "header-case",
     .sentence = "finds the signature header only in one spelling",
     .seen = "pingpp-ruby#1",
     .cases = {S("header-name-any-case")},
     .diagnosis = "exact-header-case",
     .overrides = {.find = find_exact_case}},
    {.id = "F19",
     .name = "first-read-only",
     .sentence = "takes what came with the first read for the whole body",
     .seen = "nylas-nodejs#148",
     .cases = {"http/transport/dribbled-body", P("accepts-sizes"), T("acknowledges-large")},
     .diagnosis = "refuses-large-events",
     .overrides = {.find = find_in_first_piece}},
};
const size_t num_faults_f = ARRAY_LEN(faults_f);
