/* B: crashing where refusing was due. */
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "panora/event.h"
#include "receive/fault.h"
#include "receive/walk.h"

/* Node's timingSafeEqual throws when the lengths differ. */
static enum result compare_or(struct handling *handling, enum result thrown)
{
    if (handling->signature.len != handling->digest.len)
        return thrown;
    return rules_right.compare(handling);
}

static enum result compare_or_break(struct handling *handling)
{
    return compare_or(handling, RESULT_BROKEN);
}

static enum result compare_or_die(struct handling *handling)
{
    return compare_or(handling, RESULT_DEAD);
}

/* Python's hmac.compare_digest throws on text that is not ASCII. */
static enum result compare_ascii(struct handling *handling)
{
    for (size_t i = 0; i < handling->signature.len; i++)
        if ((unsigned char)handling->signature.data[i] >= 0x80)
            return RESULT_BROKEN;
    return rules_right.compare(handling);
}

/* The lengths are compared in characters, but timingSafeEqual gets the bytes of UTF-8. */
static enum result compare_characters_or_break(struct handling *handling)
{
    struct bytes given = handling->signature;
    bool is_wide = compare_ascii(handling) == RESULT_BROKEN;
    return given.len == SIGNATURE_SIZE - 1 && is_wide ? RESULT_BROKEN
                                                      : rules_right.compare(handling);
}

/* The lengths of the texts are compared, but it is the decoded bytes that timingSafeEqual gets. */
static enum result compare_decoded_or_break(struct handling *handling)
{
    struct bytes given = handling->signature;
    struct buf decoded = {0};
    if (given.len != handling->digest.len)
        return RESULT_SIGNATURE;
    bool is_hex = decode_hex(given, &decoded);
    buf_clear(&decoded);
    return is_hex ? rules_right.compare(handling) : RESULT_BROKEN;
}

/* A refusal goes out, the handler goes on, and the second answer is an exception that nobody
 * catches. */
static void answer_refusal_and_die(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_SIGNATURE)
        handling->answer.ending = ENDING_DIE;
}

static enum result find_or_break(struct handling *handling)
{
    bool there = headers_count(handling->request->headers, PANORA_SIGNATURE_HEADER) > 0;
    return there ? rules_right.find(handling) : RESULT_BROKEN;
}

/* Python's bytes.fromhex throws on what is not hexadecimal. */
static enum result compare_strict_hex(struct handling *handling)
{
    struct bytes given = handling->signature;
    for (size_t i = 0; i < given.len; i++)
        if (!given.data[i] || !strchr("0123456789abcdefABCDEF", given.data[i]))
            return RESULT_BROKEN;
    return given.len % 2 ? RESULT_BROKEN : rules_right.compare(handling);
}

static enum result message_of_object(struct handling *handling)
{
    const struct js *event = handling_event(handling);
    if (event && js_kind(event) != JS_OBJECT)
        return RESULT_BROKEN;
    return rules_right.message(handling);
}

static enum result message_of_json(struct handling *handling)
{
    return handling_event(handling) ? rules_right.message(handling) : RESULT_BROKEN;
}

static enum result message_of_something(struct handling *handling)
{
    return handling->request->body.len ? rules_right.message(handling) : RESULT_BROKEN;
}

static bool is_text_with_nul(const struct js *part, size_t depth, const void *payload)
{
    struct bytes text = js_kind(part) == JS_STRING ? js_string(part) : (struct bytes){NULL, 0};
    return text.len && memchr(text.data, '\0', text.len);
}

static bool is_proto(const struct js *part, size_t depth, const void *payload)
{
    return js_get(part, "__proto__") != NULL;
}

/* PostgreSQL takes no U+0000 in text. */
static enum result act_in_database(struct handling *handling)
{
    struct js *data = handling_data(handling);
    bool broken = data && walk_any(data, is_text_with_nul, NULL);
    js_free(data);
    return broken ? RESULT_BROKEN : rules_right.act(handling);
}

/* Fastify's parser, unless it is told otherwise. */
static enum result shape_without_proto(struct handling *handling)
{
    struct js *data = handling_data(handling);
    bool refused = data && walk_any(data, is_proto, NULL);
    js_free(data);
    return refused ? RESULT_NOT_EVENT : rules_right.shape(handling);
}

