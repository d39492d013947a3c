/* Causes that are told from stored exchanges alone, with nothing that may be asked; and that the
 * whole table is tested. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "judge/expectation.h"
#include "panora/event.h"
#include "sign/signature.h"
#include "tests/support/judging.h"
#include "tests/support/suite_text.h"

TestSuite(diagnose_causes, .timeout = 20);

static const struct bytes secret = {"a secret of the tests", 21};

/* One request and what it met. */
struct stored {
    const char *data;      /* the text in data; or NULL */
    const char *body;      /* in place of an event with that data */
    bool genuine;          /* signed as Panora does */
    const char *answer;    /* a word of seen_from_word */
    const char *signature; /* instead of 64 wrong digits; "-" = no header */
};

#define OBJECT "{\\\"a\\\":1}"

static void make_request(const struct stored *stored, struct request *out)
{
    struct buf message = {0};
    char signature[SIGNATURE_SIZE] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    *out = (struct request){.method = mem_text("POST")};
    if (stored->body)
        (void)buf_add_text(&out->body, stored->body);
    else
        (void)buf_add_format(&out->body,
                             "{\"id_event\":\"7e57c0de\",\"data\":%s,\"type\":\"crm.deal.push\"}",
                             stored->data);
    if (stored->genuine &&
        signature_message(buf_bytes(&out->body), &message, NULL) == VERIFICATION_VALID)
        signature_make(secret, buf_bytes(&message), signature);
    headers_add(&out->headers, "Content-Type", "application/json");
    const char *value = stored->signature ? stored->signature : signature;
    if (strcmp(value, "-") != 0)
        headers_add(&out->headers, PANORA_SIGNATURE_HEADER, value);
    buf_clear(&message);
}

static void add_case(struct run_result *result, const struct stored *stored)
{
    struct case_result *one = &result->cases[result->num_cases];
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    *exchange = (struct exchange){.sent = mem_text("a request"), .genuine = stored->genuine};
    make_request(stored, &exchange->request);
    seen_from_word(stored->answer, &exchange->seen);
    exchange->accepted = answer_of(&exchange->seen) == ANSWER_ACCEPTED;
    bool good = stored->genuine ? exchange->accepted : answer_of(&exchange->seen) == ANSWER_REFUSED;
    *one = (struct case_result){.id = mem_format("case-%zu", result->num_cases),
                                .verdict = good ? VERDICT_PASS : VERDICT_FAIL,
                                .exchanges = exchange,
                                .num_exchanges = 1,
                                .recovery_ns = -1};
    result->counts[one->verdict]++;
    result->num_cases++;
}

static bool send_nothing(void *payload, const struct request *request, struct observation *seen)
{
    (void)payload;
    (void)request;
    observation_init(seen);
    return false;
}

/* The ids that are found, with a blank around each. */
static char *causes_of(const struct stored *stored, size_t count)
{
    struct library library;
    library_init(&library);
    struct run_result result = {.stopped = mem_text("")};
    result.cases = mem_alloc((count + 1) * sizeof *result.cases);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        add_case(&result, &stored[i]);
        any = any || (result.cases[i].exchanges->genuine && result.cases[i].exchanges->accepted);
    }
    const struct diagnose_input input = {.result = &result,
                                         .catalogue = library.catalogue,
                                         .secret = secret,
                                         .usual_type = "crm.contact.created",
                                         .any_accepted = any,
                                         .send = send_nothing};
    diagnose(&input, &result.diagnoses, &result.num_diagnoses);
    struct buf out = {0};
    (void)buf_add_text(&out, " ");
    for (size_t i = 0; i < result.num_diagnoses; i++)
        (void)buf_add_format(&out, "%s ", result.diagnoses[i].id);
    run_result_clear(&result);
    library_clear(&library);
    return buf_take(&out);
}

#define EXPECT_CAUSES(expected, ...)                                                               \
    do {                                                                                           \
        static const struct stored rows[] = {__VA_ARGS__};                                         \
        char *found = causes_of(rows, ARRAY_LEN(rows));                                            \
        cr_expect_str_eq(found, expected);                                                         \
        free(found);                                                                               \
    } while (0)

Test(diagnose_causes, none_where_all_is_well)
{
    EXPECT_CAUSES(" ", {"\"" OBJECT "\"", NULL, true, "204", NULL},
                  {"\"" OBJECT "\"", NULL, false, "401", NULL}, {NULL, "{}", false, "400", NULL});
}

Test(diagnose_causes, data_that_is_not_there_is_one_cause)
{
    EXPECT_CAUSES(" throws-on-missing-data ", {"\"" OBJECT "\"", NULL, true, "204", NULL},
                  {"\"" OBJECT "\"", NULL, false, "401", NULL}, {NULL, "{}", false, "500", NULL},
                  {NULL, "[]", false, "500", NULL},
                  {NULL, "{\"id_event\":\"a\"}", false, "500", NULL},
                  {NULL, "1", false, "400", NULL}, {NULL, "", false, "400", NULL});
    EXPECT_CAUSES(" ", {"\"" OBJECT "\"", NULL, true, "204", NULL},
                  {NULL, "{}", false, "500", NULL},
                  {NULL, "{\"id_event\":\"a\"}", false, "401", NULL});
}

