/* Requests, however they arrive. */
#include "http/reader.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/reader_trace.h"

TestSuite(http_reader, .timeout = 120);

struct row {
    const char *what;
    const char *bytes;
    const char *trace;
};

static const size_t piece_lens[] = {0, 1, 2, 3, 7, 16};

static void check_row(const struct row *row, const struct http_limits *limits)
{
    for (size_t i = 0; i < ARRAY_LEN(piece_lens); i++) {
        struct http_reader *reader = http_reader_new(HTTP_REQUEST, limits);
        struct buf out = {0};
        reader_trace(reader, bytes_of(row->bytes), piece_lens[i], &out);
        cr_expect_str_eq(buf_text(&out), row->trace, "%s, pieces of %zu: %s\n  not %s\n  (%s)",
                         row->what, piece_lens[i], buf_text(&out), row->trace, reader->problem);
        buf_clear(&out);
        http_reader_free(reader);
    }
}

static void check_rows(const struct row *rows, size_t count, const struct http_limits *limits)
{
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i], limits);
}

#define POST     "POST / HTTP/1.1\r\n"
#define END_TAIL " | END | FINISH ok"

static const struct row good[] = {
    {"no headers", "GET / HTTP/1.1\r\n\r\n", "HEAD GET / 1.1 keep" END_TAIL},
    {"a body by length", POST "Content-Length: 5\r\n\r\nhello",
     "HEAD POST / 1.1 len=5 keep [Content-Length=5] | BODY hello" END_TAIL},
    {"no body", POST "Content-Length: 0\r\n\r\n",
     "HEAD POST / 1.1 len=0 keep [Content-Length=0]" END_TAIL},
    {"equal lengths count once", POST "Content-Length: 2, 2\r\ncontent-length: 2\r\n\r\nhi",
     "HEAD POST / 1.1 len=2 keep [Content-Length=2, 2] [content-length=2] | BODY hi" END_TAIL},
    {"blanks around a value", POST "A: \t b c \t\r\nEmpty:\r\n\r\n",
     "HEAD POST / 1.1 keep [A=b c] [Empty=]" END_TAIL},
    {"order, spelling and duplicates stay", POST "b: 1\r\nA: 2\r\nB: 3\r\n\r\n",
     "HEAD POST / 1.1 keep [b=1] [A=2] [B=3]" END_TAIL},
    {"bytes beyond ASCII in a value", POST "A: caf\xe9\r\n\r\n",
     "HEAD POST / 1.1 keep [A=caf\xe9]" END_TAIL},
    {"chunks", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
     "HEAD POST / 1.1 chunked keep [Transfer-Encoding=chunked] | BODY hello!" END_TAIL},
    {"chunk extensions and a trailer",
     POST "Transfer-Encoding: Chunked\r\n\r\n5;a=b ; c=\"d\"\r\nhello\r\n000;x\r\nT: u\r\n\r\n",
     "HEAD POST / 1.1 chunked keep [Transfer-Encoding=Chunked] | BODY hello | END [T=u] | "
     "FINISH ok"},
    {"hexadecimal sizes", POST "Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
     "HEAD POST / 1.1 chunked keep [Transfer-Encoding=chunked] | BODY 0123456789" END_TAIL},
    {"pipelined requests", "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
     "HEAD GET /a 1.1 keep | END | HEAD GET /b 1.1 keep" END_TAIL},
    {"an empty line before a request", "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
     "HEAD GET / 1.1 keep" END_TAIL},
    {"connection close", "GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n",
     "HEAD GET / 1.1 [Connection=x, Close]" END_TAIL},
    {"HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n", "HEAD GET / 1.0" END_TAIL},
    {"HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "HEAD GET / 1.0 keep [Connection=keep-alive]" END_TAIL},
    {"expect", POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
     "HEAD POST / 1.1 len=1 keep expect [Expect=100-continue] [Content-Length=1] | BODY "
     "x" END_TAIL},
    {"HTTP/1.0 cannot expect", "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
     "HEAD POST / 1.0 [Expect=100-continue]" END_TAIL},
    {"LF alone is noted", "GET / HTTP/1.1\nA: b\n\n", "HEAD GET / 1.1 keep bare-lf [A=b]" END_TAIL},
    {"nothing at all", "\r\n", "FINISH ok"},
    {"cut in the request line", "GE", "FINISH cut"},
    {"cut in the headers", "GET / HTTP/1.1\r\nA: b\r\n", "FINISH cut"},
    {"cut in the body", POST "Content-Length: 5\r\n\r\nhel",
     "HEAD POST / 1.1 len=5 keep [Content-Length=5] | BODY hel | FINISH cut"},
};

Test(http_reader, reads_requests_however_they_are_cut)
{
    check_rows(good, ARRAY_LEN(good), NULL);
}

#define CHUNKED_HEAD  POST "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKED_TRACE "HEAD POST / 1.1 chunked keep [Transfer-Encoding=chunked] | "

static const struct row smuggling[] = {
    {"both framings", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "BAD 400"},
    {"both, the other order", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
     "BAD 400"},
    {"lengths that differ", POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "BAD 400"},
    {"lengths that differ in a list", POST "Content-Length: 5, 6\r\n\r\n", "BAD 400"},
    {"a length with a sign", POST "Content-Length: +5\r\n\r\n", "BAD 400"},
    {"a negative length", POST "Content-Length: -1\r\n\r\n", "BAD 400"},
    {"a length in hexadecimal", POST "Content-Length: 0x5\r\n\r\n", "BAD 400"},
    {"a length with a blank inside", POST "Content-Length: 1 2\r\n\r\n", "BAD 400"},
    {"an empty length", POST "Content-Length:\r\n\r\n", "BAD 400"},
    {"a length too large", POST "Content-Length: 99999999999999999999\r\n\r\n", "BAD 413"},
    {"a folded line", POST "A: b\r\n c\r\n\r\n", "BAD 400"},
    {"a first line that is folded", POST " A: b\r\n\r\n", "BAD 400"},
    {"a blank before the colon", POST "Content-Length : 5\r\n\r\n", "BAD 400"},
    {"a tab before the colon", POST "Content-Length\t: 5\r\n\r\n", "BAD 400"},
    {"no colon", POST "Content-Length 5\r\n\r\n", "BAD 400"},
    {"no name", POST ": b\r\n\r\n", "BAD 400"},
    {"a name that is no token", POST "A B: c\r\n\r\n", "BAD 400"},
    {"a control character in a value", POST "A: b\x01\r\n\r\n", "BAD 400"},
    {"a CR in a value", POST "A: b\rc\r\n\r\n", "BAD 400"},
    {"another coding", POST "Transfer-Encoding: gzip, chunked\r\n\r\n", "BAD 501"},
    {"a coding that looks like chunked", POST "Transfer-Encoding: xchunked\r\n\r\n", "BAD 501"},
    {"chunked not last", POST "Transfer-Encoding: chunked, gzip\r\n\r\n", "BAD 501"},
    {"chunked twice", POST "Transfer-Encoding: chunked, chunked\r\n\r\n", "BAD 400"},
    {"chunked twice in two fields",
     POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "BAD 400"},
    {"an empty coding", POST "Transfer-Encoding:\r\n\r\n", "BAD 400"},
    {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "BAD 400"},
    {"a chunk without a size", CHUNKED_HEAD "\r\n", CHUNKED_TRACE "BAD 400"},
    {"a chunk size with a sign", CHUNKED_HEAD "+5\r\n", CHUNKED_TRACE "BAD 400"},
    {"a chunk size with 0x", CHUNKED_HEAD "0x5\r\n", CHUNKED_TRACE "BAD 400"},
    {"a chunk size with a blank after it", CHUNKED_HEAD "5 \r\n", CHUNKED_TRACE "BAD 400"},
    {"a chunk size too large", CHUNKED_HEAD "ffffffffffffffff\r\n", CHUNKED_TRACE "BAD 400"},
    {"a control character in an extension", CHUNKED_HEAD "5;\x02\r\n", CHUNKED_TRACE "BAD 400"},
    {"a chunk longer than its size", CHUNKED_HEAD "2\r\nabc\r\n",
     CHUNKED_TRACE "BODY ab | BAD 400"},
    {"a trailer without a colon", CHUNKED_HEAD "0\r\nX\r\n", CHUNKED_TRACE "BAD 400"},
};

Test(http_reader, refuses_what_two_readers_could_take_differently)
{
    check_rows(smuggling, ARRAY_LEN(smuggling), NULL);
}

static const struct row request_lines[] = {
    {"two words", "GET /\r\n\r\n", "BAD 400"},
    {"four words", "GET / x HTTP/1.1\r\n\r\n", "BAD 400"},
    {"two spaces", "GET  / HTTP/1.1\r\n\r\n", "BAD 400"},
    {"a space first", " GET / HTTP/1.1\r\n\r\n", "BAD 400"},
    {"a tab for a space", "GET\t/ HTTP/1.1\r\n\r\n", "BAD 400"},
    {"a method that is no token", "G(T / HTTP/1.1\r\n\r\n", "BAD 400"},
    {"a target with a control character", "GET /\x01 HTTP/1.1\r\n\r\n", "BAD 400"},
    {"a target beyond ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n\r\n", "BAD 400"},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", "BAD 505"},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", "BAD 505"},
    {"lower-case version", "GET / http/1.1\r\n\r\n", "BAD 400"},
    {"a version without a dot", "GET / HTTP/11\r\n\r\n", "BAD 400"},
    {"a TLS hello", "\x16\x03\x01\x02\r\n", "BAD 400"},
    {"five empty lines", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", "BAD 400"},
};

Test(http_reader, refuses_malformed_request_lines)
{
    check_rows(request_lines, ARRAY_LEN(request_lines), NULL);
}

static const struct row strict[] = {
    {"in the request line", "GET / HTTP/1.1\n\r\n", "BAD 400"},
    {"in a header", "GET / HTTP/1.1\r\nA: b\n\r\n", "BAD 400"},
    {"at the end of the head", "GET / HTTP/1.1\r\n\n", "BAD 400"},
    {"after a chunk size", CHUNKED_HEAD "5\n", CHUNKED_TRACE "BAD 400"},
    {"after chunk data", CHUNKED_HEAD "1\r\nx\n", CHUNKED_TRACE "BODY x | BAD 400"},
};

Test(http_reader, refuses_lf_alone_when_lines_are_strict)
{
    const struct http_limits limits = {.strict_lines = true};
    check_rows(strict, ARRAY_LEN(strict), &limits);
}

static const struct row at_the_limits[] = {
    {"a request line as long as allowed", "GET /23456 HTTP/1.1\r\n\r\n",
     "HEAD GET /23456 1.1 keep" END_TAIL},
    {"a longer one", "GET /234567 HTTP/1.1\r\n\r\n", "BAD 414"},
    {"one without end", "GET /2345678901234567890", "BAD 414"},
    {"headers as long as allowed", "GET / HTTP/1.1\r\nA: 45678901234\r\n\r\n",
     "HEAD GET / 1.1 keep [A=45678901234]" END_TAIL},
    {"longer ones", "GET / HTTP/1.1\r\nA: 456789012345\r\n\r\n", "BAD 431"},
    {"longer ones in many lines", "GET / HTTP/1.1\r\nA: 4\r\nB: 4\r\nCC: 5\r\n\r\n", "BAD 431"},
    {"too many headers", "GET / HTTP/1.1\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", "BAD 431"},
    {"trailers too long", CHUNKED_HEAD "0\r\nA: 4567890123456789\r\n\r\n", "BAD 431"},
};

Test(http_reader, keeps_its_limits_to_the_byte)
{
    const struct http_limits limits = {
        .start_line_max = 21, .headers_max = 18, .num_headers_max = 3};
    check_rows(at_the_limits, ARRAY_LEN(at_the_limits), &limits);
}

Test(http_reader, limits_chunk_extensions_over_a_whole_body)
{
    struct buf bytes = {0};
    struct buf out = {0};
    buf_add_text(&bytes, CHUNKED_HEAD);
    for (int i = 0; i < 100; i++) {
        buf_add_text(&bytes, "1;");
        buf_add_repeated(&bytes, 'x', 2000);
        buf_add_text(&bytes, "\r\n.\r\n");
    }
    struct http_reader *reader = http_reader_new(HTTP_REQUEST, NULL);
    reader_trace(reader, buf_bytes(&bytes), 0, &out);
    cr_expect(strstr(buf_text(&out), "| BAD 400"), "%.200s", buf_text(&out));
    http_reader_free(reader);
    buf_clear(&bytes);
    buf_clear(&out);
}

Test(http_reader, says_what_is_wrong_and_where)
{
    struct http_reader *reader = http_reader_new(HTTP_REQUEST, NULL);
    const char *data = "GET / HTTP/1.1\r\nA: b\r\nC : d\r\n\r\n";
    size_t len = strlen(data);
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_MALFORMED);
    cr_expect_str_eq(
        reader->problem,
        "there is white space between a header's name and its colon (line 3, body byte 0)");
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_MALFORMED, "it stays there");
    http_reader_free(reader);
}

