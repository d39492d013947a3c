/* HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/): every exchange of the run. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "format/request_parts.h"
#include "http/redacted.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/repeat.h"
#include "result/packed.h"

static double ms_of(int64_t ns)
{
    return ns < 0 ? -1 : round((double)ns / 1000) / 1000;
}

/* Of an answer: bytes of its body, and of names and values of its fields. What it has beside them
 * is known by "size". */
#define SHOWN_BODY_MAX    4096
#define SHOWN_HEADERS_MAX 8192

static json_t *headers_of(const struct headers *headers, const struct request_place *place)
{
    json_t *pairs = json_headers(headers, place);
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        json_t *pair = json_array_get(pairs, i);
        json_array_append_new(list, json_pack("{s:O, s:O}", "name", json_array_get(pair, 0),
                                              "value", json_array_get(pair, 1)));
    }
    json_decref(pairs);
    return list;
}

/* Each parameter as it is written in the URL, not decoded. */
static json_t *query_of(const char *url)
{
    json_t *list = json_array();
    const char *at = strchr(url, '?');
    while (at && *at && *at != '#') {
        size_t len = strcspn(++at, "&#");
        size_t name_len = strcspn(at, "=&#");
        size_t skip = name_len < len ? name_len + 1 : len;
        json_array_append_new(
            list, json_pack("{s:s%, s:s%}", "name", at, name_len, "value", at + skip, len - skip));
        at += len;
    }
    return list;
}

static void set_content(json_t *object, struct bytes body, bool may_say_encoding)
{
    if (text_is_utf8(body)) {
        json_set(object, "text", json_stringn(body.data, body.len));
        return;
    }
    struct buf base64 = {0};
    encode_base64(body, &base64);
    json_set(object, "text", json_string(buf_text(&base64)));
    json_set(object, may_say_encoding ? "encoding" : "_encoding", json_string("base64"));
    buf_clear(&base64);
}

static json_t *request_of(const struct run_result *result, const struct exchange *exchange)
{
    struct shown_request shown;
    shown_request_init(&shown, result, &exchange->request, CURL_BODY_MAX);
    json_t *object = json_object();
    struct bytes body = buf_bytes(&shown.request.body);
    const char *type = headers_find(&shown.request.headers, "Content-Type");
    json_set_text(object, "method", shown.request.method);
    json_set_text(object, "url", shown.place.url);
    json_set_text(object, "httpVersion",
                  exchange->request.transport.http_1_0 ? "HTTP/1.0" : "HTTP/1.1");
    json_set(object, "cookies", json_array());
    json_set(object, "headers", headers_of(&shown.request.headers, &shown.place));
    json_set(object, "queryString", query_of(shown.place.url));
    if (body.len) {
        json_t *post = json_object();
        json_set_text(post, "mimeType", type ? type : "");
        json_set(post, "params", json_array());
        set_content(post, body, false);
        json_set(object, "postData", post);
    }
    json_set(object, "headersSize", json_integer(-1));
    json_set_count(object, "bodySize", exchange_body_len(exchange));
    shown_request_clear(&shown);
    return object;
}

static json_t *response_of(const struct run_result *result, const struct exchange *exchange)
{
    const struct observation *seen = &exchange->seen;
    struct headers redacted = {0};
    struct buf body = {0};
    json_t *object = json_object();
    json_t *content = json_object();
    (void)headers_shown(result->redactor, &seen->headers, SHOWN_HEADERS_MAX, &redacted);
    const char *type = headers_find(&redacted, "Content-Type");
    const char *location = headers_find(&redacted, "Location");
    size_t shown_len = text_beginning(buf_bytes(&seen->body), SHOWN_BODY_MAX).len;
    redact_beginning(result->redactor, buf_bytes(&seen->body), shown_len, &body);
    json_set_count(content, "size", seen->body_len);
    json_set_text(content, "mimeType", type ? type : "");
    if (body.len)
        set_content(content, buf_bytes(&body), true);
    json_set(object, "status", json_integer(seen->status));
    json_set_text(object, "statusText", "");
    json_set_text(object, "httpVersion", seen->status ? "HTTP/1.1" : "");
    json_set(object, "cookies", json_array());
    json_set(object, "headers", headers_of(&redacted, NULL));
    json_set(object, "content", content);
    json_set_text(object, "redirectURL", location ? location : "");
    json_set(object, "headersSize", json_integer(-1));
    json_set_count(object, "bodySize", seen->body_len);
    headers_clear(&redacted);
    buf_clear(&body);
    return object;
}

