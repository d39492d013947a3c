/* Causes that single cases show by themselves: no pattern is needed to tell them. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/investigation.h"

/* What must have become of the endpoint. */
enum fate { FATE_ANY, FATE_GONE, FATE_THERE };

struct symptom {
    struct diagnosis_kind kind;
    enum harm harm_rank;
    const char *cases[5]; /* ids without [value], or with it; any shows it, NULL ends them */
    const char *actual;   /* what the answer must hold, or NULL */
    enum fate fate;
    bool accepted;       /* the answer has to be a 2xx */
    bool spreads;        /* to whatever met a malformed answer */
    const char *part_of; /* where that was found too, this is a part of it */
};

static const struct symptom symptoms[] = {
    {.kind =
         {"leaks-signature", "gives the right signature away in its answers",
          "anyone posts a forgery, reads the right signature in the answer, and posts again",
          "answer a fixed text; never send the text of an exception back (the documented receiver "
          "does)"},
     .harm_rank = HARM_FORGED,
     .cases = {"panora/signature/leaks-nothing"},
     .actual = "right signature"},
    {.kind = {"leaks-secret", "gives the secret away in its answers",
              "whoever reads one can forge every event", "answer a fixed text; rotate the secret"},
     .harm_rank = HARM_FORGED,
     .cases = {"panora/signature/leaks-nothing"},
     .actual = "the secret"},
    {.kind = {"leaks-reasons", "tells a forger how far off the signature was",
              "answers that differ tell which of the guesses was nearer",
              "answer every wrong signature with one fixed text"},
     .harm_rank = HARM_LEAKED,
     .cases = {"panora/signature/refusals-look-alike"},
     .part_of = "throws-on-refusals"},
    {.kind = {"shows-stack-trace", "shows a stack trace to whoever sends something odd",
              "it tells a stranger which code and which versions run",
              "answer a fixed text, and log the trace (Express: NODE_ENV=production)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/disclosure/stack-trace"},
     .part_of = "leaks-reasons"},
    {.kind = {"slow-acknowledgement", "does its work before it answers",
              "Panora has five workers and no timeout: slow endpoints hold up everybody's events",
              "put the event into a queue and answer at once"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/acknowledges-promptly[warm]",
               "panora/timing/acknowledges-under-concurrency", "panora/timing/acknowledges-large",
               "panora/timing/acknowledges-a-burst"}},
    {.kind =
         {"slow-start", "takes long for its first answer, and not for those that follow",
          "an event that comes after a pause holds up Panora's workers while the endpoint starts",
          "keep one instance running, or do less before the first request is served"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/acknowledges-promptly[cold]"},
     .part_of = "slow-acknowledgement"},
    {.kind =
         {"slow-refusals", "takes longer to refuse a forgery than to accept an event",
          "a stranger needs few requests to keep it busy",
          "verify before anything that takes time (a database, another service), and do not sleep "
          "before a refusal"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/refuses-promptly"},
     .part_of = "slow-acknowledgement",
     .fate = FATE_THERE},
    {.kind = {"held-by-slow-clients", "is held up by clients that send slowly or nothing",
              "a stranger with a few connections keeps Panora's events out",
              "limit how long a request may take to arrive, and put a proxy before it that reads "
              "requests "
              "whole (nginx: proxy_request_buffering on)"},
     .harm_rank = HARM_SLOW,
     .cases = {"http/robustness/body-never-ends", "http/robustness/many-idle-connections"},
     .fate = FATE_THERE},
    {.kind = {"resets-large-bodies",
              "hangs up on a body that it finds too large, instead of answering 413",
              "the sender cannot tell a limit from a network that fails",
              "answer 413 and read what still comes, or let the proxy do it (nginx "
              "client_max_body_size)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/robustness/unsigned-10-mib"},
     .actual = "connection reset",
     .fate = FATE_THERE},
    {.kind = {"drops-idle-connections", "drops idle connections without saying so",
              "an event that is sent on such a connection is lost: Panora does not send it again",
              "keep idle connections longer than Panora does (5 s; Node: server.keepAliveTimeout = "
              "65000), "
              "or "
              "answer Connection: close"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/survives-idle-connection"}},
    {.kind = {"long-answers", "answers with far more than a sender wants to store",
              "Panora stores every answer in its database", "answer 204, or a few bytes"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"panora/delivery/answers-briefly"}},
    {.kind = {"malformed-answers", "answers with bytes that do not belong there",
              "the sender fails on the answer, or the next answer on the connection is misread",
              "send no body with a 204, and exactly as many bytes as Content-Length says"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/answers-completely"},
     .spreads = true},
    {.kind = {"answers-other-methods", "answers other methods than POST as a success",
              "an uptime check is green while events are lost, and a redirected event counts as "
              "delivered",
              "route POST only; answer 405 to the others"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"panora/delivery/refuses-other-methods"},
     .accepted = true,
     .part_of = "answers-success-to-refusals"},
    {.kind = {"no-chunked-bodies", "cannot read a request without Content-Length",
              "behind a proxy that streams, every event is lost",
              "use a server that reads chunked bodies (a WSGI server needs wsgi.input_terminated)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/transport/chunked"},
     .part_of = "reads-first-piece-only"},
    {.kind = {"dies-on-abort", "ends its process when a client goes away inside a request",
              "anyone can take the endpoint down", "listen for the error event of the request"},
     .harm_rank = HARM_DIES,
     .cases = {"http/robustness/abort-mid-body", "http/robustness/body-never-ends"},
     .fate = FATE_GONE},
    {.kind =
         {"verifies-first-of-two", "verifies one of two members data and goes on with the other",
          "who has seen one event can add data of his own to it",
          "verify the very value that is used: parse once, with the parser that the handler uses"},
     .harm_rank = HARM_FORGED,
     .accepted = true,
     .cases = {"panora/signature/refuses-duplicate-data-key"}},
    {.kind = {"refuses-older-events", "does not accept an event that is older than one it has seen",
              "Panora keeps no order, so that such events are lost",
              "answer 2xx to an event that comes late, and let the newer one stand"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/accepts-out-of-order"}},
    {.kind =
         {"throws-on-odd-data",
          "answers 5xx when data holds something else than an object or an array",
          "an event that is signed rightly raises an exception; alarms ring for nothing",
          "look at what JSON.parse(data) gave before its members are read, and answer 2xx or 400"},
     .harm_rank = HARM_BREAKS,
     .cases = {"panora/payload/survives-odd-data", "panora/payload/survives-malformed-data"},
     .actual = "500 after"},
    {.kind = {"shows-debugger", "shows an interactive debugger to whoever sends something odd",
              "a debugger shows source and settings, and runs the code of strangers",
              "turn debug mode off in production (Flask: debug=False; Django: DEBUG = False)"},
     .harm_rank = HARM_FORGED,
     .cases = {"http/disclosure/debug-page"}},
    {.kind = {"no-expect", "does not let a client go on that waits for 100 (Continue)",
              "behind a proxy that waits so, large events are lost",
              "answer 100 (Continue), or leave Expect to the server"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/transport/expect-100"}},
    {.kind = {"no-http-1.0", "does not take requests by HTTP/1.0",
              "behind a proxy that speaks it to the endpoint, every event is lost",
              "take HTTP/1.0, or tell the proxy to speak 1.1 (nginx: proxy_http_version 1.1)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/transport/http-1.0"}},
    {.kind = {"other-over-ipv6", "answers otherwise over IPv6 than over IPv4",
              "events are lost when Panora's sender prefers the other family",
              "let the same server listen on both, or publish no AAAA record"},
     .harm_rank = HARM_LOST,
     .cases = {"http/transport/ipv4-ipv6"}},
    {.kind = {"decodes-pieces",
              "decodes each piece of a body by itself, so that a character which is cut "
              "is lost",
              "an event that is not all ASCII is refused whenever a network cuts it there",
              "collect bytes and decode the whole: Buffer.concat(chunks), not body += chunk"},
     .harm_rank = HARM_LOST,
     .cases = {"http/transport/split-character"},
     .part_of = "reads-first-piece-only"},
};

/* A rate limit has a cause of its own, and says nothing else of the endpoint. */
static bool met_rate_limit(const struct case_result *one)
{
    return one->decisive < one->num_exchanges && one->exchanges[one->decisive].seen.status == 429;
}

static bool is_trouble(const struct case_result *one)
{
    return (one->verdict == VERDICT_FAIL || one->verdict == VERDICT_WARN) && !met_rate_limit(one);
}

static bool matches(const struct symptom *symptom, const struct case_result *one)
{
    size_t len = strcspn(one->id, "[");
    if (!is_trouble(one) || (symptom->fate == FATE_GONE && !one->canary_failed) ||
        (symptom->fate == FATE_THERE && one->canary_failed))
        return false;
    if (symptom->accepted &&
        (one->decisive >= one->num_exchanges || !one->exchanges[one->decisive].accepted))
        return false;
    if (symptom->actual && (!one->actual || !strstr(one->actual, symptom->actual)))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(symptom->cases) && symptom->cases[i]; i++)
        if (strcmp(symptom->cases[i], one->id) == 0 ||
            (strlen(symptom->cases[i]) == len && strncmp(symptom->cases[i], one->id, len) == 0))
            return true;
    return false;
}

/* What any event meets now and then is no sign of anything. */
static bool met_by_chance(const struct investigation *inv, const struct case_result *one)
{
    if (!inv->unstable || one->decisive >= one->num_exchanges)
        return false;
    const struct exchange *exchange = &one->exchanges[one->decisive];
    return one->canary_failed || (exchange->genuine && !exchange->accepted &&
                                  exchange->seen.status == inv->unstable_status);
}

static void apply_all(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < ARRAY_LEN(symptoms); i++)
        for (size_t k = 0; k < result->num_cases; k++) {
            const struct case_result *one = &result->cases[k];
            bool sure = inv->input->any_accepted || symptoms[i].harm_rank == HARM_FORGED;
            if (!sure || !matches(&symptoms[i], one) || found_explains(inv, one) ||
                met_by_chance(inv, one))
                continue;
            char *evidence = mem_format("%s: %s", one->id, one->actual ? one->actual : "");
            bool certain = symptoms[i].actual != NULL; /* the answer itself is the proof */
            struct diagnosis *whole = found_find(inv, symptoms[i].part_of);
            found_explain(whole ? whole
                                : found_add(inv, &symptoms[i].kind, symptoms[i].harm_rank,
                                            certain ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY,
                                            evidence),
                          one);
            free(evidence);
        }
}

/* The bytes that do not belong there are met by the next request on the connection. */
static void spread(struct investigation *inv)
{
    for (size_t i = 0; i < ARRAY_LEN(symptoms); i++) {
        struct diagnosis *found = found_find(inv, symptoms[i].kind.id);
        for (size_t k = 0; found && symptoms[i].spreads && k < inv->num_sights; k++)
            if (inv->sights[k].one && inv->sights[k].answer == ANSWER_BROKEN)
                found_explain(found, inv->sights[k].one);
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
    if (inv->unstable) /* a canary may have failed by chance */
        return;
    for (size_t i = 0; i < result->num_cases; i++)
        if (result->cases[i].canary_failed && is_trouble(&result->cases[i]) &&
            !found_explains(inv, &result->cases[i]))
            found_explain(found_add(inv, &gone, HARM_DIES, CONFIDENCE_LIKELY,
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
    struct diagnosis *diagnosis = found_add(inv, &limited, HARM_LOST, CONFIDENCE_PROVED, evidence);
    for (size_t i = 0; i < result->num_cases; i++)
        if (met_limit(&result->cases[i]) && !found_explains(inv, &result->cases[i]))
            found_explain(diagnosis, &result->cases[i]);
    free(evidence);
}

void symptoms_apply(struct investigation *inv)
{
    apply_all(inv);
    spread(inv);
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
