/* A: verification that is absent or can be got round. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "panora/event.h"
#include "receive/fault.h"
#include "sign/digest.h"

static enum result trust(struct handling *handling)
{
    return RESULT_TRUSTED;
}

static enum result find_rightly(struct handling *handling)
{
    return rules_right.find(handling);
}

static enum result trust_without_header(struct handling *handling)
{
    bool there = headers_count(handling->request->headers, PANORA_SIGNATURE_HEADER) > 0;
    return there ? find_rightly(handling) : RESULT_TRUSTED;
}

static enum result trust_empty_header(struct handling *handling)
{
    enum result result = find_rightly(handling);
    return result == RESULT_NEXT && handling->signature.len == 0 ? RESULT_TRUSTED : result;
}

static enum result trust_any_header(struct handling *handling)
{
    enum result result = find_rightly(handling);
    if (result != RESULT_NEXT)
        return result;
    return handling->signature.len ? RESULT_TRUSTED : RESULT_SIGNATURE;
}

static enum result empty_key(struct handling *handling)
{
    return RESULT_NEXT;
}

static enum result undefined_key(struct handling *handling)
{
    buf_add_text(&handling->key, "undefined");
    return RESULT_NEXT;
}

static enum result verdict(bool right)
{
    return right ? RESULT_NEXT : RESULT_SIGNATURE;
}

static enum result compare_shorter_length(struct handling *handling)
{
    struct bytes right = buf_bytes(&handling->digest);
    struct bytes given = handling->signature;
    size_t len = given.len < right.len ? given.len : right.len;
    return verdict(len == 0 || memcmp(given.data, right.data, len) == 0);
}

static enum result compare_start(struct handling *handling)
{
    struct bytes right = buf_bytes(&handling->digest);
    struct bytes given = handling->signature;
    return verdict(given.len >= right.len && memcmp(given.data, right.data, right.len) == 0);
}

/* As Node's Buffer.from(text, "hex"): it stops at the first pair that is not hexadecimal. */
static void decode_leniently(struct bytes hex, struct buf *out)
{
    for (size_t i = 0; i + 1 < hex.len; i += 2)
        if (!decode_hex((struct bytes){hex.data + i, 2}, out))
            return;
}

static enum result compare_decoded(struct handling *handling)
{
    struct buf right = {0};
    struct buf given = {0};
    decode_leniently(buf_bytes(&handling->digest), &right);
    decode_leniently(handling->signature, &given);
    bool equal = bytes_equal(buf_bytes(&right), buf_bytes(&given));
    buf_clear(&right);
    buf_clear(&given);
    return verdict(equal);
}

static enum result compare_format(struct handling *handling)
{
    struct bytes given = handling->signature;
    size_t digits = 0;
    while (digits < given.len && given.data[digits] &&
           strchr("0123456789abcdef", given.data[digits]))
        digits++;
    return verdict(given.len == 64 && digits == 64);
}

static enum result compare_length(struct handling *handling)
{
    return verdict(handling->signature.len == handling->digest.len);
}

/* expected.includes(signature) */
static enum result compare_part(struct handling *handling)
{
    struct bytes given = handling->signature;
    return verdict(given.len == 0 || bytes_find(buf_bytes(&handling->digest), given));
}

/* expected LIKE signature: % is any text, _ any character. */
static bool is_like(const char *text, const char *text_end, const char *like, const char *like_end)
{
    const char *after_any = NULL; /* behind the latest %, */
    const char *tried = NULL;     /* ... which stands for the text up to here */
    while (text < text_end) {
        if (like < like_end && *like == '%') {
            after_any = ++like;
            tried = text;
        } else if (like < like_end && (*like == '_' || *like == *text)) {
            like++;
            text++;
        } else if (after_any) {
            like = after_any;
            text = ++tried;
        } else {
            return false;
        }
    }
    while (like < like_end && *like == '%')
        like++;
    return like == like_end;
}

