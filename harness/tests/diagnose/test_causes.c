/* Causes that are told from stored exchanges, and that every row of the whole table has a test. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/hypothesis.h"
#include "judge/met_instead.h"
#include "panora/event.h"
#include "receive/fault.h"
#include "sign/signature.h"
#include "tests/support/diagnosing.h"

TestSuite(diagnose_causes, .timeout = 120);

#define OBJECT "{\\\"a\\\":1}"
#define EVENT  "\"" OBJECT "\""
#define ACCEPTED                                                                                   \
    {                                                                                              \
        EVENT, .genuine = true, .answer = "204"                                                    \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        EVENT, .answer = "401"                                                                     \
    }
#define GENUINE(data_, answer_)                                                                    \
    {                                                                                              \
        data_, .genuine = true, .answer = (answer_)                                                \
    }
#define SIGNED(signature_, answer_)                                                                \
    {                                                                                              \
        EVENT, .answer = (answer_), .signature = (signature_)                                      \
    }
#define BODY(body_, answer_)                                                                       \
    {                                                                                              \
        .body = (body_), .answer = (answer_)                                                       \
    }

/* With nothing that may be asked: what is told then rests on no guess. */
static const struct {
    const char *found; /* each id with a blank behind it */
    struct stored rows[STORED_MAX];
} causes[] = {
    {"", {ACCEPTED, REFUSED, BODY("{}", "400")}},
    {"", {ACCEPTED, BODY("{}", "500"), BODY("{\"id_event\":\"a\"}", "401")}},
    {"", {GENUINE(EVENT, "unsent")}},
    {"", {ACCEPTED, {EVENT, .genuine = true, .answer = "unsent"}, REFUSED}},
    {"", {ACCEPTED, GENUINE("\"[object Object]\"", "500")}},
    /* ... and nothing tells why */
    {"dies-on-a-request ",
     {ACCEPTED,
      REFUSED,
      {EVENT, .answer = "401", .signature = "abcd", .gone = true},
      SIGNED("abcd", "401")}},
    /* what was gone shows nothing else */
    {"dies-on-a-request ",
     {ACCEPTED,
      {EVENT, .answer = "401", .id = "http/disclosure/debug-page", .gone = true},
      REFUSED}},
    /* what a single case shows */
    /* ... and a forgery that gets in is no refusal that differs */
    {"", {ACCEPTED, {EVENT, .answer = "204", .id = "panora/signature/refusals-look-alike"}}},
    {"other-over-ipv6 ",
     {ACCEPTED, {EVENT, .genuine = true, .answer = "404", .id = "http/transport/ipv4-ipv6"}}},
};

Test(diagnose_causes, are_told_from_stored_exchanges)
{
    for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
        struct run_result result;
        diagnose_stored(causes[i].rows, NULL, &result);
        char *found = causes_of(&result);
        cr_expect_str_eq(found, causes[i].found, "row %zu: \"%s\", not \"%s\"", i, found,
                         causes[i].found);
        free(found);
        run_result_clear(&result);
    }
}

/* --- what stands before the handler: it answers everything alike, also what is asked --- */

static const struct {
    const char *found;
    int status;
    const char *header; /* "Name: value" */
    const char *body;
} met[] = {
    {"platform-protection ", 401, "Set-Cookie: _vercel_sso_nonce=abc; Path=/", ""},
    {"firewall ", 403, "cf-mitigated: challenge", ""},
    {"csrf-check ", 403, NULL, "CSRF verification failed. Request aborted."},
    {"login-redirect ", 302, "Location: /users/sign_in", ""},
    {"login-wall ", 401, "WWW-Authenticate: Basic realm=\"staging\"", ""},
    {"redirect ", 301, "Location: https://www.example.org/hook", ""},
    {"https-port ", 400, NULL, "The plain HTTP request was sent to HTTPS port"},
    {"no-route ", 404, NULL, "Cannot POST /hook"},
    {"method-not-allowed ", 405, "Allow: GET, HEAD", ""},
    {"too-large ", 413, NULL, ""},
    {"media-type ", 415, NULL, ""},
    {"rate-limit ", 429, "Retry-After: 30", ""},
    {"gateway-error ", 502, NULL, "Bad Gateway"},
    {"cors-check ", 403, NULL, "Not allowed by CORS"},
    {"maintenance ", 503, NULL, "<h1>503 Service Temporarily Unavailable</h1>"},
    {"always-breaks ", 500, NULL, "Internal Server Error"},
    {"other-secret ", 401, NULL, "no valid signature"},
    {"refuses-every-request ", 403, NULL, "IP not allowed"},
};

