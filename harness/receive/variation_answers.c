/* Answers of receivers that are right in another way: what they say to a genuine event. */
#include "receive/variation_internal.h"

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

void vary_200(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, NULL, NULL);
}

void vary_201(struct handling *handling, enum result result)
{
    answer_success(handling, result, 201, NULL, NULL);
}

void vary_202(struct handling *handling, enum result result)
{
    answer_success(handling, result, 202, NULL, NULL);
}

void vary_205(struct handling *handling, enum result result)
{
    answer_success(handling, result, 205, NULL, NULL);
}

/* RFC 9110 section 8.6 wants no Content-Length there, but 0 is sent by many and hurts nobody. */
void vary_204_with_length(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        headers_set(&handling->answer.headers, "Content-Length", "0");
}

void vary_208_to_redelivery(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        handling->answer.status = handling->processed ? 200 : 208;
}

void vary_body_text(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/plain; charset=utf-8", "ok\n");
}

void vary_body_json(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "application/json", "{\"received\":true}");
}

void vary_body_html(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/html; charset=utf-8",
                   "<!doctype html><title>Thank you</title>");
}

void vary_body_untyped(struct handling *handling, enum result result)
{
    answer_success(handling, result, 200, "text/plain", "ok");
    if (result == RESULT_ACCEPTED)
        (void)headers_remove(&handling->answer.headers, "Content-Type");
}

/* Up to 40 ms, by the number of the request, so that two runs are alike. */
void vary_jitter(struct handling *handling, enum result result)
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
void vary_brotli(struct handling *handling, enum result result)
{
    static const char body[] = "\x1b\x08\x00\xf8\x25\x14\xca\x10\x45\x02\x10\x01";
    answer_coded(handling, result, "br", (struct bytes){body, sizeof body - 1});
}

void vary_deflate(struct handling *handling, enum result result)
{
    static const char body[] =
        "\x78\x9c\x4b\x4c\x4e\x4e\x2d\x28\x49\x4d\xe1\x02\x00\x11\x9e\x03\x44";
    answer_coded(handling, result, "deflate", (struct bytes){body, sizeof body - 1});
}

/* What differs in each answer: a session, an id, what is left of a limit, how long it took. */
void vary_headers(struct handling *handling, enum result result)
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

void vary_few_a_connection(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (handling->request->on_connection >= REQUESTS_A_CONNECTION)
        handling->answer.ending = ENDING_CLOSE;
}
