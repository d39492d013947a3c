/* Which types of events are refused. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "diagnose/attribution.h"
#include "diagnose/outcome.h"
#include "diagnose/rule.h"

static const struct diagnosis_kind unknown_refused = {
    "refuses-unknown-types", "rejects events of unknown types", LOST,
    "answer 200 to types that you do not handle, and do nothing: Panora adds types without notice"};

static const struct diagnosis_kind some_deadly = {
    "dies-on-some-types", "crashes, or at least closes the connection, on some event types", LOST,
    "answer 200 to every type, and ignore those that you do not handle"};

static const struct diagnosis_kind some_refused = {
    "refuses-some-types", "rejects some event types", LOST,
    "answer 200 to every type, and ignore those that you do not handle"};

#define TYPES_ASKED 25
#define TYPES_MAX   (TYPES_ASKED + 10) /* with those that cases have met */

/* Who knows the first part of a type may take any type that begins so. */
static const char *const unheard[] = {"crm.unheard.created", "billing.unheard.settled"};

struct refused_types {
    const char *names[TYPES_MAX];
    size_t count;
    const char *passed[TYPES_MAX];
    size_t num_passed;
    size_t num_unheard;
    int status;
    bool hung;
    bool died;
    char *described;
};

/* "crm" or "push" of crm.contact.push. */
static struct bytes part_of(struct bytes type, bool last)
{
    const char *dot = type.len ? memchr(type.data, '.', type.len) : NULL;
    const char *end = type.data + type.len;
    if (!dot)
        return type;
    if (!last)
        return (struct bytes){type.data, (size_t)(dot - type.data)};
    while (memchr(dot + 1, '.', (size_t)(end - dot - 1)))
        dot = memchr(dot + 1, '.', (size_t)(end - dot - 1));
    return (struct bytes){dot + 1, (size_t)(end - dot - 1)};
}

static bool any_shares(const char *const *names, size_t count, struct bytes part, bool last)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal(part_of(bytes_of(names[i]), last), part))
            return true;
    return false;
}

/* A type that was not tried is like those that were refused, where none that shares its first part,
 * or its last, was accepted. */
static bool fits_type(const struct investigation *inv, const struct sight *sight,
                      const void *payload)
{
    const struct refused_types *types = payload;
    for (size_t i = 0; i < types->count; i++)
        if (bytes_equal(sight->type, bytes_of(types->names[i])))
            return true;
    for (int last = 0; last < 2 && sight->type.data; last++) {
        struct bytes part = part_of(sight->type, last);
        if (any_shares(types->names, types->count, part, last) &&
            !any_shares(types->passed, types->num_passed, part, last))
            return true;
    }
    return false;
}

/* The same data under another type: that of the type itself may be the reason. */
static struct outcome_of ask_with_same_data(struct investigation *inv, const char *type)
{
    struct buf data = {0};
    const struct document_form form = {0};
    document_write(&inv->document, &form, &inv->rng, &data);
    const struct specimen same = {.type = type, .data = buf_text(&data)};
    struct outcome_of out = ask_for(inv, &same);
    buf_clear(&data);
    return out;
}

static void ask_type(struct investigation *inv, const char *type, struct refused_types *types)
{
    const struct specimen of_type = {.type = type};
    struct outcome_of seen = ask_for(inv, &of_type);
    struct outcome_of again = {.passed = true};
    const struct specimen usual = {0};
    if (!seen.passed)
        again = ask_with_same_data(inv, type);
    free(seen.described);
    if (!again.passed && !specimen_passes(inv, &usual)) { /* what it took before is refused, too */
        free(again.described);
        return;
    }
    if (again.passed) {
        types->passed[types->num_passed++] = type;
        return;
    }
    types->names[types->count++] = type;
    types->num_unheard += !catalogue_find(inv->input->catalogue, type);
    if (types->described) {
        free(again.described);
        return;
    }
    types->described = again.described;
    types->hung = again.answer == ANSWER_HUNG;
    types->died = again.answer == ANSWER_DIED;
    types->status = again.status;
}

