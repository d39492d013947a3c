#include "suite/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "suite/suite_internal.h"

#define DATA_MAX ((size_t)64 * 1024 * 1024) /* more than any endpoint takes */

void calls_clear(struct calls *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        call_clear(&calls->items[i]);
    free(calls->items);
    *calls = (struct calls){0};
}

void step_init(struct step *step)
{
    *step = (struct step){.rows = -1, .times = 1, .method = mem_text("POST")};
}

void step_clear(struct step *step)
{
    free(step->type);
    free(step->data);
    free(step->method);
    calls_clear(&step->event_ops);
    calls_clear(&step->sign_ops);
    calls_clear(&step->wire_ops);
    calls_clear(&step->expect);
    *step = (struct step){0};
}

bool read_optional_text(const struct json_at *at, const char *key, char **out, struct error *err)
{
    struct json_at member = json_member(at, key);
    const char *text = NULL;
    if (!member.value)
        return true;
    if (!json_get_text(&member, &text, err))
        return false;
    free(*out);
    *out = mem_text(text);
    return true;
}

bool read_optional_flag(const struct json_at *at, const char *key, bool *out, struct error *err)
{
    struct json_at member = json_member(at, key);
    return !member.value || json_get_bool(&member, out, err);
}

static bool read_optional_duration(const struct json_at *at, const char *key, int64_t *out,
                                   struct error *err)
{
    struct json_at member = json_member(at, key);
    const char *text = NULL;
    struct error why = {0};
    if (!member.value)
        return true;
    if (!json_get_text(&member, &text, err))
        return false;
    return text_duration(text, out, &why) || json_fail(&member, err, "%s", why.message);
}

static struct call *add_call(struct calls *calls)
{
    calls->items = mem_resize(calls->items, calls->count + 1, sizeof *calls->items);
    calls->items[calls->count] = (struct call){0};
    return &calls->items[calls->count++];
}

static bool read_mutation(struct calls *calls, const struct json_at *at, const char *place,
                          const struct vocabulary *vocabulary, struct error *err)
{
    struct json_at op = json_member(at, "op");
    const char *name = NULL;
    struct error why = {0};
    if (!json_expect_object(at, err) || !json_get_text(&op, &name, err))
        return false;
    const struct word *word = table_find(&vocabulary->mutations, name, &why);
    if (!word)
        return json_fail(&op, err, "%s", why.message);
    if (strcmp(word->place, place) != 0)
        return json_fail(&op, err, "%s belongs in \"%s\", not in \"%s\"", name, word->place, place);
    return call_read(add_call(calls), word, at, err);
}

static bool read_mutations(struct calls *calls, const struct json_at *at, const char *key,
                           const char *place, const struct vocabulary *vocabulary,
                           struct error *err)
{
    struct json_at list = json_member(at, key);
    if (!list.value)
        return true;
    if (!json_expect_array(&list, err))
        return false;
    for (struct json_at item = {0}; json_next(&list, &item);) {
        if (!read_mutation(calls, &item, place, vocabulary, err))
            return false;
    }
    return true;
}

bool expectations_read(struct calls *calls, const struct json_at *at, const char *place,
                       const struct vocabulary *vocabulary, struct error *err)
{
    if (!at->value)
        return true;
    if (!json_expect_object(at, err))
        return false;
    json_t *object = at->value;
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        struct json_at member = json_member(at, json_object_iter_key(it));
        struct error why = {0};
        const struct word *word = table_find(&vocabulary->expectations, member.key, &why);
        if (!word)
            return json_fail(&member, err, "%s", why.message);
        if (strcmp(word->place, place) != 0 && strcmp(word->place, "any") != 0)
            return json_fail(&member, err, "%s is an expectation of a %s, not of a %s", member.key,
                             word->place, place);
        if (!call_read(add_call(calls), word, &member, err))
            return false;
    }
    return true;
}

/* `data` is JSON text when it is a string, and otherwise the value itself. */
static bool read_data(struct step *step, const struct json_at *event, struct error *err)
{
    struct json_at data = json_member(event, "data");
    if (!data.value || json_is_string(data.value))
        return read_optional_text(event, "data", &step->data, err);
    char *dumped = json_dumps(data.value, JSON_ENCODE_ANY | JSON_COMPACT);
    step->data = mem_text(dumped);
    free(dumped);
    return true;
}

