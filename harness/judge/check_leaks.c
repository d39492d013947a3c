#include "base/encode.h"
#include "base/spelling.h"
#include "judge/finding.h"
#include "judge/leaks.h"
#include "result/packed.h"

/* Below this a "secret" is found by chance. */
#define SECRET_MIN 12

/* So many of the first digits of a signature are a part of it; in some answer they stand by chance
 * once in 2^32 places, so a few answers have to hold theirs. */
#define PART_LEN    8
#define PARTS_LEAST 3

static void add_reversed(struct bytes in, struct buf *out)
{
    for (size_t i = in.len; i > 0; i--)
        buf_add_char(out, in.data[i - 1]);
}

/* As it is and backwards; base64 once more, for a URL escapes its + / and =. */
static void add_forms(struct needles *needles, struct bytes in, enum leak leak)
{
    struct buf form = {0};
    needles_add(needles, in, 0, leak);
    add_reversed(in, &form);
    needles_add(needles, buf_bytes(&form), 0, leak);
    buf_reset(&form);
    encode_base64(in, &form);
    needles_add_exactly(needles, buf_bytes(&form), 0, leak);
    buf_clear(&form);
}

/* The secret; the signature as text, and the digest as bytes, whose hex is the signature. */
static struct needles *needles_for(const struct exchange *exchange, struct bytes secret)
{
    struct bytes signature = bytes_of(exchange->right_signature);
    struct needles *needles = needles_new();
    struct buf raw = {0};
    if (secret.len >= SECRET_MIN)
        add_forms(needles, secret, LEAK_SECRET);
    if (signature.len && decode_hex(signature, &raw)) {
        add_forms(needles, signature, LEAK_SIGNATURE);
        add_forms(needles, buf_bytes(&raw), LEAK_SIGNATURE);
        needles_add_exactly(needles, (struct bytes){signature.data, PART_LEN}, 0, LEAK_PART);
    }
    buf_clear(&raw);
    return needles;
}

static bool note(void *payload, size_t at, size_t len, size_t id)
{
    bool *found = payload;
    found[id] = true;
    return !found[LEAK_SECRET];
}

static void add_headers(const struct headers *headers, struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++)
        buf_add_format(out, "%s: %s\n", headers->items[i].name, headers->items[i].value);
}

/* Only what the request did not itself hold is given away. */
static enum leak leak_of(const struct exchange *exchange, struct bytes secret)
{
    bool came[LEAK_PART + 1] = {false};
    bool sent[LEAK_PART + 1] = {false};
    struct buf answer = {0};
    struct needles *needles = needles_for(exchange, secret);
    add_headers(&exchange->seen.headers, &answer);
    (void)spelling_search(needles, buf_bytes(&answer), note, came);
    (void)spelling_search(needles, buf_bytes(&exchange->seen.body), note, came);
    if (came[LEAK_SECRET] || came[LEAK_SIGNATURE] || came[LEAK_PART]) {
        struct buf request = {0};
        struct buf whole = {0};
        add_headers(&exchange->request.headers, &request);
        buf_add_text(&request, exchange->request.query ? exchange->request.query : "");
        buf_add_bytes(&request, buf_bytes(exchange_body(exchange, &whole)));
        (void)spelling_search(needles, buf_bytes(&request), note, sent);
        buf_clear(&request);
        buf_clear(&whole);
    }
    needles_free(needles);
    buf_clear(&answer);
    if (came[LEAK_SECRET] && !sent[LEAK_SECRET])
        return LEAK_SECRET;
    if (came[LEAK_SIGNATURE] && !sent[LEAK_SIGNATURE])
        return LEAK_SIGNATURE;
    return came[LEAK_PART] && !sent[LEAK_PART] ? LEAK_PART : LEAK_NONE;
}

void leaks_search(struct exchange *exchange, struct bytes secret)
{
    exchange->leaked = leak_of(exchange, secret);
    exchange->searched = true;
}

static enum leak leak_known(const struct run_facts *run, size_t index)
{
    const struct exchange *exchange = run->all[index];
    return exchange->searched ? exchange->leaked : leak_of(exchange, run->secret);
}

/* The first answer that gives something away; num_all = none does. Parts count when there are
 * several. */
static size_t find_leak(const struct run_facts *run, enum leak *out)
{
    size_t num_parts = 0;
    size_t first_part = run->num_all;
    for (size_t i = 0; i < run->num_all; i++) {
        *out = leak_known(run, i);
        if (*out == LEAK_SECRET || *out == LEAK_SIGNATURE)
            return i;
        if (*out == LEAK_PART && num_parts++ == 0)
            first_part = i;
    }
    *out = LEAK_PART;
    return num_parts >= PARTS_LEAST ? first_part : run->num_all;
}

/* Every answer of the run is searched, not only those to this case's own requests. */
static void check_leaks(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    static const char *const names[] = {[LEAK_SECRET] = "the secret",
                                        [LEAK_SIGNATURE] = "the right signature",
                                        [LEAK_PART] = "the first digits of the right signature"};
    const struct run_facts *run = evidence->run;
    enum leak leak;
    size_t at = find_leak(run, &leak);
    size_t answered = 0;
    finding_set(out, FINDING_KEPT, evidence, evidence->count ? 0 : evidence->count);
    if (at < run->num_all) {
        const struct exchange *exchange = run->all[at];
        out->kind = FINDING_BROKEN;
        out->decisive = evidence->count; /* it may be another case's */
        buf_reset(&out->actual);
        buf_add_format(&out->actual, "a response that contains %s", names[leak]);
        buf_add_format(&out->reason, "the request was \"%s\"", exchange->sent);
        for (size_t k = 0; k < evidence->count; k++)
            if (evidence->exchanges[k] == exchange)
                out->decisive = k;
        return;
    }
    for (size_t i = 0; i < run->num_all; i++)
        answered += run->all[i]->seen.status != 0;
    buf_reset(&out->actual);
    buf_add_format(&out->actual, "%zu responses searched, none contains them", answered);
    if (answered == 0) {
        out->kind = FINDING_UNDECIDED;
        buf_add_text(&out->reason, "there was no response to search");
    }
}

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"leaks-nothing",
      "case",
      "does not reveal the secret or a correct signature in any response of the run",
      {{0}}},
     "neither the secret nor a right signature in any response",
     .over_run = true,
     .check = check_leaks},
};
const struct table_part expectations_of_leaks = TABLE_PART(rows);