static void name_types(struct investigation *inv, struct refused_types *types)
{
    const struct specimen usual = {0};
    char *good = describe_good(inv, &usual);
    if (types->count && types->count == types->num_unheard) {
        struct diagnosis_kind unknown = unknown_refused;
        if (types->died)
            unknown = rules_find_breaking("dies-on-unknown-types")->kind;
        if (types->hung)
            unknown.sentence = "does not answer events of unknown types in time";
        struct diagnosis *diagnosis = found_pair(inv, &unknown, types->died ? HARM_DIES : HARM_LOST,
                                                 good, types->described, types->names[0]);
        attribute_unknown_types(inv, diagnosis, types->status);
    } else if (types->count) {
        struct buf sentence = {0};
        buf_add_format(&sentence, "%s: %zu of the %zu that were tried",
                       types->died   ? some_deadly.sentence
                       : types->hung ? "does not answer events of some types in time"
                                     : "rejects some event types",
                       types->count, types->count + types->num_passed);
        for (size_t i = 0; i < types->count && i < 4; i++)
            buf_add_format(&sentence, "%s%s", i ? ", " : " (", types->names[i]);
        buf_add_text(&sentence, types->count > 4 ? ", ...)" : ")");
        struct diagnosis_kind some = types->died ? some_deadly : some_refused;
        some.sentence = buf_text(&sentence);
        if (types->hung)
            some.remedy = "answer 2xx at once, and do what takes long afterwards, in a queue";
        struct diagnosis *diagnosis = found_pair(inv, &some, types->died ? HARM_DIES : HARM_LOST,
                                                 good, types->described, types->names[0]);
        attribute_fitting(inv, diagnosis, fits_type, types, types->status);
        if (types->num_unheard)
            attribute_unknown_types(inv, diagnosis, types->status);
        buf_clear(&sentence);
    }
    free(good);
}

static bool was_asked(const struct refused_types *types, const char *name)
{
    for (size_t i = 0; i < types->count; i++)
        if (strcmp(types->names[i], name) == 0)
            return true;
    for (size_t i = 0; i < types->num_passed; i++)
        if (strcmp(types->passed[i], name) == 0)
            return true;
    return false;
}

/* Nothing that was asked shares its first part, or its last: who lists what it takes, or routes by
 * it, goes by these. */
static bool has_new_part(const struct refused_types *types, const char *name)
{
    for (int last = 0; last < 2; last++) {
        struct bytes part = part_of(bytes_of(name), last);
        if (!any_shares(types->names, types->count, part, last) &&
            !any_shares(types->passed, types->num_passed, part, last))
            return true;
    }
    return false;
}

/* An event of it was refused in a case, and those that were asked do not tell why. */
static bool is_open(const struct investigation *inv, const struct refused_types *types,
                    const char *name)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble && sight_is_lost(sight) &&
            bytes_equal(sight->type, bytes_of(name)) && !found_explains(inv, sight->one))
            return !fits_type(inv, sight, types);
    }
    return false;
}

enum which { WHICH_LOST, WHICH_NEW_PARTS, WHICH_SENT, WHICH_OPEN };

static bool is_wanted(const struct investigation *inv, const struct refused_types *types,
                      enum which which, size_t at)
{
    const struct event_type *type = &inv->input->catalogue->types[at];
    switch (which) {
    case WHICH_NEW_PARTS:
        return has_new_part(types, type->name);
    case WHICH_SENT:
        return (type->sent && (at % 3 == 0 || types->count > types->num_unheard)) ||
               text_ends_with(type->name, ".push");
    case WHICH_LOST:
    case WHICH_OPEN:
        return (which == WHICH_LOST || types->count > 0) && is_open(inv, types, type->name);
    }
    return false;
}

static void ask_types_that(struct investigation *inv, bool arrays, enum which which, size_t most,
                           struct refused_types *types)
{
    const struct catalogue *catalogue = inv->input->catalogue;
    for (size_t i = 0; i < catalogue->num_types && !inv->closed; i++) {
        const struct event_type *type = &catalogue->types[i];
        bool skipped = strcmp(type->name, inv->type) == 0 || was_asked(types, type->name) ||
                       (arrays && type->shape == SHAPE_ROWS);
        if (types->count + types->num_passed < most && !skipped && is_wanted(inv, types, which, i))
            ask_type(inv, type->name, types);
    }
}

/* The first of them and the last, beside the usual one. */
static bool stay_refused(struct investigation *inv, const struct refused_types *types)
{
    const struct specimen usual = {0};
    if (!types->count)
        return false;
    const struct specimen first = {.type = types->names[0]};
    const struct specimen last = {.type = types->names[types->count - 1]};
    bool stay = holds_in_turn(inv, &usual, &first) &&
                (types->count == 1 || holds_in_turn(inv, &usual, &last));
    return stay || inv->closed;
}

void shrink_types(struct investigation *inv, bool arrays)
{
    struct refused_types types = {0};
    /* before those that nobody has heard of: each that hangs may be one of the last */
    ask_types_that(inv, arrays, WHICH_LOST, 1, &types);
    for (size_t i = 0; i < ARRAY_LEN(unheard); i++)
        ask_type(inv, unheard[i], &types);
    ask_types_that(inv, arrays, WHICH_NEW_PARTS, TYPES_ASKED, &types);
    ask_types_that(inv, arrays, WHICH_SENT, TYPES_ASKED, &types);
    ask_types_that(inv, arrays, WHICH_OPEN, TYPES_MAX, &types);
    if (stay_refused(inv, &types))
        name_types(inv, &types);
    free(types.described);
}

void type_kinds(struct diagnosis_kinds *out)
{
    kinds_add(out, some_refused);
    kinds_add(out, some_deadly);
    kinds_add(out, unknown_refused);
}
