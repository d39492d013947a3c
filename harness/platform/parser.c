/* A body as Panora's server reads it: body-parser 1.20 before Nest, JSON and forms of 100 KiB. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/escape.h"
#include "base/gzip.h"
#include "platform/visit.h"

#define PANORA_BODY_MAX ((size_t)102400)
#define FIELDS_MAX      1000 /* of a form */
#define BOM             "\xef\xbb\xbf"

static const char *header_or_empty(const struct visit *visit, const char *name)
{
    const char *value = headers_find(visit->request->headers, name);
    return value ? value : "";
}

static bool has_type(const struct visit *visit, const char *type)
{
    const char *given = header_or_empty(visit, "Content-Type");
    size_t len = strcspn(given, "; \t");
    return strlen(type) == len && strncasecmp(given, type, len) == 0;
}

/* Nest turns only SyntaxErrors into 400; body-parser's own statuses are lost in the filter. */
static bool refuse(struct visit *visit, const char *why)
{
    visit_panora_error(visit, 500, "%s", why);
    return false;
}

/* --- bytes --- */

/* The value of the Content-Type's charset, in capitals. */
static void add_charset(const char *type, struct buf *out)
{
    static const char name[] = "charset=";
    while (*type && strncasecmp(type, name, strlen(name)) != 0)
        type++;
    if (!*type)
        return;
    type += strlen(name);
    type += *type == '"';
    for (; *type && !strchr("\"; \t", *type); type++)
        buf_add_char(out, (char)toupper((unsigned char)*type));
}

static bool charset_is_read(struct visit *visit)
{
    struct buf charset = {.max = 40};
    add_charset(header_or_empty(visit, "Content-Type"), &charset);
    bool ok = charset.len == 0 || strncmp(buf_text(&charset), "UTF-", 4) == 0;
    if (!ok)
        visit_panora_error(visit, 500, "unsupported charset \"%s\"", buf_text(&charset));
    buf_clear(&charset);
    return ok;
}

/* Appends the body without its Content-Encoding. */
static bool decode(struct visit *visit, struct buf *out)
{
    struct bytes body = visit->request->body;
    const char *encoding = header_or_empty(visit, "Content-Encoding");
    if (!*encoding || strcasecmp(encoding, "identity") == 0) {
        if (body.len > PANORA_BODY_MAX)
            return refuse(visit, "request entity too large");
        buf_add_bytes(out, body);
        return true;
    }
    if (strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "deflate") != 0) {
        visit_panora_error(visit, 500, "unsupported content encoding \"%s\"", encoding);
        return false;
    }
    if (!gzip_expand(body, PANORA_BODY_MAX + 1, out))
        return refuse(visit, "incorrect header check");
    return out->len <= PANORA_BODY_MAX || refuse(visit, "request entity too large");
}

/* --- JSON --- */

/* Node 20's words, as far as they do not depend on its parser's insides. */
static bool refuse_json(struct visit *visit, struct bytes body, size_t at)
{
    if (at >= body.len)
        visit_panora_error(visit, 400, "Unexpected end of JSON input");
    else
        visit_panora_error(visit, 400, "Unexpected token '%c', \"%.*s\"%s is not valid JSON",
                           body.data[at], (int)(body.len < 40 ? body.len : 40), body.data,
                           body.len < 40 ? "" : "...");
    return false;
}

static bool read_json(struct visit *visit, struct bytes body)
{
    struct error why = {0};
    if (body.len >= 3 && memcmp(body.data, BOM, 3) == 0)
        body = bytes_after(body, 3);
    size_t start = 0;
    while (start < body.len && strchr(" \t\r\n", body.data[start]) && body.data[start])
        start++;
    if (start == body.len || (body.data[start] != '{' && body.data[start] != '['))
        return refuse_json(visit, body, start); /* in "strict" mode only these are read */
    visit->body = js_parse(body, &why);
    if (visit->body)
        return true;
    const char *place = strstr(why.message, "at byte ");
    return refuse_json(visit, body, place ? (size_t)strtoul(place + 8, NULL, 10) : body.len);
}

/* --- forms --- */

