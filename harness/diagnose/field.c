/*
 * Which field of its data makes an event refused that nothing else explains: fields are left out
 * until it is accepted. A date and an id are tried with another value as well. Or it lacks a field
 * that the usual event has: then those are added.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "compose/compose.h"
#include "diagnose/attribution.h"
#include "diagnose/outcome.h"

static const struct diagnosis_kind older = {
    "refuses-old-dates", "rejects events whose data has an old date", LOST,
    "judge the age of an event by no date in its data: created_at and modified_at tell when the "
    "object changed, and *.pulled events carry rows of any age"};

static const struct diagnosis_kind out_of_order = {
    "refuses-older-events", "rejects an event that is older than one it has seen",
    "Panora does not keep the order, so such events are lost",
    "answer 2xx to a late event, and keep the newer one"};

static const struct diagnosis_kind known_object = {
    "refuses-known-objects",
    "rejects a second event about the same object, even under another id_event", LOST,
    "recognise repeated events by id_event alone: an object has as many events as it has changes"};

static const struct diagnosis_kind known_data = {
    "refuses-known-data",
    "rejects a second event with the same data, and so the same signature, even under another "
    "id_event",
    LOST,
    "recognise repeated events by id_event alone: the signature covers data only, and the same "
    "data may come again"};

static const struct diagnosis_kind some_field = {
    "refuses-a-field", "rejects events because of one field of data", LOST,
    "accept every value that Panora's unified objects allow; verify first, and let the rest of the "
    "handler be lenient"};

static const struct diagnosis_kind missing_field = {
    "requires-a-field", "rejects events whose data lacks a field", LOST,
    "accept data without it: which fields there are depends on the type of the event; verify "
    "first, and let the rest of the handler be lenient"};

#define FIELDS_MAX   40
#define CULPRITS_MAX 3

/* One refused event taken apart: an object, or the first row of an array. */
struct draft {
    char *type;
    const struct js *row;
    bool is_rows;
    size_t count;
    bool dropped[FIELDS_MAX];
    size_t culprits[CULPRITS_MAX]; /* fields without which it is accepted */
    size_t num_culprits;
    const struct js *usual; /* the usual event's data; NULL = not needed */
    bool added[FIELDS_MAX]; /* of its fields */
    const char *value;      /* JSON in place of the culprits' own; NULL = that */
    int64_t older_ns;       /* by so much its dates are older; 0 = as they were */
    int status;
    struct buf refused; /* for the pair */
};

static bool is_culprit(const struct draft *draft, size_t at)
{
    for (size_t i = 0; i < draft->num_culprits; i++)
        if (draft->culprits[i] == at)
            return true;
    return false;
}

/* A field of the usual event stands in its place. */
static bool is_replaced(const struct draft *draft, struct bytes key)
{
    for (size_t i = 0; draft->usual && i < js_size(draft->usual); i++)
        if (draft->added[i] && bytes_equal(js_key(draft->usual, i), key))
            return true;
    return false;
}

static bool passes(struct investigation *inv, const struct draft *draft)
{
    struct buf data = {0};
    bool any = false;
    buf_add_text(&data, draft->is_rows ? "[{" : "{");
    for (size_t i = 0; i < draft->count; i++) {
        if (draft->dropped[i] || is_replaced(draft, js_key(draft->row, i)))
            continue;
        buf_add_text(&data, any ? "," : "");
        any = true;
        js_quote(js_key(draft->row, i), &data);
        buf_add_char(&data, ':');
        if (draft->value && is_culprit(draft, i))
            buf_add_text(&data, draft->value);
        else
            js_write(js_at(draft->row, i), &data);
    }
    for (size_t i = 0; draft->usual && i < js_size(draft->usual); i++) {
        if (!draft->added[i])
            continue;
        buf_add_text(&data, any ? "," : "");
        any = true;
        js_quote(js_key(draft->usual, i), &data);
        buf_add_char(&data, ':');
        js_write(js_at(draft->usual, i), &data);
    }
    buf_add_text(&data, draft->is_rows ? "}]" : "}");
    compose_older(draft->older_ns, &data);
    const struct specimen specimen = {.type = draft->type, .data = buf_text(&data)};
    bool passed = specimen_passes(inv, &specimen);
    buf_clear(&data);
    return passed;
}

static bool passes_with(struct investigation *inv, struct draft *draft, const char *value)
{
    draft->value = value;
    bool passed = passes(inv, draft);
    draft->value = NULL;
    return passed;
}

