#include "diagnose/extra_row.h"

#include <string.h>

#include "base/array.h"
#include "base/mem.h"

#define MADE_UP       "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f"
#define LARGE         ((size_t)200 * 1024)
#define VERY_LARGE    ((size_t)1000 * 1000)
#define LARGEST       ((size_t)5000 * 1000)
#define SIXTEEN(c)    c c c c c c c c c c c c c c c c
#define SIXTY_FOUR(c) SIXTEEN(c) SIXTEEN(c) SIXTEEN(c) SIXTEEN(c)

static const struct extra_row forgeries[] = {
    {"64 invented digits", SHAPE_TEXT, MADE_UP, 0, FORM_USUAL, NULL},
    {"no signature", SHAPE_NONE, NULL, 0, FORM_USUAL, NULL},
    {"an empty signature", SHAPE_TEXT, "", 0, FORM_USUAL, NULL},
    {"every digit wrong", SHAPE_WRONG, NULL, 0, FORM_USUAL, NULL},
    {"64 characters that are not hex digits", SHAPE_TEXT,
     "zyxwvutsrqponmlkzyxwvutsrqponmlkzyxwvutsrqponmlkzyxwvutsrqponmlk", 0, FORM_USUAL, NULL},
    {"one invented character", SHAPE_TEXT, "z", 0, FORM_USUAL, NULL},
    {"10 invented digits", SHAPE_TEXT, "5e1f0a9b3c", 0, FORM_USUAL, NULL},
    {"40 invented digits", SHAPE_TEXT, "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b", 0, FORM_USUAL,
     NULL},
    {"63 invented digits", SHAPE_TEXT,
     "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4", 0, FORM_USUAL, NULL},
    {"128 invented digits", SHAPE_TEXT, MADE_UP MADE_UP, 0, FORM_USUAL, NULL},
    {"a signature that is not ASCII", SHAPE_TEXT, "5e1f0a9b\xE9", 0, FORM_USUAL, NULL},
    {"64 characters of which one is not ASCII", SHAPE_TEXT,
     "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4\xE9", 0, FORM_USUAL, NULL},
    {"the first digit alone", SHAPE_CUT, NULL, 1, FORM_USUAL, NULL},
    {"the first 8 digits alone", SHAPE_CUT, NULL, 8, FORM_USUAL, NULL},
    {"the first 32 digits alone", SHAPE_CUT, NULL, 32, FORM_USUAL, NULL},
    {"the last 32 digits alone", SHAPE_TAIL, NULL, 32, FORM_USUAL, NULL},
    {"9 digits from the middle alone", SHAPE_MIDDLE, NULL, 9, FORM_USUAL, NULL},
    {"the right signature followed by digits", SHAPE_ADDED, "00", 0, FORM_USUAL, NULL},
    {"the right signature followed by letters", SHAPE_ADDED, "zz", 0, FORM_USUAL, NULL},
    {"the first 8 digits right", SHAPE_FIRST, NULL, 8, FORM_USUAL, NULL},
    {"the first 16 digits right", SHAPE_FIRST, NULL, 16, FORM_USUAL, NULL},
    {"the first 32 digits right", SHAPE_FIRST, NULL, 32, FORM_USUAL, NULL},
    {"the first 60 digits right", SHAPE_FIRST, NULL, 60, FORM_USUAL, NULL},
    {"the last 8 digits right", SHAPE_LAST, NULL, 8, FORM_USUAL, NULL},
    {"the last 32 digits right", SHAPE_LAST, NULL, 32, FORM_USUAL, NULL},
    {"the pattern .*", SHAPE_TEXT, ".*", 0, FORM_USUAL, NULL},
    {"the pattern [0-9a-f]{64}", SHAPE_TEXT, "[0-9a-f]{64}", 0, FORM_USUAL, NULL},
    {"the pattern [g-z]{3}", SHAPE_TEXT, "[g-z]{3}", 0, FORM_USUAL, NULL},
    {"the pattern %", SHAPE_TEXT, "%", 0, FORM_USUAL, NULL},
    {"the pattern *", SHAPE_TEXT, "*", 0, FORM_USUAL, NULL},
    {"a pattern of 64 dots", SHAPE_TEXT, SIXTY_FOUR("."), 0, FORM_USUAL, NULL},
    {"a pattern of 64 percent signs", SHAPE_TEXT, SIXTY_FOUR("%"), 0, FORM_USUAL, NULL},
    {"a pattern of 64 asterisks", SHAPE_TEXT, SIXTY_FOUR("*"), 0, FORM_USUAL, NULL},
    {"an HMAC-SHA-1", SHAPE_BY, "digest-sha1", 0, FORM_USUAL, NULL},
    {"an HMAC-SHA-512", SHAPE_BY, "digest-sha512", 0, FORM_USUAL, NULL},
    {"an HMAC-MD5", SHAPE_BY, "digest-md5", 0, FORM_USUAL, NULL},
    {"an HMAC-SHA-1 after sha1=", SHAPE_NAMED, "digest-sha1-prefix", 0, FORM_USUAL, NULL},
    {"an HMAC-MD5 after md5=", SHAPE_NAMED, "digest-md5-prefix", 0, FORM_USUAL, NULL},
    {"a plain SHA-256", SHAPE_BY, "digest-without-secret", 0, FORM_USUAL, NULL},
    {"a signature with an empty key", SHAPE_BY, "key-empty", 0, FORM_USUAL, NULL},
    {"a signature with the key undefined", SHAPE_BY, "key-undefined", 0, FORM_USUAL, NULL},
    {"a signature with the key null", SHAPE_BY, "key-null", 0, FORM_USUAL, NULL},
    {"a signature with the key None", SHAPE_BY, "key-none", 0, FORM_USUAL, NULL},
    {"a signature with the key [object Object]", SHAPE_BY, "key-object", 0, FORM_USUAL, NULL},
    {"a signature over nothing", SHAPE_BY, "signs-nothing", 0, FORM_USUAL, NULL},
    {"a signature over {}", SHAPE_BY, "signs-empty-object", 0, FORM_USUAL, NULL},
    {"a signature over [object Object]", SHAPE_BY, "signs-object-object", 0, FORM_USUAL, NULL},
    {"the secret itself", SHAPE_SECRET, NULL, 0, FORM_USUAL, NULL},
    {"the right signature in the query", SHAPE_QUERY, NULL, 0, FORM_USUAL, NULL},
    {"a wrong and a right signature", SHAPE_TWO, NULL, 0, FORM_USUAL, NULL},
    {"a right and a wrong signature", SHAPE_ADDED, ", " MADE_UP, 0, FORM_USUAL, NULL},
    {"the right signature in base64", SHAPE_BY, "digest-base64", 0, FORM_USUAL, NULL},
    {"the word true", SHAPE_TEXT, "true", 0, FORM_USUAL, NULL},
    {"a forgery in the other dialect", SHAPE_WRONG, NULL, 0, FORM_OBJECT, NULL},
    {"a forgery of an unknown type", SHAPE_WRONG, NULL, 0, FORM_TYPE, "crm.unheard.created"},
    {"a forgery of an unknown kind", SHAPE_WRONG, NULL, 0, FORM_TYPE, "billing.unheard.created"},
    {"a forged ping", SHAPE_WRONG, NULL, 1, FORM_TYPE, "ping"},
    {"a forged test", SHAPE_WRONG, NULL, 1, FORM_TYPE, "test"},
    {"a forged webhook.test", SHAPE_WRONG, NULL, 1, FORM_TYPE, "webhook.test"},
    {"a forged url_verification", SHAPE_WRONG, NULL, 1, FORM_TYPE, "url_verification"},
    {"a forged connection.created", SHAPE_WRONG, NULL, 0, FORM_TYPE, "connection.created"},
    {"a forged crm.contact.pulled", SHAPE_WRONG, NULL, 0, FORM_TYPE, "crm.contact.pulled"},
    {"a forged crm.deal.push", SHAPE_WRONG, NULL, 0, FORM_TYPE, "crm.deal.push"},
    {"a forged ticketing.ticket.push", SHAPE_WRONG, NULL, 0, FORM_TYPE, "ticketing.ticket.push"},
    {"a forged ticketing.ticket.pulled", SHAPE_WRONG, NULL, 0, FORM_TYPE,
     "ticketing.ticket.pulled"},
    {"a forged filestorage.file.created", SHAPE_WRONG, NULL, 0, FORM_TYPE,
     "filestorage.file.created"},
    {"a forged filestorage.file.pulled", SHAPE_WRONG, NULL, 0, FORM_TYPE,
     "filestorage.file.pulled"},
    {"a forgery of 200 KB", SHAPE_WRONG, NULL, 0, FORM_LARGE, NULL},
    {"a forgery of 1 MB", SHAPE_WRONG, NULL, VERY_LARGE, FORM_LARGE, NULL},
    {"a forgery of 5 MB", SHAPE_WRONG, NULL, LARGEST, FORM_LARGE, NULL},
    {"a forgery as text/plain", SHAPE_WRONG, NULL, 0, FORM_PLAIN_TEXT, NULL},
    {"a forgery in chunks", SHAPE_WRONG, NULL, 0, FORM_CHUNKED, NULL},
    {"a forgery with an extra field", SHAPE_WRONG, NULL, 0, FORM_MEMBER_MORE, NULL},
    {"a forgery without id_event", SHAPE_TEXT, MADE_UP, 0, FORM_BODY,
     "{\"data\":\"{}\",\"type\":\"crm.contact.created\"}"},
    {"a forgery under the id of an accepted event", SHAPE_WRONG, NULL, 0, FORM_SAME_ID, NULL},
    {"a forgery on the connection of an accepted event", SHAPE_WRONG, NULL, 0, FORM_SAME_CONNECTION,
     NULL},
};