static void add_decoded(struct bytes text, struct buf *out)
{
    struct buf plain = {0};
    for (size_t i = 0; i < text.len; i++) {
        int32_t byte = text.data[i] == '%' ? escape_hex(bytes_after(text, i + 1), 2) : -1;
        char c = text.data[i];
        if (c == '+')
            c = ' ';
        if (byte >= 0) {
            c = (char)byte;
            i += 2;
        }
        buf_add_char(&plain, c);
    }
    js_quote(buf_bytes(&plain), out);
    buf_clear(&plain);
}

struct field {
    struct bytes name, value;
};

/* "a=1" of "a=1&b=2"; false when nothing is left. */
static bool next_field(struct bytes *rest, struct field *out)
{
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->data, '&', rest->len);
    size_t len = end ? (size_t)(end - rest->data) : rest->len;
    const char *equals = memchr(rest->data, '=', len);
    size_t name_len = equals ? (size_t)(equals - rest->data) : len;
    out->name = (struct bytes){rest->data, name_len};
    out->value = bytes_after((struct bytes){rest->data, len}, equals ? name_len + 1 : len);
    *rest = bytes_after(*rest, end ? len + 1 : len);
    return true;
}

/* "scope[]=a" is a list of one; so is "scope%5B%5D=a". */
static bool is_list(struct bytes *name)
{
    static const char *const ends[] = {"[]", "%5B%5D", "%5b%5d"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        size_t len = strlen(ends[i]);
        if (name->len > len && memcmp(name->data + name->len - len, ends[i], len) == 0) {
            name->len -= len;
            return true;
        }
    }
    return false;
}

/* The values of all fields of this name from here on: one is a text, several are a list. */
static void add_values(struct bytes rest, struct field first, bool list, struct buf *out)
{
    struct buf values = {0};
    struct field field = first;
    size_t count = 0;
    do {
        bool in_list = is_list(&field.name);
        if (!bytes_equal(field.name, first.name))
            continue;
        list = list || in_list;
        buf_add_text(&values, count++ ? "," : "");
        add_decoded(field.value, &values);
    } while (next_field(&rest, &field));
    list = list || count > 1;
    buf_add_format(out, "%s%s%s", list ? "[" : "", buf_text(&values), list ? "]" : "");
    buf_clear(&values);
}

static bool is_first(struct bytes all, struct bytes name)
{
    struct field field;
    bool found = false;
    while (!found && next_field(&all, &field)) {
        (void)is_list(&field.name);
        found = bytes_equal(field.name, name);
    }
    return !found || field.name.data == name.data;
}

static size_t count_fields(struct bytes rest)
{
    struct field field;
    size_t count = 0;
    while (next_field(&rest, &field))
        count++;
    return count;
}

static bool read_form(struct visit *visit, struct bytes body)
{
    struct buf json = {0};
    struct bytes rest = body;
    struct field field;
    if (count_fields(body) > FIELDS_MAX)
        return refuse(visit, "too many parameters");
    buf_add_char(&json, '{');
    while (next_field(&rest, &field)) {
        bool list = is_list(&field.name);
        if (field.name.len == 0 || !is_first(body, field.name))
            continue;
        buf_add_text(&json, json.len > 1 ? "," : "");
        add_decoded(field.name, &json);
        buf_add_char(&json, ':');
        add_values(rest, field, list, &json);
    }
    buf_add_char(&json, '}');
    visit->body = js_parse(buf_bytes(&json), NULL);
    buf_clear(&json);
    return true;
}

/* --- all --- */

bool visit_read_panora_body(struct visit *visit)
{
    struct buf body = {0};
    bool is_json = has_type(visit, "application/json");
    bool is_form = has_type(visit, "application/x-www-form-urlencoded");
    bool ok = true;
    if ((is_json || is_form) && visit->request->body.len > 0)
        ok = charset_is_read(visit) && decode(visit, &body) &&
             (body.len == 0 || (is_json ? read_json : read_form)(visit, buf_bytes(&body)));
    if (ok && !visit->body)
        visit->body = js_parse(bytes_of("{}"), NULL);
    buf_clear(&body);
    return ok;
}
