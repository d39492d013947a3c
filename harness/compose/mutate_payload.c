/* Mutations that leave a body which is no event any more: bytes that no JSON parser takes, members
 * that are missing or of the wrong type, other encodings. */
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "compose/mutation.h"
#include "panora/js.h"

static void replace_body(struct draft *draft, struct buf *body)
{
    buf_clear(&draft->request.body);
    draft->request.body = *body;
    *body = (struct buf){0};
}

/* The reader of suites has seen to it that the argument is base64. */
static bool mutate_raw_body(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf body = {0};
    if (!decode_base64(bytes_of(call->values[0].text), &body))
        return error_set(err, "\"%s\" is not base64", call->values[0].text);
    replace_body(draft, &body);
    return true;
}

/* Where "middle" is: behind the first byte of the text that `data` is, else of the body. */
static size_t middle_of(const struct buf *body)
{
    static const char start[] = "\"data\":\"";
    const char *data = bytes_find(buf_bytes(body), bytes_of(start));
    return data ? (size_t)(data - body->data) + sizeof start - 1 : body->len / 2;
}

static bool mutate_insert_bytes(struct draft *draft, const struct call *call, struct error *err)
{
    const struct buf *old = &draft->request.body;
    const char *where = call->values[1].text;
    size_t at = strcmp(where, "start") == 0 ? 0
                : strcmp(where, "end") == 0 ? old->len
                                            : middle_of(old);
    struct buf body = {0};
    buf_add(&body, buf_text(old), at);
    if (!decode_base64(bytes_of(call->values[0].text), &body)) {
        buf_clear(&body);
        return error_set(err, "\"%s\" is not base64", call->values[0].text);
    }
    buf_add(&body, buf_text(old) + at, old->len - at);
    replace_body(draft, &body);
    return true;
}

static bool mutate_cut_body(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf body = {0};
    buf_add(&body, buf_text(&draft->request.body), draft->request.body.len / 2);
    replace_body(draft, &body);
    return true;
}

/* Panora's body with the member `name` left out, or with `value` (JSON text) in its place. */
static bool write_otherwise(struct draft *draft, const char *name, const char *value,
                            struct error *err)
{
    static const char *const names[] = {"id_event", "data", "type"};
    struct js *event = js_parse(buf_bytes(&draft->request.body), NULL);
    struct buf body = {0};
    bool found = false;
    for (size_t i = 0; event && i < sizeof names / sizeof *names; i++) {
        const char *comma = body.len ? "," : "";
        bool is_it = strcmp(names[i], name) == 0;
        found = found || is_it;
        if (is_it && !value)
            continue;
        buf_add_format(&body, "%s\"%s\":", comma, names[i]);
        if (is_it)
            buf_add_text(&body, value);
        else
            js_write(js_get(event, names[i]), &body);
    }
    js_free(event);
    struct buf whole = {0};
    buf_add_format(&whole, "{%s}", buf_text(&body));
    buf_clear(&body);
    if (!found) {
        buf_clear(&whole);
        return error_set(err, "\"%s\" is not one of id_event, data and type", name);
    }
    replace_body(draft, &whole);
    return true;
}

static bool mutate_remove_member(struct draft *draft, const struct call *call, struct error *err)
{
    return write_otherwise(draft, call->values[0].text, NULL, err);
}

static bool mutate_set_member(struct draft *draft, const struct call *call, struct error *err)
{
    return write_otherwise(draft, call->values[0].text, call->values[1].text, err);
}

static void add_unit(struct buf *out, unsigned unit, bool big)
{
    buf_add_char(out, (char)(big ? unit >> 8 : unit & 0xff));
    buf_add_char(out, (char)(big ? unit & 0xff : unit >> 8));
}

/* One code point of UTF-8 that is known to be well-formed; returns its length. */
static size_t read_point(const unsigned char *at, unsigned *out)
{
    if (at[0] < 0x80) {
        *out = at[0];
        return 1;
    }
    size_t len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    *out = at[0] & (0xffU >> (len + 1));
    for (size_t i = 1; i < len; i++)
        *out = *out << 6 | (at[i] & 0x3fU);
    return len;
}

/* With a byte order mark, as Windows programs write it. What follows a mutation of bytes may be no
 * UTF-8: then there is nothing to encode. */
static bool mutate_utf16_body(struct draft *draft, const struct call *call, struct error *err)
{
    const struct buf *old = &draft->request.body;
    bool big = strcmp(call->values[0].text, "big") == 0;
    struct buf body = {0};
    if (!text_is_utf8(buf_bytes(old)))
        return error_set(err, "the body is not UTF-8");
    add_unit(&body, 0xfeff, big);
    for (size_t i = 0; i < old->len;) {
        unsigned point = 0;
        i += read_point((const unsigned char *)old->data + i, &point);
        if (point >= 0x10000) {
            add_unit(&body, 0xd800 + ((point - 0x10000) >> 10), big);
            point = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        add_unit(&body, point, big);
    }
    replace_body(draft, &body);
    return true;
}

/* As most other senders do: a receiver that verifies raw bytes lets such a body through to its
 * parser. */
static bool mutate_sign_sent_body(struct draft *draft, const struct call *call, struct error *err)
{
    char signature[SIGNATURE_SIZE];
    signature_make(buf_bytes(&draft->key), buf_bytes(&draft->request.body), signature);
    headers_set(&draft->request.headers, draft_signature_header(draft), signature);
    return true;
}

static const char *const places[] = {"start", "middle", "end", NULL};
static const char *const members[] = {"id_event", "data", "type", NULL};
static const char *const byte_orders[] = {"little", "big", NULL};

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation rows[] = {
    {{"raw-body",
      "wire",
      "has a body of other bytes than the signed ones",
      {WORD_NUMBER("base64", PARAMETER_BASE64, NULL, "the bytes, in base64")}},
     "other bytes as the body",
     true,
     mutate_raw_body},
    {{"insert-bytes",
      "wire",
      "has extra bytes in the body",
      {WORD_NUMBER("base64", PARAMETER_BASE64, NULL, "the bytes, in base64"),
       WORD_CHOICE("at", "middle", places, "start, middle (inside data) or end")}},
     "extra bytes in the body (base64 %s)",
     true,
     mutate_insert_bytes},
    {{"cut-body", "wire", "has only the first half of the body", {{0}}},
     "half of the body",
     true,
     mutate_cut_body},
    {{"remove-member",
      "wire",
      "lacks a key of the event",
      {WORD_CHOICE("name", NULL, members, "id_event, data or type")}},
     "without %s",
     true,
     mutate_remove_member},
    {{"set-member",
      "wire",
      "has another value for a key of the event",
      {WORD_CHOICE("name", "type", members, "id_event, data or type"),
       WORD_JSON("value", "null", "the value")}},
     "another value in %s",
     true,
     mutate_set_member},
    {{"utf-16-body",
      "wire",
      "has a UTF-16 body with a byte order mark",
      {WORD_CHOICE("order", "little", byte_orders, "little or big endian")}},
     "the body in UTF-16 (%s endian)",
     true,
     mutate_utf16_body},
    {{"sign-sent-body", "wire", "is signed over the body as sent, byte for byte", {{0}}},
     "signed over the body as sent",
     true,
     mutate_sign_sent_body},
};
const struct table_part mutations_of_payload = TABLE_PART(rows);
