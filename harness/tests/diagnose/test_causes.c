/* Causes that are told from stored exchanges, and that every row of the whole table has a test. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/hypothesis.h"
#include "judge/met_instead.h"
#include "receive/fault.h"
#include "tests/support/diagnosing.h"

TestSuite(diagnose_causes, .timeout = 60);

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
#define LONG_TEXT                                                                                  \
    "################################################################################"             \
    "################################################################################"

static const char not_hex[] = "zz23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* With nothing that may be asked. */
static const struct {
    const char *found; /* each id with a blank behind it */
    struct stored rows[STORED_MAX];
} causes[] = {
    {"", {ACCEPTED, REFUSED, BODY("{}", "400")}},

    {"throws-on-missing-data ",
     {ACCEPTED, REFUSED, BODY("{}", "500"), BODY("[]", "500"), BODY("{\"id_event\":\"a\"}", "500"),
      BODY("1", "400"), BODY("", "400")}},
    {"", {ACCEPTED, BODY("{}", "500"), BODY("{\"id_event\":\"a\"}", "401")}},

    /* silence is told without a question; what is signed rightly is no forgery */
    {"hangs-on-every-event ",
     {GENUINE(EVENT, "hung"), {EVENT, .answer = "hung"}, BODY("1", "400")}},
    {"hangs-on-genuine-events ", {GENUINE(EVENT, "hung"), REFUSED}},
    {"", {GENUINE(EVENT, "unsent")}},

    /* a process that ends: the connection is closed without an answer */
    {"dies-on-missing-signature ", {ACCEPTED, REFUSED, SIGNED("-", "closed"), BODY("{}", "401")}},
    {"dies-on-other-digits ",
     {ACCEPTED, REFUSED, SIGNED(not_hex, "closed"), SIGNED("zz", "401"), SIGNED("-", "401")}},
    {"dies-on-not-hex ",
     {ACCEPTED, REFUSED, SIGNED(not_hex, "closed"), SIGNED("zz", "closed"), SIGNED("01", "401")}},
    {"dies-on-non-ascii ",
     {ACCEPTED, REFUSED, SIGNED("\xe9", "closed"), SIGNED("zz", "401"), SIGNED("-", "401")}},
    {"dies-on-empty-body ", {ACCEPTED, REFUSED, BODY("", "closed"), BODY("{", "400")}},
    {"dies-on-bad-json ",
     {ACCEPTED, REFUSED, BODY("", "closed"), BODY("{", "closed"), BODY("1", "400")}},
    {"dies-on-missing-data ",
     {ACCEPTED, REFUSED, BODY("{}", "closed"), BODY("[]", "closed"), BODY("1", "400")}},
    {"dies-on-non-object ",
     {ACCEPTED, REFUSED, BODY("{}", "400"), BODY("[]", "closed"), BODY("1", "closed")}},
    {"dies-on-encoding ",
     {ACCEPTED, REFUSED, BODY("\xef\xbb\xbf{}", "closed"), BODY("{}", "400"),
      BODY("{\"a\":\"\xff\"}", "closed")}},
    /* ... or it answers first, and is gone afterwards */
    {"dies-on-refusals ",
     {ACCEPTED,
      {EVENT, .answer = "401", .gone = true},
      {EVENT, .answer = "401", .signature = "ab", .gone = true},
      {EVENT, .answer = "401", .signature = "-", .gone = true},
      BODY("[]", "400")}},
    /* ... and nothing tells why */
    {"dies-on-a-request ",
     {ACCEPTED,
      REFUSED,
      {EVENT, .answer = "401", .signature = "abcd", .gone = true},
      SIGNED("abcd", "401")}},
    {"", {ACCEPTED, {EVENT, .genuine = true, .answer = "unsent"}, REFUSED}},

    /* what lost events have in common */
    {"refuses-object-data ",
     {ACCEPTED, REFUSED, GENUINE("{\"a\":1}", "400"), GENUINE("{\"b\":{}}", "400")}},
    {"refuses-nul ",
     {ACCEPTED, REFUSED, GENUINE("\"{\\\"a\\\":\\\"\\\\u0000\\\"}\"", "500"),
      GENUINE("{\"a\":\"\\u0000\"}", "500"), GENUINE("{\"a\":1}", "204")}},
    {"refuses-proto ", {ACCEPTED, REFUSED, GENUINE("\"{\\\"__proto__\\\":1}\"", "500")}},
    {"refuses-non-ascii ", {ACCEPTED, REFUSED, GENUINE("\"{\\\"a\\\":\\\"\xc3\xa9\\\"}\"", "500")}},
    {"refuses-arrays ", {ACCEPTED, GENUINE("\"[]\"", "401"), GENUINE("\"[1]\"", "401")}},
    {"", {ACCEPTED, GENUINE("\"[object Object]\"", "500")}}, /* merely begins like an array */
    {"refuses-some-numbers ",
     {ACCEPTED, GENUINE("\"{\\\"a\\\":1e+21}\"", "500"), GENUINE("{\"a\":[1e-7]}", "500"),
      GENUINE("{\"a\":0.5}", "204"), GENUINE("\"{\\\"1e21\\\":\\\"1e21\\\"}\"", "204")}},
    {"", {GENUINE("1", "204"), GENUINE(EVENT, "500"), REFUSED}}, /* no size of an event is known */
    /* nothing came in pieces, so that both explain it */
    {"refuses-large-events ", {ACCEPTED, GENUINE("\"{\\\"a\\\":\\\"" LONG_TEXT "\\\"}\"", "413")}},

    /* what a single case shows */
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

Test(diagnose_causes, both_are_said_where_two_explain_the_same)
{
    static const struct stored rows[STORED_MAX] = {
        ACCEPTED, GENUINE("\"{\\\"a\\\":\\\"" LONG_TEXT "\\\"}\"", "413")};
    struct run_result result;
    diagnose_stored(rows, NULL, &result);
    cr_assert_eq(result.num_diagnoses, 1);
    cr_expect_not_null(
        strstr(result.diagnoses[0].sentence, "; or it takes what came with the first"), "%s",
        result.diagnoses[0].sentence);
    cr_expect_eq(result.diagnoses[0].confidence, CONFIDENCE_LIKELY);
    run_result_clear(&result);
}

/* A long header needs a long text, which is made here. */
Test(diagnose_causes, a_long_header_that_ends_the_process_is_named)
{
    struct buf line = {0};
    buf_add_text(&line, "X-Long: ");
    buf_add_repeated(&line, 'x', 5000);
    const struct stored rows[STORED_MAX] = {
        ACCEPTED, REFUSED, {EVENT, .answer = "closed", .header = buf_text(&line)}};
    struct run_result result;
    diagnose_stored(rows, NULL, &result);
    char *found = causes_of(&result);
    cr_expect_str_eq(found, "dies-on-long-header ");
    free(found);
    run_result_clear(&result);
    buf_clear(&line);
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
    {"always-breaks ", 500, NULL, "Internal Server Error"},
    {"other-secret ", 401, NULL, "no valid signature"},
};

static bool answer_alike(void *payload, const struct request *request, struct observation *seen)
{
    size_t i = *(const size_t *)payload;
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
    return true;
}

Test(diagnose_causes, what_stands_before_the_handler_is_named)
{
    for (size_t i = 0; i < ARRAY_LEN(met); i++) {
        char *status = mem_format("%d", met[i].status);
        const struct stored rows[STORED_MAX] = {GENUINE(EVENT, status), {EVENT, .answer = status}};
        const struct asked asked = {answer_alike, &i, {"a secret of the tests", 21}};
        struct run_result result;
        diagnose_stored(rows, &asked, &result);
        char *found = causes_of(&result);
        cr_expect_str_eq(found, met[i].found, "%s, not %s", found, met[i].found);
        free(found);
        free(status);
        run_result_clear(&result);
    }
}

/* --- the whole table --- */

static bool is_of_a_fault(const char *id)
{
    for (size_t i = 0; i < fault_count(); i++)
        if (fault_at(i)->diagnosis && strcmp(fault_at(i)->diagnosis, id) == 0)
            return true; /* test_faults.c; of those with an effect, run/test_run_effect.c */
    return false;
}

static bool is_told_here(const char *id)
{
    char *word = mem_format("%s ", id);
    bool told = strcmp(id, "dies-on-long-header") == 0;
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        told = told || strcmp(causes[i].found, word) == 0;
    for (size_t i = 0; i < ARRAY_LEN(met); i++)
        told = told || strcmp(met[i].found, word) == 0;
    free(word);
    return told;
}

/* Hypotheses are gone through one by one in test_hypotheses.c. */
Test(diagnose_causes, every_row_of_the_table_has_a_test)
{
    for (size_t i = 0; i < diagnosis_kind_count(); i++) {
        const char *id = diagnosis_kind_at(i).id;
        cr_expect(hypothesis_find(id) || is_of_a_fault(id) || is_told_here(id), "%s has no test",
                  id);
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
