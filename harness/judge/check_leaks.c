/*
 * Whether an answer gives away what only Panora and the endpoint may know: the secret, or the right
 * signature of a request that did not carry it. Looked for in headers and body, as it is, reversed,
 * and in hex of any case, base64, base64url, percent-encoding and JSON's escapes.
 */
#include "base/encode.h"
#include "base/spelling.h"
#include "judge/finding.h"

/* Below this a "secret" is found by chance. */
#define SECRET_MIN 12

static void add_reversed(struct bytes in, struct buf *out)
{
    for (size_t i = in.len; i > 0; i--)
        buf_add_char(out, in.data[i - 1]);
}

/* As it is and backwards; base64 once more, for a URL escapes its + / and =. */
static void add_forms(struct needles *needles, struct bytes in)
{
    struct buf form = {0};
    needles_add(needles, in, 0, 0);
    add_reversed(in, &form);
    needles_add(needles, buf_bytes(&form), 0, 0);
    buf_reset(&form);
    encode_base64(in, &form);
    needles_add_exactly(needles, buf_bytes(&form), 0, 0);
    buf_clear(&form);
}

static bool stop_at_first(void *payload, size_t at, size_t len, size_t id)
{
    return false;
}

static bool holds(struct bytes hay, const struct needles *needles)
{
    return !spelling_search(needles, hay, stop_at_first, NULL);
}

static void add_headers(const struct headers *headers, struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++)
        buf_add_format(out, "%s: %s\n", headers->items[i].name, headers->items[i].value);
}

/* Only what the request did not itself hold is given away. */
static bool gives_away(const struct exchange *exchange, const struct needles *needles)
{
    struct buf came = {0};
    struct buf sent = {0};
    add_headers(&exchange->seen.headers, &came);
    buf_add_bytes(&came, buf_bytes(&exchange->seen.body));
    bool found = holds(buf_bytes(&came), needles);
    if (found) {
        add_headers(&exchange->request.headers, &sent);
        buf_add_text(&sent, exchange->request.query ? exchange->request.query : "");
        buf_add_bytes(&sent, buf_bytes(&exchange->request.body));
        found = !holds(buf_bytes(&sent), needles);
    }
    buf_clear(&came);
    buf_clear(&sent);
    return found;
}

static bool gives_away_secret(const struct exchange *exchange, struct bytes secret)
{
    if (secret.len < SECRET_MIN)
        return false;
    struct needles *needles = needles_new();
    add_forms(needles, secret);
    bool found = gives_away(exchange, needles);
    needles_free(needles);
    return found;
}

/* The digest as bytes, whose hex is the signature; and the signature as text. */
static bool gives_away_signature(const struct exchange *exchange)
{
    struct bytes signature = bytes_of(exchange->right_signature);
    struct buf raw = {0};
    bool found = false;
    if (signature.len && decode_hex(signature, &raw)) {
        struct needles *needles = needles_new();
        add_forms(needles, signature);
        add_forms(needles, buf_bytes(&raw));
        found = gives_away(exchange, needles);
        needles_free(needles);
    }
    buf_clear(&raw);
    return found;
}

static const char *leak_of(const struct exchange *exchange, struct bytes secret)
{
    if (exchange->seen.body.len == 0 && exchange->seen.headers.count == 0)
        return NULL;
    if (gives_away_secret(exchange, secret))
        return "the secret";
    return gives_away_signature(exchange) ? "the right signature" : NULL;
}

/* Every answer of the run is searched, not only those to this case's own requests. */
static void check_leaks(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    const struct run_facts *run = evidence->run;
    size_t answered = 0;
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
        buf_add_format(&out->actual, "an answer that holds %s", what);
        buf_add_format(&out->reason, "it came for \"%s\"", exchange->sent);
        for (size_t k = 0; k < evidence->count; k++)
            if (evidence->exchanges[k] == exchange)
                out->decisive = k;
        return;
    }
    buf_reset(&out->actual);
    buf_add_format(&out->actual, "%zu answers searched, none holds them", answered);
    if (answered == 0) {
        out->kind = FINDING_UNDECIDED;
        buf_add_text(&out->reason, "no answer came that could be searched");
    }
}

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"leaks-nothing",
      "case",
      "does not reveal the secret or a correct signature in any response of the run",
      {{0}}},
     "neither the secret nor a right signature in any answer",
     .over_run = true,
     .check = check_leaks},
};
const struct table_part expectations_of_leaks = TABLE_PART(rows);