Test(http_reader, leaves_what_follows_a_message_to_the_caller)
{
    struct http_reader *reader = http_reader_new(HTTP_REQUEST, NULL);
    const char *data = POST "Content-Length: 2\r\n\r\nhirest";
    size_t len = strlen(data);
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_HEAD);
    cr_expect(http_reader_is_inside(reader));
    cr_expect_eq(reader->head_len, strlen(POST "Content-Length: 2\r\n\r\n"));
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_BODY);
    cr_expect_eq(http_reader_next(reader, &data, &len), HTTP_END);
    cr_expect_eq(reader->body_len, 2);
    cr_expect_not(http_reader_is_inside(reader));
    cr_expect_str_eq(data, "rest");
    cr_expect_eq(len, 4);
    cr_expect_str_eq(reader->method, "POST", "looked at until the next message begins");
    http_reader_free(reader);
}

/* A reader that looks at its bytes again with each new one would need minutes for this. */
Test(http_reader, reads_byte_by_byte_in_linear_time)
{
    const struct http_limits limits = {.headers_max = 4 * 1024 * 1024};
    struct buf bytes = {0};
    struct buf out = {0};
    buf_add_text(&bytes, "GET / HTTP/1.1\r\nA: ");
    buf_add_repeated(&bytes, 'a', 2 * 1024 * 1024);
    buf_add_text(&bytes, "\r\n\r\n");
    struct http_reader *reader = http_reader_new(HTTP_REQUEST, &limits);
    int64_t start_ns = clock_monotonic_ns();
    reader_trace(reader, buf_bytes(&bytes), 1, &out);
    cr_expect_lt(clock_monotonic_ns() - start_ns, 8 * NS_PER_S);
    cr_expect(strstr(buf_text(&out), "END | FINISH ok"));
    http_reader_free(reader);
    buf_clear(&bytes);
    buf_clear(&out);
}
