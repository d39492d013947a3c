#include "receive/behaviour.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/gzip.h"
#include "base/mem.h"
#include "base/text.h"

/* --- what the answer says --- */

static void behave_status(struct answer *answer, const struct inbound *request,
                          const struct argument *argument)
{
    answer->status = (int)argument->number;
}

static void behave_header(struct answer *answer, const struct inbound *request,
                          const struct argument *argument)
{
    const char *colon = strchr(argument->text, ':');
    char *name = mem_copy(argument->text, (size_t)(colon - argument->text));
    headers_add(&answer->headers, name, colon + 1 + strspn(colon + 1, " \t"));
    free(name);
}

/* A 204 cannot carry a body, so an accepted event is answered by 200 then. */
static void set_some_body(struct answer *answer, const char *content_type, const char *text)
{
    if (answer->status == 204)
        answer->status = 200;
    answer_set_body(answer, content_type, text);
}

static void behave_text(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    set_some_body(answer, "text/plain; charset=utf-8", argument->text);
}

static void behave_json(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    set_some_body(answer, "application/json", argument->text);
}

static void behave_html(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    set_some_body(answer, "text/html; charset=utf-8", argument->text);
}

static void behave_redirect(struct answer *answer, const struct inbound *request,
                            const struct argument *argument)
{
    answer->status = (int)argument->number;
    headers_set(&answer->headers, "Location", *argument->text ? argument->text : request->target);
}

static void behave_garbage(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    static const char bytes[] = "\x16\x03\x01 this is no HTTP \xff\xfe\r\n\r\n";
    buf_reset(&answer->raw);
    buf_add(&answer->raw, bytes, sizeof bytes - 1);
}

static void behave_wrong_length(struct answer *answer, const struct inbound *request,
                                const struct argument *argument)
{
    if (answer->body.len == 0)
        set_some_body(answer, "text/plain; charset=utf-8", "accepted\n");
    answer->length_error = argument->number;
    answer->ending = ENDING_CLOSE;
}

static void behave_body_after_204(struct answer *answer, const struct inbound *request,
                                  const struct argument *argument)
{
    answer->status = 204;
    buf_reset(&answer->body);
    (void)headers_remove(&answer->headers, "Content-Type");
    buf_add_text(&answer->extra, argument->text);
}

static void behave_extra_bytes(struct answer *answer, const struct inbound *request,
                               const struct argument *argument)
{
    buf_add_text(&answer->extra, argument->text);
}

static void behave_chunked(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    if (answer->status == 204)
        answer->status = 200;
    answer->chunked = true;
}

static void behave_http_1_0(struct answer *answer, const struct inbound *request,
                            const struct argument *argument)
{
    answer->minor = -1;
}

static void behave_bare_lf(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    answer->line_end = "\n";
}

static void behave_huge_header(struct answer *answer, const struct inbound *request,
                               const struct argument *argument)
{
    struct buf value = {0};
    buf_add_repeated(&value, 'a', (size_t)argument->number);
    headers_add(&answer->headers, "X-Padding", buf_text(&value));
    buf_clear(&value);
}

static void behave_interim(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    answer->interim = 103;
    answer->num_interim = (size_t)argument->number;
}

static void behave_refuse_continue(struct answer *answer, const struct inbound *request,
                                   const struct argument *argument)
{
    answer->status = 417;
    answer->ending = ENDING_CLOSE;
}

/* 100 (Continue) to a client that did not wait for it. */
static void behave_unasked_continue(struct answer *answer, const struct inbound *request,
                                    const struct argument *argument)
{
    answer->interim = 100;
    answer->num_interim = 1;
}

#define HOP "/hop/"

/* The way to the last hop is counted in the address. */
static void behave_redirect_chain(struct answer *answer, const struct inbound *request,
                                  const struct argument *argument)
{
    long done = text_starts_with(request->target, HOP)
                    ? strtol(request->target + sizeof HOP - 1, NULL, 10)
                    : 0;
    if (done >= argument->count || done < 0)
        return;
    char *next = mem_format(HOP "%ld", done + 1);
    answer->status = (int)argument->number;
    headers_set(&answer->headers, "Location", next);
    free(next);
}

