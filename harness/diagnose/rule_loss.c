/* What some genuine events have in common that are not accepted. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/rule.h"

#define LOST "such events are lost: Panora does not send them again"

static bool predict_unknown_type(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    bool known = false;
    for (size_t i = 0; !known && i < inv->input->catalogue->num_types; i++)
        known = bytes_equal(bytes_of(inv->input->catalogue->types[i].name), sight->type);
    return sight->type.data && !known;
}

static bool predict_more_members(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    return sight->event && js_size(sight->event) > 3;
}

/* An event with this id was accepted before, in the same case. */
static bool predict_again(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    for (size_t i = 0; sight->id.data && i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other != sight && other->one == sight->one && other->one && other->exchange->accepted &&
            bytes_equal(other->id, sight->id))
            return true;
    }
    return false;
}

/* A copy of it was accepted while it was under way. */
static bool predict_at_once(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    for (size_t i = 0; sight->id.data && i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other != sight && other->one == sight->one && other->one && other->exchange->accepted &&
            bytes_equal(other->id, sight->id) && sight_overlaps(sight, other))
            return true;
    }
    return false;
}

/* On a connection that has carried another; one that is merely dropped between the two is another
 * mistake. */
static bool predict_reused(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    return sight->exchange->seen.reused &&
           (sight->answer == ANSWER_REFUSED || sight->answer == ANSWER_ERROR);
}

/* Larger than every event that was accepted. */
static bool predict_size(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    size_t accepted = 0;
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->accepted && inv->sights[i].exchange->genuine &&
            (inv->sights[i].has_event || !inv->sights[i].is_read) &&
            inv->sights[i].exchange->request.body.len > accepted)
            accepted = inv->sights[i].exchange->request.body.len;
    return accepted > 0 && sight->exchange->request.body.len > accepted &&
           (sight->answer == ANSWER_REFUSED ||
            (sight->answer == ANSWER_DIED && !*inv->input->result->stopped));
}

/* Small bodies that are sent in pieces may come in one all the same. */
static bool may_be_cut(const struct sight *sight)
{
    const struct transport *transport = &sight->exchange->request.transport;
    return transport->chunk_size || transport->piece_size;
}

/* A body that is cut inside a character alone may be lost for that. */
static bool any_cut_is_lost(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (sight_is_lost(&inv->sights[i]) && may_be_cut(&inv->sights[i]))
            return true;
    return false;
}

static bool any_is_cut(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (may_be_cut(&inv->sights[i]) && sight_was_answered(&inv->sights[i]))
            return true;
    return false;
}

static bool predict_pieces(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    if (any_is_cut(inv) && !any_cut_is_lost(inv))
        return false;
    return (may_be_cut(sight) && sight_is_lost(sight)) ||
           sight->exchange->request.transport.split_at || predict_size(rule, inv, sight);
}

static bool predict_content_type(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    const char *type = headers_find(&sight->exchange->request.headers, "Content-Type");
    return type && strncasecmp(type, "application/json", 16) == 0 && type[16];
}

static bool predict_header_case(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    const struct headers *headers = &sight->exchange->request.headers;
    for (size_t i = 0; i < headers->count; i++)
        if (header_name_equal(headers->items[i].name, PANORA_SIGNATURE_HEADER))
            return strcmp(headers->items[i].name, PANORA_SIGNATURE_HEADER) != 0;
    return false;
}

static bool predict_object_data(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    return sight->has_event && !sight->data.data && sight->answer == ANSWER_REFUSED;
}

static bool predict_text(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    return sight->json.data && bytes_find(sight->json, bytes_of(rule->argument)) != NULL;
}

static bool predict_array(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    struct js *data = js_parse(sight->json, NULL); /* not merely what begins like one */
    bool is_array = data && js_kind(data) == JS_ARRAY;
    js_free(data);
    return is_array;
}

static bool predict_wide(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    for (size_t i = 0; i < sight->json.len; i++)
        if ((unsigned char)sight->json.data[i] >= 0x80)
            return true;
    return false;
}

#define MOST_SAFE  9007199254740992.0 /* 2^53 */
#define LEAST_SAFE 1e-6

/* Whether data holds a number that 64-bit integers, fixed decimals or short doubles change. */
static bool predict_number(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    bool in_text = false;
    for (size_t i = 0; i < sight->json.len; i++) {
        char c = sight->json.data[i];
        in_text ^= c == '"';
        i += in_text && c == '\\';
        if (in_text || c < '0' || c > '9')
            continue;
        char *end; /* the bytes of a value end with a NUL */
        double number = strtod(sight->json.data + i, &end);
        if (number >= MOST_SAFE || (number > 0 && number < LEAST_SAFE))
            return true;
        i = (size_t)(end - sight->json.data) - 1;
    }
    return false;
}