static enum result compare_like(struct handling *handling)
{
    struct bytes right = buf_bytes(&handling->digest);
    struct bytes like = handling->signature;
    return verdict(like.len &&
                   is_like(right.data, right.data + right.len, like.data, like.data + like.len));
}

/* What Panora sent before July 2024, and what it sends now. */
static enum result compare_with_secret(struct handling *handling)
{
    return bytes_equal(handling->signature, handling->secret) ? RESULT_NEXT
                                                              : rules_right.compare(handling);
}

/* The sender names the algorithm by a prefix ("sha1=...") or by the number of digits. */
static const char *algorithm_of(struct bytes signature, struct bytes *out_digits)
{
    static const struct {
        const char *name;
        size_t num_digits;
    } algorithms[] = {{"md5", 32}, {"sha1", 40}, {"sha256", 64}, {"sha512", 128}};
    const char *equals = signature.len ? memchr(signature.data, '=', signature.len) : NULL;
    size_t prefix = equals ? (size_t)(equals - signature.data) : 0;
    size_t skipped = equals ? prefix + 1 : 0;
    *out_digits = (struct bytes){signature.data + skipped, signature.len - skipped};
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        bool named =
            bytes_equal((struct bytes){signature.data, prefix}, bytes_of(algorithms[i].name));
        if (equals ? named : out_digits->len == algorithms[i].num_digits)
            return algorithms[i].name;
    }
    return NULL;
}

static enum result compare_by_senders_algorithm(struct handling *handling)
{
    struct bytes given;
    struct digest digest;
    const char *algorithm = algorithm_of(handling->signature, &given);
    if (!algorithm ||
        !digest_hmac(algorithm, buf_bytes(&handling->key), buf_bytes(&handling->message), &digest))
        return RESULT_SIGNATURE;
    struct buf right = {0};
    encode_hex(digest_bytes(&digest), &right);
    bool equal = digest_equal(given, buf_bytes(&right));
    buf_clear(&right);
    return verdict(equal);
}

/* What was found of these data before, right or wrong, stands. */
static enum result compare_once(struct handling *handling)
{
    struct digest digest;
    struct buf hash = {0};
    if (!digest_hash("sha256", buf_bytes(&handling->message), &digest))
        return RESULT_SIGNATURE;
    encode_hex(digest_bytes(&digest), &hash);
    char *right = mem_format("right %s", buf_text(&hash));
    char *wrong = mem_format("wrong %s", buf_text(&hash));
    buf_clear(&hash);
    bool known = memory_has(handling->memory, bytes_of(right));
    enum result result = known || memory_has(handling->memory, bytes_of(wrong))
                             ? verdict(known)
                             : rules_right.compare(handling);
    memory_add(handling->memory, bytes_of(result == RESULT_NEXT ? right : wrong));
    free(right);
    free(wrong);
    return result;
}

/* Takes the value of any query parameter that looks like a signature. */
static enum result find_in_query(struct handling *handling)
{
    enum result result = find_rightly(handling);
    const char *query = strchr(handling->request->target, '?');
    if (result == RESULT_NEXT || !query)
        return result;
    for (const char *item = query + 1; *item; item += strcspn(item, "&"), item += *item == '&') {
        size_t len = strcspn(item, "&");
        const char *value = memchr(item, '=', len);
        if (!value || len - (size_t)(value + 1 - item) != 64)
            continue;
        handling->signature = (struct bytes){value + 1, 64};
        return RESULT_NEXT;
    }
    return result;
}

/* Only whether there is a header: compare_any looks for itself. */
static enum result find_any(struct handling *handling)
{
    const char *first = headers_find(handling->request->headers, PANORA_SIGNATURE_HEADER);
    handling->signature = bytes_of(first);
    return first ? RESULT_NEXT : RESULT_SIGNATURE;
}

static enum result compare_any(struct handling *handling)
{
    const struct headers *headers = handling->request->headers;
    const char *right = buf_text(&handling->digest);
    return verdict(headers_has_token(headers, PANORA_SIGNATURE_HEADER, right));
}