/* From the front, until it is accepted; then those come back that do no harm. */
static bool find_culprits(struct investigation *inv, struct draft *draft)
{
    bool passed = false;
    size_t end = 0;
    while (end < draft->count && !passed && !inv->closed) {
        draft->dropped[end++] = true;
        passed = passes(inv, draft);
    }
    for (size_t i = end; passed && i > 0 && !inv->closed; i--) {
        draft->dropped[i - 1] = false;
        draft->dropped[i - 1] = !passes(inv, draft);
    }
    for (size_t i = 0; passed && i < end; i++) {
        if (!draft->dropped[i])
            continue;
        if (draft->num_culprits == CULPRITS_MAX)
            return false;
        draft->culprits[draft->num_culprits++] = i;
    }
    memset(draft->dropped, 0, sizeof draft->dropped);
    return passed && !inv->closed && draft->num_culprits > 0 && !passes(inv, draft);
}

/* --- what it is about the field --- */

static bool have_form(const struct draft *draft, const char *form)
{
    for (size_t i = 0; i < draft->num_culprits; i++) {
        const struct js *value = js_at(draft->row, draft->culprits[i]);
        struct bytes text = js_kind(value) == JS_STRING ? js_string(value) : (struct bytes){0};
        if (text.len < strlen(form))
            return false;
        for (size_t k = 0; form[k]; k++) {
            bool fits = form[k] == '0'   ? isdigit((unsigned char)text.data[k])
                        : form[k] == 'x' ? isxdigit((unsigned char)text.data[k])
                                         : text.data[k] == form[k];
            if (!fits)
                return false;
        }
    }
    return true;
}

static bool passes_at(struct investigation *inv, struct draft *draft, int64_t age_s)
{
    char date[CLOCK_ISO_SIZE];
    clock_iso(inv->input->now_ms - age_s * 1000, date);
    char *value = mem_format("\"%s\"", date);
    bool passed = passes_with(inv, draft, value);
    free(value);
    return passed;
}

static void add_names(const struct draft *draft, struct buf *out)
{
    for (size_t i = 0; i < draft->num_culprits; i++) {
        buf_add_text(out, i ? " and " : "");
        buf_add_bytes(out, js_key(draft->row, draft->culprits[i]));
    }
}

/* Every refused event that has the field. */
static bool fits_field(const struct investigation *inv, const struct sight *sight,
                       const void *payload)
{
    const struct draft *draft = payload;
    for (size_t i = 0; i < draft->num_culprits; i++) {
        struct buf key = {0};
        js_quote(js_key(draft->row, draft->culprits[i]), &key);
        bool found = bytes_find(sight->json, buf_bytes(&key)) != NULL;
        buf_clear(&key);
        if (!found)
            return false;
    }
    return true;
}

static void name_it(struct investigation *inv, struct draft *draft, struct diagnosis_kind kind,
                    const char *sentence, const char *accepted)
{
    struct buf names = {0};
    add_names(draft, &names);
    kind.sentence = sentence;
    char *difference = mem_text(buf_text(&names));
    attribute_fitting(
        inv, found_pair(inv, &kind, HARM_LOST, accepted, buf_text(&draft->refused), difference),
        fits_field, draft, draft->status);
    free(difference);
    buf_clear(&names);
}

static const struct {
    int64_t age_s;
    const char *words;
} ages[] = {{31536000, "a year"},  {2592000, "a month"}, {604800, "a week"},
            {86400, "a day"},      {3600, "an hour"},    {900, "a quarter of an hour"},
            {300, "five minutes"}, {60, "a minute"},     {0, "no time"}};

#define MARGIN_S 5 /* that the experiment itself may take */

static bool passes_of_age(struct investigation *inv, struct draft *draft, size_t at)
{
    int64_t age_s = ages[at].age_s;
    return passes_at(inv, draft, age_s > MARGIN_S ? age_s - MARGIN_S : age_s);
}

/* From the oldest on, for who keeps the newest date refuses all that come after it. Such a one
 * refuses what it has accepted, once it has seen a newer one. */
static bool name_age(struct investigation *inv, struct draft *draft)
{
    size_t at = 0;
    if (!have_form(draft, "0000-00-00T"))
        return false;
    while (at < ARRAY_LEN(ages) && !passes_of_age(inv, draft, at))
        at++;
    if (at == ARRAY_LEN(ages) || inv->closed)
        return false;
    bool newer = at + 1 < ARRAY_LEN(ages) && passes_of_age(inv, draft, at + 1);
    if (newer && !passes_of_age(inv, draft, at)) {
        name_it(inv, draft, out_of_order, out_of_order.sentence,
                "the same event with a newer date");
        return true;
    }
    struct buf sentence = {0};
    buf_add_text(&sentence, "rejects events whose data has an old date: ");
    add_names(draft, &sentence);
    buf_add_format(&sentence, " of %s ago is accepted, of ", ages[at].words);
    buf_add_format(&sentence, "%s ago is not", at ? ages[at - 1].words : "more than a year");
    name_it(inv, draft, older, buf_text(&sentence), "the same event with a newer date");
    buf_clear(&sentence);
    return true;
}