static bool predict_depth(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    return sight_is_deep(inv, sight);
}

static bool predict_type(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    bool other = false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *seen = &inv->sights[i];
        if (!seen->exchange->genuine || !seen->exchange->accepted)
            continue;
        if (bytes_equal(seen->type, sight->type))
            return false;
        other = true;
    }
    return other && sight->type.data;
}

#define LOSS(id_, predict_, argument_, sentence_, remedy_)                                         \
    {                                                                                              \
        .kind = {(id_), (sentence_), LOST, (remedy_)}, .effect = EFFECT_LOST,                      \
        .harm_rank = HARM_LOST, .predicts = (predict_), .argument = (argument_)                    \
    }

const struct rule rules_of_loss[] = {
    LOSS("refuses-unknown-types", predict_unknown_type, NULL,
         "does not accept events whose type it does not know",
         "answer 200 to a type that you do not handle, and do nothing: Panora adds types without "
         "notice"),
    LOSS("refuses-more-members", predict_more_members, NULL,
         "does not accept events with members beside id_event, data and type",
         "ignore members that you do not know; a schema must not forbid them"),
    LOSS("refuses-duplicates", predict_again, NULL,
         "answers an event that it has seen as if it were wrong",
         "answer 200 to an id_event that you have processed, and do nothing"),
    LOSS("races-duplicates", predict_at_once, NULL,
         "does not accept copies of an event that come at the same time, as happens when an id is "
         "looked up and noted in two steps",
         "insert id_event under a unique key with ON CONFLICT DO NOTHING, and answer a conflict "
         "with a 2xx"),
    LOSS("exact-content-type", predict_content_type, NULL,
         "reads the body only when the content type is exactly application/json, without a charset "
         "behind it",
         "accept parameters: application/json; charset=utf-8 is the same type"),
    LOSS("exact-header-case", predict_header_case, NULL,
         "finds the signature header only in one spelling",
         "compare header names without regard to case: proxies and HTTP/2 write them small"),
    LOSS("refuses-object-data", predict_object_data, NULL,
         "does not accept events whose data is an object, as Panora's documentation shows them",
         "accept both: verify JSON.stringify(data), then parse data when it is a string"),
    LOSS("refuses-nul", predict_text, "\\u0000", "does not accept text with a NUL character",
         "strip U+0000 before a database that cannot store it (PostgreSQL's 22P05)"),
    LOSS("refuses-proto", predict_text, "\"__proto__\"",
         "does not accept data with a member __proto__",
         "tell the parser to drop such members (fastify: onProtoPoisoning 'ignore'), after "
         "verification"),
    LOSS("refuses-some-numbers", predict_number, NULL,
         "does not accept data with numbers that are too large for an exact integer (2^53 and "
         "beyond) or very small",
         "read numbers as doubles, as JSON.stringify wrote them, or keep them as text; do not "
         "convert them to a 64-bit integer or a fixed decimal"),
    LOSS("refuses-large-events", predict_size, NULL,
         "does not accept events above a size that Panora's reach",
         "raise the limit of every layer (express.json({limit: '10mb'}), nginx "
         "client_max_body_size)"),
    LOSS("reads-first-piece-only", predict_pieces, NULL,
         "takes what came with the first read for the whole body",
         "read until the body's end: large events come in several pieces, and so does any that a "
         "network cuts"),
    LOSS("no-second-request", predict_reused, NULL,
         "does not understand a second request on a connection",
         "read exactly as many bytes as Content-Length says before the next request, or answer "
         "Connection: close: Panora keeps connections open"),
    LOSS("refuses-deep-data", predict_depth, NULL, "does not accept deeply nested data",
         "parse data without recursion, or allow at least 64 levels"),
    LOSS("refuses-arrays", predict_array, NULL, "does not accept events whose data is an array",
         "*.pulled events carry an array of rows: accept it"),
    LOSS("refuses-non-ascii", predict_wide, NULL,
         "does not accept events whose data is not all ASCII",
         "read and write the body as UTF-8 everywhere"),
    {.kind = {"refuses-some-types", "does not accept events of some types", LOST,
              "answer 200 to every type, and do nothing for those that you do not handle"},
     .effect = EFFECT_LOST,
     .harm_rank = HARM_LOST,
     .predicts = predict_type,
     .is_vague = true},
};
const size_t num_rules_of_loss = ARRAY_LEN(rules_of_loss);