static bool is_deeper(const struct js *part, size_t depth, const void *payload)
{
    const struct argument *levels = payload;
    return depth > (size_t)levels->number;
}

static enum result act_recursively(struct handling *handling)
{
    struct js *data = handling_data(handling);
    bool broken = data && walk_any(data, is_deeper, handling->argument);
    js_free(data);
    return broken ? RESULT_BROKEN : rules_right.act(handling);
}

/* A decoder that throws at what is no UTF-8, or at a byte order mark. */
static enum result find_in_strict_text(struct handling *handling)
{
    struct bytes body = handling->request->body;
    bool marked = body.len >= 3 && memcmp(body.data, "\xef\xbb\xbf", 3) == 0;
    return marked || !text_is_utf8(body) ? RESULT_BROKEN : rules_right.find(handling);
}

/* event.type.split(".") without a look whether there is a type. */
static enum result shape_of_trusted_members(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    const struct js *event = handling_event(handling);
    bool is_object = event && js_kind(event) == JS_OBJECT;
    return result == RESULT_NOT_EVENT && is_object ? RESULT_BROKEN : result;
}

static enum result die(struct handling *handling)
{
    return RESULT_DEAD;
}

static enum result break_always(struct handling *handling)
{
    return RESULT_BROKEN;
}

/* A parser that calls itself for each level, on a stack that ends. */
#define STACK_LEVELS 5000

static enum result message_on_a_stack(struct handling *handling)
{
    struct bytes body = handling->request->body;
    size_t depth = 0;
    for (size_t i = 0; i < body.len && depth < STACK_LEVELS; i++)
        depth = body.data[i] == '[' ? depth + 1 : 0;
    return depth < STACK_LEVELS ? rules_right.message(handling) : RESULT_DEAD;
}

#define LONG_HEADER 8000

static enum result find_in_short_headers(struct handling *handling)
{
    const struct headers *headers = handling->request->headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strlen(headers->items[i].value) > LONG_HEADER)
            return RESULT_BROKEN;
    return rules_right.find(handling);
}