static const struct extra_row malformed[] = {
    {"64 invented digits, once more", SHAPE_TEXT, MADE_UP, 0, FORM_USUAL, NULL},
    {"an odd number of digits", SHAPE_TEXT, "5e1f0a9b3", 0, FORM_USUAL, NULL},
    {"characters that are not hex digits", SHAPE_TEXT, "not a signature", 0, FORM_USUAL, NULL},
    {"a header of 9,000 characters", SHAPE_TEXT, MADE_UP, 0, FORM_LONG_HEADER, NULL},
    {"an empty body", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, ""},
    {"a body that is not JSON", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "{\"id_event\":"},
    {"a body that is plain text", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "hello"},
    {"an empty object", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "{}"},
    {"an event without data", SHAPE_TEXT, MADE_UP, 0, FORM_BODY,
     "{\"id_event\":\"7e57c0de\",\"type\":\"crm.contact.created\"}"},
    {"an array", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "[]"},
    {"the body null", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "null"},
    {"the body \"text\"", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "\"text\""},
    {"the body 42", SHAPE_TEXT, MADE_UP, 0, FORM_BODY, "42"},
    {"a body that is not UTF-8", SHAPE_TEXT, MADE_UP, 0, FORM_BODY,
     "{\"id_event\":\"7e57c0de\",\"data\":\"{\\\"a\\\":\\\"\xff\xfe\\\"}\",\"type\":\"crm."
     "contact.created\"}"},
    {"a body with a byte order mark", SHAPE_TEXT, MADE_UP, 0, FORM_BODY,
     "\xEF\xBB\xBF{\"id_event\":\"7e57c0de\",\"data\":\"{}\",\"type\":\"crm.contact.created\"}"},
    {"a signed event without id_event", SHAPE_RIGHT, NULL, 0, FORM_BODY,
     "{\"data\":\"{\\\"a\\\":\\\"b\\\"}\",\"type\":\"crm.contact.created\"}"},
    {"a signed event without type", SHAPE_RIGHT, NULL, 0, FORM_BODY,
     "{\"id_event\":\"7e57c0de-0000-4000-8000-000000000000\",\"data\":\"{\\\"a\\\":\\\"b\\\"}\"}"},
    {"a signed event whose data is nested 20,000 levels deep", SHAPE_RIGHT, NULL, 20000, FORM_DEEP,
     "text"},
    {"a signed event whose data is an array nested 20,000 levels deep", SHAPE_RIGHT, NULL, 20000,
     FORM_DEEP, "array"},
    {"a signed event whose type is a number", SHAPE_RIGHT, NULL, 0, FORM_BODY,
     "{\"id_event\":\"7e57c0de-0000-4000-8000-000000000001\",\"data\":\"{\\\"a\\\":\\\"b\\\"}\","
     "\"type\":7}"},
};

