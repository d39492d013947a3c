#include "serve/answer.h"

#include <criterion/criterion.h>

#include "base/array.h"

TestSuite(serve_answer, .timeout = 120);

static const struct answer_context kept = {.keep_alive = true};

static void expect(const struct answer *answer, const struct answer_context *context,
                   const char *expected)
{
    struct buf out = {0};
    answer_write(answer, context, &out);
    cr_expect_str_eq(buf_text(&out), expected);
    buf_clear(&out);
}

Test(serve_answer, a_204_has_no_framing)
{
    const struct answer answer = {.status = 204};
    expect(&answer, &kept, "HTTP/1.1 204 No Content\r\n\r\n");
}

Test(serve_answer, a_body_has_a_length)
{
    struct answer answer = {.status = 400};
    answer_set_body(&answer, "text/plain", "no");
    expect(&answer, &kept,
           "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno");
    answer.chunked = true;
    expect(&answer, &kept,
           "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
           "\r\n2\r\nno\r\n0\r\n\r\n");
    answer_clear(&answer);
}

Test(serve_answer, an_empty_chunked_body_has_only_its_end)
{
    const struct answer answer = {.status = 200, .chunked = true};
    expect(&answer, &kept, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

Test(serve_answer, a_head_request_gets_no_body)
{
    struct answer answer = {.status = 200};
    const struct answer_context context = {.to_head = true, .keep_alive = true};
    answer_set_body(&answer, "text/plain", "yes");
    expect(&answer, &context,
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n");
    answer_clear(&answer);
}

Test(serve_answer, says_what_becomes_of_the_connection)
{
    const struct answer answer = {.status = 204};
    const struct answer closing = {.status = 204, .ending = ENDING_CLOSE};
    const struct answer silent = {.status = 204, .ending = ENDING_CLOSE, .silent_close = true};
    const struct answer_context old = {.keep_alive = true, .client_is_1_0 = true};
    const struct answer_context unkept = {.keep_alive = false};
    expect(&answer, &old, "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
    expect(&answer, &unkept, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    expect(&closing, &kept, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    expect(&silent, &kept, "HTTP/1.1 204 No Content\r\n\r\n");
    cr_expect(answer_keeps_alive(&answer, &kept));
    cr_expect_not(answer_keeps_alive(&closing, &kept));
    cr_expect_not(answer_keeps_alive(&answer, &unkept));
}

Test(serve_answer, can_be_wrong_on_purpose)
{
    struct answer answer = {.status = 200,
                            .length_error = 5,
                            .interim = 103,
                            .num_interim = 1,
                            .line_end = "\n",
                            .minor = -1};
    buf_add_text(&answer.extra, "more");
    expect(&answer, &kept,
           "HTTP/1.1 103 Early Hints\n\nHTTP/1.0 200 OK\nContent-Length: 5\nConnection: close\n\n"
           "more");
    buf_add_text(&answer.raw, "raw");
    expect(&answer, &kept, "raw");
    answer_clear(&answer);
}

Test(serve_answer, has_words_for_every_status)
{
    cr_expect_str_eq(answer_reason(404), "Not Found");
    cr_expect_str_eq(answer_reason(599), "Unknown");
    const struct answer answer = {.status = 404, .reason = "Nope"};
    expect(&answer, &kept, "HTTP/1.1 404 Nope\r\nContent-Length: 0\r\n\r\n");
}