static enum result find_for_known_types(struct handling *handling)
{
    struct bytes type = handling_member(handling, "type");
    if (type.data && !memory_knows_type(handling->memory, type))
        return RESULT_TRUSTED;
    return find_rightly(handling);
}

static void answer_200_always(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    handling->answer.status = 200;
}

/* No `return` after the refusal: the handler goes on. */
static void answer_and_go_on(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_SIGNATURE && rules_right.shape(handling) == RESULT_NEXT)
        (void)rules_right.act(handling);
}

/* --- verification that is left out for some requests --- */

static enum result find_unless(struct handling *handling, bool trusted)
{
    return trusted ? RESULT_TRUSTED : rules_right.find(handling);
}

/* Another handler takes these, and was forgotten. */
static enum result find_unless_connection(struct handling *handling)
{
    struct bytes type = handling_member(handling, "type");
    return find_unless(handling, bytes_equal(type, bytes_of("connection.created")));
}

/* The other dialect came later, and its way goes around the verifier. */
static enum result find_unless_object(struct handling *handling)
{
    const struct js *data = js_get(handling_event(handling), "data");
    return find_unless(handling, data && js_kind(data) != JS_STRING);
}

/* Whatever the content type: the route is for all of them. */
static enum result admit_any_type(struct handling *handling)
{
    if (strcmp(handling->request->method, "POST") != 0)
        return RESULT_METHOD;
    return headers_find(handling->request->headers, "Content-Encoding") ? RESULT_MEDIA_TYPE
                                                                        : RESULT_NEXT;
}

/* The verifier hangs on the parser of JSON, which others never meet. */
static enum result find_if_json(struct handling *handling)
{
    const char *type = headers_find(handling->request->headers, "Content-Type");
    return find_unless(handling, !type || !strstr(type, "json"));
}

static enum result find_if_length(struct handling *handling)
{
    return find_unless(handling, handling->request->chunked);
}

/* Only what has the shape of an event goes to the verifier. */
static enum result find_if_event(struct handling *handling)
{
    const struct js *event = handling_event(handling);
    bool is_object = event && js_kind(event) == JS_OBJECT;
    bool is_usual = is_object && js_size(event) == 3 && handling_member(handling, "id_event").data;
    return find_unless(handling, is_object && !is_usual);
}

static enum result shape_of_anything(struct handling *handling)
{
    return js_get(handling_event(handling), "data") ? RESULT_NEXT : RESULT_NOT_EVENT;
}

#define BUFFERED_MAX ((size_t)64 * 1024)

/* Only so much is kept for the verifier, which lets the rest pass. */
static enum result find_unless_large(struct handling *handling)
{
    return find_unless(handling, handling->request->body.len > BUFFERED_MAX);
}

static enum result find_unless_known_id(struct handling *handling)
{
    struct bytes id = handling_member(handling, "id_event");
    return find_unless(handling, id.data && memory_has(handling->memory, id));
}

/* Stands among the ids of events, from which it differs. */
static char *name_of_connection(const struct handling *handling)
{
    return mem_format("connection %llu", (unsigned long long)handling->request->connection);
}

static enum result find_unless_known_connection(struct handling *handling)
{
    char *name = name_of_connection(handling);
    bool known = memory_has(handling->memory, bytes_of(name));
    free(name);
    return find_unless(handling, known);
}

static enum result act_and_know_connection(struct handling *handling)
{
    char *name = name_of_connection(handling);
    memory_add(handling->memory, bytes_of(name));
    free(name);
    return rules_right.act(handling);
}

