#include "receive/variation.h"

#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "panora/event.h"
#include "receive/raw_member.h"
#include "sign/digest.h"

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

static void vary_200(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, NULL, NULL);
}

static void vary_201(struct handling *handling, enum result result)
{
    answer_success(handling, result, 201, NULL, NULL);
}

static void vary_202(struct handling *handling, enum result result)
{
    answer_success(handling, result, 202, NULL, NULL);
}

static void vary_205(struct handling *handling, enum result result)
{
    answer_success(handling, result, 205, NULL, NULL);
}

/* RFC 9110 section 8.6 wants no Content-Length there, but 0 is sent by many and hurts nobody. */
static void vary_204_with_length(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        headers_set(&handling->answer.headers, "Content-Length", "0");
}

static void vary_208_to_redelivery(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        handling->answer.status = handling->processed ? 200 : 208;
}

static void vary_body_text(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/plain; charset=utf-8", "ok\n");
}

static void vary_body_json(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "application/json", "{\"received\":true}");
}

static void vary_body_html(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/html; charset=utf-8",
                   "<!doctype html><title>Thank you</title>");
}

static void vary_body_untyped(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/plain", "ok");
    if (result == RESULT_ACCEPTED)
        (void)headers_remove(&handling->answer.headers, "Content-Type");
}

/* Up to 40 ms, by the number of the request, so that two runs are alike. */
static void vary_jitter(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    handling->answer.delay_ns = (int64_t)(handling->request->number * 7919 % 40) * 1000000;
}

static void answer_coded(struct handling *handling, enum result result, const char *coding,
                         struct bytes body)
{
    answer_success(handling, result, 200, "text/plain", "");
    bool taken = headers_has_token(handling->request->headers, "Accept-Encoding", coding);
    if (result != RESULT_ACCEPTED || !taken)
        return;
    headers_set(&handling->answer.headers, "Content-Encoding", coding);
    buf_add_bytes(&handling->answer.body, body);
}

/* "accepted\n" as Node's zlib writes it. */
static void vary_brotli(struct handling *handling, enum result result)
{
    static const char body[] = "\x1b\x08\x00\xf8\x25\x14\xca\x10\x45\x02\x10\x01";
    answer_coded(handling, result, "br", (struct bytes){body, sizeof body - 1});
}

static void vary_deflate(struct handling *handling, enum result result)
{
    static const char body[] =
        "\x78\x9c\x4b\x4c\x4e\x4e\x2d\x28\x49\x4d\xe1\x02\x00\x11\x9e\x03\x44";
    answer_coded(handling, result, "deflate", (struct bytes){body, sizeof body - 1});
}

/* What differs in each answer: a session, an id, what is left of a limit, how long it took. */
static void vary_headers(struct handling *handling, enum result result)
{
    struct headers *headers = &handling->answer.headers;
    unsigned long long number = handling->request->number;
    struct buf value = {0};
    rules_right.answer(handling, result);
    buf_add_format(&value, "session=%016llx; Path=/; HttpOnly", number * 2654435761U);
    headers_add(headers, "Set-Cookie", buf_text(&value));
    buf_reset(&value);
    buf_add_format(&value, "7e57c0de-0000-4000-8000-%012llx", number);
    headers_add(headers, "X-Request-Id", buf_text(&value));
    buf_reset(&value);
    buf_add_format(&value, "%llu", 1000 - number % 1000);
    headers_add(headers, "X-RateLimit-Remaining", buf_text(&value));
    buf_reset(&value);
    buf_add_format(&value, "%llu.%llums", number % 5, number % 10);
    headers_add(headers, "X-Response-Time", buf_text(&value));
    buf_clear(&value);
}

/* As Apache's "Keep-Alive: max=", but smaller. */
#define REQUESTS_A_CONNECTION 2

static void vary_few_a_connection(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (handling->request->on_connection >= REQUESTS_A_CONNECTION)
        handling->answer.ending = ENDING_CLOSE;
}

/* --- other refusals --- */

static void answer_refusal(struct handling *handling, enum result result, int status)
{
    rules_right.answer(handling, result);
    if (result == RESULT_SIGNATURE)
        handling->answer.status = status;
}

static void vary_refusal_400(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 400);
}

static void vary_refusal_403(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 403);
}

/* An endpoint that does not say that it is there. */
static void vary_refusal_404(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 404);
}

