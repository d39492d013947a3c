/*
 * The endpoint goes down: whenever it refuses, after one of some requests, or by itself. What is
 * sent again has to take it down again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/replay.h"
#include "diagnose/rule.h"
#include "result/packed.h"

/* --- after a refusal --- */

static const struct diagnosis_kind dies = {
    "dies-on-refusals", "crashes, or at least closes the connection, when it refuses an event",
    "one request from anyone takes the endpoint down; events are lost until it is back",
    "return after the refusal: otherwise the handler sends a second response, which throws "
    "ERR_HTTP_HEADERS_SENT, and nothing catches that in an async handler"};

#define DEATHS 2

/* When it is looked whether the endpoint is still there: it may end a little after it has answered,
 * and be back soon. */
static const int64_t looks_ns[] = {2 * NS_PER_MS, 10 * NS_PER_MS, 30 * NS_PER_MS, 100 * NS_PER_MS};

/* A genuine event; where no event is accepted, a GET. */
static void write_harmless(struct investigation *inv, struct request *out)
{
    const struct specimen genuine = {0};
    if (inv->has_base) {
        (void)specimen_write(inv, &genuine, out);
        return;
    }
    *out = (struct request){.method = mem_text("GET")};
    event_add_headers(&out->headers, NULL, 0);
}

/* Whether the endpoint is gone when harmless requests follow this one. */
static bool is_gone_after(struct investigation *inv, bool forged)
{
    const struct specimen specimen = {.forged = forged};
    struct request harmless;
    int64_t gap_ns = inv->gap_ns;
    write_harmless(inv, &harmless);
    bool died = (forged ? specimen_ask(inv, &specimen, NULL) : ask_request(inv, &harmless, NULL)) ==
                ANSWER_DIED;
    size_t before = inv->num_died; /* gone when it was asked, it was gone before */
    for (size_t i = 0; !died && inv->num_died == before && i < ARRAY_LEN(looks_ns); i++) {
        inv->gap_ns = looks_ns[i];
        died = ask_request(inv, &harmless, NULL) == ANSWER_DIED;
    }
    inv->gap_ns = gap_ns;
    request_clear(&harmless);
    return died || inv->num_died > before;
}

/* Nothing is asked for a while: who drops connections because many come fast then drops none. */
static void rest(struct investigation *inv)
{
    int64_t gap_ns = inv->gap_ns;
    struct request harmless;
    write_harmless(inv, &harmless);
    inv->gap_ns = REST_NS;
    (void)ask_request(inv, &harmless, NULL);
    inv->gap_ns = gap_ns;
    request_clear(&harmless);
}

bool deaths_measure(struct investigation *inv)
{
    for (size_t i = 0; i < DEATHS; i++)
        if (!is_gone_after(inv, true) || is_gone_after(inv, false))
            return false;
    rest(inv);
    if (!is_gone_after(inv, true))
        return false;
    if (inv->closed) /* what was no longer sent shows nothing */
        return false;
    struct diagnosis *diagnosis =
        found_pair(inv, &dies, HARM_DIES,
                   inv->has_base ? "a genuine event, after which the next one is answered"
                                 : "a GET, after which the next one is answered",
                   "a forged event, after which the next connection fails", "forged");
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && (sight->answer == ANSWER_DIED || sight->answer == ANSWER_UNREACHED))
            found_explain(diagnosis, sight->one);
    }
    for (size_t i = 0; i < inv->input->result->num_cases; i++)
        if (inv->input->result->cases[i].canary_failed)
            found_explain(diagnosis, &inv->input->result->cases[i]);
    return true;
}

#define DEATH_NS (100 * NS_PER_MS)

/* So many requests were seen to end it twice: it does not end by itself. */
#define CONFIRMED 3

/* What ended now may have ended of anything that came before: whether it does so once more. What
 * ended it just before is over by then; and until some request is known to end it, so is a second
 * in which too many came. */
