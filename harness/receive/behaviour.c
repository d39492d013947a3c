/* The table of behaviours. */
#include "receive/behaviour.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "receive/behaviour_internal.h"
#include "receive/gzip.h"

const struct behaviour behaviours[] = {
    {.name = "status",
     .sentence = "answers with this status, whatever the request",
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
     .sentence = "answers with a redirect, by default to the address asked for, which loops",
     .argument = {.kind = ARGUMENT_STATUS_TEXT,
                  .meaning = "CODE[,URL], CODE from 300 to 399",
                  .fallback = "307",
                  .least = 300,
                  .most = 399},
     .apply = behave_redirect},
    {.name = "redirect-chain",
     .sentence = "redirects from hop to hop, and answers after the last of them",
     .argument = {.kind = ARGUMENT_STATUS_COUNT,
                  .meaning = "CODE[,N], CODE from 300 to 399, N hops",
                  .fallback = "307,3",
                  .least = 300,
                  .most = 399},
     .apply = behave_redirect_chain},
    {.name = "delay",
     .sentence = "waits before the answer begins",
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME"},
     .apply = behave_delay},
    {.name = "delay-per-mib",
     .sentence = "waits before the answer begins, longer for a longer request",
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME for each MiB of the body"},
     .apply = behave_delay_per_mib},
    {.name = "drip",
     .sentence = "sends the answer byte by byte",
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME between two bytes", .fallback = "10ms"},
     .apply = behave_drip},
    {.name = "truncate",
     .sentence = "sends only the first bytes of the answer and closes",
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes", .fallback = "20"},
     .apply = behave_truncate},
    {.name = "reset",
     .sentence = "resets the connection after the first bytes of the answer",
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes", .fallback = "0"},
     .apply = behave_reset},
    {.name = "reset-upload",
     .sentence = "resets the connection before the request's body is read",
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes of the answer", .fallback = "0"},
     .moment = MOMENT_HEAD,
     .apply = behave_reset},
    {.name = "reset-after",
     .sentence = "resets the connection after a whole answer, without announcing it",
     .apply = behave_reset_after},
    {.name = "close", .sentence = "closes without an answer", .apply = behave_close},
    {.name = "silence", .sentence = "never answers", .apply = behave_silence},
    {.name = "garbage", .sentence = "answers with bytes that are no HTTP", .apply = behave_garbage},
    {.name = "endless", .sentence = "answers with a body that never ends", .apply = behave_endless},
    {.name = "wrong-length",
     .sentence = "announces another length than the body has, and closes",
     .argument = {.kind = ARGUMENT_NUMBER,
                  .meaning = "N bytes more, or fewer when negative",
                  .fallback = "10"},
     .apply = behave_wrong_length},
    {.name = "body-after-204",
     .sentence = "answers with 204 and sends a body all the same",
     .argument = {.kind = ARGUMENT_TEXT,
                  .meaning = "TEXT of the body",
                  .fallback = "{\"ok\":true}"},
     .apply = behave_body_after_204},
    {.name = "extra-bytes",
     .sentence = "sends bytes after the end of the answer",
     .argument = {.kind = ARGUMENT_TEXT, .meaning = "TEXT", .fallback = "extra"},
     .apply = behave_extra_bytes},
    {.name = "chunked", .sentence = "sends the body in chunks", .apply = behave_chunked},
    {.name = "chunk-details",
     .sentence = "sends the body in small chunks with extensions, and a trailer",
     .apply = behave_chunk_details},
    {.name = "unframed",
     .sentence = "sends the body without a length: the end of the connection ends it",
     .apply = behave_unframed},
    {.name = "lower-case",
     .sentence = "writes the names of its headers in lower case",
     .apply = behave_lower_case},
    {.name = "no-reason",
     .sentence = "writes no words after the status",
     .apply = behave_no_reason},
    {.name = "gzip",
     .sentence = "compresses its body when the client takes that",
     .apply = gzip_answer},
    {.name = "gzip-bomb",
     .sentence = "answers with a body that expands to a hundred and sixty times its length",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes when expanded, at most 256MiB",
                  .fallback = "16MiB",
                  .least = 0,
                  .most = 256 << 20},
     .apply = gzip_answer_bomb},
    {.name = "http-1.0",
     .sentence = "answers as an HTTP/1.0 server and closes",
     .apply = behave_http_1_0},
    {.name = "connection-close",
     .sentence = "closes after each answer, and says so",
     .apply = behave_connection_close},
    {.name = "silent-close",
     .sentence = "closes after each answer without saying so",
     .apply = behave_silent_close},
    {.name = "bare-lf",
     .sentence = "ends the lines of its head with LF alone",
     .apply = behave_bare_lf},
    {.name = "huge-header",
     .sentence = "adds a very long header",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes of value, at most 64MiB",
                  .fallback = "32KiB",
                  .least = 0,
                  .most = 64 << 20},
     .apply = behave_huge_header},
    {.name = "interim",
     .sentence = "sends responses 103 before the answer",
     .argument = {.kind = ARGUMENT_NUMBER,
                  .meaning = "N of them, at most 1000",
                  .fallback = "1",
                  .least = 0,
                  .most = 1000},
     .apply = behave_interim},
    {.name = "unasked-continue",
     .sentence = "sends 100 (Continue) to a client that did not wait for it",
     .apply = behave_unasked_continue},
    {.name = "refuse-continue",
     .sentence = "answers 417 to a client that waits for 100",
     .moment = MOMENT_EXPECT,
     .apply = behave_refuse_continue},
    {.name = "answer-early",
     .sentence = "answers as soon as the head is there, without reading the body",
     .argument = {.kind = ARGUMENT_STATUS, .meaning = "N from 200 to 599", .fallback = "200"},
     .moment = MOMENT_HEAD,
     .apply = behave_status},
    {.name = "read-slowly",
     .sentence = "reads what the client sends slowly, as one that is overloaded",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes a second, from 10 to 1GiB",
                  .fallback = "1KiB",
                  .least = 10,
                  .most = 1 << 30},
     .moment = MOMENT_READ},
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
