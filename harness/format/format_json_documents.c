/* The formats that are JSON: HAR, Postman's collection, vegeta's targets, NDJSON. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/request_documents.h"
#include "format/request_parts.h"
#include "panora/js.h"

static void add_json_name(const struct request *request, const struct request_place *place,
                          struct buf *out)
{
    struct buf name = {0};
    document_add_name(request, place, &name);
    document_add_json(buf_text(&name), out);
    buf_clear(&name);
}

static void add_pair(const struct header *header, const char *name_key,
                     const struct request_place *place, struct buf *out)
{
    buf_add_format(out, "{\"%s\":", name_key);
    document_add_json(header->name, out);
    buf_add_text(out, ",\"value\":");
    document_add_json_value(header, place, out);
    buf_add_char(out, '}');
}

/* --- HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) --- */

static const char har_begin[] =
    "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"hookcheck\",\"version\":\"0.1\"},"
    "\"entries\":[\n";
static const char har_end[] = "\n]}}\n";

/* Each parameter as it stands in the URL, not decoded: `[{"name":"a","value":"1"}]`. */
static void add_query(const char *url, struct buf *out)
{
    const char *at = strchr(url, '?');
    buf_add_char(out, '[');
    for (const char *comma = ""; at && *at && *at != '#'; comma = ",") {
        size_t len = strcspn(++at, "&#");
        size_t name_len = strcspn(at, "=&#");
        buf_add_format(out, "%s{\"name\":", comma);
        js_quote((struct bytes){at, name_len}, out);
        buf_add_text(out, ",\"value\":");
        size_t skip = name_len < len ? name_len + 1 : len;
        js_quote((struct bytes){at + skip, len - skip}, out);
        buf_add_char(out, '}');
        at += len;
    }
    buf_add_char(out, ']');
}

/* HAR has no word for the encoding of a posted body, only for that of an answer's; that word is
 * used here, as its own extension. */
static void add_post_data(const struct request *request, struct buf *out)
{
    const char *type = headers_find(&request->headers, "Content-Type");
    struct bytes body = buf_bytes(&request->body);
    if (body.len == 0)
        return;
    buf_add_text(out, ",\"postData\":{\"mimeType\":");
    document_add_json(type ? type : "", out);
    buf_add_text(out, ",\"params\":[],\"text\":");
    if (text_is_utf8(body)) {
        js_quote(body, out);
    } else {
        buf_add_char(out, '"');
        encode_base64(body, out);
        buf_add_text(out, "\",\"_encoding\":\"base64\",\"comment\":\"text is base64\"");
    }
    buf_add_char(out, '}');
}

static void render_har(const struct request *request, const struct request_place *place,
                       struct buf *out)
{
    buf_add_text(out, "{\"startedDateTime\":\"2026-01-01T12:00:00.000Z\",\"time\":0,"
                      "\"request\":{\"method\":");
    document_add_json(request->method, out);
    buf_add_text(out, ",\"url\":");
    document_add_json(place->url, out);
    buf_add_text(out, ",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[],\"headers\":[");
    for (size_t i = 0; i < request->headers.count; i++) {
        buf_add_text(out, i ? "," : "");
        add_pair(&request->headers.items[i], "name", place, out);
    }
    buf_add_text(out, "],\"queryString\":");
    add_query(place->url, out);
    add_post_data(request, out);
    buf_add_format(out, ",\"headersSize\":-1,\"bodySize\":%zu},", request->body.len);
    buf_add_text(out,
                 "\"response\":{\"status\":0,\"statusText\":\"\",\"httpVersion\":\"HTTP/1.1\","
                 "\"cookies\":[],\"headers\":[],\"content\":{\"size\":0,\"mimeType\":\"\"},"
                 "\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":-1},"
                 "\"cache\":{},\"timings\":{\"send\":0,\"wait\":0,\"receive\":0},\"comment\":");
    add_json_name(request, place, out);
    buf_add_format(out, ",\"_expect\":\"%s\"}", document_verdict(place));
}

/* --- Postman's collection format 2.1 --- */

static const char postman_begin[] =
    "{\"info\":{\"name\":\"Panora events, made by hookcheck\",\"schema\":"
    "\"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"},\"item\":[\n";
static const char postman_end[] = "\n]}\n";

static const char *postman_test(const struct request_place *place)
{
    const char *verdict = document_verdict(place);
    if (strcmp(verdict, "accept") == 0)
        return "pm.test('accepts it', () => pm.expect(pm.response.code).to.be.within(200, 299));";
    if (strcmp(verdict, "reject") == 0)
        return "pm.test('refuses it', () => pm.expect(pm.response.code).to.be.within(400, 499));";
    return "pm.test('survives it', () => pm.expect(pm.response.code).to.be.below(500));";
}

/* Postman's own fields are kept from a request that has none of that name. */
static void add_behaviour(const struct request *request, struct buf *out)
{
    static const char *const own[] = {"accept", "user-agent", "accept-encoding", "content-type"};
    buf_add_text(out, ",\"protocolProfileBehavior\":{\"followRedirects\":false,"
                      "\"disableBodyPruning\":true,\"disabledSystemHeaders\":{"
                      "\"postman-token\":true,\"cache-control\":true");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (headers_count(&request->headers, own[i]) == 0)
            buf_add_format(out, ",\"%s\":true", own[i]);
    buf_add_text(out, "}}");
}