/* A type that nobody sends is more likely misspelt than meant, unless the suite says that it is. */
static bool read_type(struct step *step, const struct json_at *event,
                      const struct vocabulary *vocabulary, struct error *err)
{
    const struct value_list *types = &vocabulary->types;
    bool any = false;
    struct error why = {0};
    if (!read_optional_text(event, "type", &step->type, err) ||
        !read_optional_flag(event, "any-type", &any, err))
        return false;
    for (size_t i = 0; step->type && i < types->num_values; i++)
        any = any || strcmp(types->values[i], step->type) == 0;
    if (any || !step->type || types->num_values == 0)
        return true;
    struct json_at member = json_member(event, "type");
    (void)text_unknown(&why, "event type", step->type, types->values, types->num_values);
    return json_fail(&member, err, "%s (\"any-type\": true takes a type that Panora does not have)",
                     why.message);
}

static bool read_dialect(struct step *step, const struct json_at *event, struct error *err)
{
    static const char *const names[] = {"text", "object"};
    struct json_at member = json_member(event, "dialect");
    const char *name = NULL;
    struct error why = {0};
    if (!member.value)
        return true;
    if (!json_get_text(&member, &name, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0) {
            step->dialect = i == 0 ? STEP_DIALECT_TEXT : STEP_DIALECT_OBJECT;
            return true;
        }
    (void)text_unknown(&why, "dialect", name, names, ARRAY_LEN(names));
    return json_fail(&member, err, "%s", why.message);
}

static bool read_size(struct step *step, const struct json_at *event, struct error *err)
{
    struct json_at member = json_member(event, "size");
    const char *text = NULL;
    struct error why = {0};
    if (!member.value)
        return true;
    if (!json_get_text(&member, &text, err))
        return false;
    if (!text_size_in_memory(text, &step->size, &why))
        return json_fail(&member, err, "%s", why.message);
    return step->size <= DATA_MAX || json_fail(&member, err, "is more than 64MiB");
}

static bool read_count(const struct json_at *at, const char *key, json_int_t min, json_int_t max,
                       json_int_t *out, struct error *err)
{
    struct json_at member = json_member(at, key);
    return !member.value || json_get_integer(&member, min, max, out, err);
}

/* true, or "all" */
static bool read_nulls(struct step *step, const struct json_at *event, struct error *err)
{
    struct json_at member = json_member(event, "nulls");
    const char *text = json_string_value(member.value);
    step->all_nulls = text && strcmp(text, "all") == 0;
    step->nulls = step->all_nulls;
    if (text && !step->all_nulls)
        return json_fail(&member, err, "is \"%s\"; use true, false or \"all\"", text);
    return text || read_optional_flag(event, "nulls", &step->nulls, err);
}

static bool read_again(struct step *step, const struct json_at *event, size_t index,
                       struct error *err)
{
    struct json_at member = json_member(event, "again");
    json_int_t again = 0;
    if (member.value && index == 0)
        return json_fail(&member, err, "there is no earlier step with an event to repeat");
    if (!read_count(event, "again", 1, (json_int_t)index, &again, err))
        return false;
    step->again = (size_t)again;
    return true;
}

static bool read_event(struct step *step, const struct json_at *at, size_t index,
                       const struct vocabulary *vocabulary, struct error *err)
{
    static const char *const keys[] = {"type", "dialect", "data",  "size", "depth",   "rows",
                                       "age",  "nulls",   "again", "ops",  "any-type"};
    struct json_at event = json_member(at, "event");
    json_int_t rows = -1;
    json_int_t depth = 0;
    if (!event.value)
        return true;
    if (!json_only_keys(&event, keys, ARRAY_LEN(keys), err) ||
        !read_type(step, &event, vocabulary, err) || !read_dialect(step, &event, err) ||
        !read_data(step, &event, err) || !read_size(step, &event, err) ||
        !read_count(&event, "depth", 1, 200000, &depth, err) ||
        !read_count(&event, "rows", 0, 100000, &rows, err) ||
        !read_optional_duration(&event, "age", &step->age_ns, err) ||
        !read_nulls(step, &event, err) || !read_again(step, &event, index, err) ||
        !read_mutations(&step->event_ops, &event, "ops", "event", vocabulary, err))
        return false;
    step->rows = rows;
    step->depth = (size_t)depth;
    return true;
}

/* "100/s" */
static bool read_rate(struct step *step, const struct json_at *deliver, struct error *err)
{
    struct json_at member = json_member(deliver, "rate");
    const char *text = NULL;
    int64_t rate = 0;
    if (!member.value)
        return true;
    if (!json_get_text(&member, &text, err))
        return false;
    char *number = text_ends_with(text, "/s") ? mem_copy(text, strlen(text) - 2) : NULL;
    bool ok = number && text_integer(number, 1, 10000, &rate, NULL);
    free(number);
    if (!ok)
        return json_fail(&member, err,
                         "\"%s\" is not a rate such as \"100/s\", from 1/s to 10000/s", text);
    step->interval_ns = NS_PER_S / rate;
    return true;
}

/* How many: `times`, `samples` or, at a rate, `burst`. */
static bool read_how_many(struct step *step, const struct json_at *deliver, struct error *err)
{
    struct json_at samples = json_member(deliver, "samples");
    struct json_at burst = json_member(deliver, "burst");
    json_int_t times = 1;
    json_int_t at_once = 0;
    if (!read_count(deliver, "times", 0, 1000, &times, err) ||
        !read_count(deliver, "samples", 1, 1000, &times, err) ||
        !read_count(deliver, "burst", 1, 1000, &times, err) ||
        !read_count(deliver, "at-once", 1, 1000, &at_once, err) || !read_rate(step, deliver, err))
        return false;
    if ((burst.value != NULL) != (step->interval_ns != 0))
        return json_fail(deliver, err, "\"burst\" and \"rate\" go together");
    step->times = (size_t)times;
    step->at_once = (size_t)at_once;
    step->together = step->together || at_once > 0;
    step->samples = samples.value || burst.value;
    return true;
}

/* RFC 9110 section 9.1: a method is a token; as Panora's own and all registered ones are, in
 * capital letters. */
static bool check_method(const struct step *step, const struct json_at *deliver, struct error *err)
{
    struct json_at member = json_member(deliver, "method");
    size_t len = strspn(step->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");
    return (len > 0 && step->method[len] == '\0') ||
           json_fail(&member, err, "\"%s\" is not a method such as POST or PUT", step->method);
}

static bool read_deliver(struct step *step, const struct json_at *at, struct error *err)
{
    static const char *const keys[] = {"method", "times",  "together",       "same-event",
                                       "after",  "beside", "samples",        "at-once",
                                       "burst",  "rate",   "until-accepted", "enough-if-accepted"};
    struct json_at deliver = json_member(at, "deliver");
    if (!deliver.value)
        return true;
    if (!json_only_keys(&deliver, keys, ARRAY_LEN(keys), err) ||
        !read_optional_text(&deliver, "method", &step->method, err) ||
        !check_method(step, &deliver, err) ||
        !read_optional_flag(&deliver, "together", &step->together, err) ||
        !read_optional_flag(&deliver, "same-event", &step->same_event, err) ||
        !read_optional_flag(&deliver, "beside", &step->beside, err) ||
        !read_optional_flag(&deliver, "until-accepted", &step->until_accepted, err) ||
        !read_optional_flag(&deliver, "enough-if-accepted", &step->enough_accepted, err) ||
        !read_optional_duration(&deliver, "after", &step->after_ns, err))
        return false;
    return read_how_many(step, &deliver, err);
}

bool step_read(struct step *step, const struct json_at *at, size_t index,
               const struct vocabulary *vocabulary, struct error *err)
{
    struct json_at expect = json_member(at, "expect");
    step_init(step);
    return read_event(step, at, index, vocabulary, err) &&
           read_mutations(&step->sign_ops, at, "sign", "sign", vocabulary, err) &&
           read_mutations(&step->wire_ops, at, "wire", "wire", vocabulary, err) &&
           read_deliver(step, at, err) &&
           expectations_read(&step->expect, &expect, "step", vocabulary, err);
}