bool deaths_happen_again(struct investigation *inv, const struct request *request)
{
    const struct specimen genuine = {0};
    size_t deaths = inv->num_died;
    int64_t gap_ns = inv->gap_ns;
    bool is_mortal = inv->num_confirmed >= CONFIRMED;
    int64_t pause_ns = inv->num_confirmed ? DEATH_NS : REST_NS;
    inv->gap_ns = gap_ns > pause_ns ? gap_ns : pause_ns;
    bool died = ask_request(inv, request, NULL) == ANSWER_DIED;
    if (!is_mortal) {
        deaths = inv->num_died; /* gone when it was asked, it was gone before */
        (void)specimen_ask(inv, &genuine, NULL);
    }
    inv->gap_ns = gap_ns;
    died = died || inv->num_died > deaths;
    inv->num_confirmed += died;
    return died;
}

/* The answer that came last, and how many genuine events of the case were accepted before it. */
static const struct exchange *last_answered(const struct case_result *one, size_t *out_before)
{
    const struct exchange *last = NULL;
    *out_before = 0;
    for (size_t i = 0; i < one->num_exchanges; i++) {
        const struct exchange *exchange = &one->exchanges[i];
        if (exchange->seen.outcome == OUTCOME_TIMED_OUT) /* who keeps silent is there */
            return NULL;
        if (exchange->seen.outcome != OUTCOME_ANSWERED)
            continue;
        *out_before += exchange->genuine && exchange->accepted;
        if (!last || exchange->seen.started_ns >= last->seen.started_ns)
            last = exchange;
    }
    return last;
}

/* The request of the case that was cut off: NULL if there were several, or if it is an event, which
 * dies with what came before it. */
static const struct exchange *odd_cut_off(const struct case_result *one)
{
    const struct exchange *cut = NULL;
    for (size_t i = 0; i < one->num_exchanges; i++) {
        if (answer_of(&one->exchanges[i].seen) != ANSWER_DIED)
            continue;
        if (cut)
            return NULL;
        cut = &one->exchanges[i];
    }
    return cut && !exchange_has_data(cut) ? cut : NULL;
}

static bool odd_one_was_cut_off(const struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        for (size_t k = 0; one->canary_failed && k < one->num_exchanges; k++)
            if (answer_of(&one->exchanges[k].seen) == ANSWER_DIED &&
                !exchange_has_data(&one->exchanges[k]))
                return true;
    }
    return false;
}

/* What it met last before it stayed away. */
static const struct last_kind {
    const char *id;
    const char *answered; /* "(STATUS), and stays away" follows */
    const char *cut_off;  /* ", and stays away" follows; NULL = may have been anything */
    const char *remedy;   /* NULL = that of `dies` */
} last_kinds[] = {
    {"dies-on-refusals", "ends after it has refused a forgery", NULL, NULL},
    {"dies-on-bad-json", "ends after it has answered a body that is not JSON",
     "ends at a body that is not JSON",
     "catch the parser's exception and answer 400, and do not let it end the process"},
    {"dies-on-missing-data", "ends after it has answered JSON without data",
     "ends at JSON without data",
     "answer 400 when data is missing, before you serialize it, and do not let the exception end "
     "the process"},
};

static const struct last_kind *kind_of_last(const struct exchange *last)
{
    if (last->body_let_go)
        return last_kinds;
    struct js *event = js_parse(buf_bytes(&last->request.body), NULL);
    const struct last_kind *kind = &last_kinds[!event ? 1 : !js_get(event, "data") ? 2 : 0];
    js_free(event);
    return kind;
}

/* Whether it was there after it had refused one of these, earlier in the run. */
static bool has_outlived(const struct investigation *inv, const struct last_kind *kind,
                         const struct exchange *last)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        const struct exchange *exchange = sight->exchange;
        if (sight->one && !sight->one->canary_failed && !exchange->genuine &&
            sight->answer == ANSWER_REFUSED && exchange->seen.started_ns <= last->seen.started_ns &&
            strcmp(exchange->request.method, last->request.method) == 0 &&
            kind_of_last(exchange) == kind)
            return true;
    }
    return false;
}

static void mark_as_gone(struct diagnosis *diagnosis)
{
    diagnosis->confidence = CONFIDENCE_LIKELY;
    free(diagnosis->likely_because);
    diagnosis->likely_because = mem_text("it did not come back, so it could not be asked again");
}

