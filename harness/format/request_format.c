#include "format/request_format.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/request_documents.h"
#include "format/request_parts.h"

void request_add_value(const struct header *header, const struct request_place *place,
                       struct buf *out)
{
    const char *value = header->value;
    const char *mark = place && header_name_equal(header->name, "Host")
                           ? strstr(value, REQUEST_HOST_PLACEHOLDER)
                           : NULL;
    if (mark) {
        buf_add(out, value, (size_t)(mark - value));
        buf_add_text(out, place->authority);
        value = mark + strlen(REQUEST_HOST_PLACEHOLDER);
    }
    buf_add_text(out, value);
}

/* Each byte as the character of that number, in UTF-8. */
static json_t *json_latin1(struct bytes in)
{
    struct buf text = {0};
    for (size_t i = 0; i < in.len; i++) {
        unsigned char byte = (unsigned char)in.data[i];
        if (byte >= 0x80)
            buf_add_char(&text, (char)(0xc0 | byte >> 6));
        buf_add_char(&text, (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte));
    }
    json_t *value = json_stringn(buf_text(&text), text.len);
    buf_clear(&text);
    return value;
}

json_t *json_headers(const struct headers *headers, const struct request_place *place)
{
    json_t *list = json_array();
    for (size_t i = 0; i < headers->count; i++) {
        struct buf value = {0};
        request_add_value(&headers->items[i], place, &value);
        json_t *pair = json_array();
        json_array_append_new(pair, json_latin1(bytes_of(headers->items[i].name)));
        json_array_append_new(pair, json_latin1(buf_bytes(&value)));
        json_array_append_new(list, pair);
        buf_clear(&value);
    }
    return list;
}

void json_set_text(json_t *object, const char *name, const char *text)
{
    if (!text || text_is_utf8(bytes_of(text))) {
        json_object_set_new(object, name, text ? json_string(text) : json_null());
        return;
    }
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    json_object_set_new(object, name, json_string(buf_text(&visible)));
    buf_clear(&visible);
}

void json_set_bytes(json_t *object, const char *name, struct bytes bytes)
{
    if (text_is_utf8(bytes)) {
        json_object_set_new(object, name, json_stringn(bytes.len ? bytes.data : "", bytes.len));
        return;
    }
    struct buf encoded = {0};
    encode_base64(bytes, &encoded);
    char *key = mem_format("%s_base64", name);
    json_object_set_new(object, key, json_stringn(buf_text(&encoded), encoded.len));
    free(key);
    buf_clear(&encoded);
}

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

/* name, sentence, render, file, begin, between, end, limits */
const struct request_format request_formats[] = {
    {"http", "the request as it stands on the wire", render_http, ".request", "", NULL, "", 0},
    {"curl", "a curl command for a POSIX shell that sends exactly this request", render_curl,
     "events.sh", "", "", "", LIMIT_SHORT_LINES},
    {"json", "an object with method, url, headers (a list of pairs) and body, for test code",
     render_json, ".json", "", NULL, "", 0},
    {"headers", "the header fields, one a line", render_headers, ".headers", "", NULL, "", 0},
    {"body", "the bytes of the body and nothing else", render_body, ".body", "", NULL, "", 0},
    {"curl-config", "a configuration file for curl --config", format_curl_config, "events.curl", "",
     "next\n", "", LIMIT_NO_NUL | LIMIT_SHORT_LINES},
    {"har", "an HTTP archive, HAR 1.2", format_har, "events.har", har_begin, ",\n", har_end, 0},
    {"postman", "a collection for Postman and newman, format 2.1", format_postman,
     "events.postman_collection.json", postman_begin, ",\n", postman_end,
     TEXT_LIMITS | LIMIT_NO_BRACES | LIMIT_NO_COMMENTS},
    {"hurl", "a Hurl file", format_hurl, "events.hurl", "", "\n", "", LIMIT_ASCII_FIELDS},
    {"k6", "a script for k6", format_k6, "events.k6.js", k6_begin, "", k6_end,
     LIMIT_ASCII_FIELDS | LIMIT_ONE_OF_A_NAME},
    {"http-file", "a .http file, which editors run", format_http_file, "events.http", "", "\n", "",
     TEXT_LIMITS | LIMIT_NO_NUL | LIMIT_PLAIN_LINES | LIMIT_NO_BRACES},
    {"vegeta", "a JSON target for vegeta attack -format=json, one a line", format_vegeta,
     "events.vegeta.json", "", "", "", LIMIT_ASCII_FIELDS},
    {"pytest", "tests for pytest, with Python's standard library", format_pytest, "test_events.py",
     pytest_begin, "", pytest_end, 0},
    {"node-test", "tests for node --test, with Node's standard library", format_js,
     "events.test.mjs", node_test_begin, "", node_test_end, 0},
    {"jest", "tests for Jest, with Node's standard library", format_js, "events.test.js",
     jest_begin, "", jest_end, 0},
    {"go-test", "tests for go test, with Go's standard library", format_go_test, "events_test.go",
     go_test_begin, "", go_test_end, 0},
    {"ndjson", "an object with type, expect, headers and body, one a line, for pipes",
     format_ndjson, "events.ndjson", "", "", "", 0},
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