static bool answer_alike(void *payload, const struct diagnose_batch *batch, struct observation *all)
{
    size_t i = *(const size_t *)payload;
    for (size_t k = 0; k < batch->count; k++) {
        struct observation *seen = &all[k];
        observation_init(seen);
        seen->outcome = OUTCOME_ANSWERED;
        seen->status = met[i].status;
        if (met[i].header) {
            const char *colon = strchr(met[i].header, ':');
            char *name = mem_format("%.*s", (int)(colon - met[i].header), met[i].header);
            headers_add(&seen->headers, name, colon + 2);
            free(name);
        }
        buf_add_text(&seen->body, met[i].body);
        seen->body_len = seen->body.len;
    }
    return true;
}

Test(diagnose_causes, what_stands_before_the_handler_is_named)
{
    for (size_t i = 0; i < ARRAY_LEN(met); i++) {
        char *status = mem_format("%d", met[i].status);
        const struct stored rows[STORED_MAX] = {GENUINE(EVENT, status), {EVENT, .answer = status}};
        const struct asked asked = {
            .send = answer_alike, .payload = &i, .secret = {"a secret of the tests", 21}};
        struct run_result result;
        diagnose_stored(rows, &asked, &result);
        char *found = causes_of(&result);
        cr_expect_str_eq(found, met[i].found, "%s, not %s", found, met[i].found);
        free(found);
        free(status);
        run_result_clear(&result);
    }
}

struct refusing {
    int status;
};

static bool refuse_all(void *payload, const struct diagnose_batch *batch, struct observation *all)
{
    const struct refusing *refusing = payload;
    for (size_t k = 0; k < batch->count; k++) {
        observation_init(&all[k]);
        all[k].outcome = OUTCOME_ANSWERED;
        all[k].status = refusing->status;
    }
    return true;
}

/* `payload` is what every request meets. */
static bool end_alike(void *payload, const struct diagnose_batch *batch, struct observation *all)
{
    for (size_t k = 0; k < batch->count; k++) {
        observation_init(&all[k]);
        all[k].outcome = *(const enum outcome *)payload;
    }
    return true;
}

Test(diagnose_causes, who_closes_on_everything_is_named)
{
    enum outcome closed = OUTCOME_CLOSED;
    const struct stored rows[STORED_MAX] = {GENUINE(EVENT, "closed")};
    const struct asked asked = {
        .send = end_alike, .payload = &closed, .secret = {"a secret of the tests", 21}};
    struct run_result result;
    diagnose_stored(rows, &asked, &result);
    char *found = causes_of(&result);
    cr_expect_str_eq(found, "closes-on-every-event ", "%s", found);
    free(found);
    run_result_clear(&result);
}

Test(diagnose_causes, who_keeps_silent_has_not_gone_down)
{
    const struct stored rows[STORED_MAX] = {
        ACCEPTED, REFUSED, {EVENT, .genuine = true, .answer = "204", .gone = true}};
    enum outcome silent = OUTCOME_TIMED_OUT;
    const struct asked asked = {
        .send = end_alike, .payload = &silent, .secret = {"a secret of the tests", 21}};
    struct run_result result;
    diagnose_stored(rows, &asked, &result);
    char *found = causes_of(&result);
    cr_expect_str_eq(found, "stops-answering ", "%s", found);
    cr_expect_eq(result.diagnoses[0].num_cases, 1, "what it was asked last is explained");
    free(found);
    run_result_clear(&result);
}

/* --- it is gone: what is told rests on what was seen before --- */

#define LAST                                                                                       \
    {                                                                                              \
        EVENT, .genuine = true, .answer = "closed", .gone = true, .stays_away = true               \
    }

static void expect_told_when_gone(const struct stored *rows, const struct asked *asked,
                                  const char *wanted, struct run_result *result)
{
    diagnose_stored(rows, asked, result);
    char *found = causes_of(result);
    cr_expect_str_eq(found, wanted, "%s, not %s", found, wanted);
    free(found);
}