static void vary_refusal_422(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 422);
}

/* A limit that counts only what was refused, so that genuine events always get through. */
#define FORGERIES_ALLOWED 3

static void vary_refusal_429_to_many(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE || ++handling->memory->num_refused <= FORGERIES_ALLOWED)
        return;
    handling->answer.status = 429;
    headers_set(&handling->answer.headers, "Retry-After", "1");
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "slow down\n");
}

static void answer_json(struct handling *handling, int status, const char *text)
{
    handling->answer.status = status;
    answer_set_body(&handling->answer, "application/json", text);
}

/* 400 for what no signature can be, 401 for a wrong one, 422 for what is no event. */
static void vary_refusal_by_kind(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_NOT_EVENT)
        answer_json(handling, 422, "{\"error\":\"body is not an event\"}");
    if (result != RESULT_SIGNATURE)
        return;
    if (!handling->signature.data)
        answer_json(handling, 400, "{\"error\":\"Panora-Signature is missing\"}");
    else if (handling->signature.len != 64)
        answer_json(handling, 400, "{\"error\":\"Panora-Signature is malformed\"}");
    else
        answer_json(handling, 401, "{\"error\":\"Panora-Signature does not match\"}");
}

/* The error documents of Spring Boot and of many others: when it was, and a number to ask by. */
static void vary_refusal_with_ids(struct handling *handling, enum result result)
{
    unsigned long long number = handling->request->number;
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE)
        return;
    answer_json(handling, 401, "");
    buf_add_format(&handling->answer.body,
                   "{\"timestamp\":\"2026-01-31T12:%02llu:%02llu.%03lluZ\",\"status\":401,"
                   "\"error\":\"Unauthorized\",\"trace_id\":\"%016llx%016llx\","
                   "\"request_id\":\"7e57c0de-0000-4000-8000-%012llx\",\"time\":%llu}",
                   number / 60 % 60, number % 60, number * 37 % 1000, number * 0x9e3779b97f4a7c15U,
                   number * 0xc2b2ae3d27d4eb4fU, number, 1769860800000 + number * 137);
}

/* It says only what it was sent. */
static void vary_refusal_that_quotes(struct handling *handling, enum result result)
{
    const char *given = headers_find(handling->request->headers, PANORA_SIGNATURE_HEADER);
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE || !given)
        return;
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "not the signature: ");
    buf_add_text(&handling->answer.body, given);
}

/* As Python's http.server does with a method that it has no function for (RFC 9110, 15.6.2). */
static void vary_refusal_501_to_methods(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_METHOD)
        handling->answer.status = 501;
}

/* --- other ways to check --- */

/* The content type is left aside: only the signature counts. */
static enum result vary_admit_any_type(struct handling *handling)
{
    return strcmp(handling->request->method, "POST") == 0 ? RESULT_NEXT : RESULT_METHOD;
}

#define HEADER_MAX 4096

static enum result vary_admit_short_headers(struct handling *handling)
{
    const struct headers *headers = handling->request->headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strlen(headers->items[i].value) > HEADER_MAX) {
            handling->answer.status = 431;
            handling->answer.ending = ENDING_CLOSE;
            return RESULT_ANSWERED;
        }
    return rules_right.admit(handling);
}

/* What cannot be a signature is refused before a byte of the body is read. */
static enum result vary_admit_signed_heads(struct handling *handling)
{
    enum result result = rules_right.admit(handling);
    bool possible = rules_right.find(handling) == RESULT_NEXT && handling->signature.len == 64 &&
                    strspn(handling->signature.data, "0123456789abcdef") >= 64;
    return result != RESULT_NEXT || possible ? result : RESULT_SIGNATURE;
}

/* The bytes of `data` as they came, as Go's json.RawMessage keeps them: for what JSON.stringify
 * wrote they are the same as those that the right receiver writes again. */
static enum result vary_message_as_it_stands(struct handling *handling)
{
    if (!handling_event(handling))
        return RESULT_NOT_EVENT;
    struct bytes data = raw_member(handling->request->body, "data", RAW_LAST);
    buf_add_bytes(&handling->message, data);
    return data.data ? RESULT_NEXT : RESULT_NOT_EVENT;
}

static enum result vary_compare_any_case(struct handling *handling)
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

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct bytes text)
{
    static const char pattern[] = "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx";
    if (text.len != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool fits = pattern[i] == 'x' ? text.data[i] && strchr("0123456789abcdef", text.data[i])
                                      : text.data[i] == pattern[i];
        if (!fits)
            return false;
    }
    return true;
}