/* What was under way as it ended shows nothing else. */
static void explain_absence(struct investigation *inv, struct diagnosis *diagnosis)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++)
        if (result->cases[i].canary_failed && result->cases[i].recovery_ns < 0 &&
            !found_explains(inv, &result->cases[i]))
            found_explain(diagnosis, &result->cases[i]);
}

static void claim_last(struct investigation *inv, const struct exchange *last, size_t num_before)
{
    const struct last_kind *by = kind_of_last(last);
    struct diagnosis_kind kind = dies;
    int status = last->seen.status;
    char *sentence = status ? mem_format("%s (%d), and stays away", by->answered, status)
                            : mem_format("%s, and stays away", by->cut_off);
    char *accepted = mem_format("%zu genuine events in this case; it stayed", num_before);
    char *refused = status ? mem_format("the last request: %d; nobody answered after it", status)
                           : mem_text("the last request: cut off; nobody answered after it");
    kind.id = by->id;
    kind.sentence = sentence;
    kind.remedy = by->remedy ? by->remedy : kind.remedy;
    struct diagnosis *diagnosis =
        found_pair(inv, &kind, HARM_DIES, num_before ? accepted : "events before it", refused, "");
    mark_as_gone(diagnosis);
    explain_absence(inv, diagnosis);
    free(sentence);
    free(accepted);
    free(refused);
}

/* The request of the case that was cut off first. */
static const struct sight *first_cut_off(const struct investigation *inv,
                                         const struct case_result *one)
{
    const struct sight *first = NULL;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        const struct observation *seen = &sight->exchange->seen;
        bool is_cut = sight->one == one && sight->answer == ANSWER_DIED;
        if (is_cut && (!first || seen->started_ns < first->exchange->seen.started_ns))
            first = sight;
    }
    return first;
}

/* What it says of a request that cannot be sent again. */
static char *describe_seen(const struct sight *sight, const char *more)
{
    struct buf out = {0};
    buf_add_format(&out, "%s: ", sight->exchange->sent ? sight->exchange->sent : "a forgery");
    answer_describe_untimed(&sight->exchange->seen, &out);
    buf_add_text(&out, more);
    return buf_take(&out);
}

/* A mistake that ends it at this request, and at none that it survived. */
static bool name_by_rule(struct investigation *inv, const struct case_result *one)
{
    const struct sight *survivor;
    const struct sight *last = first_cut_off(inv, one);
    const struct rule *rule = last ? rules_find_mortal(inv, last, &survivor) : NULL;
    if (!rule)
        return false;
    char *before = describe_seen(survivor, "");
    char *after = describe_seen(last, ", and it stays away");
    struct diagnosis *diagnosis = found_pair(inv, &rule->kind, HARM_DIES, before, after, "");
    mark_as_gone(diagnosis);
    explain_absence(inv, diagnosis);
    free(before);
    free(after);
    return true;
}

/* It stayed away: what was cut off, or else the last answer before, is what is known. */
static bool name_last(struct investigation *inv, const struct case_result *one)
{
    size_t num_before;
    const struct exchange *last = odd_cut_off(one);
    const struct exchange *answered = last_answered(one, &num_before);
    bool told = answered && !answered->genuine && answer_of(&answered->seen) == ANSWER_REFUSED &&
                !odd_one_was_cut_off(inv);
    if (!last && told)
        last = answered;
    if (!last || one->recovery_ns >= 0 || has_outlived(inv, kind_of_last(last), last))
        return false;
    claim_last(inv, last, num_before);
    return true;
}

/* --- gone, and nothing tells what did it --- */

static const struct diagnosis_kind gone = {
    "dies-on-a-request", "went down after one of these requests",
    "one request from anyone takes the endpoint down; events are lost until it is back",
    "look at the handler's log for the exception; run it under a supervisor, and run these cases "
    "again one at a time"};

static const struct diagnosis_kind gone_by_itself = {
    "dies-by-itself",
    "went down during the run, and the requests that were under way do not take it down when they "
    "are sent again alone",
    "events are lost until it is back: Panora does not retry them",
    "look at the log of the supervisor for the reason: memory, a limit on requests per process, or "
    "an exception in work that goes on after the response"};

#define ABSENCES_MIN 2

