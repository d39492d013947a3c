#include "suite/suite.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "suite/step.h"
#include "suite/suite_internal.h"

static const char *const level_names[] = {
    [LEVEL_MUST] = "must", [LEVEL_SHOULD] = "should", [LEVEL_MAY] = "may"};

const char *level_name(enum level level)
{
    return level_names[level];
}

bool level_find(const char *name, enum level *out)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
        if (strcmp(level_names[i], name) == 0) {
            *out = (enum level)i;
            return true;
        }
    return false;
}

static void case_clear(struct suite_case *one)
{
    char *texts[] = {
        one->id,   one->base,   one->suite, one->title,           one->source,
        one->harm, one->remedy, one->bug,   one->tolerate_status, one->tolerate_because};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    for (size_t i = 0; i < one->num_see; i++)
        free(one->see[i]);
    free(one->see);
    for (size_t i = 0; i < one->num_steps; i++)
        step_clear(&one->steps[i]);
    free(one->steps);
    calls_clear(&one->expect);
    *one = (struct suite_case){0};
}

void suite_free(struct suite *suite)
{
    if (!suite)
        return;
    for (size_t i = 0; i < suite->num_cases; i++)
        case_clear(&suite->cases[i]);
    free(suite->cases);
    free(suite->name);
    free(suite->about);
    free(suite);
}

/* A dot is fine in a number only: "http-1.0". */
static bool dots_are_in_numbers(const char *text)
{
    for (const char *dot = strchr(text, '.'); dot; dot = strchr(dot + 1, '.'))
        if (dot == text || !isdigit((unsigned char)dot[-1]) || !isdigit((unsigned char)dot[1]))
            return false;
    return true;
}

/* Ids are slugs, so that they survive as file names, selectors and XML: a-z, 0-9 and single
 * hyphens. */
static bool is_slug(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len &&
           text[0] != '-' && text[len - 1] != '-' && !strstr(text, "--") &&
           dots_are_in_numbers(text);
}

static bool read_level(struct suite_case *one, const struct json_at *at, struct error *err)
{
    struct json_at member = json_member(at, "level");
    const char *name = NULL;
    struct error why = {0};
    if (!member.value)
        return true;
    if (!json_get_text(&member, &name, err))
        return false;
    if (level_find(name, &one->level))
        return true;
    (void)text_unknown(&why, "level", name, level_names, ARRAY_LEN(level_names));
    return json_fail(&member, err, "%s", why.message);
}

static bool read_source(struct suite_case *one, const struct json_at *at, struct error *err)
{
    static const char *const keys[] = {"doc", "section"};
    struct json_at source = json_member(at, "source");
    struct json_at doc = json_member(&source, "doc");
    const char *doc_text = NULL;
    char *section = NULL;
    if (!source.value)
        return true;
    if (!json_only_keys(&source, keys, ARRAY_LEN(keys), err) ||
        !json_get_text(&doc, &doc_text, err) ||
        !read_optional_text(&source, "section", &section, err))
        return false;
    one->source = section ? mem_format("%s: %s", doc_text, section) : mem_text(doc_text);
    free(section);
    return true;
}

static bool read_see(struct suite_case *one, const struct json_at *at, struct error *err)
{
    struct json_at see = json_member(at, "see");
    if (!see.value)
        return true;
    if (!json_expect_array(&see, err))
        return false;
    one->see = mem_alloc((json_array_size(see.value) + 1) * sizeof *one->see);
    for (struct json_at item = {0}; json_next(&see, &item);) {
        const char *text = NULL;
        if (!json_get_text(&item, &text, err))
            return false;
        one->see[one->num_see++] = mem_text(text);
    }
    return true;
}

static bool read_tolerate(struct suite_case *one, const struct json_at *at, struct error *err)
{
    static const char *const keys[] = {"status", "because"};
    static const struct word as_word = {
        .name = "tolerate",
        .parameters = {{.name = "status", .kind = PARAMETER_STATUS, .sentence = "which statuses"},
                       {.name = "because", .kind = PARAMETER_TEXT, .sentence = "the reason"}}};
    struct json_at tolerate = json_member(at, "tolerate");
    struct call call;
    if (!tolerate.value)
        return true;
    if (!json_only_keys(&tolerate, keys, ARRAY_LEN(keys), err) ||
        !call_read(&call, &as_word, &tolerate, err))
        return false;
    one->tolerate_status = call.values[0].text;
    one->tolerate_because = call.values[1].text;
    return true;
}