Test(diagnose_causes, forgeries_that_got_in_before_it_was_gone_are_explained)
{
    enum outcome gone = OUTCOME_REFUSED;
    const struct stored rows[STORED_MAX] = {
        ACCEPTED, {EVENT, .answer = "204"}, SIGNED("abcd", "204"), SIGNED("-", "204"), LAST};
    const struct asked asked = {.send = end_alike,
                                .payload = &gone,
                                .secret = {"a secret of the tests", 21},
                                .is_gone = true};
    struct run_result result;
    expect_told_when_gone(rows, &asked, "checks-nothing dies-on-a-request ", &result);
    cr_expect_eq(result.diagnoses[0].confidence, CONFIDENCE_LIKELY, "it was not asked");
    cr_expect_eq(result.diagnoses[0].num_cases, 3);
    run_result_clear(&result);
}

#define NO_DIGITS "zyxwvutsrqponmlkzyxwvutsrqponmlkzyxwvutsrqponmlkzyxwvutsrqponmlk"
#define WIDE      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\xe9"
#define CUT_OFF(signature_)                                                                        \
    {                                                                                              \
        EVENT, .answer = "closed", .signature = (signature_), .gone = true, .stays_away = true     \
    }

/* What was answered last, and whether as much was survived before. */
static const struct {
    const char *found;
    struct stored rows[STORED_MAX];
} last_answers[] = {
    {"dies-on-bad-json ",
     {ACCEPTED,
      REFUSED,
      {.body = "{\"id_event\":", .answer = "400", .gone = true, .stays_away = true}}},
    {"dies-on-missing-data ",
     {ACCEPTED, REFUSED, {.body = "{}", .answer = "400", .gone = true, .stays_away = true}}},
    {"dies-on-refusals ", {ACCEPTED, {EVENT, .answer = "401", .gone = true, .stays_away = true}}},
    {"dies-on-a-request ",
     {ACCEPTED, REFUSED, {EVENT, .answer = "401", .gone = true, .stays_away = true}}},
    /* what was refused was an event, although only its beginning was kept */
    {"dies-on-bad-json ",
     {ACCEPTED,
      {EVENT, .answer = "401", .is_cut = true},
      {.body = "{\"id_event\":", .answer = "400", .gone = true, .stays_away = true}}},
    {"dies-on-refusals ",
     {ACCEPTED, {EVENT, .answer = "401", .gone = true, .stays_away = true, .is_cut = true}}},
    /* ... or a signature cut it off that no forgery had which it survived */
    {"dies-on-other-length ", {ACCEPTED, REFUSED, CUT_OFF("abcd")}},
    {"dies-on-missing-signature ", {ACCEPTED, REFUSED, SIGNED("abcd", "401"), CUT_OFF("-")}},
    {"dies-on-non-ascii ",
     {ACCEPTED, REFUSED, SIGNED("abcd", "401"), SIGNED(NO_DIGITS, "401"), CUT_OFF(WIDE)}},
    {"dies-on-a-request ", {ACCEPTED, REFUSED, SIGNED("abcd", "401"), CUT_OFF("ab")}},
    {"dies-on-a-request ", {ACCEPTED, CUT_OFF("abcd")}},
    /* ... or it was cut off, as the only request that is not an event */
    {"dies-on-bad-json ",
     {ACCEPTED,
      REFUSED,
      {.body = "{\"id_event\":", .answer = "closed", .gone = true, .stays_away = true}}},
    /* another request was cut off at the same time: that is not a second cause */
    {"dies-on-bad-json ",
     {ACCEPTED,
      REFUSED,
      {EVENT, .genuine = true, .answer = "closed", .gone = true, .stays_away = true},
      {.body = "{\"id_event\":", .answer = "400", .gone = true, .stays_away = true}}},
};

Test(diagnose_causes, who_stays_away_is_told_by_its_last_answer)
{
    for (size_t i = 0; i < ARRAY_LEN(last_answers); i++) {
        enum outcome gone = OUTCOME_REFUSED;
        const struct asked asked = {.send = end_alike,
                                    .payload = &gone,
                                    .secret = {"a secret of the tests", 21},
                                    .is_gone = true};
        struct run_result result;
        expect_told_when_gone(last_answers[i].rows, &asked, last_answers[i].found, &result);
        run_result_clear(&result);
    }
}

