/* Mistakes in checking a signature that throw: what breaks. */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "diagnose/rule_part.h"
#include "result/packed.h"

static bool has_one(const struct sight *sight)
{
    return sight->num_signatures == 1 && sight->has_event;
}

static bool predict_no_header(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    return sight->num_signatures == 0 && sight->has_event;
}

/* Many handlers refuse an empty signature like a missing one, before anything can break. */
static bool is_empty_and_skipped(const struct rule *rule, const struct sight *sight)
{
    return sight->signature.len == 0 && rule->argument && strcmp(rule->argument, "not empty") == 0;
}

/* How long the signature is that this endpoint expects. */
static size_t expected_len(const struct investigation *inv)
{
    for (size_t i = 0; inv->by.parts[PART_DIGEST] && i < inv->kept.num_extras; i++)
        if (*inv->kept.extras[i].right_signature)
            return strlen(inv->kept.extras[i].right_signature);
    return SIGNATURE_SIZE - 1;
}

static bool predict_short(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    return has_one(sight) && sight->signature.len < expected_len(inv);
}

static bool predict_non_ascii(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    for (size_t i = 0; has_one(sight) && i < sight->signature.len; i++)
        if ((unsigned char)sight->signature.data[i] >= 0x80)
            return true;
    return false;
}

/* Its length is right in characters, and only there. */
static bool predict_wide(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    return sight->signature.len == expected_len(inv) && predict_non_ascii(rule, inv, sight);
}

static bool predict_other_length(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    return has_one(sight) && sight->signature.len != expected_len(inv) &&
           !is_empty_and_skipped(rule, sight);
}

/* As UTF-8, what has the right number of characters may have more bytes. */
static bool predict_other_length_in_utf8(const struct rule *rule, const struct investigation *inv,
                                         const struct sight *sight)
{
    return predict_other_length(rule, inv, sight) || predict_wide(rule, inv, sight);
}

static bool predict_not_hex(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    struct bytes given = sight->signature;
    for (size_t i = 0; i < given.len; i++)
        if (!given.data[i] || !strchr("0123456789abcdefABCDEF", given.data[i]))
            return has_one(sight);
    return has_one(sight) && given.len % 2 && !rule->argument;
}

/* What a decoder makes of it that stops at the first character that is no hexadecimal digit. */
static bool predict_other_decoded_length(const struct rule *rule, const struct investigation *inv,
                                         const struct sight *sight)
{
    size_t len = 0;
    while (len < sight->signature.len && sight->signature.data[len] &&
           strchr("0123456789abcdefABCDEF", sight->signature.data[len]))
        len++;
    return has_one(sight) && len / 2 != 32 && !is_empty_and_skipped(rule, sight);
}

/* As long as the right one, so that only what it decodes to is shorter. */
static bool predict_other_digits(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    return sight->signature.len == 64 && predict_not_hex(rule, inv, sight);
}

#define LONG_HEADER 4096

/* A server that answers 431 has not asked the handler. */
static bool predict_long_header(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    const struct headers *headers = &sight->exchange->request.headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strlen(headers->items[i].value) > LONG_HEADER)
            return sight->exchange->seen.status != 431;
    return false;
}

static bool predict_encoding(const struct rule *rule, const struct investigation *inv,
                             const struct sight *sight)
{
    struct bytes body = buf_bytes(&sight->exchange->request.body);
    bool marked = body.len >= 3 && memcmp(body.data, "\xef\xbb\xbf", 3) == 0;
    return sight->is_read && sight->is_plain && (marked || !text_is_utf8(body));
}

/* It is signed rightly, so that the handler trusts what it holds. */
static bool predict_members(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    bool usual = (sight->data.data != NULL) == (inv->dialect == DIALECT_TEXT);
    return usual && sight->is_plain && sight->is_right && (!sight->id.data || !sight->type.data);
}

/* A genuine event of a type that the catalogue does not know. */
static bool predict_new_type(const struct rule *rule, const struct investigation *inv,
                             const struct sight *sight)
{
    return sight->is_plain && sight->is_right && sight->has_event &&
           predict_unknown_type(rule, inv, sight);
}

#define MODERATE_LEN ((size_t)64 * 1024) /* what is longer may be refused for that */

/* Whatever is verified and found wrong. */
static bool predict_refusal(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    return sight->is_plain && *sight->right && !sight->is_right &&
           exchange_body_len(sight->exchange) <= MODERATE_LEN;
}

static bool predict_depth(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    return sight_is_deep(inv, sight) && (!rule->argument || !sight->data.data);
}

