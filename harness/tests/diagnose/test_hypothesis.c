/*
 * Every hypothesis, and every pair that is tried, is found at an endpoint that computes exactly
 * that; and none at the right one. The endpoint is inside the test and knows but one computation;
 * that the libraries' ways to write JSON are theirs is proved by fixtures/serializers.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/hypothesis.h"
#include "tests/support/diagnosing.h"

TestSuite(diagnose_hypothesis, .timeout = 1200);

#define NOW_MS 1700000000000

static const struct bytes secrets[] = {
    {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38},
    {"00112233445566778899aabbccddeeff", 32},
    {" whsec_padded ", 14},
    {"5fa1c1f2-7d0e-4c55-9d0b-2f6f1a3c7e11", 36},
    {"whsec_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-01234", 74},
};

/* NULL and NULL: the right one. */
struct computing {
    const struct hypothesis *first;
    const struct hypothesis *second;
    struct bytes secret;
    bool refuses_all;
    size_t num_objects;  /* requests whose data was no text */
    const char *also[2]; /* hypotheses that it accepts beside the first */
};

static bool has_headers(const struct request *request, const struct headers *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const char *value = headers_find(&request->headers, wanted->items[i].name);
        if (!value || strcmp(value, wanted->items[i].value) != 0)
            return false;
    }
    return true;
}

static bool is_signed_by(const struct computing *endpoint, const struct hypothesis *first,
                         const struct hypothesis *second, const struct request *request)
{
    struct subject subject;
    struct signing signing = {0};
    bool fits = subject_read(&subject, buf_bytes(&request->body), NOW_MS) &&
                hypothesis_sign(first, second, &subject, endpoint->secret, &signing) &&
                has_headers(request, &signing.headers);
    signing_clear(&signing);
    subject_clear(&subject);
    return fits;
}

static bool is_signed(const struct computing *endpoint, const struct request *request)
{
    bool fits = is_signed_by(endpoint, endpoint->first, endpoint->second, request);
    for (size_t i = 0; i < ARRAY_LEN(endpoint->also) && endpoint->also[i]; i++)
        fits = fits || is_signed_by(endpoint, hypothesis_find(endpoint->also[i]), NULL, request);
    return fits;
}

static bool answer(void *payload, const struct diagnose_batch *batch, struct observation *seen)
{
    struct computing *endpoint = payload;
    for (size_t i = 0; i < batch->count; i++) {
        const struct request *request = &batch->requests[i];
        bool fits = is_signed(endpoint, request);
        endpoint->num_objects +=
            bytes_find(buf_bytes(&request->body), bytes_of("\"data\":{")) != NULL;
        observation_init(&seen[i]);
        seen[i].outcome = OUTCOME_ANSWERED;
        seen[i].status = fits && !endpoint->refuses_all ? 204 : 401;
    }
    return true;
}

/* A run in which the genuine event was refused, and its diagnosis. */
static void ask_endpoint(struct computing *endpoint, struct run_result *out)
{
    static const struct stored rows[STORED_MAX] = {
        {"\"{\\\"a\\\":\\\"Zo\xc3\xa9/\\\"}\"", .genuine = true, .answer = "401"},
        {"\"{\\\"a\\\":1}\"", .answer = "401"}};
    const struct asked asked = {.send = answer, .payload = endpoint, .secret = endpoint->secret};
    diagnose_stored(rows, &asked, out);
}

Test(diagnose_hypothesis, where_only_text_is_judged_objects_are_not_asked)
{
    static const struct stored rows[STORED_MAX] = {
        {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "204"},
        {"\"{\\\"a\\\":1}\"", .answer = "401"},
        {"\"{\\\"a\\\":\\\"Zo\xc3\xa9/\\\"}\"", .genuine = true, .answer = "401"}};
    size_t num_objects[2];
    for (int text_only = 0; text_only < 2; text_only++) {
        struct computing endpoint = {.first = hypothesis_find("signs-as-ascii"),
                                     .secret = secrets[0]};
        const struct asked asked = {.send = answer,
                                    .payload = &endpoint,
                                    .secret = endpoint.secret,
                                    .text_only = text_only};
        struct run_result result;
        diagnose_stored(rows, &asked, &result);
        cr_expect_eq(result.num_diagnoses, 1);
        num_objects[text_only] = endpoint.num_objects;
        run_result_clear(&result);
    }
    /* but for a few that show where a signature is checked */
    cr_expect_lt(num_objects[true], num_objects[false] / 2, "%zu of %zu", num_objects[true],
                 num_objects[false]);
}