/* About the same object, but not the same data: a field less. */
static bool passes_with_less(struct investigation *inv, struct draft *draft, const char *value)
{
    size_t at = 0;
    while (at < draft->count && is_culprit(draft, at))
        at++;
    if (at == draft->count)
        return false;
    draft->dropped[at] = true;
    bool passed = passes_with(inv, draft, value);
    draft->dropped[at] = false;
    return passed;
}

static char *new_id(struct investigation *inv)
{
    char id[UUID_SIZE];
    rng_uuid(&inv->rng, id);
    return mem_format("\"%s\"", id);
}

#define HOUR_NS (3600 * NS_PER_S)

static bool passes_older(struct investigation *inv, struct draft *draft, const char *value,
                         int64_t hours)
{
    draft->older_ns = hours * HOUR_NS;
    bool passed = passes_with(inv, draft, value);
    draft->older_ns = 0;
    return passed;
}

/* A new id gets in again and again, but not with older dates than before. */
static bool name_order(struct investigation *inv, struct draft *draft)
{
    char *value = new_id(inv);
    bool found = passes_older(inv, draft, value, 2) && passes_older(inv, draft, value, 1) &&
                 !passes_older(inv, draft, value, 2) && passes_older(inv, draft, value, 0) &&
                 !passes_older(inv, draft, value, 1);
    free(value);
    if (!found)
        return false;
    name_it(inv, draft, out_of_order,
            "rejects an event that is older than one about the same object that it has seen",
            "the same event with a newer date");
    return true;
}

/* A new id gets in once, and not a second time. */
static bool name_object(struct investigation *inv, struct draft *draft)
{
    if (!have_form(draft, "xxxxxxxx-xxxx-xxxx-"))
        return false;
    char *value = new_id(inv);
    bool known = passes_with(inv, draft, value) && !passes_with(inv, draft, value) &&
                 !passes_with(inv, draft, value);
    bool by_data = known && passes_with_less(inv, draft, value);
    bool by_date = !known && name_order(inv, draft);
    free(value);
    if (by_data)
        name_it(inv, draft, known_data, known_data.sentence, "an event with other data");
    else if (known)
        name_it(inv, draft, known_object, known_object.sentence,
                "the same event about another object");
    return known || by_date;
}

#define SHOWN_MAX 60 /* bytes of a value */

static void name_field(struct investigation *inv, struct draft *draft)
{
    struct buf sentence = {0};
    struct buf value = {0};
    buf_add_text(&sentence, "rejects events because of ");
    add_names(draft, &sentence);
    js_write(js_at(draft->row, draft->culprits[0]), &value);
    if (draft->num_culprits == 1)
        buf_add_format(&sentence, ": %.*s%s", SHOWN_MAX, buf_text(&value),
                       value.len > SHOWN_MAX ? "..." : "");
    name_it(inv, draft, some_field, buf_text(&sentence), "the same event without it");
    buf_clear(&sentence);
    buf_clear(&value);
}

/* --- what it lacks --- */

static const struct js *value_of(const struct js *object, struct bytes key)
{
    for (size_t i = 0; i < js_size(object); i++)
        if (bytes_equal(js_key(object, i), key))
            return js_at(object, i);
    return NULL;
}

/* There is something in it. */
static bool has_value(const struct js *object, struct bytes key)
{
    const struct js *value = value_of(object, key);
    if (!value || js_kind(value) == JS_NULL)
        return false;
    if (js_kind(value) == JS_STRING)
        return js_string(value).len > 0;
    return (js_kind(value) != JS_ARRAY && js_kind(value) != JS_OBJECT) || js_size(value) > 0;
}

/* Every refused event whose data is an object without one of the fields, or with nothing in it. */
static bool fits_lack(const struct investigation *inv, const struct sight *sight,
                      const void *payload)
{
    const struct draft *draft = payload;
    struct js *data = js_parse(sight->json, NULL);
    bool lacks = false;
    for (size_t i = 0; data && js_kind(data) == JS_OBJECT && i < js_size(draft->usual); i++)
        lacks = lacks || (draft->added[i] && !has_value(data, js_key(draft->usual, i)));
    js_free(data);
    return lacks;
}

/* All that it lacks, and then as little of that as is enough: how many fields. */
static size_t find_lacks(struct investigation *inv, struct draft *draft)
{
    size_t count = 0;
    for (size_t i = 0; i < js_size(draft->usual); i++)
        draft->added[i] = !has_value(draft->row, js_key(draft->usual, i)) &&
                          has_value(draft->usual, js_key(draft->usual, i));
    if (!passes(inv, draft))
        return 0;
    for (size_t i = 0; i < js_size(draft->usual) && !inv->closed; i++) {
        bool was = draft->added[i];
        draft->added[i] = false;
        draft->added[i] = was && !passes(inv, draft);
        count += draft->added[i];
    }
    return inv->closed ? 0 : count;
}