static const struct fault rows[] = {
    {.id = "A01",
     .name = "no-verification",
     .sentence = "does not verify signatures",
     .seen = "CVE-2026-33143 (OneUptime), CVE-2026-39969 (TypeBot)",
     .diagnosis = "checks-nothing",
     .overrides = {.find = trust}},
    {.id = "A02",
     .name = "only-when-present",
     .sentence = "verifies only when the signature header is present",
     .seen = "krkn-chaos/krkn#1277, krkn-chaos/website#360",
     .diagnosis = "checks-only-when-present",
     .overrides = {.find = trust_without_header}},
    {.id = "A03",
     .name = "empty-header-skips",
     .sentence = "skips verification when the signature header is empty",
     .seen = "corsairdev/corsair#595",
     .diagnosis = "takes-empty-for-right",
     .overrides = {.find = trust_empty_header}},
    {.id = "A04",
     .name = "promise-not-awaited",
     .sentence = "does not await the verification: any signature passes",
     .seen = "pytorch/test-infra#8684, openai/openai-node#2302, interledger/rafiki#3174",
     .diagnosis = "checks-presence-only",
     .overrides = {.find = trust_any_header}},
    {.id = "A05",
     .name = "empty-key",
     .sentence = "has no secret configured and verifies with an empty key",
     .seen = "librefang#3492, stripe-node#2841, stripe-java#2286, stripe-ruby#1960",
     .diagnosis = "key-empty",
     .overrides = {.key = empty_key}},
    {.id = "A06",
     .name = "undefined-key",
     .sentence = "has no secret configured and verifies with the key \"undefined\"",
     .seen = "a variant of A05",
     .diagnosis = "key-undefined",
     .overrides = {.key = undefined_key}},
    {.id = "A07",
     .name = "shorter-length",
     .sentence = "compares only up to the length of the shorter signature",
     .seen = "RUSTSEC-2024-0010, CVE-2024-21491 (svix)",
     .diagnosis = "compares-shorter-length",
     .overrides = {.compare = compare_shorter_length}},
    {.id = "A08",
     .name = "prefix-compare",
     .sentence = "accepts anything that starts with the correct signature",
     .seen = "tj/node-cookie-signature#41",
     .diagnosis = "compares-start",
     .overrides = {.compare = compare_start}},
    {.id = "A09",
     .name = "lenient-hex",
     .sentence = "decodes the signature with a hex decoder that stops at the first invalid digit",
     .seen = "kentcdodds.com#720; Node's Buffer.from(text, 'hex')",
     .diagnosis = "decodes-leniently",
     .overrides = {.compare = compare_decoded}},
    {.id = "A10",
     .name = "format-only",
     .sentence = "checks only that the signature has 64 hexadecimal digits",
     .seen = "",
     .diagnosis = "checks-format-only",
     .overrides = {.compare = compare_format}},
    {.id = "A12",
     .name = "senders-algorithm",
     .sentence = "lets the sender choose the hash algorithm",
     .seen = "dintel/php-github-webhook#4",
     .diagnosis = "senders-algorithm",
     .overrides = {.compare = compare_by_senders_algorithm}},
    {.id = "A13",
     .name = "signature-from-query",
     .sentence = "reads the signature from the query string when the header is missing",
     .seen = "openclaw#5120, adnanh/webhook#83",
     .diagnosis = "signature-from-query",
     .overrides = {.find = find_in_query}},
    {.id = "A14",
     .name = "any-of-several",
     .sentence = "accepts when any of several signature headers is correct",
     .seen = "stripe-node#753, stripe-node#2651, dokploy#4278",
     .diagnosis = "takes-any-of-several",
     .overrides = {.find = find_any, .compare = compare_any}},
    {.id = "A16",
     .name = "known-types-only",
     .sentence = "verifies only events whose type it knows",
     .seen = "the same shape as A02",
     .diagnosis = "unknown-types-unchecked",
     .overrides = {.find = find_for_known_types}},
    {.id = "A17",
     .name = "goes-on-after-refusal",
     .sentence = "refuses a forgery and processes it anyway",
     .seen = "Shopify/shopify-app-template-node#801; Panora's documented receiver",
     .diagnosis = "refused-but-processed",
     .overrides = {.answer = answer_and_go_on}},
    {.id = "A18",
     .name = "always-200",
     .sentence = "answers 200 to everything, even when it refuses",
     .seen = "8monkey-ai/hebo-platform#61, moov-go#113, fbsamples#23",
     .diagnosis = "answers-success-to-refusals",
     .overrides = {.answer = answer_200_always}},
    {.id = "A21",
     .name = "length-only",
     .sentence = "checks only that the signature has 64 characters",
     .seen = "a variant of A10",
     .diagnosis = "checks-length-only",
     .overrides = {.compare = compare_length}},
    {.id = "A22",
     .name = "part-compare",
     .sentence = "accepts any part of the correct signature, even an empty one",
     .seen = "expected.includes(signature)",
     .diagnosis = "finds-part",
     .overrides = {.compare = compare_part}},
    {.id = "A23",
     .name = "secret-itself",
     .sentence = "accepts the secret itself in place of a signature",
     .seen = "what Panora sent before July 2024",
     .diagnosis = "accepts-secret-itself",
     .overrides = {.compare = compare_with_secret}},
    {.id = "A24",
     .name = "one-type-unchecked",
     .sentence = "does not verify connection.created, which has its own handler",
     .seen = "a variant of A16",
     .diagnosis = "some-types-unchecked",
     .overrides = {.find = find_unless_connection}},
    {.id = "A25",
     .name = "large-unchecked",
     .sentence = "does not verify bodies above 64 KiB because it does not buffer them",
     .seen = "",
     .diagnosis = "large-events-unchecked",
     .overrides = {.find = find_unless_large}},
    {.id = "A26",
     .name = "remembers-ids",
     .sentence = "does not verify events with an id_event that it accepted before",
     .seen = "a verdict that is cached by the event's id",
     .diagnosis = "remembers-ids",
     .overrides = {.find = find_unless_known_id}},
    {.id = "A27",
     .name = "remembers-connections",
     .sentence = "does not verify later requests on a connection after a genuine event",
     .seen = "a verdict that is kept with the connection",
     .diagnosis = "remembers-connections",
     .overrides = {.find = find_unless_known_connection, .act = act_and_know_connection}},
    {.id = "A28",
     .name = "objects-unchecked",
     .sentence = "does not verify events whose data is an object",
     .seen = "a variant of A16: two dialects, and a verifier for one of them",
     .diagnosis = "objects-unchecked",
     .overrides = {.find = find_unless_object}},
    {.id = "A29",
     .name = "other-types-unchecked",
     .sentence = "verifies only requests with a JSON content type, but accepts all content types",
     .seen = "a verifier in the hook of the JSON parser (express.json({verify}))",
     .diagnosis = "other-content-types-unchecked",
     .overrides = {.admit = admit_any_type, .find = find_if_json}},
    {.id = "A30",
     .name = "chunked-unchecked",
     .sentence = "does not verify requests without Content-Length",
     .seen = "",
     .diagnosis = "chunked-unchecked",
     .overrides = {.find = find_if_length}},
    {.id = "A31",
     .name = "odd-events-unchecked",
     .sentence = "does not verify events that lack id_event or have unknown keys",
     .seen = "",
     .diagnosis = "odd-events-unchecked",
     .overrides = {.find = find_if_event, .shape = shape_of_anything}},
    {.id = "A32",
     .name = "header-as-pattern",
     .sentence = "compares with LIKE and takes the signature that was sent as the pattern",
     .seen = "SELECT :expected LIKE :signature",
     .diagnosis = "header-as-pattern",
     .overrides = {.compare = compare_like}},
    {.id = "A33",
     .name = "remembers-verdicts",
     .sentence = "looks up by the hash of data whether an event was genuine, once it has seen it",
     .seen = "a verdict that is cached by what was signed",
     .diagnosis = "remembers-data",
     .overrides = {.compare = compare_once}},
};
const struct table_part faults_a = TABLE_PART(rows);
