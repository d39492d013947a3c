#include "format/request_format.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "format/request_documents.h"
#include "format/request_parts.h"

/* An empty value stands without a blank, as curl sends it. */
static void add_fields(const struct request *request, const struct request_place *place,
                       const char *line_end, struct buf *out)
{
    for (size_t i = 0; i < request->headers.count; i++) {
        const struct header *header = &request->headers.items[i];
        buf_add_format(out, "%s:%s", header->name, header->value[0] ? " " : "");
        request_add_value(header, place, out);
        buf_add_text(out, line_end);
    }
}

static void render_http(const struct request *request, const struct request_place *place,
                        struct buf *out)
{
    buf_add_format(out, "%s %s HTTP/1.1\r\n", request->method, place->path);
    add_fields(request, place, "\r\n", out);
    buf_add_text(out, "\r\n");
    buf_add_bytes(out, buf_bytes(&request->body));
}

static void render_curl(const struct request *request, const struct request_place *place,
                        struct buf *out)
{
    if (place->name && !strpbrk(place->name, "\r\n"))
        buf_add_format(out, "# %s: %s\n", place->name, document_verdict(place));
    curl_command(request, place, out);
    buf_add_char(out, '\n');
}

static void render_json(const struct request *request, const struct request_place *place,
                        struct buf *out)
{
    json_t *root = json_object();
    json_set_text(root, "method", request->method);
    json_set_text(root, "url", place->url);
    json_set(root, "headers", json_headers(&request->headers, place));
    json_set_bytes(root, "body", buf_bytes(&request->body));
    if (place->verdict)
        json_set_text(root, "verdict", place->verdict);
    json_add_document(root, out);
    json_decref(root);
}

static void render_headers(const struct request *request, const struct request_place *place,
                           struct buf *out)
{
    add_fields(request, place, "\n", out);
}

static void render_body(const struct request *request, const struct request_place *place,
                        struct buf *out)
{
    buf_add_bytes(out, buf_bytes(&request->body));
}

const struct request_format format_http = {
    .name = "http",
    .sentence = "the request as sent on the wire",
    .render = render_http,
    .file = ".request",
    .begin = "",
    .end = "",
};

const struct request_format format_curl = {
    .name = "curl",
    .sentence = "a curl command for a POSIX shell that sends exactly this request",
    .render = render_curl,
    .file = "events.sh",
    .begin = "",
    .between = "",
    .end = "",
    .limits = LIMIT_SHORT_LINES,
};

const struct request_format format_json = {
    .name = "json",
    .sentence = "an object with method, url, headers (a list of pairs) and body, for test code",
    .render = render_json,
    .file = ".json",
    .begin = "",
    .end = "",
};

const struct request_format format_headers = {
    .name = "headers",
    .sentence = "the header fields, one per line",
    .render = render_headers,
    .file = ".headers",
    .begin = "",
    .end = "",
};

const struct request_format format_body = {
    .name = "body",
    .sentence = "only the bytes of the body",
    .render = render_body,
    .file = ".body",
    .begin = "",
    .end = "",
};

#define POINT_TO(name) &format_##name,
const struct request_format *const request_formats[] = {REQUEST_FORMATS(POINT_TO)};

const size_t num_request_formats = ARRAY_LEN(request_formats);

const struct request_format *request_format_find(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(request_formats)];
    for (size_t i = 0; i < num_request_formats; i++) {
        names[i] = request_formats[i]->name;
        if (strcmp(names[i], name) == 0)
            return request_formats[i];
    }
    (void)text_unknown(err, "request format", name, names, num_request_formats);
    return NULL;
}