const struct extra_row *extra_rows_forged(size_t *out_count)
{
    *out_count = ARRAY_LEN(forgeries);
    return forgeries;
}

const struct extra_row *extra_rows_malformed(size_t *out_count)
{
    *out_count = ARRAY_LEN(malformed);
    return malformed;
}

/* --- writing one --- */

static void add_wrong(const char *right, size_t from, size_t to, struct buf *out)
{
    for (size_t i = from; i < to; i++)
        buf_add_char(out, wrong_digit(right[i]));
}

/* As that hypothesis has it in its part, and else as the endpoint computes. */
static void add_signed_by(struct investigation *inv, const char *name, struct bytes body,
                          struct buf *out)
{
    const struct hypothesis *other = hypothesis_find(name);
    struct computation by = inv->by;
    struct subject subject;
    struct signing signing = {0};
    by.parts[other->part] = other;
    if (subject_read(&subject, body, inv->input->now_ms) &&
        hypothesis_sign_by(&by, &subject, inv->input->secret, &signing))
        buf_add_bytes(out, buf_bytes(&signing.value));
    signing_clear(&signing);
    subject_clear(&subject);
}

static void add_value(struct investigation *inv, const struct extra_row *row, const char *right,
                      struct bytes body, struct buf *out)
{
    size_t len = strlen(right);
    size_t part = row->len < len ? row->len : len;
    switch (row->shape) {
    case SHAPE_RIGHT: /* what the endpoint's serializer cannot write has one that looks right */
        buf_add_text(out, *right ? right : MADE_UP);
        break;
    case SHAPE_NONE:
    case SHAPE_QUERY:
        break;
    case SHAPE_TEXT:
        buf_add_text(out, row->text);
        break;
    case SHAPE_CUT:
        buf_add(out, right, part);
        break;
    case SHAPE_TAIL:
        buf_add_text(out, right + len - part);
        break;
    case SHAPE_MIDDLE:
        buf_add(out, right + (len - part) / 2, part);
        break;
    case SHAPE_ADDED:
        buf_add_format(out, "%s%s", right, row->text);
        break;
    case SHAPE_FIRST:
        buf_add(out, right, part);
        add_wrong(right, part, len, out);
        break;
    case SHAPE_LAST:
        add_wrong(right, 0, len - part, out);
        buf_add_text(out, right + len - part);
        break;
    case SHAPE_BY:
    case SHAPE_NAMED:
        add_signed_by(inv, row->text, body, out);
        break;
    case SHAPE_SECRET:
        buf_add_bytes(out, inv->input->secret);
        break;
    case SHAPE_TWO:
        add_wrong(right, 0, len, out);
        buf_add_format(out, ", %s", right);
        break;
    case SHAPE_WRONG:
        add_wrong(right, 0, len, out);
        break;
    }
}