static void behave_lower_case(struct answer *answer, const struct inbound *request,
                              const struct argument *argument)
{
    answer->lower_case = true;
}

static void behave_no_reason(struct answer *answer, const struct inbound *request,
                             const struct argument *argument)
{
    answer->reason = "";
}

/* Many small chunks with an extension each, and a trailer. */
static void behave_chunk_details(struct answer *answer, const struct inbound *request,
                                 const struct argument *argument)
{
    behave_chunked(answer, request, argument);
    answer->chunk_details = true;
}

static void behave_gzip(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    struct buf packed = {0};
    if (!headers_has_token(request->headers, "Accept-Encoding", "gzip") || answer->body.len == 0)
        return;
    gzip_store(buf_bytes(&answer->body), &packed);
    buf_clear(&answer->body);
    answer->body = packed;
    headers_set(&answer->headers, "Content-Encoding", "gzip");
}

static void behave_gzip_bomb(struct answer *answer, const struct inbound *request,
                             const struct argument *argument)
{
    if (answer->status == 204)
        answer->status = 200;
    answer_set_body(answer, "text/plain; charset=utf-8", "");
    gzip_zeros((size_t)argument->number, &answer->body);
    headers_set(&answer->headers, "Content-Encoding", "gzip");
}

/* --- how it is sent --- */

#define BYTES_PER_MIB ((double)1024 * 1024)
#define DELAY_MAX     (INT64_C(24) * 3600 * NS_PER_S) /* of all delays together */

static void add_delay(struct answer *answer, double ns)
{
    double sum = (double)answer->delay_ns + ns;
    answer->delay_ns = sum < (double)DELAY_MAX ? (int64_t)sum : DELAY_MAX;
}

static void behave_delay(struct answer *answer, const struct inbound *request,
                         const struct argument *argument)
{
    add_delay(answer, (double)argument->number);
}

static void behave_delay_per_mib(struct answer *answer, const struct inbound *request,
                                 const struct argument *argument)
{
    double mib = (double)request->body.len / BYTES_PER_MIB;
    add_delay(answer, (double)argument->number * mib);
}

static void behave_drip(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    answer->drip_ns = argument->number;
}

static void cut(struct answer *answer, const struct argument *argument, enum ending ending)
{
    answer->cut = true;
    answer->cut_at = argument->number > 0 ? (size_t)argument->number : 0;
    answer->ending = ending;
}

static void behave_truncate(struct answer *answer, const struct inbound *request,
                            const struct argument *argument)
{
    cut(answer, argument, ENDING_CLOSE);
}

static void behave_reset(struct answer *answer, const struct inbound *request,
                         const struct argument *argument)
{
    cut(answer, argument, ENDING_RESET);
}

static void behave_reset_after(struct answer *answer, const struct inbound *request,
                               const struct argument *argument)
{
    answer->ending = ENDING_RESET;
    answer->silent_close = true;
}

static void behave_close(struct answer *answer, const struct inbound *request,
                         const struct argument *argument)
{
    cut(answer, argument, ENDING_CLOSE);
}

static void behave_silence(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    cut(answer, argument, ENDING_HOLD);
}

static void behave_endless(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    if (answer->status == 204)
        answer->status = 200;
    answer->endless = true;
    answer->ending = ENDING_CLOSE;
}

static void behave_connection_close(struct answer *answer, const struct inbound *request,
                                    const struct argument *argument)
{
    answer->ending = ENDING_CLOSE;
}

static void behave_silent_close(struct answer *answer, const struct inbound *request,
                                const struct argument *argument)
{
    answer->ending = ENDING_CLOSE;
    answer->silent_close = true;
}

