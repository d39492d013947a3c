/* Causes that single cases show by themselves: no pattern is needed to tell them. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/investigation.h"

struct symptom {
    struct diagnosis_kind kind;
    enum severity severity;
    const char *cases[3]; /* globs on ids without [value], any of which shows it; NULL ends them */
    const char *actual;   /* what the answer must hold, or NULL */
};

static const struct symptom symptoms[] = {
    {{"leaks-signature", "gives the right signature away in its answers",
      "anyone posts a forgery, reads the right signature in the answer, and posts again",
      "answer a fixed text; never send the text of an exception back (the documented receiver "
      "does)"},
     SEVERITY_OPEN,
     {"panora/signature/leaks-nothing"},
     "right signature"},
    {{"leaks-secret", "gives the secret away in its answers",
      "whoever reads one can forge every event", "answer a fixed text; rotate the secret"},
     SEVERITY_OPEN,
     {"panora/signature/leaks-nothing"},
     "the secret"},
    {{"leaks-reasons", "tells a forger how far off the signature was",
      "answers that differ tell which of the guesses was nearer",
      "answer every wrong signature with one fixed text, and no stack trace"},
     SEVERITY_LEAKS,
     {"panora/signature/refusals-look-alike", "http/disclosure/stack-trace"},
     NULL},
    {{"slow-acknowledgement", "does its work before it answers",
      "Panora has five workers and no timeout: slow endpoints hold up everybody's events",
      "put the event into a queue and answer at once"},
     SEVERITY_SLOW,
     {"panora/timing/acknowledges-promptly", "panora/timing/acknowledges-under-concurrency",
      "panora/timing/acknowledges-large"},
     NULL},
    {{"drops-idle-connections", "drops idle connections without saying so",
      "an event that is sent on such a connection is lost: Panora does not send it again",
      "keep idle connections longer than Panora does (5 s; Node: server.keepAliveTimeout = 65000), "
      "or "
      "answer Connection: close"},
     SEVERITY_LOST,
     {"panora/delivery/survives-idle-connection"},
     NULL},
    {{"long-answers", "answers with far more than a sender wants to store",
      "Panora stores every answer in its database", "answer 204, or a few bytes"},
     SEVERITY_MINOR,
     {"panora/delivery/answers-briefly"},
     NULL},
    {{"malformed-answers", "answers with bytes that do not belong there",
      "the sender fails on the answer, or the next answer on the connection is misread",
      "send no body with a 204, and exactly as many bytes as Content-Length says"},
     SEVERITY_LOST,
     {"panora/delivery/answers-completely"},
     NULL},
    {{"answers-other-methods", "answers other methods than POST as a success",
      "an uptime check is green while events are lost, and a redirected event counts as delivered",
      "route POST only; answer 405 to the others"},
     SEVERITY_MINOR,
     {"panora/delivery/refuses-other-methods"},
     NULL},
    {{"no-chunked-bodies", "cannot read a request without Content-Length",
      "behind a proxy that streams, every event is lost",
      "use a server that reads chunked bodies (a WSGI server needs wsgi.input_terminated)"},
     SEVERITY_MINOR,
     {"http/transport/chunked"},
     NULL},
    {{"reads-first-piece-only", "takes what came with the first read for the whole body",
      "large events, and events that a network cuts in pieces, are refused",
      "read until the body's end"},
     SEVERITY_LOST,
     {"http/transport/dribbled-body"},
     NULL},
    {{"dies-on-abort", "ends its process when a client goes away inside a request",
      "anyone can take the endpoint down", "listen for the error event of the request"},
     SEVERITY_DIES,
     {"http/robustness/abort-mid-body"},
     NULL},
};

static bool matches(const struct symptom *symptom, const struct case_result *one)
{
    size_t len = strcspn(one->id, "[");
    if (one->verdict != VERDICT_FAIL && one->verdict != VERDICT_WARN)
        return false;
    if (symptom->actual && (!one->actual || !strstr(one->actual, symptom->actual)))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(symptom->cases) && symptom->cases[i]; i++)
        if (strlen(symptom->cases[i]) == len && strncmp(symptom->cases[i], one->id, len) == 0)
            return true;
    return false;
}

static void apply_all(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < ARRAY_LEN(symptoms); i++)
        for (size_t k = 0; k < result->num_cases; k++) {
            const struct case_result *one = &result->cases[k];
            bool sure = inv->input->any_accepted || symptoms[i].severity == SEVERITY_OPEN;
            if (!sure || !matches(&symptoms[i], one) || found_explains(inv, one))
                continue;
            char *evidence = mem_format("%s: %s", one->id, one->actual ? one->actual : "");
            bool certain = symptoms[i].actual != NULL; /* the answer itself is the proof */
            found_explain(found_add(inv, &symptoms[i].kind, symptoms[i].severity,
                                    certain ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY, evidence),
                          one);
            free(evidence);
        }
}

/* --- gone, and nothing tells what did it --- */

static const struct diagnosis_kind gone = {
    "dies-on-a-request", "was gone after one of these requests",
    "one request of a stranger takes the endpoint down, and events are lost until it is back",
    "look at the handler's log for the exception that ended it; run it under a supervisor and run "
    "these cases again, one at a time"};

static void note_death(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++)
        if (result->cases[i].canary_failed && !found_explains(inv, &result->cases[i]))
            found_explain(found_add(inv, &gone, SEVERITY_DIES, CONFIDENCE_LIKELY,
                                    "they were under way when it was last seen"),
                          &result->cases[i]);
}

/* --- a rate limit: some genuine events got in, and others came too soon after them --- */

static const struct diagnosis_kind limited = {
    "limits-the-rate", "answers 429 when events come as fast as these",
    "what it turns away is lost: Panora does not send it again, whatever Retry-After says",
    "exempt Panora's events from the rate limit, for the signature tells who sends them, or raise "
    "it; to decide the cases that met it, run again with --rate 5/s"};

static bool met_limit(const struct case_result *one)
{
    for (size_t i = 0; i < one->num_exchanges; i++)
        if (one->exchanges[i].genuine && one->exchanges[i].seen.status == 429)
            return one->verdict != VERDICT_PASS && one->verdict != VERDICT_INFO;
    return false;
}

static void note_limit(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    size_t num_genuine = 0;
    size_t num_limited = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool counts = sight->exchange->genuine && sight_was_answered(sight);
        num_genuine += counts;
        num_limited += counts && sight_was_limited(sight);
    }
    if (num_limited == 0 || !inv->input->any_accepted)
        return;
    char *evidence =
        mem_format("%zu of %zu answers to genuine events were 429", num_limited, num_genuine);
    struct diagnosis *diagnosis =
        found_add(inv, &limited, SEVERITY_LOST, CONFIDENCE_PROVED, evidence);
    for (size_t i = 0; i < result->num_cases; i++)
        if (met_limit(&result->cases[i]) && !found_explains(inv, &result->cases[i]))
            found_explain(diagnosis, &result->cases[i]);
    free(evidence);
}

void symptoms_apply(struct investigation *inv)
{
    apply_all(inv);
    note_death(inv);
    note_limit(inv);
}

static const struct diagnosis_kind *const others[] = {&gone, &limited};

size_t symptom_kind_count(void)
{
    return ARRAY_LEN(symptoms) + ARRAY_LEN(others);
}

struct diagnosis_kind symptom_kind_at(size_t index)
{
    return index < ARRAY_LEN(symptoms) ? symptoms[index].kind
                                       : *others[index - ARRAY_LEN(symptoms)];
}
