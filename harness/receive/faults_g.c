/* G: what happens after, and what the answer says. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "receive/fault.h"

static enum result shape_of_known_type(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    if (result != RESULT_NEXT)
        return result;
    struct bytes type = handling_member(handling, "type");
    return memory_knows_type(handling->memory, type) ? RESULT_NEXT : RESULT_NOT_EVENT;
}

static enum result shape_without_extras(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    if (result != RESULT_NEXT)
        return result;
    return js_size(handling_event(handling)) == 3 ? RESULT_NEXT : RESULT_NOT_EVENT;
}

static enum result act_once(struct handling *handling)
{
    struct bytes id = handling_member(handling, "id_event");
    return memory_has(handling->memory, id) ? RESULT_CONFLICT : rules_right.act(handling);
}

/* More than libevent's clock is coarse: who waits for the answer comes after the race. */
#define AFTER_RACE_NS (20 * NS_PER_MS)

/* Looks whether the id is there, works, and notes the id then: copies that come in between are
 * worked on as well, and to note their id fails. */
static enum result act_with_race(struct handling *handling)
{
    struct bytes id = handling_member(handling, "id_event");
    int64_t race_ns = handling->argument->number;
    int64_t age_ns = memory_age_ns(handling->memory, id);
    if (age_ns >= race_ns)
        return RESULT_ACCEPTED;
    handling->answer.delay_ns = race_ns + AFTER_RACE_NS;
    if (age_ns < 0)
        return rules_right.act(handling);
    handling->processed = true;
    return RESULT_BROKEN;
}

static enum result act_every_time(struct handling *handling)
{
    handling->processed = true;
    return RESULT_ACCEPTED;
}

/* Answers, and loses what it has put aside to work on it later. */
static enum result act_and_lose(struct handling *handling)
{
    uint64_t every = (uint64_t)(handling->argument->number > 0 ? handling->argument->number : 1);
    enum result result = rules_right.act(handling);
    if (handling->memory->num_requests % every == 0)
        handling->processed = false;
    return result;
}

/* The number that stands in `count` digits at `at`, or -1. */
static int number_at(struct bytes text, size_t at, size_t count)
{
    int number = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= text.len || text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = 10 * number + (text.data[i] - '0');
    }
    return number;
}

/* Hours since 1970 of "2026-01-01T11:59:59..."; -1 when it is no date. */
static int64_t hours_of(struct bytes text)
{
    struct tm parts = {.tm_year = number_at(text, 0, 4) - 1900,
                       .tm_mon = number_at(text, 5, 2) - 1,
                       .tm_mday = number_at(text, 8, 2),
                       .tm_hour = number_at(text, 11, 2)};
    bool is_date =
        parts.tm_year > 0 && parts.tm_mon >= 0 && parts.tm_mday > 0 && parts.tm_hour >= 0;
    return is_date ? (int64_t)timegm(&parts) / 3600 : -1;
}

#define CURSOR_TYPE  "crm.contact.created"
#define CURSOR_SLACK 1 /* hours; events of one moment may overtake each other */

/* A cursor that only goes forward: what is older than the newest contact is taken for an update of
 * something that does not exist. */
static enum result act_in_order(struct handling *handling)
{
    struct js *data = handling_data(handling);
    bool is_contact = bytes_equal(handling_member(handling, "type"), bytes_of(CURSOR_TYPE));
    int64_t date = is_contact ? hours_of(js_get_text(data, "created_at")) : -1;
    int64_t *newest = &handling->memory->newest_h;
    js_free(data);
    if (date >= 0 && date < *newest - CURSOR_SLACK)
        return RESULT_CONFLICT;
    *newest = date > *newest ? date : *newest;
    return rules_right.act(handling);
}

/* As the documented receiver does: it passes on the verifier's words, which hold the right
 * signature. */
static void answer_with_digest(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE)
        return;
    const struct rules *right = &rules_right;
    if (handling->digest.len == 0 &&
        (right->key(handling) != RESULT_NEXT || right->message(handling) != RESULT_NEXT ||
         right->digest(handling) != RESULT_NEXT))
        return;
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "");
    buf_add_format(&handling->answer.body, "Invalid signature: expected %s\n",
                   buf_text(&handling->digest));
}

/* The index tells whoever tries digit by digit how far it was right. */
static void answer_with_trace(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE)
        return;
    struct bytes given = handling->signature;
    size_t same = 0;
    while (same < given.len && same < handling->digest.len &&
           given.data[same] == handling->digest.data[same])
        same++;
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "");
    buf_add_format(&handling->answer.body,
                   "Error: signatures differ at index %zu\n"
                   "    at verify (/srv/app/webhook.js:41:11)\n"
                   "    at Layer.handle (/srv/app/node_modules/express/router.js:95:5)\n",
                   same);
}

/* JSON.parse(data).id, without a look at what data is. */
static enum result act_on_parsed_data(struct handling *handling)
{
    struct js *data = handling_data(handling);
    bool has_members = data && (js_kind(data) == JS_OBJECT || js_kind(data) == JS_ARRAY);
    js_free(data);
    return has_members ? rules_right.act(handling) : RESULT_BROKEN;
}

/* What Flask does with debug=True. */
static void answer_with_debugger(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_NOT_EVENT)
        answer_set_body(&handling->answer, "text/html; charset=utf-8",
                        "<!doctype html><title>TypeError // Werkzeug Debugger</title>");
}