static void render_postman(const struct request *request, const struct request_place *place,
                           struct buf *out)
{
    const char *comma = "";
    buf_add_text(out, "{\"name\":");
    add_json_name(request, place, out);
    buf_add_text(out, ",\"request\":{\"method\":");
    document_add_json(request->method, out);
    buf_add_text(out, ",\"url\":");
    document_add_json(place->url, out);
    buf_add_text(out, ",\"header\":[");
    for (size_t i = 0; i < request->headers.count; i++) {
        if (document_is_own_field(&request->headers.items[i]))
            continue;
        buf_add_text(out, comma);
        add_pair(&request->headers.items[i], "key", place, out);
        comma = ",";
    }
    buf_add_text(out, "],\"body\":{\"mode\":\"raw\",\"raw\":");
    js_quote(buf_bytes(&request->body), out);
    buf_add_text(out, "}},\"response\":[],\"event\":[{\"listen\":\"test\",\"script\":{"
                      "\"type\":\"text/javascript\",\"exec\":[");
    document_add_json(postman_test(place), out);
    buf_add_text(out, "]}}]");
    add_behaviour(request, out);
    buf_add_char(out, '}');
}

/* --- fields by name --- */

static bool is_first_of_name(const struct headers *headers, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(headers->items[i].name, headers->items[index].name) == 0)
            return false;
    return true;
}

/* The values of all fields that are spelt as the one at `index`; returns how many there are. */
static size_t add_values(const struct headers *headers, size_t index,
                         const struct request_place *place, struct buf *out)
{
    size_t count = 0;
    for (size_t i = index; i < headers->count; i++) {
        if (strcmp(headers->items[i].name, headers->items[index].name) != 0)
            continue;
        buf_add_text(out, count++ ? "," : "");
        document_add_json_value(&headers->items[i], place, out);
    }
    return count;
}

/* {"Name":["value"]}; with `unwrap` a name that stands once has its value and no list. */
static void add_fields(const struct headers *headers, const struct request_place *place,
                       bool only_ours, bool unwrap, struct buf *out)
{
    const char *comma = "{";
    for (size_t i = 0; i < headers->count; i++) {
        if (!is_first_of_name(headers, i) ||
            (only_ours && document_is_own_field(&headers->items[i])))
            continue;
        struct buf values = {0};
        bool is_list = add_values(headers, i, place, &values) > 1 || !unwrap;
        buf_add_text(out, comma);
        document_add_json(headers->items[i].name, out);
        buf_add_text(out, is_list ? ":[" : ":");
        buf_add_bytes(out, buf_bytes(&values));
        buf_add_text(out, is_list ? "]" : "");
        buf_clear(&values);
        comma = ",";
    }
    buf_add_text(out, *comma == '{' ? "{}" : "}");
}

/* --- vegeta: lib/target.schema.json of github.com/tsenart/vegeta --- */

static void render_vegeta(const struct request *request, const struct request_place *place,
                          struct buf *out)
{
    buf_add_text(out, "{\"method\":");
    document_add_json(request->method, out);
    buf_add_text(out, ",\"url\":");
    document_add_json(place->url, out);
    buf_add_text(out, ",\"header\":");
    add_fields(&request->headers, place, true, false, out);
    buf_add_text(out, ",\"body\":\"");
    encode_base64(buf_bytes(&request->body), out);
    buf_add_text(out, "\"}\n");
}

/* --- NDJSON --- */

/* The body comes last and the line ends with it: the bulk stream counts on that. */
static void render_ndjson(const struct request *request, const struct request_place *place,
                          struct buf *out)
{
    const char *comma = "{";
    if (place->name) {
        buf_add_text(out, "{\"name\":");
        document_add_json(place->name, out);
        comma = ",";
    }
    if (place->type) {
        buf_add_format(out, "%s\"type\":", comma);
        document_add_json(place->type, out);
        comma = ",";
    }
    buf_add_format(out, "%s\"expect\":\"%s\"", comma, document_verdict(place));
    if (strcmp(request->method, "POST") != 0) {
        buf_add_text(out, ",\"method\":");
        document_add_json(request->method, out);
    }
    if (request->query) {
        buf_add_text(out, ",\"query\":");
        document_add_json(request->query, out);
    }
    buf_add_text(out, ",\"headers\":");
    add_fields(&request->headers, place, false, true, out);
    document_add_json_body("body", buf_bytes(&request->body), out);
    buf_add_text(out, "}\n");
}

const struct request_format format_har = {
    .name = "har",
    .sentence = "an HTTP archive, HAR 1.2",
    .render = render_har,
    .file = "events.har",
    .begin = har_begin,
    .between = ",\n",
    .end = har_end,
};

const struct request_format format_postman = {
    .name = "postman",
    .sentence = "a collection for Postman and newman, format 2.1",
    .render = render_postman,
    .file = "events.postman_collection.json",
    .begin = postman_begin,
    .between = ",\n",
    .end = postman_end,
    .limits = TEXT_LIMITS | LIMIT_NO_BRACES | LIMIT_NO_COMMENTS,
};

const struct request_format format_vegeta = {
    .name = "vegeta",
    .sentence = "JSON targets for vegeta attack -format=json, one per line",
    .render = render_vegeta,
    .file = "events.vegeta.json",
    .begin = "",
    .between = "",
    .end = "",
    .limits = LIMIT_ASCII_FIELDS,
};

const struct request_format format_ndjson = {
    .name = "ndjson",
    .sentence = "objects with type, expect, headers and body, one per line, for pipes",
    .render = render_ndjson,
    .file = "events.ndjson",
    .begin = "",
    .between = "",
    .end = "",
};