/* What the steps of a case can only be together. */
static bool check_steps(const struct suite_case *one, const struct json_at *at, struct error *err)
{
    for (size_t i = 0; i < one->num_steps; i++) {
        const struct step *step = &one->steps[i];
        if (step->again && one->steps[step->again - 1].times == 0)
            return json_fail(at, err, "step %zu repeats the event of step %zu, which sends none",
                             i + 1, step->again);
        if (step->together && one->one_connection)
            return json_fail(at, err,
                             "\"together\" does not work on one connection, which carries one "
                             "exchange at a time");
    }
    return true;
}

/* A case without `steps` is its own only step. */
static bool read_steps(struct suite_case *one, const struct json_at *at,
                       const struct vocabulary *vocabulary, struct error *err)
{
    struct json_at steps = json_member(at, "steps");
    struct json_at expect = json_member(at, "expect");
    size_t count = steps.value ? json_array_size(steps.value) : 1;
    if (steps.value && !json_expect_array(&steps, err))
        return false;
    static const char *const step_keys[] = {"event", "sign", "wire", "deliver", "expect"};
    static const char *const alone[] = {"event", "sign", "wire", "deliver"};
    for (size_t i = 0; steps.value && i < ARRAY_LEN(alone); i++) {
        struct json_at beside = json_member(at, alone[i]);
        if (beside.value)
            return json_fail(&beside, err,
                             "does not work next to \"steps\"; move it into one of the steps");
    }
    one->steps = mem_alloc((count + 1) * sizeof *one->steps);
    for (size_t i = 0; i < count; i++) {
        struct json_at item = json_item(&steps, i);
        const struct json_at *where = steps.value ? &item : at;
        one->num_steps++;
        if ((steps.value && !json_only_keys(where, step_keys, ARRAY_LEN(step_keys), err)) ||
            !step_read(&one->steps[i], where, i, vocabulary, err))
            return false;
    }
    return !steps.value || expectations_read(&one->expect, &expect, "case", vocabulary, err);
}

/* The word of the table, checked here like any other word of the vocabulary. */
static bool read_probe(struct suite_case *one, const struct json_at *at,
                       const struct vocabulary *vocabulary, struct error *err)
{
    struct json_at member = json_member(at, "probe");
    struct json_at steps = json_member(at, "steps");
    const char *name = NULL;
    struct error why = {0};
    if (!member.value)
        return true;
    if (!json_get_text(&member, &name, err))
        return false;
    if (steps.value)
        return json_fail(&steps, err, "does not work next to \"probe\", which has its own step");
    one->probe = table_find(&vocabulary->probes, name, &why);
    return one->probe || json_fail(&member, err, "%s", why.message);
}

static bool expects_something(const struct suite_case *one)
{
    size_t count = one->expect.count;
    for (size_t i = 0; i < one->num_steps; i++)
        count += one->steps[i].expect.count;
    return count > 0;
}

static bool read_flags(struct suite_case *one, const struct json_at *at, struct error *err)
{
    const struct {
        const char *key;
        bool *out;
    } flags[] = {{"disruptive", &one->disruptive},
                 {"harmful", &one->harmful},
                 {"odd", &one->odd},
                 {"alone", &one->alone},
                 {"tls", &one->tls},
                 {"one-connection", &one->one_connection},
                 {"exact", &one->exact},
                 {"private-channel", &one->private_channel},
                 {"needs-signature", &one->needs_signature}};
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        if (!read_optional_flag(at, flags[i].key, flags[i].out, err))
            return false;
    return true;
}