static const struct fault rows[] = {
    {.id = "B01",
     .name = "throws-on-length",
     .sentence = "answers 500 when the signature has the wrong length",
     .seen = "inkbox#144, Truxify#3755, commitpulse#6543, scrollcraft#127",
     .diagnosis = "throws-on-other-length",
     .overrides = {.compare = compare_or_break}},
    {.id = "B02",
     .name = "dies-on-length",
     .sentence = "crashes when the signature has the wrong length",
     .seen = "inkbox#178, CVE-2023-50728 (@octokit/webhooks)",
     .racy = true, /* what was under way */
     .diagnosis = "dies-on-other-length",
     .overrides = {.compare = compare_or_die}},
    {.id = "B03",
     .name = "throws-on-decoded-length",
     .sentence = "answers 500 when a signature of the right length decodes to too few bytes",
     .seen = "Adyen/adyen-node-api-library#1725",
     .diagnosis = "throws-on-other-digits",
     .overrides = {.compare = compare_decoded_or_break}},
    {.id = "B04",
     .name = "throws-on-non-ascii",
     .sentence = "answers 500 when the signature is not ASCII",
     .seen = "hermes-agent#65307, srtab/daiv#1524, viur-core#1673",
     .diagnosis = "throws-on-non-ascii",
     .overrides = {.compare = compare_ascii}},
    {.id = "B05",
     .name = "throws-on-missing",
     .sentence = "answers 500 when there is no signature header",
     .seen = "saleor/app-sdk#13, dokploy#4278, hcb#13353",
     .diagnosis = "throws-on-missing-signature",
     .overrides = {.find = find_or_break}},
    {.id = "B06",
     .name = "throws-on-hex",
     .sentence = "answers 500 when the signature is not hexadecimal",
     .seen = "Python's bytes.fromhex, Java's parseHex",
     .diagnosis = "throws-on-not-hex",
     .overrides = {.compare = compare_strict_hex}},
    {.id = "B07",
     .name = "throws-on-nil-and-length",
     .sentence = "answers 500 when the signature is missing or has the wrong length",
     .seen = "Ruby's OpenSSL.fixed_length_secure_compare",
     .diagnosis = "throws-on-missing-signature",
     .overrides = {.find = find_or_break, .compare = compare_or_break}},
    {.id = "B08",
     .name = "throws-on-non-object",
     .sentence = "answers 500 when the body is JSON but not an object",
     .seen = "GO-2024-3002 (Argo CD)",
     .diagnosis = "throws-on-non-object",
     .overrides = {.message = message_of_object}},
    {.id = "B09",
     .name = "throws-on-bad-json",
     .sentence = "answers 500 when the body is not JSON",
     .seen = "",
     .diagnosis = "throws-on-bad-json",
     .overrides = {.message = message_of_json}},
    {.id = "B10",
     .name = "throws-on-empty-body",
     .sentence = "answers 500 when the body is empty",
     .seen = "n8n-io/n8n#33243",
     .diagnosis = "throws-on-empty-body",
     .overrides = {.message = message_of_something}},
    {.id = "B11",
     .name = "dies-on-abort",
     .sentence = "crashes when a client disconnects in the middle of a request",
     .seen = "n8n-io/n8n#33243",
     .racy = true, /* what was under way */
     .diagnosis = "dies-on-abort",
     .overrides = {.abort = die}},
    {.id = "B12",
     .name = "breaks-on-nul",
     .sentence = "answers 500 when a string in data contains U+0000, which its database rejects",
     .seen = "Kilo-Org/cloud#6245, PostHog#23896, sentry#109559, OpenMetadata#31120",
     .diagnosis = "refuses-nul",
     .overrides = {.act = act_in_database}},
    {.id = "B13",
     .name = "refuses-proto",
     .sentence = "uses a parser that refuses the key __proto__",
     .seen = "fastify/fastify#1426, cojs/co-body#87",
     .diagnosis = "refuses-proto",
     .overrides = {.shape = shape_without_proto}},
    {.id = "B14",
     .name = "breaks-on-depth",
     .sentence = "answers 500 when data is deeply nested",
     .seen = "openclaw#152876, wandb/weave#7578, Rapid-MLX#798, nestjs#17801",
     .argument = {.kind = ARGUMENT_NUMBER,
                  .meaning = "N levels that it supports, from 1",
                  .fallback = "32",
                  .least = 1,
                  .most = 1000000},
     .diagnosis = "refuses-deep-data",
     .overrides = {.act = act_recursively}},
    {.id = "B15",
     .name = "throws-on-long-header",
     .sentence = "answers 500 when a header is longer than 8,000 characters",
     .seen = "",
     .diagnosis = "throws-on-long-header",
     .overrides = {.find = find_in_short_headers}},
    {.id = "B16",
     .name = "never-works",
     .sentence = "answers 500 to every event because it reads the header under the wrong key",
     .seen = "",
     .diagnosis = "always-breaks",
     .overrides = {.find = break_always}},
    {.id = "B17",
     .name = "answers-twice",
     .sentence = "crashes after a refusal because its handler continues and answers twice",
     .seen = "Panora's documented receiver; Shopify/shopify-app-template-node#801",
     .racy = true, /* what was under way */
     .diagnosis = "dies-on-refusals",
     .overrides = {.answer = answer_refusal_and_die}},
    {.id = "B18",
     .name = "throws-on-encoding",
     .sentence = "answers 500 when the body is not UTF-8 or starts with a byte order mark",
     .seen = "",
     .diagnosis = "throws-on-encoding",
     .overrides = {.find = find_in_strict_text}},
    {.id = "B19",
     .name = "throws-on-members",
     .sentence = "answers 500 when id_event or type of a signed event is missing or not a string",
     .seen = "",
     .diagnosis = "throws-on-missing-members",
     .overrides = {.shape = shape_of_trusted_members}},
    {.id = "B20",
     .name = "dies-on-nesting",
     .sentence = "crashes when data is nested deeper than its parser's stack allows",
     .seen = "openclaw#152876, nestjs#17801",
     .racy = true, /* what was under way */
     .diagnosis = "dies-on-deep-data",
     .overrides = {.message = message_on_a_stack}},
    {.id = "B21",
     .name = "throws-on-wide",
     .sentence = "answers 500 when the signature has the right length in characters but not in "
                 "bytes",
     .seen = "",
     .diagnosis = "throws-on-non-ascii",
     .overrides = {.compare = compare_characters_or_break}},
};
const struct table_part faults_b = TABLE_PART(rows);