#define OBJECT "{\"c\":1e-9,\"b\":[\"\\u001f\"],\"a\":1e-7}"

#define ODD_OBJECT "{\"a\":null,\"b\":{},\"c\":\" \"}"

/* A run in which it was refused only as an object. */
static void ask_for_objects(struct computing *endpoint, struct run_result *out)
{
    static const struct stored rows[STORED_MAX] = {
        {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "204"},
        {"\"{\\\"a\\\":1}\"", .answer = "401"},
        {OBJECT, .genuine = true, .answer = "401"},
        {ODD_OBJECT, .genuine = true, .answer = "401"}};
    const struct asked asked = {.send = answer, .payload = endpoint, .secret = endpoint->secret};
    diagnose_stored(rows, &asked, out);
}

/* Whether it means something with this secret, and comes to something else than the right
 * signature. */
static bool differs(const char *body, const struct hypothesis *first,
                    const struct hypothesis *second, struct bytes secret)
{
    struct subject subject;
    struct signing signing = {0};
    struct signing right = {0};
    bool differ = subject_read(&subject, bytes_of(body), NOW_MS) &&
                  hypothesis_sign(first, second, &subject, secret, &signing) &&
                  hypothesis_sign(NULL, NULL, &subject, secret, &right) &&
                  (signing.headers.count != 1 ||
                   strcmp(signing.headers.items[0].name, right.headers.items[0].name) != 0 ||
                   !bytes_equal(buf_bytes(&signing.value), buf_bytes(&right.value)));
    signing_clear(&signing);
    signing_clear(&right);
    subject_clear(&subject);
    return differ;
}

/* The one, or another that comes to the same, whose sentence says both. Blanks around the secret
 * that the user gave are the user's mistake, so that they are told as that. */
static bool is_told(const struct run_result *result, const struct hypothesis *first,
                    const struct hypothesis *second)
{
    if (result->num_diagnoses != 1 || result->diagnoses[0].confidence != CONFIDENCE_PROVED)
        return false;
    const char *said = result->diagnoses[0].sentence;
    if (first == hypothesis_find("key-trimmed"))
        return strcmp(result->diagnoses[0].id, "own-secret") == 0;
    return strstr(said, first->sentence) && (!second || strstr(said, second->sentence));
}

/* What is asked: which hypotheses show in it at all, and how it is asked. */
static const struct {
    const char *body;
    void (*ask)(struct computing *endpoint, struct run_result *out);
} ways[] = {
    {"{\"id_event\":\"7e57c0de\", \"data\":\"{\\\"b\\\":\\\"\xc3\xa9\xe2\x80\xa8/<b>'&=+`B\\\", "
     "\\\"a\\\":1.50}\",\"type\":\"a\"}",
     ask_endpoint},
    {"{\"id_event\":\"7e57c0de\",\"data\":" OBJECT ",\"type\":\"a\"}", ask_for_objects},
    {"{\"id_event\":\"7e57c0de\",\"data\":" ODD_OBJECT ",\"type\":\"a\"}", ask_for_objects},
};

/* In the first way and with the first secret in which it shows. */
static void expect_told(const struct hypothesis *first, const struct hypothesis *second)
{
    for (size_t i = 0; i < ARRAY_LEN(ways) * ARRAY_LEN(secrets); i++) {
        size_t way = i / ARRAY_LEN(secrets);
        struct bytes secret = secrets[i % ARRAY_LEN(secrets)];
        struct computing endpoint = {first, second, secret, .refuses_all = false};
        struct run_result result;
        if (!differs(ways[way].body, first, second, secret))
            continue;
        ways[way].ask(&endpoint, &result);
        char *found = causes_of(&result);
        cr_expect(is_told(&result, first, second), "%s %s: found %s(%s)", first->id,
                  second ? second->id : "", found,
                  result.num_diagnoses ? result.diagnoses[0].sentence : "");
        free(found);
        run_result_clear(&result);
        return;
    }
    cr_expect(false, "%s shows with none of the secrets", first->id);
}