static bool read_case(struct suite_case *one, const struct json_at *at, const char *suite,
                      const char *label, const struct vocabulary *vocabulary, struct error *err)
{
    static const char *const keys[] = {
        "id",
        "title",
        "level",
        "source",
        "harm",
        "remedy",
        "bug",
        "see",
        "for",
        "event",
        "sign",
        "wire",
        "deliver",
        "expect",
        "steps",
        "tolerate",
        "probe",
        "disruptive",
        "harmful",
        "odd",
        "alone",
        "tls",
        "exact",
        "comment",
        "one-connection",
        "private-channel",
        "needs-signature",
    };
    struct json_at id_at = json_member(at, "id");
    const char *id = NULL;
    struct json_at title_at = json_member(at, "title");
    const char *title = NULL;
    if (!json_only_keys(at, keys, ARRAY_LEN(keys), err) || !json_get_text(&id_at, &id, err) ||
        !json_get_text(&title_at, &title, err))
        return false;
    if (!is_slug(id))
        return json_fail(&id_at, err, "\"%s\" is not a slug of a-z, 0-9 and hyphens", id);
    one->suite = mem_text(suite);
    one->base = mem_format("%s/%s", suite, id);
    one->id = label ? mem_format("%s[%s]", one->base, label) : mem_text(one->base);
    one->title = mem_text(title);
    if (!read_level(one, at, err) || !read_source(one, at, err) ||
        !read_optional_text(at, "harm", &one->harm, err) ||
        !read_optional_text(at, "remedy", &one->remedy, err) ||
        !read_optional_text(at, "bug", &one->bug, err) || !read_see(one, at, err) ||
        !read_tolerate(one, at, err) || !read_flags(one, at, err) ||
        !read_probe(one, at, vocabulary, err) || !read_steps(one, at, vocabulary, err) ||
        !check_steps(one, at, err))
        return false;
    return expects_something(one) || json_fail(at, err, "expects nothing; add \"expect\"");
}

/* A suite as it is read. */
struct reading {
    struct suite *suite;
    const struct vocabulary *vocabulary;
    json_t *ids;       /* those of its cases so far, as members */
    size_t copied_len; /* bytes of JSON that `for` has made */
};

/* Of one file: what a few lines may grow into. */
#define COPIED_MAX ((size_t)64 * 1024 * 1024)
#define PLACES_MAX 32

static bool add_case(struct reading *reading, const struct json_at *at, const char *label,
                     struct error *err)
{
    struct suite *suite = reading->suite;
    suite->cases = mem_resize(suite->cases, suite->num_cases + 1, sizeof *suite->cases);
    struct suite_case *one = &suite->cases[suite->num_cases++];
    *one = (struct suite_case){0};
    if (!read_case(one, at, suite->name, label, reading->vocabulary, err))
        return false;
    if (json_object_get(reading->ids, one->id))
        return json_fail(at, err, "there are two cases \"%s\"; ids must be unique", one->id);
    return json_object_set_new(reading->ids, one->id, json_true()) == 0 ||
           json_fail(at, err, "its id is not UTF-8");
}

/* --- `for`: a case repeated over values, by putting each into a copy of its JSON --- */

/* Puts a copy of `value` where the JSON Pointer `pointer` leads; false when its parent is not
 * there. */
static bool put_at(json_t *root, const char *pointer, json_t *value)
{
    char *path = mem_text(pointer);
    char *last = strrchr(path, '/');
    json_t *parent = root;
    *last++ = '\0';
    for (char *part = path; parent && *part;) {
        char *name = part + 1;
        size_t len = strcspn(name, "/");
        part = name + len;
        char *key = mem_copy(name, len);
        parent = json_is_array(parent) ? json_array_get(parent, strtoul(key, NULL, 10))
                                       : json_object_get(parent, key);
        free(key);
    }
    bool done = json_is_array(parent) ? json_array_set(parent, strtoul(last, NULL, 10), value) == 0
                                      : json_object_set(parent, last, value) == 0;
    free(path);
    return done;
}

/* `pointers` is one pointer or a list of them. */
static bool put_all(json_t *root, const struct json_at *pointers, json_t *value, struct error *err)
{
    size_t count = json_is_array(pointers->value) ? json_array_size(pointers->value) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *item =
            json_is_array(pointers->value) ? json_array_get(pointers->value, i) : pointers->value;
        const char *pointer = json_string_value(item);
        if (!put_at(root, pointer, value))
            return json_fail(pointers, err, "there is no %s in this case to insert values at",
                             pointer);
    }
    return true;
}

