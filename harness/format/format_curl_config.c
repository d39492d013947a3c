#include <string.h>

#include "base/array.h"
#include "format/request_documents.h"
#include "format/request_parts.h"

/* What curl adds by itself when the request has no such field. */
static const char *const curl_adds[] = {"Accept", "User-Agent", "Content-Type", "Content-Length",
                                        "Expect"};

/* In a quoted value these have escapes of their own; every other byte stands as it is. */
static void add_quoted(struct bytes in, struct buf *out)
{
    static const char plain[] = "\\\"\t\n\r\v";
    static const char escaped[] = "\\\"tnrv";
    buf_add_char(out, '"');
    for (size_t i = 0; i < in.len; i++) {
        const char *special = in.data[i] ? strchr(plain, in.data[i]) : NULL;
        if (special)
            buf_add_format(out, "\\%c", escaped[special - plain]);
        else
            buf_add(out, &in.data[i], 1);
    }
    buf_add_text(out, "\"\n");
}

static void add_field(const struct header *header, const struct request_place *place,
                      struct buf *out)
{
    struct buf line = {0};
    buf_add_text(&line, header->name);
    buf_add_text(&line, header->value[0] ? ": " : ";");
    request_add_value(header, place, &line);
    buf_add_text(out, "header = ");
    add_quoted(buf_bytes(&line), out);
    buf_clear(&line);
}

/* An emptied Host in front makes curl send ours at its own place. */
static void add_fields(const struct request *request, const struct request_place *place,
                       struct buf *out)
{
    buf_add_text(out, "header = \"Host:\"\n");
    for (size_t i = 0; i < ARRAY_LEN(curl_adds); i++)
        if (headers_count(&request->headers, curl_adds[i]) == 0)
            buf_add_format(out, "header = \"%s:\"\n", curl_adds[i]);
    for (size_t i = 0; i < request->headers.count; i++)
        add_field(&request->headers.items[i], place, out);
}

static void add_comment(const struct request *request, const struct request_place *place,
                        struct buf *out)
{
    struct buf name = {0};
    document_add_name(request, place, &name);
    buf_add_format(out, "# %s (expected: %s)\n", buf_text(&name), document_verdict(place));
    buf_clear(&name);
}

static void render_curl_config(const struct request *request, const struct request_place *place,
                               struct buf *out)
{
    bool is_post = strcmp(request->method, "POST") == 0;
    add_comment(request, place, out);
    buf_add_text(out, "url = ");
    add_quoted(bytes_of(place->url), out);
    buf_add_text(out, "http1.1\ngloboff\n");
    if (strcmp(request->method, "HEAD") == 0 && request->body.len == 0) {
        buf_add_text(out, "head\n");
    } else if (!is_post) {
        buf_add_text(out, "request = ");
        add_quoted(bytes_of(request->method), out);
    }
    add_fields(request, place, out);
    if (is_post || request->body.len) {
        buf_add_text(out, "data-raw = ");
        add_quoted(buf_bytes(&request->body), out);
    }
}

const struct request_format format_curl_config = {
    .name = "curl-config",
    .sentence = "a configuration file for curl --config",
    .render = render_curl_config,
    .file = "events.curl",
    .begin = "",
    .between = "next\n",
    .end = "",
    .limits = LIMIT_NO_NUL | LIMIT_SHORT_LINES,
};
