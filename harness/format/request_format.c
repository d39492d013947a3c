#include "format/request_format.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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
    json_object_set_new(root, "headers", json_headers(&request->headers, place));
    json_set_bytes(root, "body", buf_bytes(&request->body));
    if (place->verdict)
        json_set_text(root, "verdict", place->verdict);
    char *text = json_dumps(root, JSON_INDENT(2));
    buf_add_text(out, text ? text : "null");
    buf_add_char(out, '\n');
    free(text);
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

#define TEXT_LIMITS (LIMIT_UTF8_BODY | LIMIT_ASCII_FIELDS)

/* name, sentence, render, file, begin, between, end, limits, beside_file, beside */
const struct request_format request_formats[] = {
    {"http", "the request as sent on the wire", render_http, ".request", "", NULL, "", 0, NULL,
     NULL},
    {"curl", "a curl command for a POSIX shell that sends exactly this request", render_curl,
     "events.sh", "", "", "", LIMIT_SHORT_LINES, NULL, NULL},
    {"json", "an object with method, url, headers (a list of pairs) and body, for test code",
     render_json, ".json", "", NULL, "", 0, NULL, NULL},
    {"headers", "the header fields, one per line", render_headers, ".headers", "", NULL, "", 0,
     NULL, NULL},
    {"body", "only the bytes of the body", render_body, ".body", "", NULL, "", 0, NULL, NULL},
    {"curl-config", "a configuration file for curl --config", format_curl_config, "events.curl", "",
     "next\n", "", LIMIT_NO_NUL | LIMIT_SHORT_LINES, NULL, NULL},
    {"har", "an HTTP archive, HAR 1.2", format_har, "events.har", har_begin, ",\n", har_end, 0,
     NULL, NULL},
    {"postman", "a collection for Postman and newman, format 2.1", format_postman,
     "events.postman_collection.json", postman_begin, ",\n", postman_end,
     TEXT_LIMITS | LIMIT_NO_BRACES | LIMIT_NO_COMMENTS, NULL, NULL},
    {"hurl", "a Hurl file", format_hurl, "events.hurl", "", "\n", "", LIMIT_ASCII_FIELDS, NULL,
     NULL},
    {"k6", "a script for k6", format_k6, "events.k6.js", k6_begin, "", k6_end,
     LIMIT_ASCII_FIELDS | LIMIT_ONE_OF_A_NAME, NULL, NULL},
    {"http-file", "a .http file, for editors", format_http_file, "events.http", "", "\n", "",
     TEXT_LIMITS | LIMIT_NO_NUL | LIMIT_PLAIN_LINES | LIMIT_NO_BRACES, NULL, NULL},
    {"vegeta", "JSON targets for vegeta attack -format=json, one per line", format_vegeta,
     "events.vegeta.json", "", "", "", LIMIT_ASCII_FIELDS, NULL, NULL},
    {"pytest", "tests for pytest, with Python's standard library", format_pytest, "test_events.py",
     pytest_begin, "", pytest_end, 0, NULL, NULL},
    {"node-test", "tests for node --test, with Node's standard library", format_js,
     "events.test.mjs", node_test_begin, "", node_test_end, 0, NULL, NULL},
    {"jest", "tests for Jest, with Node's standard library", format_js, "events.test.js",
     jest_begin, "", jest_end, 0, NULL, NULL},
    {"go-test", "tests for go test, with Go's standard library", format_go_test, "events_test.go",
     go_test_begin, "", go_test_end, 0, "go.mod", "module webhook\n\ngo 1.18\n"},
    {"ndjson", "objects with type, expect, headers and body, one per line, for pipes",
     format_ndjson, "events.ndjson", "", "", "", 0, NULL, NULL},
};

const size_t num_request_formats = ARRAY_LEN(request_formats);

const struct request_format *request_format_find(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(request_formats)];
    for (size_t i = 0; i < num_request_formats; i++) {
        names[i] = request_formats[i].name;
        if (strcmp(names[i], name) == 0)
            return &request_formats[i];
    }
    (void)text_unknown(err, "request format", name, names, num_request_formats);
    return NULL;
}