static bool check_pointer(const struct json_at *at, struct error *err)
{
    const char *pointer = NULL;
    if (!json_get_text(at, &pointer, err))
        return false;
    return pointer[0] == '/' ||
           json_fail(at, err, "\"%s\" is not a JSON Pointer such as /event/type", pointer);
}

static bool check_pointers(const struct json_at *at, struct error *err)
{
    if (!json_is_array(at->value))
        return check_pointer(at, err);
    if (json_array_size(at->value) > PLACES_MAX)
        return json_fail(at, err, "names more than %d places", PLACES_MAX);
    for (struct json_at item = {0}; json_next(at, &item);) {
        if (!check_pointer(&item, err))
            return false;
    }
    return json_array_size(at->value) > 0 || json_fail(at, err, "is empty");
}

static char *label_of(const json_t *value)
{
    if (json_is_string(value))
        return mem_text(json_string_value(value));
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char *label = mem_text(dumped ? dumped : "");
    free(dumped);
    return label;
}

/* Ids stand in lines of their own in most reports. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static size_t json_len(const json_t *value)
{
    return json_dumpb(value, NULL, 0, JSON_ENCODE_ANY | JSON_COMPACT);
}

/* What another variant adds to the suite. */
static bool count_copy(struct reading *reading, const struct json_at *at,
                       const struct json_at *pointers, const struct json_at *entry,
                       struct error *err)
{
    size_t num_places =
        json_is_array(pointers->value) ? json_array_size(pointers->value) : (size_t)1;
    reading->copied_len += json_len(at->value) + num_places * json_len(entry->value);
    return reading->copied_len <= COPIED_MAX ||
           json_fail(entry, err, "with it, \"for\" makes more than %zu MiB of cases",
                     COPIED_MAX / ((size_t)1024 * 1024));
}

/* One value of a `for`: a plain value, or {"value": ..., "label": ..., "level": ...}. */
static bool add_variant(struct reading *reading, const struct json_at *at,
                        const struct json_at *pointers, const struct json_at *entry,
                        struct error *err)
{
    static const char *const keys[] = {"value", "label", "level"};
    json_t *value = entry->value;
    const json_t *label = NULL;
    json_t *level = NULL;
    if (json_is_object(value)) {
        if (!json_only_keys(entry, keys, ARRAY_LEN(keys), err))
            return false;
        label = json_object_get(value, "label");
        level = json_object_get(value, "level");
        value = json_object_get(value, "value");
        if (!value)
            return json_fail(entry, err, "has no \"value\"");
    }
    if (!count_copy(reading, at, pointers, entry, err))
        return false;
    json_t *copy = json_deep_copy(at->value);
    struct json_at variant = *at;
    variant.value = copy;
    bool ok = put_all(copy, pointers, value, err);
    if (ok && level)
        ok = json_object_set(copy, "level", level) == 0;
    char *name = label_of(label ? label : value);
    if (ok && has_control(name))
        ok = json_fail(entry, err, "an id cannot contain a control character; add a \"label\"");
    ok = ok && add_case(reading, &variant, name, err);
    free(name);
    json_decref(copy);
    return ok;
}

static const struct value_list *find_list(const struct vocabulary *vocabulary,
                                          const struct json_at *at, struct error *err)
{
    const char *names[16];
    const char *name = json_string_value(at->value);
    struct error why = {0};
    size_t count = 0;
    for (size_t i = 0; i < vocabulary->num_lists && count < ARRAY_LEN(names); i++) {
        if (strcmp(vocabulary->lists[i].name, name) == 0)
            return &vocabulary->lists[i];
        names[count++] = vocabulary->lists[i].name;
    }
    (void)text_unknown(&why, "list of values", name, names, count);
    (void)json_fail(at, err, "%s", why.message);
    return NULL;
}

/* Every value of a named list; with `level` (may be NULL) as the level of each. */
static bool add_listed(struct reading *reading, const struct json_at *at,
                       const struct json_at *pointers, const struct json_at *name,
                       const json_t *level, struct error *err)
{
    const struct value_list *list = find_list(reading->vocabulary, name, err);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < list->num_values; i++) {
        json_t *value = json_pack("{s:s, s:O*}", "value", list->values[i], "level", level);
        struct json_at entry = {.value = value, .file = at->file, .parent = name, .index = i};
        ok = add_variant(reading, at, pointers, &entry, err);
        json_decref(value);
    }
    return ok;
}