/* Neither a length nor chunks: the end of the connection ends the body. */
static void behave_unframed(struct answer *answer, const struct inbound *request,
                            const struct argument *argument)
{
    answer->unframed = true;
    answer->ending = ENDING_CLOSE;
}

/* --- the table --- */

static const struct behaviour behaviours[] = {
    {.name = "status",
     .sentence = "answers every request with this status",
     .argument = {.kind = ARGUMENT_STATUS, .meaning = "N from 200 to 599"},
     .apply = behave_status},
    {.name = "header",
     .sentence = "adds a header",
     .argument = {.kind = ARGUMENT_HEADER, .meaning = "'Name: value'"},
     .apply = behave_header},
    {.name = "text",
     .sentence = "answers with a text body",
     .argument = {.kind = ARGUMENT_TEXT, .meaning = "TEXT of the body", .fallback = "ok\n"},
     .apply = behave_text},
    {.name = "json",
     .sentence = "answers with a JSON body",
     .argument = {.kind = ARGUMENT_TEXT,
                  .meaning = "JSON of the body",
                  .fallback = "{\"received\":true}"},
     .apply = behave_json},
    {.name = "html",
     .sentence = "answers with an HTML body",
     .argument = {.kind = ARGUMENT_TEXT,
                  .meaning = "HTML of the body",
                  .fallback = "<!doctype html><title>ok</title>"},
     .apply = behave_html},
    {.name = "redirect",
     .sentence = "answers with a redirect, by default to the same URL, which loops",
     .argument = {.kind = ARGUMENT_STATUS_TEXT,
                  .meaning = "CODE[,URL], CODE from 300 to 399",
                  .fallback = "307",
                  .least = 300,
                  .most = 399},
     .apply = behave_redirect},
    {.name = "redirect-chain",
     .sentence = "redirects several times, then answers",
     .argument = {.kind = ARGUMENT_STATUS_COUNT,
                  .meaning = "CODE[,N], CODE from 300 to 399, N hops",
                  .fallback = "307,3",
                  .least = 300,
                  .most = 399},
     .apply = behave_redirect_chain},
    {.name = "delay",
     .sentence = "waits before answering",
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME"},
     .apply = behave_delay},
    {.name = "delay-per-mib",
     .sentence = "waits before answering, longer for larger requests",
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME for each MiB of the body"},
     .apply = behave_delay_per_mib},
    {.name = "drip",
     .sentence = "sends the response byte by byte",
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME between two bytes", .fallback = "10ms"},
     .apply = behave_drip},
    {.name = "truncate",
     .sentence = "sends only the first bytes of the response and closes",
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes", .fallback = "20"},
     .apply = behave_truncate},
    {.name = "reset",
     .sentence = "resets the connection after the first bytes of the response",
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes", .fallback = "0"},
     .apply = behave_reset},
    {.name = "reset-upload",
     .sentence = "resets the connection before reading the request's body",
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes of the response", .fallback = "0"},
     .moment = MOMENT_HEAD,
     .apply = behave_reset},
    {.name = "reset-after",
     .sentence = "resets the connection after a complete response, unannounced",
     .apply = behave_reset_after},
    {.name = "close", .sentence = "closes without answering", .apply = behave_close},
    {.name = "silence", .sentence = "never answers", .apply = behave_silence},
    {.name = "garbage",
     .sentence = "answers with bytes that are not HTTP",
     .apply = behave_garbage},
    {.name = "endless", .sentence = "answers with a body that never ends", .apply = behave_endless},
    {.name = "wrong-length",
     .sentence = "announces a wrong Content-Length and closes",
     .argument = {.kind = ARGUMENT_NUMBER,
                  .meaning = "N bytes more, or fewer when negative",
                  .fallback = "10"},
     .apply = behave_wrong_length},
    {.name = "body-after-204",
     .sentence = "answers 204 and sends a body anyway",
     .argument = {.kind = ARGUMENT_TEXT,
                  .meaning = "TEXT of the body",
                  .fallback = "{\"ok\":true}"},
     .apply = behave_body_after_204},
    {.name = "extra-bytes",
     .sentence = "sends extra bytes after the response",
     .argument = {.kind = ARGUMENT_TEXT, .meaning = "TEXT", .fallback = "extra"},
     .apply = behave_extra_bytes},
    {.name = "chunked", .sentence = "sends the body in chunks", .apply = behave_chunked},
    {.name = "chunk-details",
     .sentence = "sends the body in small chunks with extensions, and a trailer",
     .apply = behave_chunk_details},
    {.name = "unframed",
     .sentence = "sends the body without a length; closing the connection ends it",
     .apply = behave_unframed},
    {.name = "lower-case", .sentence = "sends lower-case header names", .apply = behave_lower_case},
    {.name = "no-reason", .sentence = "sends no reason phrase", .apply = behave_no_reason},
    {.name = "gzip",
     .sentence = "compresses the body when the client accepts it",
     .apply = behave_gzip},
    {.name = "gzip-bomb",
     .sentence = "answers with a body that expands to a thousand times its length",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes when expanded, at most 256MiB",
                  .fallback = "16MiB",
                  .least = 0,
                  .most = 256 << 20},
     .apply = behave_gzip_bomb},
    {.name = "http-1.0",
     .sentence = "answers as an HTTP/1.0 server and closes",
     .apply = behave_http_1_0},
    {.name = "connection-close",
     .sentence = "sends Connection: close and closes after each response",
     .apply = behave_connection_close},
    {.name = "silent-close",
     .sentence = "closes after each response without announcing it",
     .apply = behave_silent_close},
    {.name = "bare-lf", .sentence = "ends header lines with a bare LF", .apply = behave_bare_lf},
    {.name = "huge-header",
     .sentence = "adds a very long header",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes of value, at most 64MiB",
                  .fallback = "32KiB",
                  .least = 0,
                  .most = 64 << 20},
     .apply = behave_huge_header},
    {.name = "interim",
     .sentence = "sends 103 responses before the final one",
     .argument = {.kind = ARGUMENT_NUMBER,
                  .meaning = "N of them, at most 1000",
                  .fallback = "1",
                  .least = 0,
                  .most = 1000},
     .apply = behave_interim},
    {.name = "unasked-continue",
     .sentence = "sends 100 (Continue) although the client did not ask",
     .apply = behave_unasked_continue},
    {.name = "refuse-continue",
     .sentence = "answers 417 to `Expect: 100-continue`",
     .moment = MOMENT_EXPECT,
     .apply = behave_refuse_continue},
    {.name = "answer-early",
     .sentence = "answers as soon as the headers arrive, without reading the body",
     .argument = {.kind = ARGUMENT_STATUS, .meaning = "N from 200 to 599", .fallback = "200"},
     .moment = MOMENT_HEAD,
     .apply = behave_status},
    {.name = "read-slowly",
     .sentence = "reads requests slowly, like an overloaded server",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes a second, from 10 to 1GiB",
                  .fallback = "1KiB",
                  .least = 10,
                  .most = 1 << 30},
     .moment = MOMENT_READ},
};
static const struct table_part part = TABLE_PART(behaviours);
static const struct table_part *const parts[] = {&part, NULL};
const struct table behaviour_table = {"behaviour", sizeof(struct behaviour), parts};

bool behaviour_read(const char *word, struct behaviour_setting *out, struct error *err)
{
    *out = (struct behaviour_setting){0};
    const char *given;
    char *name = argument_split(word, &given);
    const struct behaviour *behaviour = table_find(&behaviour_table, name, err);
    bool read = behaviour && argument_read(&behaviour->argument, given, &out->argument, err);
    if (behaviour && !read)
        (void)error_prefix(err, "behaviour %s", name);
    free(name);
    out->behaviour = behaviour;
    return read;
}
