/*
 * The forgeries and malformed requests by which ways to be wrong are told apart. Each goes out by
 * itself, and none of them depends on which cases were chosen; a rule is believed when it is right
 * about every one of them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "diagnose/investigation.h"
#include "judge/leaks.h"
#include "sign/digest.h"
#include "sign/signature.h"

/* What becomes of the right signature. */
enum shape {
    SHAPE_RIGHT,
    SHAPE_NONE,   /* no header */
    SHAPE_TEXT,   /* the text instead */
    SHAPE_CUT,    /* its first `len` digits alone */
    SHAPE_TAIL,   /* its last `len` digits alone */
    SHAPE_MIDDLE, /* `len` digits from its middle alone */
    SHAPE_ADDED,  /* the text behind it */
    SHAPE_FIRST,  /* its first `len` digits are right, the rest is wrong */
    SHAPE_LAST,   /* its last `len` digits are right */
    SHAPE_BY,     /* as the hypothesis `text` signs */
    SHAPE_SECRET,
    SHAPE_QUERY, /* in the query */
    SHAPE_TWO,   /* a wrong one, a comma, and the right one */
    SHAPE_WRONG  /* every digit is wrong */
};

enum form {
    FORM_USUAL,
    FORM_OBJECT,     /* in the other dialect */
    FORM_TYPE,       /* of the type `of` */
    FORM_LARGE,      /* 200 KB */
    FORM_PLAIN_TEXT, /* content type text/plain */
    FORM_CHUNKED,
    FORM_MEMBER_MORE,
    FORM_SAME_ID,         /* under the id of an event that was accepted before */
    FORM_SAME_CONNECTION, /* after such an event on its connection */
    FORM_BODY,            /* `of` is the body */
    FORM_DEEP,            /* data is `len` arrays, one in the other, as text or as `of` says */
    FORM_LONG_HEADER,
    FORM_COUNT
};

struct extra_row {
    const char *sent;
    enum shape shape;
    const char *text;
    size_t len;
    enum form form;
    const char *of;
};

#define MADE_UP       "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f"
#define LARGE         ((size_t)200 * 1024)
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
    {"an HMAC-SHA-1 after sha1=", SHAPE_BY, "digest-sha1-prefix", 0, FORM_USUAL, NULL},
    {"an HMAC-MD5 after md5=", SHAPE_BY, "digest-md5-prefix", 0, FORM_USUAL, NULL},
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

/* --- making one --- */

static void add_wrong(const char *right, size_t from, size_t to, struct buf *out)
{
    for (size_t i = from; i < to; i++)
        buf_add_char(out, wrong_digit(right[i]));
}

