#include "format/request_documents.h"

#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/text.h"
#include "format/request_parts.h"
#include "panora/js.h"

void document_add_name(const struct request *request, const struct request_place *place,
                       struct buf *out)
{
    if (place->name)
        buf_add_text(out, place->name);
    else
        buf_add_format(out, "%s %s", request->method, place->url);
}

const char *document_verdict(const struct request_place *place)
{
    return place->verdict ? place->verdict : "either";
}

const char *document_reason(const struct request_place *place)
{
    const char *verdict = document_verdict(place);
    if (place->reason)
        return place->reason;
    if (strcmp(verdict, "accept") == 0)
        return "accepts it";
    return strcmp(verdict, "reject") == 0 ? "refuses it" : "accepts or refuses it";
}

bool document_is_own_field(const struct header *header)
{
    static const char *const own[] = {"Host", "Content-Length", "Connection"};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (header_name_equal(header->name, own[i]))
            return true;
    return false;
}

void document_add_json(const char *text, struct buf *out)
{
    struct buf wide = {0};
    if (text_is_utf8(bytes_of(text))) {
        js_quote(bytes_of(text), out);
        return;
    }
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at >= 0x80)
            buf_add_char(&wide, (char)(0xc0 | *at >> 6));
        buf_add_char(&wide, (char)(*at >= 0x80 ? 0x80 | (*at & 0x3f) : *at));
    }
    js_quote(buf_bytes(&wide), out);
    buf_clear(&wide);
}

void document_add_json_value(const struct header *header, const struct request_place *place,
                             struct buf *out)
{
    struct buf value = {0};
    request_add_value(header, place, &value);
    document_add_json(buf_text(&value), out);
    buf_clear(&value);
}

void document_add_json_body(const char *key, struct bytes body, struct buf *out)
{
    bool is_text = text_is_utf8(body);
    buf_add_format(out, ",\"%s%s\":", key, is_text ? "" : "_base64");
    if (is_text) {
        js_quote(body, out);
        return;
    }
    buf_add_char(out, '"');
    encode_base64(body, out);
    buf_add_char(out, '"');
}

/* --- what a format cannot say --- */

static bool is_ascii_fields(const struct request *request)
{
    for (size_t i = 0; i < request->headers.count; i++)
        for (const char *at = request->headers.items[i].value; *at; at++)
            if (*at < 0x20 || *at > 0x7e)
                return false;
    return true;
}

static bool is_one_of_a_name(const struct request *request)
{
    for (size_t i = 0; i < request->headers.count; i++)
        if (headers_count(&request->headers, request->headers.items[i].name) > 1)
            return false;
    return true;
}

static bool has_text(struct bytes hay, const char *needle)
{
    return bytes_find(hay, bytes_of(needle)) != NULL;
}

/* Editors take "###" at the beginning of a line for the next request, "<" and ">" for files and
 * scripts, and blanks at both ends for nothing. */
static bool is_plain_lines(struct bytes body)
{
    if (body.len == 0)
        return true;
    char first = body.data[0];
    char last = body.data[body.len - 1];
    return !strchr("<># \t\n", first) && !strchr(" \t\n", last) && !has_text(body, "\r") &&
           !has_text(body, "\n###") && !has_text(body, "\n<") && !has_text(body, "\n>");
}

/* In JSON, slashes stand inside texts only. */
static bool may_have_comments(struct bytes body)
{
    if (!has_text(body, "/*") && !has_text(body, "//"))
        return false;
    struct js *value = js_parse(body, NULL);
    bool is_json = value != NULL;
    js_free(value);
    return !is_json;
}

const char *request_format_refuses(const struct request_format *format,
                                   const struct request *request)
{
    struct bytes body = buf_bytes(&request->body);
    unsigned limits = format->limits;
    if (limits & LIMIT_UTF8_BODY && !text_is_utf8(body))
        return "its body is not UTF-8";
    if (limits & LIMIT_NO_NUL && body.len && memchr(body.data, 0, body.len))
        return "its body contains a NUL";
    if (limits & LIMIT_SHORT_LINES && body.len > REQUEST_LINE_MAX)
        return "its body is above 32 KiB";
    if (limits & LIMIT_PLAIN_LINES && !is_plain_lines(body))
        return "its body starts or ends with white space, or has lines with a special meaning";
    if (limits & LIMIT_NO_BRACES && has_text(body, "{{"))
        return "its body contains {{, which starts a variable";
    if (limits & LIMIT_NO_COMMENTS && may_have_comments(body))
        return "its body contains comments, which would be removed";
    if (limits & LIMIT_ASCII_FIELDS && !is_ascii_fields(request))
        return "a header field is not printable ASCII";
    if (limits & LIMIT_ONE_OF_A_NAME && !is_one_of_a_name(request))
        return "it has two header fields with the same name";
    return NULL;
}

bool request_format_single(const struct request_format *format, const struct request *request,
                           const struct request_place *place, struct buf *out, struct error *err)
{
    const char *reason = request_format_refuses(format, request);
    if (reason)
        return error_set(err, "%s cannot represent this request: %s", format->name, reason);
    buf_add_text(out, format->begin);
    format->render(request, place, out);
    buf_add_text(out, format->end);
    return true;
}