static void answer_accepted_with_status(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        handling->answer.status = (int)handling->argument->number;
}

/* What Express, Django and Laravel show of an exception while they are in debug mode. */
static void answer_with_settings(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE)
        return;
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "");
    buf_add_text(&handling->answer.body, "InvalidSignature with WEBHOOK_SECRET=");
    buf_add_bytes(&handling->answer.body, handling->secret);
}

#define HANDLED "crm."

/* A switch over the types that it handles, whose default is an error. */
static enum result shape_of_handled_type(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    struct bytes type = handling_member(handling, "type");
    size_t len = strlen(HANDLED);
    bool handled = type.len > len && memcmp(type.data, HANDLED, len) == 0;
    return result == RESULT_NEXT && !handled ? RESULT_NOT_EVENT : result;
}

/* Whatever cannot be parsed is acknowledged, so that the sender does not send it again. */
static enum result find_or_acknowledge(struct handling *handling)
{
    if (handling_event(handling))
        return rules_right.find(handling);
    handling->answer.status = 200;
    return RESULT_ANSWERED;
}

static const struct fault rows[] = {
    {.id = "G01",
     .name = "refuses-unknown-types",
     .sentence = "refuses events of unknown types",
     .seen = "OpenHands/automation#236, mattermost-plugin-zoom#257, zulip#24983",
     .diagnosis = "refuses-unknown-types",
     .overrides = {.shape = shape_of_known_type}},
    {.id = "G02",
     .name = "refuses-extra-fields",
     .sentence = "refuses events with keys other than the three documented ones",
     .seen = "",
     .diagnosis = "refuses-more-members",
     .overrides = {.shape = shape_without_extras}},
    {.id = "G03",
     .name = "refuses-duplicates",
     .sentence = "answers 409 to an event that it has seen before",
     .seen = "preloop#517, webrenew/memories#396",
     .diagnosis = "refuses-duplicates",
     .overrides = {.act = act_once}},
    {.id = "G04",
     .name = "races-duplicates",
     .sentence = "processes all copies of an event that arrive together, and answers 500 to all "
                 "but the first",
     .seen = "devlane#355, StellarBank#39",
     .diagnosis = "races-duplicates",
     .argument = {ARGUMENT_TIME, "TIME between looking up an id and storing it", "250ms"},
     .trial = "80ms",
     .overrides = {.act = act_with_race}},
    {.id = "G05",
     .name = "wants-order",
     .sentence = "answers 409 to a contact older than the newest one it has seen",
     .seen = "",
     .diagnosis = "refuses-older-events",
     .overrides = {.act = act_in_order}},
    {.id = "G06",
     .name = "parses-data-blindly",
     .sentence = "fails when data is not a JSON object or array",
     .seen = "Panora's sender against its documentation",
     .diagnosis = "throws-on-odd-data",
     .overrides = {.act = act_on_parsed_data}},
    {.id = "G07",
     .name = "leaks-digest",
     .sentence = "reveals the correct signature when it refuses",
     .seen = "adnanh/webhook#85, adnanh/webhook#83; Panora's documented receiver",
     .diagnosis = "leaks-signature",
     .overrides = {.answer = answer_with_digest}},
    {.id = "G08",
     .name = "leaks-trace",
     .sentence = "sends a stack trace with refusals that says where the signatures differ",
     .seen = "Truxify#3755, Cellarion#451, corsair#348",
     .diagnosis = "leaks-reasons",
     .overrides = {.answer = answer_with_trace}},
    {.id = "G09",
     .name = "success-without-2xx",
     .sentence = "answers genuine events with a status other than 2xx",
     .seen = "hebo-platform#103",
     .argument = {.kind = ARGUMENT_STATUS, .meaning = "N", .fallback = "418"},
     .diagnosis = "success-without-2xx",
     .overrides = {.answer = answer_accepted_with_status}},
    {.id = "G12",
     .name = "debug-mode",
     .sentence = "shows an interactive debugger on events that it cannot parse",
     .seen = "",
     .diagnosis = "shows-debugger",
     .overrides = {.answer = answer_with_debugger}},
    {.id = "G13",
     .name = "loses-accepted",
     .sentence = "answers 2xx to an event and then loses it",
     .seen = "",
     .diagnosis = "accepted-but-lost",
     .argument = {ARGUMENT_NUMBER, "N: only every N-th request loses its event", "1"},
     .overrides = {.act = act_and_lose}},
    {.id = "G14",
     .name = "processes-again",
     .sentence = "processes an event again when it is redelivered",
     .seen = "",
     .diagnosis = "processed-twice",
     .overrides = {.act = act_every_time}},
    {.id = "G15",
     .name = "leaks-secret",
     .sentence = "shows its settings, including the secret, when it refuses",
     .seen = "pages that frameworks show in debug mode",
     .diagnosis = "leaks-secret",
     .overrides = {.answer = answer_with_settings}},
    {.id = "G16",
     .name = "some-types-only",
     .sentence = "refuses all types except those of CRM",
     .seen = "a variant of G01",
     .diagnosis = "refuses-some-types",
     .overrides = {.shape = shape_of_handled_type}},
    {.id = "G17",
     .name = "acknowledges-malformed",
     .sentence = "answers 200 to a body that is not JSON",
     .seen = "handlers that acknowledge first and parse later",
     .diagnosis = "accepts-malformed-bodies",
     .overrides = {.find = find_or_acknowledge}},
};
const struct table_part faults_g = TABLE_PART(rows);
