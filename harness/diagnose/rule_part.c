/* Mistakes in checking only a part of what comes. */
#include <string.h>

#include "base/array.h"
#include "diagnose/rule_part.h"
#include "result/packed.h"

bool predict_unknown_type(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    bool known = false;
    for (size_t i = 0; !known && i < inv->input->catalogue->num_types; i++)
        known = bytes_equal(bytes_of(inv->input->catalogue->types[i].name), sight->type);
    return sight->has_event && sight->type.data && !known;
}

bool predict_test_type(const struct rule *rule, const struct investigation *inv,
                       const struct sight *sight)
{
    static const char *const types[] = {"ping", "test", "webhook.test", "url_verification"};
    bool is_one = false;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        is_one = is_one || bytes_equal(bytes_of(types[i]), sight->type);
    return sight->has_event && is_one;
}

/* Whether some forgery of this type was refused: then the type is checked. */
bool predict_unchecked_type(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    bool other_is_checked = false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other->exchange->genuine || other->answer != ANSWER_REFUSED || !other->has_event)
            continue;
        if (bytes_equal(other->type, sight->type))
            return false;
        other_is_checked = true;
    }
    return other_is_checked && sight->has_event;
}

bool predict_unchecked_object(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    return sight->has_event && !sight->data.data;
}

/* No limit on what is read or verified is lower: an event that is longer than the others by a
 * member is no large one. */
#define LARGE_MIN ((size_t)8 * 1024)

bool predict_unchecked_size(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    size_t checked = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        size_t len = exchange_body_len(other->exchange);
        if (!other->exchange->genuine && other->has_event && other->answer == ANSWER_REFUSED &&
            len > checked)
            checked = len;
    }
    size_t len = exchange_body_len(sight->exchange);
    return sight->has_event && checked > 0 && len > checked && len >= LARGE_MIN;
}

bool predict_accepted_id(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    for (size_t i = 0; sight->id.data && i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other->exchange->genuine && other->exchange->accepted && other->one == sight->one &&
            bytes_equal(other->id, sight->id) &&
            other->exchange->seen.started_ns < sight->exchange->seen.started_ns)
            return true;
    }
    return false;
}

bool predict_after_good(const struct rule *rule, const struct investigation *inv,
                        const struct sight *sight)
{
    if (!sight->exchange->seen.reused)
        return false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        bool before = other + 1 == sight || other->one;
        if (other->one == sight->one && before && other->exchange->genuine &&
            other->exchange->accepted &&
            other->exchange->seen.started_ns < sight->exchange->seen.started_ns)
            return true;
    }
    return false;
}

/* --- by the form of the event and the way it comes --- */

bool predict_other_content_type(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    const struct headers *headers = &sight->exchange->request.headers;
    const char *type = headers_find(headers, "Content-Type");
    return js_get(sight->event, "data") && (!type || !strstr(type, "json")) &&
           !headers_find(headers, "Content-Encoding");
}

bool predict_chunked(const struct rule *rule, const struct investigation *inv,
                     const struct sight *sight)
{
    return js_get(sight->event, "data") && sight->exchange->request.transport.chunk_size > 0;
}

bool predict_odd_event(const struct rule *rule, const struct investigation *inv,
                       const struct sight *sight)
{
    static const char *const members[] = {"id_event", "data", "type"};
    bool is_usual = sight->event && js_size(sight->event) == ARRAY_LEN(members);
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        is_usual = is_usual && js_get(sight->event, members[i]);
    return !is_usual && js_get(sight->event, "data");
}