Test(diagnose_hypothesis, each_is_found_where_it_is_computed)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        if (!hypotheses[i].is_offline)
            expect_told(&hypotheses[i], NULL);
}

/* Two mistakes at once: those that are made together. */
static const char *const pairs[][2] = {
    {"signs-raw-body", "digest-sha256-prefix"},
    {"signs-raw-body", "digest-base64"},
    {"signs-raw-body", "key-newline"},
    {"signs-raw-body", "digest-sha1"},
    {"signs-raw-body", "key-without-prefix"},
    {"signs-raw-body", "key-empty"},
    {"signs-data-text", "digest-base64"},
    {"signs-data-text", "key-newline"},
    {"signs-inner-object", "key-newline"},
    {"signs-inner-object", "digest-base64"},
    {"signs-whole-event", "digest-sha256-prefix"},
    {"key-newline", "digest-base64"},
    {"inner-as-python-default", "key-newline"},
    {"inner-as-php-default", "digest-base64"},
    {"signs-raw-body", "header-x-signature"},
    {"signs-data-text", "header-x-webhook-signature"},
};

Test(diagnose_hypothesis, each_pair_is_found_where_it_is_computed)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        expect_told(hypothesis_find(pairs[i][0]), hypothesis_find(pairs[i][1]));
}

Test(diagnose_hypothesis, an_object_that_is_refused_as_well_is_no_second_cause)
{
    static const struct stored rows[STORED_MAX] = {
        {"1", .genuine = true, .answer = "204"},
        {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "401"},
        {"\"{\\\"a\\\":1}\"", .answer = "401"},
        {"{\"a\":1}", .genuine = true, .answer = "400"}};
    static const char *const ids[] = {"signs-data-text", "signs-inner-object"};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct computing endpoint = {.first = hypothesis_find(ids[i]), .secret = secrets[0]};
        const struct asked asked = {.send = answer, .payload = &endpoint, .secret = secrets[0]};
        struct run_result result;
        diagnose_stored(rows, &asked, &result);
        cr_assert_eq(result.num_diagnoses, 1);
        cr_expect_str_eq(result.diagnoses[0].id, ids[i]);
        run_result_clear(&result);
    }
}

Test(diagnose_hypothesis, who_takes_the_algorithm_from_a_prefix_is_told_so)
{
    static const struct stored rows[STORED_MAX] = {
        {"\"{\\\"a\\\":1}\"", .genuine = true, .answer = "204"},
        {"\"{\\\"a\\\":1}\"", .answer = "401"},
        {"\"{\\\"a\\\":1}\"", .answer = "204", .signature = "sha1=0123"}};
    static const struct {
        const char *found;
        const char *also[2];
    } accepting[] = {
        {"senders-algorithm ", {"digest-sha1-prefix", "digest-md5-prefix"}},
        {"also-accepts-sha1 ", {"digest-sha1-prefix"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(accepting); i++) {
        struct computing endpoint = {.secret = secrets[0],
                                     .also = {accepting[i].also[0], accepting[i].also[1]}};
        const struct asked asked = {.send = answer, .payload = &endpoint, .secret = secrets[0]};
        struct run_result result;
        diagnose_stored(rows, &asked, &result);
        char *found = causes_of(&result);
        cr_expect_str_eq(found, accepting[i].found, "%s", found);
        free(found);
        run_result_clear(&result);
    }
}

/* It accepts none of what is asked but the genuine event, as it is and with its signature under
 * every other name as well. */
Test(diagnose_hypothesis, the_right_endpoint_accepts_none)
{
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        struct computing endpoint = {.secret = secrets[i], .refuses_all = true};
        struct run_result result;
        ask_endpoint(&endpoint, &result);
        char *found = causes_of(&result);
        cr_expect_str_eq(found, "other-secret ");
        free(found);
        run_result_clear(&result);
    }
}

Test(diagnose_hypothesis, the_right_endpoint_yields_none)
{
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        struct computing endpoint = {.secret = secrets[i]};
        struct run_result result;
        ask_endpoint(&endpoint, &result);
        cr_expect_eq(result.num_diagnoses, 0);
        run_result_clear(&result);
    }
}