/* In how many cases it was gone, and came back. */
static size_t num_absences(const struct run_result *result)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        count += result->cases[i].canary_failed && result->cases[i].recovery_ns >= 0;
    return count;
}

/* It was gone several times, or in the experiments too, and no request is known to end it. Else
 * what was under way may have met what something else did, or a busy machine. Who only cuts
 * connections off is there: that may be for their pace. */
static bool ends_by_itself(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_found; i++) {
        const char *id = inv->found[i].diagnosis.id;
        if (text_starts_with(id, "dies-") && strcmp(id, gone_by_itself.id) != 0)
            return false;
    }
    return inv->kept.num_gone > 0 || inv->input->goes_down ||
           (!inv->input->drops && num_absences(inv->input->result) >= ABSENCES_MIN);
}

/* Where no event is ever accepted, a canary that was not says nothing: unless nobody answers. */
static bool canaries_tell(struct investigation *inv)
{
    const struct specimen genuine = {0};
    if (inv->has_base)
        return true;
    if (inv->hangs) /* who keeps silent is there */
        return false;
    return inv->closed || specimen_ask(inv, &genuine, NULL) == ANSWER_UNREACHED;
}

/* What never answered, but resets each connection, cannot go down. */
static bool ever_answered(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct observation *seen = &inv->sights[i].exchange->seen;
        if (seen->status || seen->first_byte_ns >= 0)
            return true;
    }
    return inv->has_base;
}

static bool is_absence(const struct investigation *inv, const struct case_result *one)
{
    bool is_there = inv->input->is_silent && one->recovery_ns < 0; /* who takes connections */
    return one->canary_failed && case_is_in_trouble(one) && !found_explains(inv, one) && !is_there;
}

/* Whose answer was the last tells more than what was cut off beside it. */
static void name_who_stays_away(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; !inv->has_base && i < result->num_cases; i++)
        if (is_absence(inv, &result->cases[i]) && canaries_tell(inv) &&
            (name_by_rule(inv, &result->cases[i]) || name_last(inv, &result->cases[i])))
            return;
}

static void claim(struct investigation *inv, const struct diagnosis_kind *kind,
                  enum confidence confidence, const char *evidence, const struct case_result *one)
{
    found_explain(found_add(inv, kind, HARM_DIES, confidence, evidence), one);
}

/* What was sent again: whether it took the endpoint down once more. */
static enum replayed replayed_death(struct investigation *inv, const struct case_result *one)
{
    bool asked = inv->has_base && !inv->closed && !inv->kept.verifies_by_chance;
    enum replayed death = asked ? replay_death(inv, one) : NOT_REPLAYED;
    if (death == NOT_REPLAYED)
        claim(inv, &gone, CONFIDENCE_LIKELY, "they were under way when it was last seen", one);
    if (death == REPLAYED_SAME)
        claim(inv, &gone, CONFIDENCE_PROVED,
              "they were sent again, alone, and it was gone again, twice", one);
    return death;
}

/* "It ends by itself" is said last, and only where no request is known to end it. */
static void note_absences(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    bool *stayed = mem_alloc((result->num_cases + 1) * sizeof *stayed);
    for (size_t i = 0; i < result->num_cases; i++)
        stayed[i] = is_absence(inv, &result->cases[i]) &&
                    replayed_death(inv, &result->cases[i]) == REPLAYED_OTHERWISE;
    for (size_t i = 0; i < result->num_cases; i++)
        if (stayed[i] && ends_by_itself(inv))
            claim(inv, &gone_by_itself, CONFIDENCE_PROVED,
                  "they were sent again, alone, and it stayed", &result->cases[i]);
    free(stayed);
}

void deaths_note(struct investigation *inv)
{
    if (inv->kept.unstable || !ever_answered(inv)) /* a canary may have failed by chance */
        return;
    name_who_stays_away(inv);
    const struct run_result *result = inv->input->result;
    bool any = false;
    for (size_t i = 0; i < result->num_cases; i++)
        any = any || is_absence(inv, &result->cases[i]);
    if (any && canaries_tell(inv))
        note_absences(inv);
}

/* --- for lists --- */

static const struct diagnosis_kind *const kinds[] = {&dies, &gone, &gone_by_itself};

void death_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        kinds_add(out, *kinds[i]);
}