/* With them it is accepted, without them it is not, and so once more. */
static bool is_lack(struct investigation *inv, struct draft *draft)
{
    struct draft without = *draft;
    without.usual = NULL;
    return !passes(inv, &without) && passes(inv, draft) && !passes(inv, &without) &&
           passes(inv, draft);
}

static void name_lacks(struct investigation *inv, const struct draft *draft)
{
    struct buf names = {0};
    bool is_there = false;
    for (size_t i = 0; i < js_size(draft->usual); i++) {
        if (!draft->added[i])
            continue;
        buf_add_text(&names, names.len ? " or " : "");
        buf_add_bytes(&names, js_key(draft->usual, i));
        is_there = is_there || value_of(draft->row, js_key(draft->usual, i));
    }
    struct diagnosis_kind kind = missing_field;
    char *sentence = mem_format("rejects events whose data has %s %s",
                                is_there ? "null or nothing in" : "no", buf_text(&names));
    kind.sentence = sentence;
    attribute_fitting(
        inv,
        found_pair(inv, &kind, HARM_LOST, "the same event with it", buf_text(&draft->refused), ""),
        fits_lack, draft, draft->status);
    free(sentence);
    buf_clear(&names);
}

static void try_lacks(struct investigation *inv, struct draft *draft)
{
    const struct document_form form = {0};
    struct buf text = {0};
    document_write(&inv->document, &form, &inv->rng, &text);
    struct js *usual = js_parse(buf_bytes(&text), NULL);
    buf_clear(&text);
    if (!draft->is_rows && usual && js_kind(usual) == JS_OBJECT && js_size(usual) <= FIELDS_MAX) {
        draft->usual = usual;
        size_t count = find_lacks(inv, draft);
        if (count && count <= CULPRITS_MAX && is_lack(inv, draft))
            name_lacks(inv, draft);
        draft->usual = NULL;
    }
    js_free(usual);
}

/* --- which event --- */

static bool draft_read(const struct sight *sight, const struct js *data, struct draft *out)
{
    bool is_rows = js_kind(data) == JS_ARRAY;
    const struct js *row = is_rows ? js_at(data, 0) : data;
    if (js_kind(row) != JS_OBJECT || js_size(row) == 0 || js_size(row) > FIELDS_MAX)
        return false;
    *out = (struct draft){.type = mem_copy(sight->type.data, sight->type.len),
                          .row = row,
                          .is_rows = is_rows,
                          .count = js_size(row),
                          .status = sight->exchange->seen.status};
    return true;
}

static void try_sight(struct investigation *inv, const struct sight *sight)
{
    struct js *data = js_parse(sight->json, NULL);
    struct draft draft;
    if (data && draft_read(sight, data, &draft)) {
        buf_add_format(&draft.refused, "%s: %d", draft.type, draft.status);
        bool refused = !passes(inv, &draft);
        bool found = refused && find_culprits(inv, &draft);
        /* where it gets in without any other field as well, it is not about this one */
        if (found && !name_age(inv, &draft) && !name_object(inv, &draft) &&
            !passes_with_less(inv, &draft, NULL))
            name_field(inv, &draft);
        if (refused && !found && draft.num_culprits == 0)
            try_lacks(inv, &draft);
        free(draft.type);
        buf_clear(&draft.refused);
    }
    js_free(data);
}

#define EVENTS_MAX 4 /* so many are taken apart */

static bool is_open(const struct investigation *inv, const struct sight *sight)
{
    bool answered = sight->answer == ANSWER_REFUSED || sight->answer == ANSWER_ERROR;
    return sight->one && sight->trouble && answered && sight_is_lost(sight) && sight->is_plain &&
           sight->has_event && (sight->data.data != NULL) == (inv->dialect == DIALECT_TEXT) &&
           !found_explains(inv, sight->one);
}

void shrink_fields(struct investigation *inv)
{
    size_t tried = 0;
    for (size_t i = 0; i < inv->num_sights && tried < EVENTS_MAX && !inv->closed; i++) {
        if (inv->kept.unstable || !is_open(inv, &inv->sights[i]))
            continue;
        tried++;
        try_sight(inv, &inv->sights[i]);
    }
}

void field_kinds(struct diagnosis_kinds *out)
{
    kinds_add(out, older);
    kinds_add(out, known_object);
    kinds_add(out, known_data);
    kinds_add(out, some_field);
    kinds_add(out, missing_field);
}
