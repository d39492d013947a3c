/* Causes that single cases show by themselves: no pattern is needed to tell them. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/replay.h"
#include "diagnose/series.h"

/* What must have become of the endpoint: what was gone shows no other symptom. */
enum fate { FATE_THERE, FATE_GONE };

struct symptom {
    struct diagnosis_kind kind;
    enum harm harm_rank;
    const char *cases[5]; /* ids without [value], or with it; any shows it, NULL ends them */
    enum leak leak;       /* what an answer of the case must have given away */
    bool (*shows)(const struct exchange *decisive); /* what the decisive answer must be, or NULL */
    enum fate fate;
    bool all_refused;          /* every request of the case was answered 4xx */
    bool is_slow;              /* claimed only when it is slow once more */
    bool comes_after_a_pause;  /* claimed only when a pause brings it once more */
    bool is_repeated;          /* claimed only when its requests meet the same once more */
    bool spreads;              /* to whatever met a malformed answer */
    const char *unless_failed; /* a case that shows more than this; NULL = there is none */
    bool is_in_answer;         /* an answer shows it by itself, whatever explains its status */
    const char *part_of[6];    /* where one of them was found too, this is a part of it */
};

static bool was_accepted(const struct exchange *decisive)
{
    return decisive->accepted;
}

/* A genuine event was refused, or a forgery accepted. */
static bool was_taken_wrongly(const struct exchange *exchange)
{
    return exchange->genuine ? answer_of(&exchange->seen) == ANSWER_REFUSED : exchange->accepted;
}

static bool was_broken(const struct exchange *decisive)
{
    return answer_of(&decisive->seen) == ANSWER_BROKEN;
}

static bool was_reset(const struct exchange *decisive)
{
    return decisive->seen.outcome == OUTCOME_RESET;
}

static bool threw(const struct exchange *decisive)
{
    return decisive->seen.status == 500;
}

