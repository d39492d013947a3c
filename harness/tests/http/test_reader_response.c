/* Responses: how their bodies end (RFC 9112 section 6.3). */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "http/reader.h"
#include "tests/support/reader_trace.h"

TestSuite(http_reader_response, .timeout = 120);

struct row {
    const char *what;
    const char *bytes;
    const char *trace;
    bool to_head;
};

#define OK     "HTTP/1.1 200 OK\r\n"
#define LEN_5  "Content-Length: 5\r\n\r\n"
#define HEAD_5 "HEAD 200 (OK) 1.1 len=5 keep [Content-Length=5]"

static const struct row rows[] = {
    {"a length", OK LEN_5 "hello", HEAD_5 " | BODY hello | END | FINISH ok", false},
    {"cut short", OK LEN_5 "hel", HEAD_5 " | BODY hel | FINISH cut", false},
    {"until close", OK "\r\nhello", "HEAD 200 (OK) 1.1 until-close | BODY hello | FINISH end",
     false},
    {"until close, empty", OK "\r\n", "HEAD 200 (OK) 1.1 until-close | FINISH end", false},
    {"chunks", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
     "HEAD 200 (OK) 1.1 chunked keep [Transfer-Encoding=chunked] | BODY hello | END | FINISH ok",
     false},
    {"chunks with padded sizes", OK "Transfer-Encoding: chunked\r\n\r\n1  \r\nx\r\n0 \r\n\r\n",
     "HEAD 200 (OK) 1.1 chunked keep [Transfer-Encoding=chunked] | BAD", false},
    {"chunks cut short", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
     "HEAD 200 (OK) 1.1 chunked keep [Transfer-Encoding=chunked] | BODY hello | FINISH cut", false},
    {"a coding that cannot be undone", OK "Transfer-Encoding: gzip\r\n\r\nx",
     "HEAD 200 (OK) 1.1 until-close [Transfer-Encoding=gzip] | BODY x | FINISH end", false},
    {"204 has no body", "HTTP/1.1 204 No Content\r\n\r\n",
     "HEAD 204 (No Content) 1.1 keep | END | FINISH ok", false},
    {"304 has no body, whatever its length says", "HTTP/1.1 304 Not Modified\r\n" LEN_5,
     "HEAD 304 (Not Modified) 1.1 len=5 keep [Content-Length=5] | END | FINISH ok", false},
    {"the answer to HEAD has none either", OK LEN_5, HEAD_5 " | END | FINISH ok", true},
    {"interim responses are messages of their own",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" OK LEN_5 "hello",
     "HEAD 100 (Continue) 1.1 keep | END | HEAD 103 (Early Hints) 1.1 keep [A=b] | END | " HEAD_5
     " | BODY hello | END | FINISH ok",
     false},
    {"HTTP/1.0 closes", "HTTP/1.0 200 OK\r\n" LEN_5 "hello",
     "HEAD 200 (OK) 1.0 len=5 [Content-Length=5] | BODY hello | END | FINISH ok", false},
    {"no reason", "HTTP/1.1 204 \r\n\r\n", "HEAD 204 () 1.1 keep | END | FINISH ok", false},
    {"not even the space before it", "HTTP/1.1 204\r\n\r\n",
     "HEAD 204 () 1.1 keep | END | FINISH ok", false},
    {"folded lines", OK "A: b\r\n\t c\r\n" LEN_5 "hello", "BAD", false},
    {"equal lengths", OK "Content-Length: 5\r\n" LEN_5 "hello", "BAD", false},
    {"lengths in a list", OK "Content-Length: 5, 5\r\n\r\nhello", "BAD", false},
    {"LF alone is noted", "HTTP/1.1 204 x\n\n", "HEAD 204 (x) 1.1 keep bare-lf | END | FINISH ok",
     false},
    {"a folded line with nothing before it", OK " A: b\r\n\r\n", "BAD", false},
    {"both framings", OK "Transfer-Encoding: chunked\r\n" LEN_5, "BAD", false},
    {"lengths that differ", OK "Content-Length: 4\r\n" LEN_5, "BAD", false},
    {"a length that is none", OK "Content-Length: five\r\n\r\n", "BAD", false},
    {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "BAD", false},
    {"another version", "HTTP/2 200\r\n\r\n", "BAD", false},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "BAD", false},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "BAD", false},
    {"a status beyond 599", "HTTP/1.1 999 No\r\n\r\n", "BAD", false},
    {"an empty line first", "\r\n" OK LEN_5, "BAD", false},
    {"nothing", "", "FINISH ok", false},
};

Test(http_reader_response, ends_bodies_as_the_rfc_says_however_they_are_cut)
{
    static const size_t piece_lens[] = {0, 1, 2, 5, 13};
    for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(piece_lens); i++) {
        const struct row *row = &rows[i / ARRAY_LEN(piece_lens)];
        size_t piece_len = piece_lens[i % ARRAY_LEN(piece_lens)];
        struct http_reader *reader = http_reader_new(HTTP_RESPONSE, NULL);
        struct buf out = {0};
        http_reader_expect_head_answer(reader, row->to_head);
        reader_trace(reader, bytes_of(row->bytes), piece_len, &out);
        cr_expect_str_eq(buf_text(&out), row->trace, "%s, pieces of %zu: %s\n  not %s\n  (%s)",
                         row->what, piece_len, buf_text(&out), row->trace, reader->problem);
        buf_clear(&out);
        http_reader_free(reader);
    }
}

Test(http_reader_response, leaves_bytes_after_a_204_to_the_caller)
{
    struct http_reader *reader = http_reader_new(HTTP_RESPONSE, NULL);
    const char *data = "HTTP/1.1 204 No Content\r\n\r\n{}";
    size_t len = strlen(data);
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_HEAD);
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_END);
    cr_expect_str_eq(data, "{}");
    http_reader_free(reader);
}

Test(http_reader_response, counts_a_body_longer_than_memory)
{
    struct http_reader *reader = http_reader_new(HTTP_RESPONSE, NULL);
    const char *head = OK "Content-Length: 8589934592\r\n\r\n";
    size_t len = strlen(head);
    cr_expect_eq(http_reader_next(reader, &head, &len), HTTP_HEAD);
    static const char piece[65536];
    for (int i = 0; i < 1000; i++) {
        const char *data = piece;
        len = sizeof piece;
        cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_BODY);
        cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_MORE);
    }
    cr_expect_eq(reader->body_len, 65536000);
    http_reader_free(reader);
}

Test(http_reader_response, is_freed_also_when_there_is_none)
{
    http_reader_free(NULL);
    struct http_reader *reader = http_reader_new(HTTP_RESPONSE, NULL);
    cr_expect_not(http_reader_is_inside(reader));
    http_reader_free(reader);
}