static void add_value(struct investigation *inv, const struct extra_row *row, const char *right,
                      struct bytes body, struct buf *out)
{
    size_t len = strlen(right);
    size_t part = row->len < len ? row->len : len;
    struct subject subject;
    struct signing signing = {0};
    struct computation by = inv->by;
    const struct hypothesis *other = row->shape == SHAPE_BY ? hypothesis_find(row->text) : NULL;
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
    case SHAPE_BY: /* in this one part; else as the endpoint computes */
        by.parts[other->part] = other;
        if (subject_read(&subject, body, inv->input->now_ms) &&
            hypothesis_sign_by(&by, &subject, inv->input->secret, &signing))
            buf_add_bytes(out, buf_bytes(&signing.value));
        signing_clear(&signing);
        subject_clear(&subject);
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

/* The right signature of what the request holds, by the endpoint's own rule; "" = it has none. */
static void sign_right(struct investigation *inv, struct bytes body, char out[SIGNATURE_SIZE])
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
    sign_right(inv, buf_bytes(&request->body), extra->right_signature);
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

static struct exchange *new_extra(struct investigation *inv, const char *sent)
{
    inv->extras = mem_resize(inv->extras, inv->num_extras + 1, sizeof *inv->extras);
    struct exchange *extra = &inv->extras[inv->num_extras++];
    *extra = (struct exchange){.sent = mem_text(sent)};
    observation_init(&extra->seen);
    return extra;
}

/* A genuine event that comes before; its answer is noted as well. */
static void write_genuine(struct investigation *inv, const char *id)
{
    const struct specimen usual = {.id = id};
    struct exchange *extra = new_extra(inv, "a genuine event");
    extra->genuine = true;
    (void)specimen_write(inv, &usual, &extra->request);
    sign_right(inv, buf_bytes(&extra->request.body), extra->right_signature);
}

#define CHANCE_TRIES 8 /* of a forgery that one of two instances lets in */

/* What the endpoint does by chance says nothing about this request. */
static bool is_chance(const struct investigation *inv, const struct exchange *extra,
                      enum answer answer)
{
    if (inv->verifies_by_chance && !extra->genuine && answer == ANSWER_ACCEPTED)
        return true;
    return inv->unstable && extra->seen.status == inv->unstable_status;
}

/* Whether a genuine event meets the same just now: then it is not the extra, and what it is gets
 * measured. */
static bool fails_as_well(struct investigation *inv, const struct observation *seen)
{
    const struct specimen genuine = {0};
    struct observation of_genuine;
    if (!inv->has_base || inv->is_measured)
        return false;
    (void)specimen_ask(inv, &genuine, &of_genuine);
    bool same = of_genuine.status == seen->status;
    observation_clear(&of_genuine);
    if (same)
        repeat_measure(inv);
    return same;
}

static void note_extra(struct investigation *inv, struct exchange *extra)
{
    extra->accepted = answer_of(&extra->seen) == ANSWER_ACCEPTED;
    leaks_search(extra, inv->input->secret);
}

static void send_extra(struct investigation *inv, struct exchange *extra)
{
    size_t deaths = inv->num_died;
    enum answer answer = ask_request(inv, &extra->request, &extra->seen);
    size_t tries = inv->verifies_by_chance ? CHANCE_TRIES : inv->unstable ? inv->tries : 1;
    for (size_t i = 1; i < tries && is_chance(inv, extra, answer); i++) {
        observation_clear(&extra->seen);
        answer = ask_request(inv, &extra->request, &extra->seen);
    }
    if (answer == ANSWER_ERROR && fails_as_well(inv, &extra->seen)) {
        observation_clear(&extra->seen);
        answer = ask_request(inv, &extra->request, &extra->seen);
    }
    if (inv->num_died > deaths && extra > inv->extras) /* perhaps the one before did it */
        extra[-1].repeated = deaths_happen_again(inv, &extra[-1].request);
    if (answer == ANSWER_DIED && !deaths_happen_again(inv, &extra->request)) {
        observation_clear(&extra->seen);
        (void)ask_request(inv, &extra->request, &extra->seen);
    }
    note_extra(inv, extra);
}

/* Both on one connection: the two extras that were written last. */
static void send_two(struct investigation *inv)
{
    struct exchange *first = &inv->extras[inv->num_extras - 2];
    struct request requests[2] = {first[0].request, first[1].request};
    struct observation seen[2];
    const struct diagnose_batch batch = {
        .requests = requests, .count = 2, .gap_ns = inv->gap_ns, .one_connection = true};
    lab_send(inv, &batch, seen);
    for (size_t i = 0; i < 2; i++) {
        first[i].seen = seen[i];
        first[i].accepted = answer_of(&seen[i]) == ANSWER_ACCEPTED;
    }
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

/* Genuine events of this form may be refused, too. */
static bool is_by_form(enum form form)
{
    return form == FORM_OBJECT || form == FORM_TYPE || form == FORM_MEMBER_MORE;
}

static bool any_got_in(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_extras; i++)
        if (inv->extras[i].accepted && !inv->extras[i].genuine)
            return true;
    return false;
}

/* Whether a genuine event is accepted second on a connection. */
static bool takes_second(struct investigation *inv)
{
    const struct specimen genuine = {0};
    struct request requests[2] = {0};
    struct observation seen[2];
    const struct diagnose_batch batch = {
        .requests = requests, .count = 2, .gap_ns = inv->gap_ns, .one_connection = true};
    for (size_t i = 0; i < 2; i++)
        (void)specimen_write(inv, &genuine, &requests[i]);
    lab_send(inv, &batch, seen);
    bool taken = answer_of(&seen[1]) == ANSWER_ACCEPTED;
    for (size_t i = 0; i < 2; i++) {
        observation_clear(&seen[i]);
        request_clear(&requests[i]);
    }
    return taken;
}

/* Refused for where it comes, as its genuine twin is: that tells nothing. */
static bool is_refused_for_place(struct investigation *inv, const struct extra_row *row,
                                 const char *id, const struct exchange *extra)
{
    const struct specimen again = {.id = id};
    if (extra->accepted)
        return false;
    if (row->form == FORM_SAME_ID)
        return !specimen_passes(inv, &again);
    return row->form == FORM_SAME_CONNECTION && !takes_second(inv);
}

static bool comes_after_another(enum form form)
{
    return form == FORM_SAME_ID || form == FORM_SAME_CONNECTION;
}

static struct specimen specimen_of(const struct extra_row *row, const struct feature **feature)
{
    const char *name = feature_of_form(row->form);
    *feature = name ? feature_find(name) : NULL;
    return (struct specimen){.type = row->form == FORM_TYPE ? row->of : NULL,
                             .other_dialect = row->form == FORM_OBJECT,
                             .features = feature,
                             .num_features = *feature != NULL,
                             .padding = row->form == FORM_LARGE ? LARGE : 0};
}

static struct exchange *write_row(struct investigation *inv, const struct extra_row *row,
                                  const struct specimen *specimen)
{
    struct exchange *extra = new_extra(inv, row->sent);
    if (row->form == FORM_BODY)
        write_body(inv, row->of, &extra->request);
    else if (row->form == FORM_DEEP)
        write_deep(inv, row, &extra->request);
    else
        (void)specimen_write(inv, specimen, &extra->request);
    alter(inv, row, extra);
    return extra;
}

static void forget_answer(struct exchange *extra)
{
    observation_clear(&extra->seen);
    observation_init(&extra->seen);
}

/* A case has sent a genuine event of this type, and it was accepted: that need not be asked. */
static bool has_passed(const struct investigation *inv, const struct extra_row *row)
{
    for (size_t i = 0; row->form == FORM_TYPE && i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->exchange->genuine && sight->exchange->accepted && sight->is_plain &&
            bytes_equal(sight->type, bytes_of(row->of)))
            return true;
    }
    return false;
}