/* One entry of `values`: a value, or {"list": NAME, "level": ...} for all values of a named list.
 */
static bool add_entry(struct reading *reading, const struct json_at *at,
                      const struct json_at *pointers, const struct json_at *entry,
                      struct error *err)
{
    static const char *const keys[] = {"list", "level"};
    struct json_at name = json_member(entry, "list");
    if (!name.value)
        return add_variant(reading, at, pointers, entry, err);
    if (!json_only_keys(entry, keys, ARRAY_LEN(keys), err))
        return false;
    if (!json_is_string(name.value))
        return json_fail(&name, err, "is not the name of a list");
    return add_listed(reading, at, pointers, &name, json_object_get(entry->value, "level"), err);
}

static bool add_entries(struct reading *reading, const struct json_at *at,
                        const struct json_at *pointers, const struct json_at *values,
                        struct error *err)
{
    if (json_is_string(values->value))
        return add_listed(reading, at, pointers, values, NULL, err);
    if (!json_expect_array(values, err))
        return false;
    if (json_array_size(values->value) == 0)
        return json_fail(values, err, "is empty; at least one value is required");
    for (struct json_at entry = {0}; json_next(values, &entry);) {
        if (!add_entry(reading, at, pointers, &entry, err))
            return false;
    }
    return true;
}

static bool add_variants(struct reading *reading, const struct json_at *at,
                         const struct json_at *loop, struct error *err)
{
    static const char *const keys[] = {"at", "values"};
    struct json_at pointers = json_member(loop, "at");
    struct json_at values = json_member(loop, "values");
    if (!json_only_keys(loop, keys, ARRAY_LEN(keys), err) || !check_pointers(&pointers, err))
        return false;
    struct json_at once = *at; /* without the values, which would go into every copy */
    once.value = json_copy(at->value);
    (void)json_object_del(once.value, "for");
    bool ok = add_entries(reading, &once, &pointers, &values, err);
    json_decref(once.value);
    return ok;
}

/* --- the file --- */

static bool is_suite_name(const char *name)
{
    char *copy = mem_text(name);
    bool ok = true;
    char *part = copy;
    while (ok && part) {
        char *slash = strchr(part, '/');
        if (slash)
            *slash++ = '\0';
        ok = is_slug(part);
        part = slash;
    }
    free(copy);
    return ok;
}

static bool read_suite(struct reading *reading, const struct json_at *root, struct error *err)
{
    struct suite *suite = reading->suite;
    static const char *const keys[] = {"$schema", "suite", "about", "cases"};
    struct json_at name_at = json_member(root, "suite");
    struct json_at cases = json_member(root, "cases");
    const char *name = NULL;
    if (!json_only_keys(root, keys, ARRAY_LEN(keys), err) || !json_get_text(&name_at, &name, err) ||
        !read_optional_text(root, "about", &suite->about, err) || !json_expect_array(&cases, err))
        return false;
    if (!is_suite_name(name))
        return json_fail(&name_at, err, "\"%s\" is not a name such as my-company/orders", name);
    suite->name = mem_text(name);
    for (struct json_at at = {0}; json_next(&cases, &at);) {
        struct json_at loop = json_member(&at, "for");
        if (loop.value ? !add_variants(reading, &at, &loop, err)
                       : !add_case(reading, &at, NULL, err))
            return false;
    }
    return suite->num_cases > 0 || json_fail(&cases, err, "contains no cases");
}

struct suite *suite_read(const char *file, struct bytes text, const struct vocabulary *vocabulary,
                         struct error *err)
{
    json_t *json = json_read(file, text, err);
    if (!json)
        return NULL;
    struct json_at root = json_root(file, json);
    struct reading reading = {
        .suite = mem_alloc(sizeof *reading.suite), .vocabulary = vocabulary, .ids = json_object()};
    bool ok = read_suite(&reading, &root, err);
    json_decref(reading.ids);
    json_decref(json);
    if (ok)
        return reading.suite;
    suite_free(reading.suite);
    return NULL;
}
