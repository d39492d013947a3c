#include "receive/behaviour.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "receive/gzip.h"

#define BYTES_PER_MIB ((size_t)1024 * 1024)

static void set_status(struct answer *answer, const struct inbound *request,
                       const struct argument *argument)
{
    (void)request;
    answer->status = (int)argument->number;
}

static void set_header(struct answer *answer, const struct inbound *request,
                       const struct argument *argument)
{
    (void)request;
    const char *colon = strchr(argument->text, ':');
    char *name = mem_copy(argument->text, (size_t)(colon - argument->text));
    headers_add(&answer->headers, name, colon + 1 + strspn(colon + 1, " \t"));
    free(name);
}

/* A 204 cannot carry a body, so an accepted event is answered by 200 then. */
static void set_body_as(struct answer *answer, const char *content_type, const char *text)
{
    if (answer->status == 204)
        answer->status = 200;
    answer_set_body(answer, content_type, text);
}

static void set_text(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    (void)request;
    set_body_as(answer, "text/plain; charset=utf-8", argument->text);
}

static void set_json(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    (void)request;
    set_body_as(answer, "application/json", argument->text);
}

static void set_html(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    (void)request;
    set_body_as(answer, "text/html; charset=utf-8", argument->text);
}

static void redirect(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    answer->status = (int)argument->number;
    headers_set(&answer->headers, "Location", *argument->text ? argument->text : request->target);
}

static void delay(struct answer *answer, const struct inbound *request,
                  const struct argument *argument)
{
    (void)request;
    answer->delay_ns += argument->number;
}

static void delay_per_mib(struct answer *answer, const struct inbound *request,
                          const struct argument *argument)
{
    double mib = (double)request->body.len / (double)BYTES_PER_MIB;
    answer->delay_ns += (int64_t)((double)argument->number * mib);
}

static void drip(struct answer *answer, const struct inbound *request,
                 const struct argument *argument)
{
    (void)request;
    answer->drip_ns = argument->number;
}

static void cut(struct answer *answer, const struct argument *argument, enum ending ending)
{
    answer->cut = true;
    answer->cut_at = argument->number > 0 ? (size_t)argument->number : 0;
    answer->ending = ending;
}

static void truncate_answer(struct answer *answer, const struct inbound *request,
                            const struct argument *argument)
{
    (void)request;
    cut(answer, argument, ENDING_CLOSE);
}

static void reset(struct answer *answer, const struct inbound *request,
                  const struct argument *argument)
{
    (void)request;
    cut(answer, argument, ENDING_RESET);
}

static void reset_after(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    (void)request;
    (void)argument;
    answer->ending = ENDING_RESET;
    answer->silent_close = true;
}

static void close_unanswered(struct answer *answer, const struct inbound *request,
                             const struct argument *argument)
{
    (void)request;
    cut(answer, argument, ENDING_CLOSE);
}

static void silence(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    (void)request;
    cut(answer, argument, ENDING_HOLD);
}

static void garbage(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    (void)request;
    (void)argument;
    static const char bytes[] = "\x16\x03\x01 this is no HTTP \xff\xfe\r\n\r\n";
    buf_reset(&answer->raw);
    (void)buf_add(&answer->raw, bytes, sizeof bytes - 1);
}

static void endless(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    (void)request;
    (void)argument;
    if (answer->status == 204)
        answer->status = 200;
    answer->endless = true;
    answer->ending = ENDING_CLOSE;
}

static void wrong_length(struct answer *answer, const struct inbound *request,
                         const struct argument *argument)
{
    (void)request;
    if (answer->body.len == 0)
        set_body_as(answer, "text/plain; charset=utf-8", "accepted\n");
    answer->length_error = argument->number;
    answer->ending = ENDING_CLOSE;
}

static void body_after_204(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    (void)request;
    answer->status = 204;
    buf_reset(&answer->body);
    (void)headers_remove(&answer->headers, "Content-Type");
    (void)buf_add_text(&answer->extra, argument->text);
}

