/* A receiver that validates the shape of data, as one with a schema library does: every member that
 * Panora describes for the type must be there and of its kind. Unknown types and further members
 * are taken, as Panora's documentation asks. */
#include <string.h>

#include "base/text.h"
#include "panora/catalogue.h"
#include "receive/variation.h"

/* A kind as fixtures/events/shapes.json writes it: "text", "[uuid]", "time?", "[Email]?". */
struct kind {
    struct bytes name;
    bool may_be_null;
    bool is_list;
};

static struct kind read_kind(struct bytes text)
{
    struct kind kind = {.name = text};
    if (kind.name.len && kind.name.data[kind.name.len - 1] == '?') {
        kind.may_be_null = true;
        kind.name.len--;
    }
    if (kind.name.len > 1 && kind.name.data[0] == '[') {
        kind.is_list = true;
        kind.name.data++;
        kind.name.len -= 2;
    }
    return kind;
}

/* Each character of `mask` stands for itself; 0 for a digit, x for a hexadecimal digit. */
static bool looks_like(struct bytes text, const char *mask)
{
    if (text.len != strlen(mask))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const char *any = mask[i] == '0'   ? "0123456789"
                          : mask[i] == 'x' ? "0123456789abcdef"
                                           : NULL;
        char c = text.data[i];
        if (any ? !c || !strchr(any, c) : c != mask[i])
            return false;
    }
    return true;
}

static bool is_text(const struct js *value)
{
    return js_kind(value) == JS_STRING;
}

static bool is_uuid(const struct js *value)
{
    return is_text(value) && looks_like(js_string(value), "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx");
}

static bool is_time(const struct js *value)
{
    return is_text(value) && looks_like(js_string(value), "0000-00-00T00:00:00.000Z");
}

static bool is_digits(const struct js *value)
{
    struct bytes text = is_text(value) ? js_string(value) : (struct bytes){0};
    size_t start = text.len && text.data[0] == '-';
    for (size_t i = start; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > start;
}

static bool is_number(const struct js *value)
{
    return js_kind(value) == JS_NUMBER;
}

static bool is_flag(const struct js *value)
{
    return js_kind(value) == JS_BOOL;
}

static bool is_object(const struct js *value)
{
    return js_kind(value) == JS_OBJECT;
}

static bool is_text_or_object(const struct js *value)
{
    return is_text(value) || is_object(value);
}

static bool is_any(const struct js *value)
{
    return value != NULL;
}

static const struct {
    const char *name;
    bool (*fits)(const struct js *value);
} kinds[] = {
    {"text", is_text},     {"uuid", is_uuid},
    {"time", is_time},     {"digits", is_digits},
    {"number", is_number}, {"flag", is_flag},
    {"object", is_object}, {"text|object", is_text_or_object},
    {"any", is_any},
};

/* What must stand in an object, and what has such members inside. */
struct shape {
    const struct js *members;
    const struct js *parts;
};

static bool fits_part(const struct js *value, struct bytes name, const struct js *parts);

static bool fits_one(const struct js *value, struct bytes name, const struct js *parts)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (bytes_equal(name, bytes_of(kinds[i].name)))
            return kinds[i].fits(value);
    return fits_part(value, name, parts);
}

static bool fits(const struct js *value, struct bytes text, const struct js *parts)
{
    struct kind kind = read_kind(text);
    if (js_kind(value) == JS_NULL)
        return kind.may_be_null;
    if (!kind.is_list)
        return fits_one(value, kind.name, parts);
    bool ok = js_kind(value) == JS_ARRAY;
    for (size_t i = 0; ok && i < js_size(value); i++)
        ok = fits_one(js_at(value, i), kind.name, parts);
    return ok;
}

/* The own member of an object by a key that is no C text, or NULL. */
static const struct js *member(const struct js *object, struct bytes key)
{
    for (size_t i = 0; object && i < js_size(object); i++)
        if (bytes_equal(js_key(object, i), key))
            return js_at(object, i);
    return NULL;
}

/* A name that ends with ? may be missing. */
static bool fits_members(const struct js *object, struct shape shape)
{
    bool ok = js_kind(object) == JS_OBJECT;
    for (size_t i = 0; ok && shape.members && i < js_size(shape.members); i++) {
        struct bytes key = js_key(shape.members, i);
        bool may_be_missing = key.data[key.len - 1] == '?';
        key.len -= may_be_missing;
        const struct js *value = member(object, key);
        ok = value ? fits(value, js_string(js_at(shape.members, i)), shape.parts) : may_be_missing;
    }
    return ok;
}

static bool fits_part(const struct js *value, struct bytes name, const struct js *parts)
{
    return fits_members(value, (struct shape){member(parts, name), NULL});
}

static bool fits_data(const struct js *data, const struct event_type *type, const struct js *shapes)
{
    const struct js *object = js_get(js_get(shapes, "objects"), type->object);
    bool is_rows = type->shape == SHAPE_ROWS;
    const struct shape shape = {js_get(object, is_rows ? "rows" : "object"),
                                js_get(shapes, "parts")};
    if (!is_rows)
        return fits_members(data, shape);
    bool ok = js_kind(data) == JS_ARRAY;
    for (size_t i = 0; ok && i < js_size(data); i++)
        ok = fits_members(js_at(data, i), shape);
    return ok;
}

static enum result vary_shape_published(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    if (result != RESULT_NEXT)
        return result;
    const struct event_type *type =
        memory_find_type(handling->memory, handling_member(handling, "type"));
    struct js *data = handling_data(handling);
    bool ok = data && (!type || fits_data(data, type, memory_shapes(handling->memory)));
    js_free(data);
    return ok ? RESULT_NEXT : RESULT_NOT_EVENT;
}

static const struct variation rows[] = {
    {.name = "validates-the-shape",
     .sentence = "requires data to be complete and typed as Panora's documentation says, and "
                 "accepts unknown types and keys",
     .overrides = {.shape = vary_shape_published}},
};
const struct table_part variations_by_shape = TABLE_PART(rows);