static const char *feature_of_form(enum form form)
{
    static const char *const names[FORM_COUNT] = {[FORM_PLAIN_TEXT] = "text",
                                                  [FORM_CHUNKED] = "chunked",
                                                  [FORM_MEMBER_MORE] = "extra-member"};
    return names[form];
}

static void write_body(struct investigation *inv, const char *text, struct request *out)
{
    *out = (struct request){.method = mem_text("POST")};
    buf_add_text(&out->body, text);
    event_add_headers(&out->headers, "", out->body.len);
    lab_dress(inv, out); /* else it meets what stands in front of the handler */
}

void extra_row_sign(struct investigation *inv, struct bytes body, char out[SIGNATURE_SIZE])
{
    if (!hypothesis_value(&inv->by, body, inv->input->now_ms, inv->input->secret, out,
                          SIGNATURE_SIZE))
        *out = '\0';
}

#define LONG_HEADER 9000

static void alter(struct investigation *inv, const struct extra_row *row, struct exchange *extra)
{
    struct request *request = &extra->request;
    struct buf value = {0};
    extra_row_sign(inv, buf_bytes(&request->body), extra->right_signature);
    add_value(inv, row, extra->right_signature, buf_bytes(&request->body), &value);
    if (row->shape == SHAPE_NONE || row->shape == SHAPE_QUERY)
        (void)headers_remove(&request->headers, sight_header(inv));
    else
        headers_set(&request->headers, sight_header(inv), buf_text(&value));
    if (row->shape == SHAPE_QUERY)
        request->query = mem_format("panora-signature=%s&signature=%s", extra->right_signature,
                                    extra->right_signature);
    if (row->form == FORM_LONG_HEADER) {
        struct buf text = {0};
        buf_add_repeated(&text, 'x', LONG_HEADER);
        headers_add(&request->headers, "X-Long", buf_text(&text));
        buf_clear(&text);
    }
    buf_clear(&value);
}

static void write_deep(struct investigation *inv, const struct extra_row *row, struct request *out)
{
    const char *quote = strcmp(row->of, "text") == 0 ? "\"" : "";
    struct buf body = {0};
    buf_add_format(&body, "{\"id_event\":\"%s-0000-4000-8000-000000000002\",\"data\":%s",
                   EVENT_ID_PREFIX, quote);
    buf_add_repeated(&body, '[', row->len);
    buf_add_repeated(&body, ']', row->len);
    buf_add_format(&body, "%s,\"type\":\"crm.contact.created\"}", quote);
    write_body(inv, buf_text(&body), out);
    buf_clear(&body);
}

struct specimen extra_row_specimen(const struct extra_row *row, const struct feature **feature)
{
    const char *name = feature_of_form(row->form);
    *feature = name ? feature_find(name) : NULL;
    return (struct specimen){.type = row->form == FORM_TYPE ? row->of : NULL,
                             .other_dialect = row->form == FORM_OBJECT,
                             .features = feature,
                             .num_features = *feature != NULL,
                             .padding = row->form != FORM_LARGE ? 0
                                        : row->len              ? row->len
                                                                : LARGE};
}

void extra_row_write(struct investigation *inv, const struct extra_row *row,
                     const struct specimen *specimen, struct exchange *extra)
{
    if (row->form == FORM_BODY)
        write_body(inv, row->of, &extra->request);
    else if (row->form == FORM_DEEP)
        write_deep(inv, row, &extra->request);
    else
        (void)specimen_write(inv, specimen, &extra->request);
    alter(inv, row, extra);
}