static void extra_bytes(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    (void)request;
    (void)buf_add_text(&answer->extra, argument->text);
}

static void chunked(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    (void)request;
    (void)argument;
    if (answer->status == 204)
        answer->status = 200;
    answer->chunked = true;
}

static void http_1_0(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    (void)request;
    (void)argument;
    answer->minor = -1;
}

static void close_after(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    (void)request;
    (void)argument;
    answer->ending = ENDING_CLOSE;
}

static void close_silently(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    (void)request;
    (void)argument;
    answer->ending = ENDING_CLOSE;
    answer->silent_close = true;
}

static void bare_lf(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    (void)request;
    (void)argument;
    answer->line_end = "\n";
}

static void huge_header(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    (void)request;
    struct buf value = {.max = 64 * BYTES_PER_MIB};
    (void)buf_add_repeated(&value, 'a', (size_t)argument->number);
    headers_add(&answer->headers, "X-Padding", buf_text(&value));
    buf_clear(&value);
}

static void interim(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    (void)request;
    answer->num_interim = argument->number > 0 ? (size_t)argument->number % 1000 : 0;
}

static void refuse_expect(struct answer *answer, const struct inbound *request,
                          const struct argument *argument)
{
    (void)request;
    (void)argument;
    answer->status = 417;
    answer->ending = ENDING_CLOSE;
}

#define NO_ARGUMENT                                                                                \
    {                                                                                              \
        ARGUMENT_NONE, NULL, NULL                                                                  \
    }