Test(diagnose_causes, arrays_are_told_from_what_begins_like_one)
{
    EXPECT_CAUSES(" refuses-arrays ", {"\"" OBJECT "\"", NULL, true, "204", NULL},
                  {"\"[]\"", NULL, true, "401", NULL}, {"\"[1]\"", NULL, true, "401", NULL});
    EXPECT_CAUSES(" ", {"\"" OBJECT "\"", NULL, true, "204", NULL},
                  {"\"[object Object]\"", NULL, true, "500", NULL});
}

Test(diagnose_causes, a_limit_of_size_is_none_where_no_event_was_accepted)
{
    EXPECT_CAUSES(" ", {"1", NULL, true, "204", NULL}, {"\"" OBJECT "\"", NULL, true, "500", NULL},
                  {"\"" OBJECT "\"", NULL, false, "401", NULL});
}

Test(diagnose_causes, silence_is_told_without_a_question)
{
    EXPECT_CAUSES(" hangs-on-every-event ", {"\"" OBJECT "\"", NULL, true, "hung", NULL},
                  {"\"" OBJECT "\"", NULL, false, "hung", NULL}, {NULL, "1", false, "400", NULL});
    EXPECT_CAUSES(" hangs-on-genuine-events ", {"\"" OBJECT "\"", NULL, true, "hung", NULL},
                  {"\"" OBJECT "\"", NULL, false, "401", NULL});
    EXPECT_CAUSES(" ", {"\"" OBJECT "\"", NULL, true, "unsent", NULL});
}

#define EVENT "\"" OBJECT "\""
#define ACCEPTED                                                                                   \
    {                                                                                              \
        EVENT, NULL, true, "204", NULL                                                             \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        EVENT, NULL, false, "401", NULL                                                            \
    }

/* The process ends: the connection is closed without an answer. */
Test(diagnose_causes, what_ends_the_process_is_named)
{
    EXPECT_CAUSES(" dies-on-missing-signature ", ACCEPTED, REFUSED,
                  {EVENT, NULL, false, "closed", "-"}, {NULL, "{}", false, "401", NULL});
    EXPECT_CAUSES(" dies-on-not-hex ", ACCEPTED, REFUSED,
                  {EVENT, NULL, false, "closed",
                   "zz23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
                  {EVENT, NULL, false, "401", "01"}, {EVENT, NULL, false, "401", "-"});
    EXPECT_CAUSES(" dies-on-non-ascii ", ACCEPTED, REFUSED, {EVENT, NULL, false, "closed", "\xe9"},
                  {EVENT, NULL, false, "401", "zz"}, {EVENT, NULL, false, "401", "-"});
    EXPECT_CAUSES(" dies-on-empty-body ", ACCEPTED, REFUSED, {NULL, "", false, "closed", NULL},
                  {NULL, "{", false, "400", NULL});
    EXPECT_CAUSES(" dies-on-bad-json ", ACCEPTED, REFUSED, {NULL, "", false, "closed", NULL},
                  {NULL, "{", false, "closed", NULL}, {NULL, "1", false, "400", NULL});
    EXPECT_CAUSES(" dies-on-missing-data ", ACCEPTED, REFUSED, {NULL, "{}", false, "closed", NULL},
                  {NULL, "[]", false, "closed", NULL}, {NULL, "1", false, "400", NULL});
    EXPECT_CAUSES(" dies-on-non-object ", ACCEPTED, REFUSED, {NULL, "{}", false, "400", NULL},
                  {NULL, "[]", false, "closed", NULL}, {NULL, "1", false, "closed", NULL});
}

Test(diagnose_causes, what_lost_events_have_in_common_is_named)
{
    EXPECT_CAUSES(" refuses-object-data ", ACCEPTED, REFUSED,
                  {"{\"a\":1}", NULL, true, "400", NULL}, {"{\"b\":{}}", NULL, true, "400", NULL});
    EXPECT_CAUSES(" refuses-nul ", ACCEPTED, REFUSED,
                  {"\"{\\\"a\\\":\\\"\\\\u0000\\\"}\"", NULL, true, "500", NULL});
    EXPECT_CAUSES(" refuses-proto ", ACCEPTED, REFUSED,
                  {"\"{\\\"__proto__\\\":1}\"", NULL, true, "500", NULL});
    EXPECT_CAUSES(" refuses-non-ascii ", ACCEPTED, REFUSED,
                  {"\"{\\\"a\\\":\\\"\xc3\xa9\\\"}\"", NULL, true, "500", NULL});
}