static double between(int64_t from_ns, int64_t to_ns)
{
    return from_ns < 0 || to_ns < from_ns ? 0 : ms_of(to_ns - from_ns);
}

/* HAR wants the phases apart; those of an attempt that ended early are what is left of it. */
static json_t *timings_of(const struct observation *seen)
{
    int64_t connected = seen->tls_ns >= 0 ? seen->tls_ns : seen->connect_ns;
    int64_t sent = seen->sent_ns >= 0 ? seen->sent_ns : connected >= 0 ? connected : 0;
    int64_t first = seen->first_byte_ns >= 0 ? seen->first_byte_ns : seen->total_ns;
    bool fresh = !seen->reused && seen->connect_ns >= 0;
    int64_t dns = seen->dns_ns >= 0 ? seen->dns_ns : 0;
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "blocked", -1.0, "dns",
                     fresh ? ms_of(dns) : -1.0, "connect", fresh ? between(dns, connected) : -1.0,
                     "ssl",
                     fresh && seen->tls_ns >= 0 ? between(seen->connect_ns, seen->tls_ns) : -1.0,
                     "send", between(connected >= 0 ? connected : 0, sent), "wait",
                     between(sent, first), "receive", between(first, seen->total_ns));
}

static json_t *entry_of(const struct run_result *result, const struct case_result *one,
                        const struct exchange *exchange)
{
    const struct observation *seen = &exchange->seen;
    char moment[CLOCK_ISO_SIZE];
    int64_t run_ms = 0;
    (void)instant_read(result->started, &run_ms, NULL);
    clock_iso(run_ms + (seen->started_ns - result->begun_ns) / NS_PER_MS, moment);
    json_t *object = json_object();
    struct buf comment = {0};
    buf_add_format(&comment, "%s: %s", one->id, exchange->sent);
    json_set_text(object, "startedDateTime", moment);
    json_set(object, "time", json_real(seen->total_ns < 0 ? 0 : ms_of(seen->total_ns)));
    json_set(object, "request", request_of(result, exchange));
    json_set(object, "response", response_of(result, exchange));
    json_set(object, "cache", json_object());
    json_set(object, "timings", timings_of(seen));
    json_set_text(object, "comment", buf_text(&comment));
    json_set_text(object, "_outcome", outcome_name(seen->outcome));
    json_set_text(object, "_verdict", verdict_name(one->verdict));
    buf_clear(&comment);
    return object;
}

static void render(const struct run_result *result, struct buf *out)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++) {
            const struct exchange *exchange = &result->cases[i].exchanges[k];
            if (exchange->seen.outcome != OUTCOME_NOT_SENT && exchange->request.method)
                json_array_append_new(entries, entry_of(result, &result->cases[i], exchange));
        }
    json_t *root =
        json_pack("{s:{s:s, s:{s:s, s:s}, s:[], s:o}}", "log", "version", "1.2", "creator", "name",
                  "hookcheck", "version", result->version, "pages", "entries", entries);
    struct buf notes = {0};
    for (size_t i = 0; i < result->num_notes; i++)
        buf_add_format(&notes, "%s%s", i ? "; " : "", result->notes[i]);
    if (notes.len)
        json_set_text(json_object_get(root, "log"), "comment", buf_text(&notes));
    buf_clear(&notes);
    json_add_document_as(root, JSON_INDENT(1) | JSON_REAL_PRECISION(12), out);
    json_decref(root);
}

const struct report_format report_format_har = {
    "har", "HTTP Archive 1.2 of every exchange, for browsers' tools", ".har", render};
