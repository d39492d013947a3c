/* What some genuine events have in common that are not accepted. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/rule.h"

#define LOST "such events are lost: Panora does not send them again"

static bool predict_unknown_type(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    (void)rule;
    bool known = false;
    for (size_t i = 0; !known && i < inv->input->catalogue->num_types; i++)
        known = bytes_equal(bytes_of(inv->input->catalogue->types[i].name), sight->type);
    return sight->type.data && !known;
}

static bool predict_more_members(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    (void)rule;
    (void)inv;
    return sight->event && js_size(sight->event) > 3;
}

/* An event with this id was accepted before, in the same case. */
static bool predict_again(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    (void)rule;
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
    (void)rule;
    for (size_t i = 0; sight->id.data && i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other != sight && other->one == sight->one && other->one && other->exchange->accepted &&
            bytes_equal(other->id, sight->id) && sight_overlaps(sight, other))
            return true;
    }
    return false;
}

/* Larger than every event that was accepted. */
static bool predict_size(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    (void)rule;
    size_t accepted = 0;
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->accepted && inv->sights[i].exchange->genuine &&
            inv->sights[i].has_event && inv->sights[i].exchange->request.body.len > accepted)
            accepted = inv->sights[i].exchange->request.body.len;
    return accepted > 0 && sight->exchange->request.body.len > accepted &&
           (sight->answer == ANSWER_REFUSED ||
            (sight->answer == ANSWER_DIED && !*inv->input->result->stopped));
}

static bool predict_content_type(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    (void)rule;
    (void)inv;
    const char *type = headers_find(&sight->exchange->request.headers, "Content-Type");
    return type && strcmp(type, "application/json") != 0;
}

static bool predict_header_case(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    (void)rule;
    (void)inv;
    const struct headers *headers = &sight->exchange->request.headers;
    for (size_t i = 0; i < headers->count; i++)
        if (header_name_equal(headers->items[i].name, PANORA_SIGNATURE_HEADER))
            return strcmp(headers->items[i].name, PANORA_SIGNATURE_HEADER) != 0;
    return false;
}

static bool predict_object_data(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    (void)rule;
    (void)inv;
    return sight->has_event && !sight->data.data;
}

static bool predict_text(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    (void)inv;
    return sight->data.data && bytes_find(sight->data, bytes_of(rule->argument)) != NULL;
}

static bool predict_array(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    (void)rule;
    (void)inv;
    struct js *data = js_parse(sight->data, NULL); /* not merely what begins like one */
    bool is_array = data && js_kind(data) == JS_ARRAY;
    js_free(data);
    return is_array;
}

static bool predict_wide(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    (void)rule;
    (void)inv;
    for (size_t i = 0; i < sight->data.len; i++)
        if ((unsigned char)sight->data.data[i] >= 0x80)
            return true;
    return false;
}

/* Deeper than everything that was accepted, and deeper than ordinary events are. */
static bool predict_depth(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    (void)rule;
    size_t accepted = 16;
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->accepted && inv->sights[i].exchange->genuine &&
            inv->sights[i].depth > accepted)
            accepted = inv->sights[i].depth;
    return sight->depth > accepted;
}

static bool predict_type(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    (void)rule;
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
        .severity = SEVERITY_LOST, .predicts = (predict_), .argument = (argument_)                 \
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
         "reads the body only when the content type is exactly application/json",
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
    LOSS("refuses-large-events", predict_size, NULL,
         "does not accept events above a size that Panora's reach: there is a limit, or only the "
         "first piece of a body is read",
         "raise the limit of every layer (express.json({limit: '10mb'}), nginx "
         "client_max_body_size)"),
    LOSS("refuses-deep-data", predict_depth, NULL, "does not accept deeply nested data",
         "parse data without recursion, or allow at least 64 levels"),
    LOSS("refuses-arrays", predict_array, NULL, "does not accept events whose data is an array",
         "*.pulled events carry an array of rows: accept it"),
    LOSS("refuses-non-ascii", predict_wide, NULL,
         "does not accept events whose data is not all ASCII",
         "read and write the body as UTF-8 everywhere"),
    LOSS("refuses-some-types", predict_type, NULL, "does not accept events of some types",
         "answer 200 to every type, and do nothing for those that you do not handle"),
};
const size_t num_rules_of_loss = ARRAY_LEN(rules_of_loss);