static bool predict_body(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    size_t len = exchange_body_len(sight->exchange);
    if (!sight->is_read || !sight->is_plain || sight->num_signatures != 1 ||
        strcmp(sight->exchange->request.method, "POST") != 0)
        return false;
    if (strcmp(rule->argument, "empty") == 0)
        return len == 0;
    if (strcmp(rule->argument, "not JSON") == 0)
        return sight->event == NULL;
    if (strcmp(rule->argument, "no data") == 0)
        return sight->event &&
               (js_kind(sight->event) == JS_OBJECT || js_kind(sight->event) == JS_ARRAY) &&
               !js_get(sight->event, "data");
    if (strcmp(rule->argument, "null") == 0)
        return sight->event && js_kind(sight->event) == JS_NULL;
    return sight->event && js_kind(sight->event) != JS_OBJECT;
}

/* It is signed rightly, so that the handler reads what data holds. Many handlers take empty data
 * for missing data. */
static bool predict_data(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    if (!sight->is_plain || !sight->is_right || !sight->json.len)
        return false;
    struct js *value = js_parse(sight->json, NULL);
    enum js_kind kind = value ? js_kind(value) : JS_OBJECT;
    bool is_json = value != NULL;
    js_free(value);
    if (strcmp(rule->argument, "not JSON") == 0)
        return !is_json;
    if (strcmp(rule->argument, "null") == 0)
        return is_json && kind == JS_NULL;
    return is_json && kind != JS_OBJECT && kind != JS_ARRAY;
}

#define THROW(id_, predict_, argument_, sentence_, remedy_)                                        \
    {                                                                                              \
        .kind = {"throws-" id_, "answers 5xx when " sentence_,                                     \
                 "anyone can trigger the exception, and each one raises a false alarm", remedy_},  \
        .effect = EFFECT_BREAKS, .harm_rank = HARM_BREAKS, .predicts = (predict_),                 \
        .argument = (argument_)                                                                    \
    }
#define DIE(id_, predict_, argument_, sentence_, remedy_)                                          \
    {                                                                                              \
        .kind =                                                                                    \
            {"dies-" id_, "crashes, or at least closes the connection, when " sentence_,           \
             "one request from anyone takes the endpoint down; events are lost until it is back",  \
             remedy_},                                                                             \
        .effect = EFFECT_DIES, .harm_rank = HARM_DIES, .predicts = (predict_),                     \
        .argument = (argument_)                                                                    \
    }

#define HANG(id_, predict_, argument_, sentence_, remedy_)                                         \
    {                                                                                              \
        .kind = {"hangs-" id_, "never answers when " sentence_,                                    \
                 "each such request from anyone holds a connection, and perhaps a worker, for as " \
                 "long as the sender likes",                                                       \
                 remedy_},                                                                         \
        .effect = EFFECT_HANGS, .harm_rank = HARM_BREAKS, .predicts = (predict_),                  \
        .argument = (argument_)                                                                    \
    }

/* Three rules from one: the framework catches the exception, or nobody does, or somebody does who
 * does not answer (Express with an async handler and a listener for unhandledRejection). */
#define BREAK(...) THROW(__VA_ARGS__), DIE(__VA_ARGS__), HANG(__VA_ARGS__)

/* Whatever is an event with a signature that is not right. */
static bool predict_wrong(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    return sight->has_event && !sight->is_right && !predict_encoding(rule, inv, sight) &&
           (sight->num_signatures || !rule->argument) && !is_empty_and_skipped(rule, sight);
}

#define ANSWER_IT "answer 401, and return: a path through the handler sends no response"

#define OTHER_LENGTH  "the signature has the wrong length"
#define FILLED_LENGTH "the signature is not empty and has the wrong length"
#define COMPARE_LENGTHS                                                                            \
    "compare the lengths first: timingSafeEqual and similar functions throw when they differ"
#define LENGTH_OF_BYTES                                                                            \
    "compare the lengths of the decoded bytes first, or compare the texts: "                       \
    "Buffer.from(text, 'hex') stops at the first non-hex character, and timingSafeEqual throws "   \
    "when lengths differ"

