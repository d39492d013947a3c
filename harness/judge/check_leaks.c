/*
 * Whether an answer gives away what only Panora and the endpoint may know: the secret, or the right
 * signature of a request that did not carry it. Looked for as it is and in the usual encodings, in
 * headers and body.
 */
#include "base/encode.h"
#include "judge/expectation_internal.h"
#include "panora/js.h"

/* Below this a "secret" is found by chance. */
#define SECRET_MIN 12

struct needle {
    const char *what;
    struct buf text;
    bool any_case;
};

#define NEEDLES_MAX 32

struct needles {
    struct needle items[NEEDLES_MAX];
    size_t count;
};

static struct buf *add_needle(struct needles *needles, const char *what, bool any_case)
{
    struct needle *needle = &needles->items[needles->count++];
    *needle = (struct needle){.what = what, .any_case = any_case};
    return &needle->text;
}

static void add_reversed(struct bytes in, struct buf *out)
{
    for (size_t i = in.len; i > 0; i--)
        (void)buf_add_char(out, in.data[i - 1]);
}

/* In base64, also where it stands inside of a longer text that was encoded: without the groups that
 * it shares with its neighbours, for each of the three ways in which it can lie. */
static void add_base64_forms(struct needles *needles, struct bytes in, const char *what)
{
    for (size_t skip = 0; skip < 3 && skip < in.len; skip++) {
        struct bytes whole = {in.data + skip, (in.len - skip) / 3 * 3};
        encode_base64(whole, add_needle(needles, what, false));
        encode_base64url(whole, add_needle(needles, what, false));
    }
}

/* As it stands in a JSON string, without the quotes. */
static void add_json(struct bytes in, struct buf *out)
{
    struct buf quoted = {0};
    js_quote(in, &quoted);
    (void)buf_add(out, quoted.data + 1, quoted.len - 2);
    buf_clear(&quoted);
}

static void add_forms(struct needles *needles, struct bytes in, const char *what)
{
    (void)buf_add_bytes(add_needle(needles, what, false), in);
    encode_hex(in, add_needle(needles, what, true));
    add_base64_forms(needles, in, what);
    encode_percent(in, add_needle(needles, what, true));
    add_json(in, add_needle(needles, what, false));
    add_reversed(in, add_needle(needles, what, false));
}

static void add_signature_forms(struct needles *needles, const char *signature)
{
    static const char what[] = "the right signature";
    struct buf raw = {0};
    (void)buf_add_text(add_needle(needles, what, true), signature);
    add_reversed(bytes_of(signature), add_needle(needles, what, true));
    if (decode_hex(bytes_of(signature), &raw))
        add_base64_forms(needles, buf_bytes(&raw), what);
    buf_clear(&raw);
    add_base64_forms(needles, bytes_of(signature), what);
}

static void lower(struct buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] >= 'A' && text->data[i] <= 'Z')
            text->data[i] = (char)(text->data[i] - 'A' + 'a');
}

static bool holds(const struct needle *needle, const struct buf *exact, const struct buf *lowered)
{
    struct buf wanted = {0};
    (void)buf_add_bytes(&wanted, buf_bytes(&needle->text));
    if (needle->any_case)
        lower(&wanted);
    bool found = bytes_find(buf_bytes(needle->any_case ? lowered : exact), buf_bytes(&wanted));
    buf_clear(&wanted);
    return found;
}

static void add_headers(const struct headers *headers, struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++)
        (void)buf_add_format(out, "%s: %s\n", headers->items[i].name, headers->items[i].value);
}

/* A text in its exact and its lowered form. */
struct haystack {
    struct buf exact;
    struct buf lowered;
};

static void haystack_finish(struct haystack *hay)
{
    (void)buf_add_bytes(&hay->lowered, buf_bytes(&hay->exact));
    lower(&hay->lowered);
}

static void haystack_clear(struct haystack *hay)
{
    buf_clear(&hay->exact);
    buf_clear(&hay->lowered);
}

static bool counts(const struct needle *needle)
{
    return needle->text.len >= SECRET_MIN;
}

/* Who sent it in any form knows it in all of them. */
static bool was_sent(const struct needles *needles, const char *what, const struct haystack *sent)
{
    for (size_t i = 0; i < needles->count; i++)
        if (needles->items[i].what == what && counts(&needles->items[i]) &&
            holds(&needles->items[i], &sent->exact, &sent->lowered))
            return true;
    return false;
}

/* What the answer gives away that the request did not hold, or NULL. */
static const char *leaked(const struct exchange *exchange, const struct needles *needles)
{
    struct haystack sent = {0};
    struct haystack came = {0};
    const char *what = NULL;
    add_headers(&exchange->request.headers, &sent.exact);
    (void)buf_add_text(&sent.exact, exchange->request.query ? exchange->request.query : "");
    (void)buf_add_bytes(&sent.exact, buf_bytes(&exchange->request.body));
    haystack_finish(&sent);
    add_headers(&exchange->seen.headers, &came.exact);
    (void)buf_add_bytes(&came.exact, buf_bytes(&exchange->seen.body));
    haystack_finish(&came);
    for (size_t i = 0; !what && i < needles->count; i++) {
        const struct needle *needle = &needles->items[i];
        if (counts(needle) && holds(needle, &came.exact, &came.lowered) &&
            !was_sent(needles, needle->what, &sent))
            what = needle->what;
    }
    haystack_clear(&sent);
    haystack_clear(&came);
    return what;
}

static const char *leak_of(const struct exchange *exchange, struct bytes secret)
{
    struct needles needles = {0};
    if (exchange->seen.body.len == 0 && exchange->seen.headers.count == 0)
        return NULL;
    if (secret.len >= SECRET_MIN)
        add_forms(&needles, secret, "the secret");
    if (exchange->right_signature[0])
        add_signature_forms(&needles, exchange->right_signature);
    const char *what = leaked(exchange, &needles);
    for (size_t i = 0; i < needles.count; i++)
        buf_clear(&needles.items[i].text);
    return what;
}

/* Every answer of the run is searched, not only those to this case's own requests. */
void check_leaks(const struct call *call, const struct evidence *evidence, struct finding *out)
{
    const struct run_facts *run = evidence->run;
    size_t answered = 0;
    (void)call;
    finding_set(out, FINDING_KEPT, evidence, evidence->count ? 0 : evidence->count);
    for (size_t i = 0; i < run->num_all; i++) {
        const struct exchange *exchange = run->all[i];
        const char *what = leak_of(exchange, run->secret);
        answered += exchange->seen.status != 0;
        if (!what)
            continue;
        out->kind = FINDING_BROKEN;
        out->decisive = evidence->count; /* it may be another case's */
        buf_reset(&out->actual);
        (void)buf_add_format(&out->actual, "an answer that holds %s", what);
        (void)buf_add_format(&out->reason, "it came for \"%s\"", exchange->sent);
        for (size_t k = 0; k < evidence->count; k++)
            if (evidence->exchanges[k] == exchange)
                out->decisive = k;
        return;
    }
    buf_reset(&out->actual);
    (void)buf_add_format(&out->actual, "%zu answers searched, none holds them", answered);
    if (answered == 0) {
        out->kind = FINDING_UNDECIDED;
        (void)buf_add_text(&out->reason, "no answer came that could be searched");
    }
}