Test(diagnose_causes, what_was_proved_before_it_was_gone_holds)
{
    enum outcome gone = OUTCOME_REFUSED;
    struct diagnosis cause = {.id = "wants-charset",
                              .sentence = "The endpoint wants a charset.",
                              .confidence = CONFIDENCE_PROVED,
                              .pair = {"with it", "without", "it"},
                              .likely_because = "",
                              .evidence = "",
                              .harm = "",
                              .remedy = ""};
    const struct first_refusal known = {.cause = &cause, .genuine_status = 415};
    const struct stored rows[STORED_MAX] = {GENUINE(EVENT, "415"), {EVENT, .answer = "415"}};
    const struct asked asked = {.send = end_alike,
                                .payload = &gone,
                                .secret = {"a secret of the tests", 21},
                                .known = &known,
                                .is_gone = true};
    struct run_result result;
    expect_told_when_gone(rows, &asked, "wants-charset ", &result);
    cr_expect_eq(result.diagnoses[0].confidence, CONFIDENCE_PROVED);
    cr_expect_eq(result.diagnoses[0].num_cases, 1, "the genuine event");
    run_result_clear(&result);
}

/* Genuine events come to nothing, forgeries are refused. */
static bool close_on_genuine(void *payload, const struct diagnose_batch *batch,
                             struct observation *all)
{
    const struct bytes *secret = payload;
    for (size_t i = 0; i < batch->count; i++) {
        const struct request *request = &batch->requests[i];
        const char *given = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
        struct buf message = {0};
        char right[SIGNATURE_SIZE] = "";
        if (signature_message(buf_bytes(&request->body), &message, NULL) == VERIFICATION_VALID)
            signature_make(*secret, buf_bytes(&message), right);
        bool genuine = given && *right && strcmp(given, right) == 0;
        observation_init(&all[i]);
        all[i].outcome = genuine ? OUTCOME_CLOSED : OUTCOME_ANSWERED;
        all[i].status = genuine ? 0 : 401;
        buf_clear(&message);
    }
    return true;
}

Test(diagnose_causes, who_still_refuses_forgeries_is_not_gone)
{
    struct bytes secret = {"a secret of the tests", 21};
    const struct stored rows[STORED_MAX] = {GENUINE(EVENT, "closed"), REFUSED};
    const struct asked asked = {
        .send = close_on_genuine, .payload = &secret, .secret = secret, .is_gone = true};
    struct run_result result;
    expect_told_when_gone(rows, &asked, "closes-on-genuine-events ", &result);
    run_result_clear(&result);
}

Test(diagnose_causes, who_takes_connections_has_not_gone_down)
{
    enum outcome silent = OUTCOME_TIMED_OUT;
    const struct stored rows[STORED_MAX] = {ACCEPTED, REFUSED, LAST};
    const struct asked asked = {.send = end_alike,
                                .payload = &silent,
                                .secret = {"a secret of the tests", 21},
                                .is_gone = true,
                                .is_silent = true};
    struct run_result result;
    diagnose_stored(rows, &asked, &result);
    for (size_t i = 0; i < result.num_diagnoses; i++)
        cr_expect(!text_starts_with(result.diagnoses[i].id, "dies"), "%s", result.diagnoses[i].id);
    run_result_clear(&result);
}

/* The answer to everything is 429 or 403, for good. */
Test(diagnose_causes, who_stops_accepting_is_told_by_the_answer)
{
    static const struct {
        const char *status;
        const char *found;
    } stops[] = {{"429", "limits-the-rate "}, {"403", "stops-accepting "}};
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        struct stored rows[STORED_MAX] = {{0}};
        struct refusing refusing = {.status = atoi(stops[i].status)};
        for (size_t k = 0; k + 2 < STORED_MAX; k++)
            rows[k] = (struct stored)GENUINE(EVENT, k < 11 ? "204" : stops[i].status);
        const struct asked asked = {
            .send = refuse_all, .payload = &refusing, .secret = {"a secret of the tests", 21}};
        struct run_result result;
        expect_told_when_gone(rows, &asked, stops[i].found, &result);
        run_result_clear(&result);
    }
}

Test(diagnose_causes, faults_name_diagnoses_that_there_are)
{
    for (size_t i = 0; i < fault_count(); i++) {
        struct diagnosis_kind kind;
        const char *id = fault_at(i)->diagnosis;
        cr_expect(!id || diagnosis_kind_find(id, &kind), "%s: there is no %s", fault_at(i)->id, id);
    }
}