const struct rule rules_of_breaking[] = {
    THROW("on-refusals", predict_wrong, NULL, "it refuses an event, instead of 401",
          "catch the verifier's exception and answer 401"),
    THROW("on-refusals", predict_wrong, "present", "the signature is wrong, instead of 401",
          "catch the verifier's exception and answer 401"),
    THROW("on-refusals", predict_wrong, "not empty",
          "the signature is wrong and not empty, instead of 401",
          "catch the verifier's exception and answer 401"),
    HANG("on-refusals", predict_wrong, NULL, "it refuses an event", ANSWER_IT),
    HANG("on-refusals", predict_wrong, "present", "the signature is wrong", ANSWER_IT),
    HANG("on-refusals", predict_wrong, "not empty", "the signature is wrong and not empty",
         ANSWER_IT),
    BREAK("on-missing-signature", predict_no_header, NULL, "there is no signature header",
          "answer 401 when the header is missing, before you use it"),
    BREAK("on-other-length", predict_other_length_in_utf8, NULL, OTHER_LENGTH, COMPARE_LENGTHS),
    BREAK("on-other-length", predict_other_length, NULL, OTHER_LENGTH, COMPARE_LENGTHS),
    BREAK("on-other-length", predict_other_length_in_utf8, "not empty", FILLED_LENGTH,
          COMPARE_LENGTHS),
    BREAK("on-other-length", predict_other_length, "not empty", FILLED_LENGTH, COMPARE_LENGTHS),
    BREAK("on-short-signature", predict_short, NULL, "the signature is shorter than 64 characters",
          "check the length before you use the signature, and answer 401"),
    BREAK("on-other-length", predict_other_decoded_length, NULL,
          "the signature does not decode to 32 bytes", LENGTH_OF_BYTES),
    BREAK("on-other-length", predict_other_decoded_length, "not empty",
          "the signature is not empty and does not decode to 32 bytes", LENGTH_OF_BYTES),
    BREAK("on-other-digits", predict_other_digits, NULL,
          "the signature has the right length but is not hexadecimal",
          "compare the lengths of the decoded bytes, not of the texts: Buffer.from(text, 'hex') "
          "stops at the first non-hex character, and timingSafeEqual throws when lengths differ"),
    BREAK("on-not-hex", predict_not_hex, NULL, "the signature is not hexadecimal",
          "compare the texts, or catch the decoder's exception and answer 401"),
    BREAK("on-not-hex", predict_not_hex, "any length", "the signature is not a hexadecimal number",
          "compare the texts, or catch the exception of the conversion and answer 401"),
    BREAK("on-non-ascii", predict_wide, "as long",
          "the signature has the right length in characters, but not all of them are ASCII",
          "compare the lengths in bytes, of the two buffers: in UTF-8 such a character takes two "
          "bytes or more, and timingSafeEqual and similar functions throw when lengths differ"),
    BREAK("on-non-ascii", predict_non_ascii, NULL, "the signature is not ASCII",
          "compare bytes: hmac.compare_digest(a.encode(), b.encode()); it raises TypeError on "
          "non-ASCII strings"),
    BREAK("on-empty-body", predict_body, "empty", "the body is empty",
          "catch the parser's exception and answer 400"),
    BREAK("on-bad-json", predict_body, "not JSON", "the body is not JSON",
          "catch the parser's exception and answer 400"),
    BREAK("on-missing-data", predict_body, "no data", "the body is JSON without data",
          "answer 400 when data is missing, before you serialize it: JSON.stringify(undefined) is "
          "undefined, and an HMAC over that throws"),
    BREAK("on-non-object", predict_body, "no object", "the body is JSON but not an object",
          "check the type of the parsed value before you read its fields, and answer 400"),
    BREAK("on-null-body", predict_body, "null", "the body is the JSON value null",
          "check that the parsed body is an object before you read its fields, and answer 400: to "
          "read a field of null throws"),
    BREAK("on-encoding", predict_encoding, NULL,
          "the body is not UTF-8 or starts with a byte order mark",
          "decode with replacement, as Panora's own verifier does (errors='replace', and drop a "
          "byte order mark), or catch the decoder's exception and answer 400"),
    BREAK("on-missing-members", predict_members, NULL,
          "a signed event has no id_event or type, or they are not strings",
          "check id_event and type before you use them, and answer 400: Panora does not sign them, "
          "so anyone who has seen an event can send it without them"),
    BREAK("on-long-header", predict_long_header, NULL, "a header is thousands of characters long",
          "let the server refuse long headers (431), and use the header for the comparison only"),
    DIE("on-refusals", predict_refusal, NULL, "it refuses an event",
        "return after the refusal: otherwise the handler sends a second response, which throws "
        "ERR_HTTP_HEADERS_SENT, and nothing catches that in an async handler"),
    DIE("on-odd-data", predict_data, "not JSON", "data is not JSON",
        "catch what the parser throws, also in an async handler, and answer 400"),
    DIE("on-odd-data", predict_data, "no object", "data is neither an object nor an array",
        "check the type of what data holds before you read its fields, and answer 400"),
    DIE("on-odd-data", predict_data, "null", "data holds the JSON value null",
        "check that data holds an object before you read its fields, and answer 400: to read a "
        "field of null throws"),
    DIE("on-unknown-types", predict_new_type, NULL, "it does not know the type of an event",
        "answer 2xx to a type that the handler does not know, and do nothing: Panora adds types"),
    DIE("on-deep-data", predict_depth, NULL, "data is deeply nested",
        "catch what the parser or the serializer throws (JSON.stringify: RangeError, Python: "
        "RecursionError), or refuse data nested deeper than a few hundred levels"),
    DIE("on-deep-data", predict_depth, "no text", "data is a deeply nested object or array",
        "catch the exception of the serializer (RangeError in JSON.stringify, RecursionError) and "
        "answer 400, also in an async handler"),
};
const size_t num_rules_of_breaking = ARRAY_LEN(rules_of_breaking);
