/* Hurl files and the .http files of editors. */
#include <string.h>

#include "base/encode.h"
#include "format/request_documents.h"
#include "format/request_parts.h"

/* --- Hurl (https://hurl.dev/docs/grammar.html) --- */

/* In a value '#' begins a comment, '{{' a template, and a backslash an escape. */
static void add_hurl_text(const char *text, struct buf *out)
{
    for (; *text; text++) {
        if (*text == '{' || *text == '}')
            buf_add_format(out, "\\u{%x}", (unsigned)*text);
        else if (strchr("#\\", *text))
            buf_add_format(out, "\\%c", *text);
        else
            buf_add_char(out, *text);
    }
}

static void add_hurl_field(const struct header *header, const struct request_place *place,
                           struct buf *out)
{
    struct buf value = {0};
    request_add_value(header, place, &value);
    add_hurl_text(header->name, out);
    buf_add_text(out, ": ");
    add_hurl_text(buf_text(&value), out);
    buf_add_char(out, '\n');
    buf_clear(&value);
}

/* The status that `verdict` asks for, as asserts. */
static const char *hurl_asserts(const char *verdict)
{
    if (strcmp(verdict, "accept") == 0)
        return "status >= 200\nstatus < 300\n";
    if (strcmp(verdict, "reject") == 0)
        return "status >= 400\nstatus < 500\n";
    return "status < 500\n";
}

static void add_title(const char *start, const struct request *request,
                      const struct request_place *place, struct buf *out)
{
    struct buf name = {0};
    document_add_name(request, place, &name);
    buf_add_format(out, "%s %s (expected: %s)\n", start, buf_text(&name), document_verdict(place));
    buf_clear(&name);
}

static void render_hurl(const struct request *request, const struct request_place *place,
                        struct buf *out)
{
    add_title("#", request, place, out);
    buf_add_format(out, "%s ", request->method);
    add_hurl_text(place->url, out);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < request->headers.count; i++)
        if (!document_is_own_field(&request->headers.items[i]))
            add_hurl_field(&request->headers.items[i], place, out);
    if (request->body.len) {
        buf_add_text(out, "base64,");
        encode_base64(buf_bytes(&request->body), out);
        buf_add_text(out, ";\n");
    }
    buf_add_format(out, "HTTP *\n[Asserts]\n%s", hurl_asserts(document_verdict(place)));
}

/* --- .http (https://github.com/JetBrains/http-request-in-editor-spec) --- */

static void render_http_file(const struct request *request, const struct request_place *place,
                             struct buf *out)
{
    add_title("###", request, place, out);
    buf_add_format(out, "%s %s HTTP/1.1\n", request->method, place->url);
    for (size_t i = 0; i < request->headers.count; i++) {
        const struct header *header = &request->headers.items[i];
        if (document_is_own_field(header))
            continue;
        buf_add_format(out, "%s:%s", header->name, header->value[0] ? " " : "");
        request_add_value(header, place, out);
        buf_add_char(out, '\n');
    }
    if (request->body.len) {
        buf_add_char(out, '\n');
        buf_add_bytes(out, buf_bytes(&request->body));
        buf_add_char(out, '\n');
    }
}

const struct request_format format_hurl = {
    .name = "hurl",
    .sentence = "a Hurl file",
    .render = render_hurl,
    .file = "events.hurl",
    .begin = "",
    .between = "\n",
    .end = "",
    .limits = LIMIT_ASCII_FIELDS,
};

const struct request_format format_http_file = {
    .name = "http-file",
    .sentence = "a .http file, for editors",
    .render = render_http_file,
    .file = "events.http",
    .begin = "",
    .between = "\n",
    .end = "",
    .limits = TEXT_LIMITS | LIMIT_NO_NUL | LIMIT_PLAIN_LINES | LIMIT_NO_BRACES,
};