const struct behaviour behaviours[] = {
    {"status",
     "answers with this status, whatever the request", //
     {ARGUMENT_STATUS, "N from 200 to 599", NULL},
     MOMENT_ANSWER,
     set_status},
    {"header",
     "adds a header", //
     {ARGUMENT_HEADER, "'Name: value'", NULL},
     MOMENT_ANSWER,
     set_header},
    {"text",
     "answers with a text body", //
     {ARGUMENT_TEXT, "TEXT of the body", "ok\n"},
     MOMENT_ANSWER,
     set_text},
    {"json",
     "answers with a JSON body", //
     {ARGUMENT_TEXT, "JSON of the body", "{\"received\":true}"},
     MOMENT_ANSWER,
     set_json},
    {"html",
     "answers with an HTML body", //
     {ARGUMENT_TEXT, "HTML of the body", "<!doctype html><title>ok</title>"},
     MOMENT_ANSWER,
     set_html},
    {"redirect",
     "answers with a redirect, by default to the address asked for, which loops", //
     {ARGUMENT_STATUS_TEXT, "CODE[,URL]", "307"},
     MOMENT_ANSWER,
     redirect},
    {"delay",
     "waits before the answer begins", //
     {ARGUMENT_TIME, "TIME", NULL},
     MOMENT_ANSWER,
     delay},
    {"delay-per-mib",
     "waits before the answer begins, longer for a longer request", //
     {ARGUMENT_TIME, "TIME for each MiB of the body", NULL},
     MOMENT_ANSWER,
     delay_per_mib},
    {"drip",
     "sends the answer byte by byte", //
     {ARGUMENT_TIME, "TIME between two bytes", "10ms"},
     MOMENT_ANSWER,
     drip},
    {"truncate",
     "sends only the first bytes of the answer and closes", //
     {ARGUMENT_SIZE, "N bytes", "20"},
     MOMENT_ANSWER,
     truncate_answer},
    {"reset",
     "resets the connection after the first bytes of the answer", //
     {ARGUMENT_SIZE, "N bytes", "0"},
     MOMENT_ANSWER,
     reset},
    {"reset-upload",
     "resets the connection before the request's body is read", //
     {ARGUMENT_SIZE, "N bytes of the answer", "0"},
     MOMENT_HEAD,
     reset},
    {"reset-after", "resets the connection after a whole answer, without announcing it", //
     NO_ARGUMENT, MOMENT_ANSWER, reset_after},
    {"close", "closes without an answer", //
     NO_ARGUMENT, MOMENT_ANSWER, close_unanswered},
    {"silence", "never answers", //
     NO_ARGUMENT, MOMENT_ANSWER, silence},
    {"garbage", "answers with bytes that are no HTTP", //
     NO_ARGUMENT, MOMENT_ANSWER, garbage},
    {"endless", "answers with a body that never ends", //
     NO_ARGUMENT, MOMENT_ANSWER, endless},
    {"wrong-length",
     "announces another length than the body has, and closes", //
     {ARGUMENT_NUMBER, "N bytes more, or fewer when negative", "10"},
     MOMENT_ANSWER,
     wrong_length},
    {"body-after-204",
     "answers with 204 and sends a body all the same", //
     {ARGUMENT_TEXT, "TEXT of the body", "{\"ok\":true}"},
     MOMENT_ANSWER,
     body_after_204},
    {"extra-bytes",
     "sends bytes after the end of the answer", //
     {ARGUMENT_TEXT, "TEXT", "extra"},
     MOMENT_ANSWER,
     extra_bytes},
    {"chunked", "sends the body in chunks", NO_ARGUMENT, MOMENT_ANSWER, chunked},
    {"gzip", "compresses its body when the client takes that", NO_ARGUMENT, MOMENT_ANSWER,
     gzip_answer},
    {"gzip-bomb",
     "answers with a body that expands to a hundred and sixty times its length", //
     {ARGUMENT_SIZE, "N bytes when expanded, at most 256MiB", "16MiB"},
     MOMENT_ANSWER,
     gzip_answer_bomb},
    {"http-1.0", "answers as an HTTP/1.0 server and closes", NO_ARGUMENT, MOMENT_ANSWER, http_1_0},
    {"connection-close", "closes after each answer, and says so", //
     NO_ARGUMENT, MOMENT_ANSWER, close_after},
    {"silent-close", "closes after each answer without saying so", //
     NO_ARGUMENT, MOMENT_ANSWER, close_silently},
    {"bare-lf", "ends the lines of its head with LF alone", NO_ARGUMENT, MOMENT_ANSWER, bare_lf},
    {"huge-header",
     "adds a very long header", //
     {ARGUMENT_SIZE, "N bytes of value, at most 64MiB", "32KiB"},
     MOMENT_ANSWER,
     huge_header},
    {"interim",
     "sends responses 103 before the answer", //
     {ARGUMENT_NUMBER, "N of them", "1"},
     MOMENT_ANSWER,
     interim},
    {"refuse-continue", "answers 417 to a client that waits for 100", //
     NO_ARGUMENT, MOMENT_EXPECT, refuse_expect},
    {"answer-early",
     "answers as soon as the head is there, without reading the body", //
     {ARGUMENT_STATUS, "N from 200 to 599", "200"},
     MOMENT_HEAD,
     set_status},
};
const size_t num_behaviours = ARRAY_LEN(behaviours);

const struct behaviour *behaviour_find(const char *name)
{
    for (size_t i = 0; i < num_behaviours; i++)
        if (strcmp(behaviours[i].name, name) == 0)
            return &behaviours[i];
    return NULL;
}

static bool unknown(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(behaviours)];
    for (size_t i = 0; i < num_behaviours; i++)
        names[i] = behaviours[i].name;
    return text_unknown(err, "behaviour", name, names, num_behaviours);
}

bool behaviour_read(const char *word, struct behaviour_setting *out, struct error *err)
{
    *out = (struct behaviour_setting){0};
    const char *given;
    char *name = argument_split(word, &given);
    const struct behaviour *behaviour = behaviour_find(name);
    bool read = behaviour ? argument_read(&behaviour->argument, given, &out->argument, err)
                          : unknown(name, err);
    if (behaviour && !read)
        (void)error_prefix(err, "behaviour %s", name);
    free(name);
    out->behaviour = behaviour;
    return read;
}
