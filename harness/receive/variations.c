#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/text.h"
#include "receive/variation.h"
#include "sign/digest.h"

/* --- other refusals --- */

static void answer_refusal(struct handling *handling, enum result result, int status)
{
    rules_right.answer(handling, result);
    if (result == RESULT_SIGNATURE)
        handling->answer.status = status;
}

static void answer_400(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 400);
}

static void answer_403(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 403);
}

/* An endpoint that does not say that it is there. */
static void answer_404(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 404);
}

/* A limit that counts only what was refused, so that genuine events always get through. */
#define FORGERIES_ALLOWED 3

static void answer_429_to_many(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE || ++handling->memory->num_refused <= FORGERIES_ALLOWED)
        return;
    handling->answer.status = 429;
    headers_set(&handling->answer.headers, "Retry-After", "1");
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "slow down\n");
}

/* --- other successes --- */

static void answer_success(struct handling *handling, enum result result, int status,
                           const char *type, const char *body)
{
    rules_right.answer(handling, result);
    if (result != RESULT_ACCEPTED)
        return;
    handling->answer.status = status;
    if (type)
        answer_set_body(&handling->answer, type, body);
}

static void answer_200(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, NULL, NULL);
}

static void answer_201(struct handling *handling, enum result result)
{
    answer_success(handling, result, 201, NULL, NULL);
}

static void answer_202(struct handling *handling, enum result result)
{
    answer_success(handling, result, 202, NULL, NULL);
}

static void answer_text(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/plain; charset=utf-8", "ok\n");
}

static void answer_json(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "application/json", "{\"received\":true}");
}

static void answer_html(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/html; charset=utf-8",
                   "<!doctype html><title>Thank you</title>");
}

/* Up to 40 ms, by the number of the request, so that two runs are alike. */
static void answer_jittery(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    handling->answer.delay_ns = (int64_t)(handling->request->number * 7919 % 40) * 1000000;
}

/* --- other tolerance --- */

static enum result compare_any_case(struct handling *handling)
{
    struct bytes given = handling->signature;
    char lower[64];
    if (given.len != sizeof lower)
        return RESULT_SIGNATURE;
    for (size_t i = 0; i < given.len; i++) {
        char c = given.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    bool equal = digest_equal((struct bytes){lower, sizeof lower}, buf_bytes(&handling->digest));
    return equal ? RESULT_NEXT : RESULT_SIGNATURE;
}

const struct variation variations[] = {
    {.name = "status-200",
     .sentence = "accepts with 200 and no body",
     .overrides = {.answer = answer_200}},
    {.name = "status-201", .sentence = "accepts with 201", .overrides = {.answer = answer_201}},
    {.name = "status-202", .sentence = "accepts with 202", .overrides = {.answer = answer_202}},
    {.name = "status-204",
     .sentence = "accepts with 204, as the right receiver does",
     .overrides = {0}},
    {.name = "body-text",
     .sentence = "accepts with a line of text",
     .overrides = {.answer = answer_text}},
    {.name = "body-json",
     .sentence = "accepts with a JSON body",
     .overrides = {.answer = answer_json}},
    {.name = "body-html",
     .sentence = "accepts with an HTML page",
     .overrides = {.answer = answer_html}},
    {.name = "refuses-400",
     .sentence = "refuses a wrong signature with 400",
     .overrides = {.answer = answer_400}},
    {.name = "refuses-401",
     .sentence = "refuses a wrong signature with 401, as the right receiver does",
     .overrides = {0}},
    {.name = "refuses-403",
     .sentence = "refuses a wrong signature with 403",
     .overrides = {.answer = answer_403}},
    {.name = "refuses-404",
     .sentence = "refuses a wrong signature with 404",
     .overrides = {.answer = answer_404}},
    {.name = "connection-close",
     .sentence = "closes after each answer, and says so",
     .behaviours = {"connection-close"}},
    {.name = "http-1.0", .sentence = "answers as an HTTP/1.0 server", .behaviours = {"http-1.0"}},
    {.name = "chunked",
     .sentence = "sends the body of its answers in chunks",
     .behaviours = {"chunked"},
     .overrides = {.answer = answer_json}},
    {.name = "delay-300ms", .sentence = "answers after 300 ms", .behaviours = {"delay=300ms"}},
    {.name = "jitter",
     .sentence = "answers after up to 40 ms, each time another one",
     .overrides = {.answer = answer_jittery}},
    {.name = "upper-case-hex",
     .sentence = "takes a signature in upper-case digits, too",
     .overrides = {.compare = compare_any_case}},
    {.name = "limits-forgeries",
     .sentence = "answers 429 when there are many forgeries",
     .overrides = {.answer = answer_429_to_many}},
    {.name = "tls-1.2-only",
     .sentence = "speaks TLS 1.2, and no newer one",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_ONLY_1_2}},
    {.name = "tls-intermediate",
     .sentence = "has a certificate by an intermediate, which it sends",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_INTERMEDIATE}},
    {.name = "gzip",
     .sentence = "compresses its answers when the client takes that",
     .behaviours = {"gzip"},
     .overrides = {.answer = answer_json}},
};
const size_t num_variations = ARRAY_LEN(variations);

const struct variation *variation_find(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(variations)];
    for (size_t i = 0; i < num_variations; i++) {
        if (strcmp(variations[i].name, name) == 0)
            return &variations[i];
        names[i] = variations[i].name;
    }
    (void)text_unknown(err, "variation", name, names, num_variations);
    return NULL;
}
