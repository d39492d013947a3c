#include "format/request_format.h"

#include <string.h>

#include "base/array.h"
#include "format/request_parts.h"
#include "format/shell.h"

/* What curl adds by itself when the request has no such field. */
static const char *const curl_adds[] = {"Accept", "User-Agent", "Content-Type", "Content-Length"};

/* curl asks for "100 Continue" before bodies of more than this (before 7.63; later ones from 1 MiB
 * on). */
#define EXPECT_FROM 1024

static void add_option(const char *option, struct bytes value, struct buf *out)
{
    buf_add_format(out, " %s ", option);
    shell_quote_redacted(value, out);
}

static void suppress(const struct request *request, const char *name, struct buf *out)
{
    if (headers_count(&request->headers, name) == 0)
        buf_add_format(out, " -H '%s:'", name);
}

static void add_header(const struct header *header, const struct request_place *place,
                       struct buf *out)
{
    struct buf line = {0};
    buf_add_text(&line, header->name);
    if (header->value[0] == '\0') {
        buf_add_char(&line, ';'); /* curl's way of sending an empty field */
    } else {
        buf_add_text(&line, ": ");
        request_add_value(header, place, &line);
    }
    add_option("-H", buf_bytes(&line), out);
    buf_clear(&line);
}

/* curl writes its Host first. An emptied Host in front of the real one makes it send ours at its
 * own place. */
static void add_headers(const struct request *request, const struct request_place *place,
                        bool has_body, struct buf *out)
{
    buf_add_text(out, " -H 'Host:'");
    for (size_t i = 0; i < ARRAY_LEN(curl_adds); i++)
        if (has_body || i < 2)
            suppress(request, curl_adds[i], out);
    if (has_body && request->body.len > EXPECT_FROM)
        suppress(request, "Expect", out);
    for (size_t i = 0; i < request->headers.count; i++)
        add_header(&request->headers.items[i], place, out);
}

static void add_method(const char *method, bool has_body, struct buf *out)
{
    if (strcmp(method, "HEAD") == 0 && !has_body)
        buf_add_text(out, " --head");
    else if (strcmp(method, has_body ? "POST" : "GET") != 0)
        add_option("-X", bytes_of(method), out);
}

static void add_body(const struct request *request, bool piped, struct buf *out)
{
    if (piped)
        buf_add_text(out, " --data-binary @-");
    else
        add_option("--data-raw", buf_bytes(&request->body), out);
}

void curl_command(const struct request *request, const struct request_place *place, struct buf *out)
{
    struct bytes body = buf_bytes(&request->body);
    bool is_long = body.len > CURL_BODY_MAX;
    bool printed = !is_long && !shell_is_plain(body);
    bool has_body = body.len > 0 || (headers_count(&request->headers, "Content-Length") > 0 &&
                                     strcmp(request->method, "POST") == 0);
    if (printed) {
        shell_printf(body, true, out);
        buf_add_text(out, " | ");
    }
    buf_add_text(out, "curl -sS -i --http1.1 -g"); /* -g: braces in a URL are no pattern */
    buf_add_text(out, place->options ? place->options : "");
    add_method(request->method, has_body, out);
    add_headers(request, place, has_body, out);
    if (has_body)
        add_body(request, is_long || printed, out);
    buf_add_char(out, ' ');
    shell_quote_redacted(bytes_of(place->url), out);
}