/* Everything that Panora's sender always keeps is asked for: a version 4 UUID, names in lower case,
 * JSON inside data. */
static enum result vary_shape_strict(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    if (result != RESULT_NEXT)
        return result;
    struct bytes type = handling_member(handling, "type");
    bool named = type.len > 0;
    for (size_t i = 0; named && i < type.len; i++)
        named = type.data[i] && strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", type.data[i]);
    struct js *data = handling_data(handling);
    bool structured = data && (js_kind(data) == JS_OBJECT || js_kind(data) == JS_ARRAY);
    js_free(data);
    return named && structured && is_uuid(handling_member(handling, "id_event")) ? RESULT_NEXT
                                                                                 : RESULT_NOT_EVENT;
}

/* --- the table --- */

static const struct variation variations[] = {
    {.name = "status-200",
     .sentence = "accepts with 200 and no body",
     .overrides = {.answer = vary_200}},
    {.name = "status-201", .sentence = "accepts with 201", .overrides = {.answer = vary_201}},
    {.name = "status-202", .sentence = "accepts with 202", .overrides = {.answer = vary_202}},
    {.name = "status-204",
     .sentence = "accepts with 204, as the right receiver does",
     .overrides = {0}},
    {.name = "body-text",
     .sentence = "accepts with a line of text",
     .overrides = {.answer = vary_body_text}},
    {.name = "body-json",
     .sentence = "accepts with a JSON body",
     .overrides = {.answer = vary_body_json}},
    {.name = "body-html",
     .sentence = "accepts with an HTML page",
     .overrides = {.answer = vary_body_html}},
    {.name = "refuses-400",
     .sentence = "refuses a wrong signature with 400",
     .overrides = {.answer = vary_refusal_400}},
    {.name = "refuses-401",
     .sentence = "refuses a wrong signature with 401, as the right receiver does",
     .overrides = {0}},
    {.name = "refuses-403",
     .sentence = "refuses a wrong signature with 403",
     .overrides = {.answer = vary_refusal_403}},
    {.name = "refuses-404",
     .sentence = "refuses a wrong signature with 404",
     .overrides = {.answer = vary_refusal_404}},
    {.name = "connection-close",
     .sentence = "sends Connection: close and closes after each response",
     .behaviours = {"connection-close"}},
    {.name = "http-1.0", .sentence = "answers as an HTTP/1.0 server", .behaviours = {"http-1.0"}},
    {.name = "chunked",
     .sentence = "sends chunked responses",
     .behaviours = {"chunked"},
     .overrides = {.answer = vary_body_json}},
    {.name = "delay-300ms", .sentence = "answers after 300 ms", .behaviours = {"delay=300ms"}},
    {.name = "jitter",
     .sentence = "answers after a random delay of up to 40 ms",
     .overrides = {.answer = vary_jitter}},
    {.name = "upper-case-hex",
     .sentence = "also accepts upper-case signatures",
     .overrides = {.compare = vary_compare_any_case}},
    {.name = "limits-forgeries",
     .sentence = "answers 429 when there are many forgeries",
     .overrides = {.answer = vary_refusal_429_to_many}},
    {.name = "tls-1.2-only",
     .sentence = "supports TLS 1.2 only",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_ONLY_1_2}},
    {.name = "tls-intermediate",
     .sentence = "has a certificate from an intermediate CA and sends the chain",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_INTERMEDIATE}},
    {.name = "gzip",
     .sentence = "compresses responses when the client accepts it",
     .behaviours = {"gzip"},
     .overrides = {.answer = vary_body_json}},
    {.name = "status-205", .sentence = "accepts with 205", .overrides = {.answer = vary_205}},
    {.name = "status-208",
     .sentence = "accepts with 200, and repeated events with 208",
     .overrides = {.answer = vary_208_to_redelivery}},
    {.name = "length-on-204",
     .sentence = "accepts with 204 and Content-Length: 0",
     .overrides = {.answer = vary_204_with_length}},
    {.name = "body-untyped",
     .sentence = "accepts with a body without Content-Type",
     .overrides = {.answer = vary_body_untyped}},
    {.name = "refuses-422",
     .sentence = "refuses a wrong signature with 422",
     .overrides = {.answer = vary_refusal_422}},
    {.name = "refuses-by-kind",
     .sentence =
         "refuses a malformed signature with 400, a wrong one with 401, other bodies with 422",
     .overrides = {.answer = vary_refusal_by_kind}},
    {.name = "refuses-with-ids",
     .sentence = "includes the time and a request id in refusals",
     .overrides = {.answer = vary_refusal_with_ids}},
    {.name = "refuses-with-quote",
     .sentence = "repeats the received signature in refusals",
     .overrides = {.answer = vary_refusal_that_quotes}},
    {.name = "refuses-by-head",
     .sentence = "refuses malformed signatures before reading the body, and closes",
     .overrides = {.admit = vary_admit_signed_heads, .manners.judges_heads = true}},
    {.name = "methods-501",
     .sentence = "answers 501 to methods other than POST",
     .overrides = {.answer = vary_refusal_501_to_methods}},
    {.name = "many-headers",
     .sentence = "adds framework headers, a cookie and ids to each response",
     .behaviours = {"header=X-Powered-By: Express",
                    "header=Strict-Transport-Security: max-age=15552000; includeSubDomains",
                    "header=Content-Security-Policy: default-src 'self'",
                    "header=Vary: Origin, Accept-Encoding", "header=Cache-Control: no-store"},
     .overrides = {.answer = vary_headers}},
    {.name = "lower-case-headers",
     .sentence = "sends lower-case header names",
     .behaviours = {"lower-case"}},
    {.name = "no-reason", .sentence = "sends no reason phrase", .behaviours = {"no-reason"}},
    {.name = "chunk-details",
     .sentence = "sends chunks with extensions, and a trailer",
     .behaviours = {"chunk-details"},
     .overrides = {.answer = vary_body_json}},
    {.name = "unframed",
     .sentence = "ends the response body by closing the connection",
     .behaviours = {"unframed"},
     .overrides = {.answer = vary_body_json}},
    {.name = "early-hints",
     .sentence = "sends 103 before the final response",
     .behaviours = {"interim"}},
    {.name = "unasked-continue",
     .sentence = "sends 100 before the final response, asked or not",
     .behaviours = {"unasked-continue"}},
    {.name = "brotli",
     .sentence = "compresses with brotli when the client accepts it",
     .overrides = {.answer = vary_brotli}},
    {.name = "deflate",
     .sentence = "compresses with deflate when the client accepts it",
     .overrides = {.answer = vary_deflate}},
    {.name = "keep-alive-5s",
     .sentence = "announces a keep-alive of 5 s, then closes",
     .behaviours = {"header=Connection: keep-alive", "header=Keep-Alive: timeout=5"},
     .overrides = {.manners.idle_ns = 5 * NS_PER_S}},
    {.name = "keep-alive-2s",
     .sentence = "closes an idle connection after 2 s",
     .overrides = {.manners.idle_ns = 2 * NS_PER_S}},
    {.name = "few-a-connection",
     .sentence = "closes a connection after two requests, announced",
     .overrides = {.answer = vary_few_a_connection}},
    {.name = "answers-408",
     .sentence = "allows 3 s for a request to arrive, then answers 408",
     .overrides = {.manners.request_ns = 3 * NS_PER_S}},
    {.name = "answers-413",
     .sentence = "accepts up to 8 MiB, then answers 413 without reading on",
     .overrides = {.manners.body_max = (size_t)8 * 1024 * 1024}},
    {.name = "answers-431",
     .sentence = "accepts headers up to 4 KiB, then answers 431",
     .overrides = {.admit = vary_admit_short_headers, .manners.judges_heads = true}},
    {.name = "any-content-type",
     .sentence = "ignores the content type",
     .overrides = {.admit = vary_admit_any_type}},
    {.name = "raw-data",
     .sentence = "verifies the received bytes of data without serializing them again",
     .overrides = {.message = vary_message_as_it_stands}},
    {.name = "strict-shape",
     .sentence = "requires a UUID as id, a lower-case type and JSON in data",
     .overrides = {.shape = vary_shape_strict}},
    {.name = "tls-1.3-only",
     .sentence = "supports TLS 1.3 only",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_ONLY_1_3}},
};
static const struct table_part part = TABLE_PART(variations);
static const struct table_part *const parts[] = {&part, &variations_by_shape, NULL};
const struct table variation_table = {"variation", sizeof(struct variation), parts};