static const struct symptom symptoms[] = {
    {.kind = {"leaks-signature", "reveals the right signature in its responses",
              "anyone can post a forgery, read the right signature in the response, and post again",
              "answer a fixed text; never send the text of an exception (the receiver in Panora's "
              "documentation does)"},
     .harm_rank = HARM_FORGED,
     .cases = {"panora/signature/leaks-nothing"},
     .leak = LEAK_SIGNATURE,
     .is_in_answer = true},
    {.kind = {"leaks-part-of-signature", "reveals the first digits of the right signature",
              "a forger has fewer digits left to guess, and none where only the first are compared",
              "answer a fixed text; if you need the expected digits, write them to a log"},
     .harm_rank = HARM_LEAKED,
     .cases = {"panora/signature/leaks-nothing"},
     .leak = LEAK_PART,
     .is_in_answer = true},
    {.kind = {"leaks-secret", "reveals the secret in its responses",
              "anyone who reads one can forge every event",
              "answer a fixed text; rotate the secret"},
     .harm_rank = HARM_FORGED,
     .cases = {"panora/signature/leaks-nothing"},
     .leak = LEAK_SECRET,
     .is_in_answer = true},
    {.kind = {"leaks-reasons", "tells a forger how wrong the signature was",
              "different responses tell which guess was closer",
              "answer every wrong signature with one fixed text"},
     .harm_rank = HARM_LEAKED,
     .cases = {"panora/signature/refusals-look-alike"},
     .all_refused = true,
     .part_of = {"throws-on-refusals"}},
    {.kind = {"shows-stack-trace", "shows a stack trace to anyone who sends something odd",
              "it tells anyone which code and versions run",
              "answer a fixed text, and log the trace (Express: NODE_ENV=production)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/disclosure/stack-trace"},
     .is_in_answer = true,
     .part_of = {"leaks-reasons"}},
    {.kind = {"slow-acknowledgement", "processes the event before it answers",
              "Panora has five workers and no timeout: a slow endpoint delays everyone's events",
              "put the event in a queue and answer at once"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/acknowledges-promptly[warm]",
               "panora/timing/acknowledges-under-concurrency", "panora/timing/acknowledges-large",
               "panora/timing/acknowledges-a-burst"},
     .is_slow = true},
    {.kind = {"slow-after-a-pause",
              "is slow, or fails, on the first event after a pause, but not on the next ones",
              "an event after a quiet time is late or lost, and blocks one of Panora's workers",
              "keep an instance and its connections (database, upstream) warm, and check a pooled "
              "connection before it is used"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/delivery/accepts-after-a-pause"},
     .comes_after_a_pause = true},
    {.kind = {"slow-start", "is slow to answer the first request, but not the next ones",
              "an event after a pause blocks a Panora worker while the endpoint starts",
              "keep one instance running, or do less before the first request"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/acknowledges-promptly[cold]"},
     .part_of = {"slow-acknowledgement", "slow-after-a-pause"}},
    {.kind = {"slow-refusals", "takes longer to refuse a forgery than to accept an event",
              "anyone can keep it busy with few requests",
              "verify before any slow step (a database, another service), and do not sleep before "
              "a refusal"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/refuses-promptly"},
     .part_of = {"slow-acknowledgement"}},
    {.kind = {"held-by-slow-clients", "is blocked by clients that send slowly or send nothing",
              "anyone can keep Panora's events out with a few connections",
              "limit the time a request may take to arrive, and put a proxy in front that buffers "
              "requests (nginx: proxy_request_buffering on)"},
     .harm_rank = HARM_SLOW,
     .cases = {"http/robustness/body-never-ends", "http/robustness/many-idle-connections"}},
    {.kind = {"resets-large-bodies",
              "closes the connection when a body is too large, instead of answering 413",
              "the sender cannot tell a limit from a network failure",
              "answer 413 and read the rest, or let the proxy do it (nginx client_max_body_size)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/robustness/unsigned-10-mib"},
     .shows = was_reset},
    {.kind = {"drops-idle-connections", "drops idle connections without notice",
              "an event sent on such a connection is lost: Panora does not retry it",
              "keep idle connections longer than Panora does (5 s; Node: server.keepAliveTimeout = "
              "65000), "
              "or "
              "answer Connection: close"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/survives-idle-connection"}},
    {.kind = {"long-answers", "sends responses that are too long to store",
              "Panora stores every response in its database", "answer 204, or a few bytes"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"panora/delivery/answers-briefly"}},
    {.kind = {"malformed-answers", "sends responses with extra bytes",
              "the sender fails on this response, or misreads the next one on the connection",
              "send no body with a 204, and exactly Content-Length bytes otherwise"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/answers-completely"},
     .shows = was_broken,
     .spreads = true},
    {.kind =
         {"answers-other-methods", "answers 2xx to methods other than POST",
          "uptime checks pass while events are lost, and a redirected event counts as delivered",
          "route only POST; answer 405 to other methods"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"panora/delivery/refuses-other-methods"},
     .shows = was_accepted,
     .is_repeated = true,
     .part_of = {"answers-success-to-refusals"}},
    {.kind = {"accepts-malformed-bodies", "answers 2xx to a body that is not JSON",
              "an event that was damaged on the way counts as delivered, and is lost",
              "answer 400 to a body that cannot be parsed; an error handler must not answer 200"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"panora/payload/refuses-malformed-json"},
     .shows = was_accepted,
     .is_repeated = true,
     .part_of = {"answers-success-to-refusals"}},
    {.kind = {"dies-on-abort", "crashes when a client disconnects during a request",
              "anyone can take the endpoint down", "handle the request's error event"},
     .harm_rank = HARM_DIES,
     .cases = {"http/robustness/abort-mid-body", "http/robustness/body-never-ends"},
     .fate = FATE_GONE},
    {.kind = {"verifies-first-of-two", "verifies one of two \"data\" keys and uses the other",
              "anyone who has seen an event can add data to it",
              "verify the value that you use: parse once, with the handler's parser"},
     .harm_rank = HARM_FORGED,
     .shows = was_accepted,
     .is_repeated = true,
     .cases = {"panora/signature/refuses-duplicate-data-key"},
     .part_of = {"checks-nothing", "checks-presence-only", "checks-length-only",
                 "checks-format-only", "checks-inverted", "verifies-at-random"}},
    {.kind = {"remembers-data",
              "remembers by data alone whether an event was genuine, and does not verify it again",
              "whoever knows or guesses the data of an event can send it without the secret, or "
              "keep the genuine one out",
              "verify each request by itself; look for duplicates by id_event, after that"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/forged-data-does-not-block", "panora/signature/refuses-known-data"},
     .shows = was_taken_wrongly,
     .unless_failed = "panora/signature/refuses-changed-digit[middle]",
     .is_repeated = true,
     .part_of = {"checks-nothing", "checks-presence-only", "checks-length-only",
                 "checks-format-only", "checks-inverted", "verifies-at-random"}},
    {.kind = {"forged-ids-block",
              "rejects a genuine event when a forgery with the same id_event came before it",
              "anyone who guesses or sees an id_event can keep the genuine event out",
              "verify first, and store an id_event only when the signature was right"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/forged-id-does-not-block"},
     .shows = was_taken_wrongly,
     .is_repeated = true,
     .part_of = {"remembers-data"}},
    {.kind = {"refuses-older-events", "rejects an event that is older than one it has seen",
              "Panora does not keep the order, so such events are lost",
              "answer 2xx to a late event, and keep the newer one"},
     .harm_rank = HARM_LOST,
     .cases = {"panora/delivery/accepts-out-of-order"},
     .is_repeated = true},
    {.kind =
         {"throws-on-odd-data", "answers 5xx when data is neither an object nor an array",
          "a correctly signed event raises an exception, and each one raises a false alarm",
          "check the result of JSON.parse(data) before you read its fields, and answer 2xx or 400"},
     .harm_rank = HARM_BREAKS,
     .cases = {"panora/payload/survives-odd-data", "panora/payload/survives-malformed-data"},
     .shows = threw},
    {.kind = {"slow-types", "takes seconds to answer events of some types, and not of others",
              "events of these types keep Panora's five workers, and everybody's events wait",
              "answer at once, and do what these types need afterwards, in a queue"},
     .harm_rank = HARM_SLOW,
     .cases = {"panora/timing/acknowledges-every-type"},
     .is_in_answer = true},
    {.kind = {"shows-debugger", "shows an interactive debugger to anyone who sends something odd",
              "a debugger shows source and settings, and lets anyone run code",
              "turn debug mode off in production (Flask: debug=False; Django: DEBUG = False)"},
     .harm_rank = HARM_FORGED,
     .cases = {"http/disclosure/debug-page"},
     .is_in_answer = true},
    {.kind = {"no-expect", "does not answer Expect: 100-continue",
              "behind a proxy that waits for 100 Continue, large events are lost",
              "answer 100 Continue, or leave Expect to the server"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/transport/expect-100"},
     .is_repeated = true},
    {.kind = {"no-http-1.0", "does not accept HTTP/1.0 requests",
              "behind a proxy that uses HTTP/1.0, every event is lost",
              "accept HTTP/1.0, or let the proxy use 1.1 (nginx: proxy_http_version 1.1)"},
     .harm_rank = HARM_HYGIENE,
     .cases = {"http/transport/http-1.0"},
     .is_repeated = true},
    {.kind = {"other-over-ipv6", "answers differently over IPv6 and IPv4",
              "events are lost when Panora prefers the other address family",
              "let the same server listen on both, or publish no AAAA record"},
     .harm_rank = HARM_LOST,
     .cases = {"http/transport/ipv4-ipv6"}},
    {.kind = {"leaves-bodies-unread",
              "does not read the body of a request that it refuses, and takes it for the next "
              "request on the connection",
              "behind a proxy that reuses its connections, a stranger's request spoils Panora's "
              "event after it",
              "read each body to its end before you refuse it, or answer Connection: close"},
     .harm_rank = HARM_LOST,
     .cases = {"http/transport/keep-alive-after-refusal"},
     .part_of = {"no-second-request", "dies-on-refusals", "malformed-answers"}},
    {.kind =
         {"decodes-pieces",
          "decodes each piece of a body separately, and loses characters that are split",
          "a non-ASCII event is refused whenever the network splits it there",
          "collect the bytes and decode them together: Buffer.concat(chunks), not body += chunk"},
     .harm_rank = HARM_LOST,
     .cases = {"http/transport/split-character", "http/transport/chunked"},
     .is_repeated = true,
     .part_of = {"reads-first-piece-only"}},
};

/* A rate limit has a cause of its own, and says nothing else of the endpoint. */
static bool met_rate_limit(const struct case_result *one)
{
    return one->decisive < one->num_exchanges && one->exchanges[one->decisive].seen.status == 429;
}

static bool is_trouble(const struct case_result *one)
{
    return case_is_in_trouble(one) && !met_rate_limit(one);
}

/* Whether some answer of the run gave that away. */
static bool any_leaks(const struct investigation *inv, enum leak leak)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->leaked == leak)
            return true;
    return false;
}

static bool is_passed_or_absent(const struct run_result *result, const char *id)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (strcmp(result->cases[i].id, id) == 0)
            return result->cases[i].verdict == VERDICT_PASS;
    return true;
}

static bool matches(const struct investigation *inv, const struct symptom *symptom,
                    const struct case_result *one)
{
    size_t len = strcspn(one->id, "[");
    if (symptom->unless_failed && !is_passed_or_absent(inv->input->result, symptom->unless_failed))
        return false;
    if (!is_trouble(one) || one->canary_failed != (symptom->fate == FATE_GONE))
        return false;
    if (symptom->leak && !any_leaks(inv, symptom->leak))
        return false;
    if (symptom->leak == LEAK_PART && any_leaks(inv, LEAK_SIGNATURE))
        return false;
    for (size_t i = 0; i < one->num_exchanges && symptom->all_refused; i++)
        if (answer_of(&one->exchanges[i].seen) != ANSWER_REFUSED)
            return false;
    if (symptom->shows &&
        (one->decisive >= one->num_exchanges || !symptom->shows(&one->exchanges[one->decisive])))
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
    if (!inv->kept.unstable || one->decisive >= one->num_exchanges)
        return false;
    const struct exchange *exchange = &one->exchanges[one->decisive];
    return one->canary_failed ||
           (!exchange->accepted && exchange->seen.status == inv->kept.unstable_status);
}

/* --- once more --- */

static enum confidence confidence_of(enum replayed replayed)
{
    return replayed == REPLAYED_SAME ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY;
}

/* Whether the experiment on the symptom speaks for it; what is unsure about it is noted. */
static bool stands(struct investigation *inv, const struct symptom *symptom,
                   const struct case_result *one, enum confidence *out, const char **out_because)
{
    *out_because = NULL;
    bool is_told = symptom->is_in_answer || symptom->shows; /* the answer is the proof */
    *out = is_told ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY;
    if (symptom->fate == FATE_GONE && !found_find(inv, symptom->kind.id)) {
        enum replayed death = replay_death(inv, one);
        *out = confidence_of(death);
        return death != REPLAYED_OTHERWISE;
    }
    if (found_find(inv, symptom->kind.id) || !inv->has_base)
        return true;
    if (symptom->is_repeated) {
        enum replayed same = replay_decisive(inv, one);
        *out = confidence_of(same);
        return same != REPLAYED_OTHERWISE;
    }
    if (symptom->comes_after_a_pause && inv->closed) /* nothing can be asked */
        return pauses_mattered(inv, one);
    if (symptom->comes_after_a_pause) {
        *out = CONFIDENCE_PROVED;
        return pauses_matter(inv);
    }
    if (!symptom->is_slow)
        return true;
    enum slowness slowness = slowness_measure(inv);
    bool by_work = slowness == SLOW_BY_WORK || slowness == SLOW_IN_TURN;
    *out = by_work ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY;
    if (slowness == SLOW_ALWAYS)
        *out_because = "forged events take as long, so the machine or the network may be slow";
    return slowness != SLOW_NOT;
}

static struct diagnosis *found_whole(const struct investigation *inv, const struct symptom *symptom)
{
    struct diagnosis *whole = NULL;
    for (size_t i = 0; i < ARRAY_LEN(symptom->part_of) && !whole; i++)
        whole = found_find(inv, symptom->part_of[i]);
    return whole;
}

static const struct diagnosis_kind in_turn = {
    "slow-acknowledgement", "handles events one at a time: five at once take as long as five",
    "Panora has five workers and no timeout: a slow endpoint delays everyone's events",
    "run several workers or threads (gunicorn: -w 4 --threads 8), do not block the event loop with "
    "synchronous work (Node, asyncio) or a lock; or put the event in a queue and answer at once"};

static const struct diagnosis_kind *kind_of(const struct investigation *inv,
                                            const struct symptom *symptom)
{
    return symptom->is_slow && inv->slowness == SLOW_IN_TURN ? &in_turn : &symptom->kind;
}

static void claim(struct investigation *inv, const struct symptom *symptom,
                  const struct case_result *one)
{
    enum confidence confidence;
    const char *because;
    if (!stands(inv, symptom, one, &confidence, &because))
        return;
    char *evidence = mem_format("%s: %s", one->id, one->actual ? one->actual : "");
    struct diagnosis *whole = found_whole(inv, symptom);
    struct diagnosis *known = found_find(inv, symptom->kind.id);
    struct diagnosis *found =
        whole ? whole
              : found_add(inv, kind_of(inv, symptom), symptom->harm_rank, confidence, evidence);
    found_explain(found, one);
    if (!whole && !known && confidence == CONFIDENCE_LIKELY) {
        free(found->likely_because);
        found->likely_because = mem_text(because          ? because
                                         : inv->closed_by ? inv->closed_by
                                                          : "it was seen in one case");
    }
    free(evidence);
}

/* Who reads but the first piece of a body fails in each of these ways: then they are not told one
 * by one. Some event that came in pieces was accepted, or nobody knows. */
static bool may_be_first_piece_only(const struct investigation *inv, const struct symptom *symptom)
{
    static const char whole[] = "reads-first-piece-only";
    if (!symptom->part_of[0] || strcmp(symptom->part_of[0], whole) != 0 || found_find(inv, whole))
        return false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct exchange *exchange = inv->sights[i].exchange;
        const struct transport *transport = &exchange->request.transport;
        bool taken = exchange->accepted ||
                     (inv->sights[i].answer == ANSWER_BROKEN && exchange->seen.status / 100 == 2);
        if (exchange->genuine && taken && transport->piece_size &&
            exchange->request.body.len > transport->piece_size)
            return false;
    }
    return true;
}

/* Where forgeries get in and there was no time to find out why, one that a single case shows is not
 * told apart from the others. */
static bool lets_others_in(const struct investigation *inv, const struct case_result *one)
{
    for (size_t i = 0; inv->closed && i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->one != one && sight->trouble && sight_got_in(sight) &&
            !found_explains(inv, sight->one))
            return true;
    }
    return false;
}

/* Where other events met the same answer and nothing tells why, a lost one shows nothing that is
 * its own. */
static bool others_are_lost(const struct investigation *inv, const struct symptom *symptom,
                            const struct case_result *one)
{
    const struct exchange *decisive =
        one->decisive < one->num_exchanges ? &one->exchanges[one->decisive] : NULL;
    enum answer answer = decisive ? answer_of(&decisive->seen) : ANSWER_NONE;
    if (!decisive || !decisive->genuine || (answer != ANSWER_REFUSED && answer != ANSWER_ERROR))
        return false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble && sight->is_plain && sight_is_lost(sight) &&
            sight->exchange->seen.status == decisive->seen.status &&
            !found_explains(inv, sight->one) && !matches(inv, symptom, sight->one))
            return true;
    }
    return false;
}

/* What would have told it from other causes was not seen or not asked. */
static bool is_open(const struct investigation *inv, const struct symptom *symptom,
                    const struct case_result *one)
{
    return may_be_first_piece_only(inv, symptom) || others_are_lost(inv, symptom, one) ||
           (symptom->harm_rank <= HARM_LEAKED && !symptom->is_in_answer &&
            lets_others_in(inv, one));
}

static void apply_all(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    const struct first_refusal *first = inv->input->known;
    bool gets_in = inv->input->any_accepted || inv->has_base || (first && first->scheme);
    for (size_t i = 0; i < ARRAY_LEN(symptoms); i++)
        for (size_t k = 0; k < result->num_cases; k++) {
            const struct case_result *one = &result->cases[k];
            bool sure = gets_in || symptoms[i].is_in_answer || symptoms[i].harm_rank == HARM_FORGED;
            bool known = found_explains(inv, one) && !symptoms[i].is_in_answer;
            if (!sure || !matches(inv, &symptoms[i], one) || known || met_by_chance(inv, one) ||
                is_open(inv, &symptoms[i], one))
                continue;
            claim(inv, &symptoms[i], one);
        }
}

/* Behind the first mistake, the right signature is the one by the endpoint's own rule. A part of it
 * may stand in one answer by chance. */
static void note_leaks(struct investigation *inv)
{
    for (size_t i = 0; i < ARRAY_LEN(symptoms); i++)
        for (size_t k = 0; symptoms[i].leak && k < inv->num_sights; k++) {
            if (symptoms[i].leak == LEAK_PART)
                break;
            const struct exchange *exchange = inv->sights[k].exchange;
            if (!inv->sights[k].is_extra || exchange->leaked != symptoms[i].leak)
                continue;
            char *evidence = mem_format("a response to %s contains it", exchange->sent);
            struct diagnosis *found = found_add(inv, &symptoms[i].kind, symptoms[i].harm_rank,
                                                CONFIDENCE_PROVED, evidence);
            found->behind_first = inv->behind_first;
            free(evidence);
            break;
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

/* --- a rate limit: some genuine events got in, and others came too soon after them --- */

static const struct diagnosis_kind limited = {
    "limits-the-rate", "answers 429 when events arrive as fast as these",
    "the events it turns away are lost: Panora does not retry them, whatever Retry-After says",
    "exempt Panora's events from the rate limit (the signature authenticates them), or raise it; "
    "run again with --rate below the limit, and a longer --max-time, to decide the cases that hit "
    "it"};

static bool met_limit(const struct case_result *one)
{
    for (size_t i = 0; i < one->num_exchanges; i++)
        if (one->exchanges[i].genuine && one->exchanges[i].seen.status == 429)
            return one->verdict != VERDICT_PASS && one->verdict != VERDICT_INFO;
    return false;
}

static bool any_refused(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].answer == ANSWER_REFUSED && !sight_was_limited(&inv->sights[i]))
            return true;
    return false;
}

/* Many events without a pause once more: what comes of it now. NULL = the limit was met. Where
 * none gets in, nothing tells a limit on the rate from one on refusals. */
static const char *doubt_of_limit(struct investigation *inv)
{
    const struct specimen genuine = {0};
    struct series series = {0};
    if (!inv->has_base && any_refused(inv))
        return "it also refused requests before, and may count only these";
    if (inv->has_base && !inv->limited_status)
        series_run(inv, &genuine, SERIES_MAX, 1, 0, false, &series);
    return series.count && series.num_failed == 0
               ? "as many events without a pause were accepted when they were sent again"
               : NULL;
}

/* A limit that every case got round, once it came more slowly, is no cause of anything. */
static bool limit_matters(const struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool decides =
            one->verdict != VERDICT_INCONCLUSIVE || one->level == LEVEL_MUST || result->strict;
        if (decides && met_limit(one))
            return true;
    }
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
    bool known = found_find(inv, "locks-out") || found_find(inv, "stops-accepting") ||
                 found_find(inv, "limits-concurrency");
    if (num_limited == 0 || !(inv->input->any_accepted || inv->has_base) || known ||
        !limit_matters(inv))
        return;
    char *evidence =
        mem_format("%zu of %zu responses to genuine events were 429", num_limited, num_genuine);
    const char *doubt = found_find(inv, limited.id) ? NULL : doubt_of_limit(inv);
    struct diagnosis *diagnosis = found_add(
        inv, &limited, HARM_LOST, doubt ? CONFIDENCE_LIKELY : CONFIDENCE_PROVED, evidence);
    if (doubt) {
        free(diagnosis->likely_because);
        diagnosis->likely_because = mem_text(doubt);
    }
    for (size_t i = 0; i < result->num_cases; i++)
        if (met_limit(&result->cases[i]) && !found_explains(inv, &result->cases[i]))
            found_explain(diagnosis, &result->cases[i]);
    free(evidence);
}

/* --- refusals that redirect --- */

static const struct diagnosis_kind redirected = {
    "redirects-refusals", "answers a forgery with a redirect instead of a refusal",
    "Panora follows it and records what the other page answers, mostly 200: an event that was "
    "refused counts as delivered",
    "answer 401 to a wrong signature: an API has no error page to go to"};

static bool is_redirect(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status >= 300 && seen->status < 400 &&
           seen->status != 304;
}

static bool was_redirected(const struct sight *sight)
{
    return sight->one && sight->trouble && !sight->exchange->genuine &&
           is_redirect(&sight->exchange->seen);
}

/* Genuine events are answered otherwise: who redirects everything is told by another cause. */
static void note_redirects(struct investigation *inv)
{
    const struct specimen forged = {.forged = true};
    struct observation seen;
    size_t count = 0;
    for (size_t i = 0; i < inv->num_sights; i++)
        count += was_redirected(&inv->sights[i]);
    if (count == 0 || !inv->has_base)
        return;
    (void)specimen_ask(inv, &forged, &seen);
    if (is_redirect(&seen)) {
        char *accepted = mem_format("%s, genuine: %d", inv->type, inv->base_status);
        char *refused = specimen_describe(inv, &forged, &seen);
        struct diagnosis *found =
            found_pair(inv, &redirected, HARM_HYGIENE, accepted, refused, "the signature");
        for (size_t i = 0; i < inv->num_sights; i++)
            if (was_redirected(&inv->sights[i]))
                found_explain(found, inv->sights[i].one);
        free(accepted);
        free(refused);
    }
    observation_clear(&seen);
}

void symptoms_apply(struct investigation *inv)
{
    note_redirects(inv);
    apply_all(inv);
    note_leaks(inv);
    spread(inv);
    deaths_note(inv);
    note_limit(inv);
}

void symptom_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(symptoms); i++)
        kinds_add(out, symptoms[i].kind);
    kinds_add(out, limited);
    kinds_add(out, redirected);
}