/* Refused for its form, which tells nothing. */
static bool is_refused_for_form(struct investigation *inv, const struct extra_row *row,
                                const struct exchange *extra)
{
    const struct feature *feature;
    const struct specimen genuine = specimen_of(row, &feature);
    return is_by_form(row->form) && any_got_in(inv) && !extra->accepted && !has_passed(inv, row) &&
           !specimen_passes(inv, &genuine);
}

static void ask_row(struct investigation *inv, const struct extra_row *row)
{
    char id[UUID_SIZE];
    const struct feature *feature;
    struct specimen specimen = specimen_of(row, &feature);
    event_new_id(&inv->rng, inv->input->run_tag, id);
    if (comes_after_another(row->form))
        write_genuine(inv, id);
    if (row->form == FORM_SAME_ID) {
        specimen.id = id;
        send_extra(inv, &inv->extras[inv->num_extras - 1]);
    }
    struct exchange *extra = write_row(inv, row, &specimen);
    if (row->form == FORM_SAME_CONNECTION)
        send_two(inv);
    else
        send_extra(inv, extra);
    if (is_refused_for_form(inv, row, extra) || is_refused_for_place(inv, row, id, extra))
        forget_answer(extra);
}

/* --- several at once, where each takes long to be refused --- */

/* What has met an error, or a limit, is asked once more by itself. */
static void settle_together(struct investigation *inv, const struct extra_row *row,
                            struct exchange *extra)
{
    enum answer answer = answer_of(&extra->seen);
    if ((answer == ANSWER_ACCEPTED || answer == ANSWER_REFUSED) && extra->seen.status != 429) {
        note_extra(inv, extra);
    } else if (answer != ANSWER_NONE) {
        observation_clear(&extra->seen);
        send_extra(inv, extra);
    }
    if (is_refused_for_form(inv, row, extra))
        forget_answer(extra);
}

static void ask_together(struct investigation *inv, const struct extra_row *const *rows,
                         size_t count)
{
    size_t first = inv->num_extras;
    struct request requests[AT_ONCE_MAX];
    struct observation seen[AT_ONCE_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct feature *feature;
        const struct specimen specimen = specimen_of(rows[i], &feature);
        requests[i] = write_row(inv, rows[i], &specimen)->request;
    }
    const struct diagnose_batch batch = {.requests = requests, .count = count, .at_once = count};
    lab_send(inv, &batch, seen);
    for (size_t i = 0; i < count; i++) {
        inv->extras[first + i].seen = seen[i];
        settle_together(inv, rows[i], &inv->extras[first + i]);
    }
}

/* Each that is not answered takes its time: so many of a table are enough to tell what they have in
 * common. */
#define HUNG_MAX 12

static bool enough_hung(const struct investigation *inv, size_t first)
{
    size_t num_hung = 0;
    for (size_t i = first; i < inv->num_extras; i++)
        num_hung += answer_of(&inv->extras[i].seen) == ANSWER_HUNG;
    return num_hung >= HUNG_MAX;
}

/* Whoever takes the algorithm from a prefix has accepted one in a case. */
static bool is_idle(const struct investigation *inv, const struct extra_row *row)
{
    if (row->shape != SHAPE_BY || !strstr(row->text, "-prefix"))
        return false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->answer == ANSWER_ACCEPTED && sight->signature.len > strlen("sha1=") &&
            memcmp(sight->signature.data, "sha1=", strlen("sha1=")) == 0)
            return false;
    }
    return true;
}

static void ask_rows(struct investigation *inv, const struct extra_row *rows, size_t count)
{
    const struct extra_row *together[AT_ONCE_MAX];
    size_t num_together = 0;
    size_t first = inv->num_extras;
    for (size_t i = 0; i < count && !enough_hung(inv, first) && !inv->closed; i++) {
        bool idle = is_idle(inv, &rows[i]);
        bool alone = !idle && (comes_after_another(rows[i].form) || lab_at_once(inv) == 1);
        if (!idle && !alone)
            together[num_together++] = &rows[i];
        if (num_together == AT_ONCE_MAX || (num_together && (alone || i + 1 == count))) {
            ask_together(inv, together, num_together);
            num_together = 0;
        }
        if (alone)
            ask_row(inv, &rows[i]);
    }
}

void extras_forge(struct investigation *inv)
{
    ask_rows(inv, forgeries, ARRAY_LEN(forgeries));
}

void extras_break(struct investigation *inv)
{
    ask_rows(inv, malformed, ARRAY_LEN(malformed));
}
