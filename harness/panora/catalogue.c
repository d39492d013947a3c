#include "panora/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/sink.h"
#include "base/text.h"
#include "panora/sample_set.h"

#define TYPES_FILE     "fixtures/events/types.json"
#define SHAPES_FILE    "fixtures/events/shapes.json"
#define UNKNOWN_OBJECT "unknown"

/* What a sync that found something usually brings. */
#define USUAL_ROWS 2

struct object_samples {
    char *object;
    struct sample_set object_set; /* count == 0: the object never comes in this shape */
    struct sample_set rows_set;
};

struct catalogue_samples {
    struct object_samples *objects;
    size_t num_objects;
    size_t *of_type; /* per type: which of the objects */
    size_t unknown;
    json_t *shapes; /* which members the data of each object has, and of which kind */
};

static const char *const type_keys[] = {
    "name", "wire_type", "object", "shape", "sent", "documented", "subscribable", "note",
};
static const char *const object_keys[] = {"object", "rows"};
static const char *const shape_names[] = {[SHAPE_OBJECT] = "object", [SHAPE_ROWS] = "rows"};

static json_t *read_resource(const char *path, struct error *err)
{
    struct bytes text = resource_find(path);
    if (!text.data) {
        (void)error_set(err, "%s is missing from the program", path);
        return NULL;
    }
    return json_read(path, text, err);
}

static bool get_copy(const struct json_at *row, const char *key, char **out, struct error *err)
{
    struct json_at at = json_member(row, key);
    const char *text = NULL;
    if (!json_get_text(&at, &text, err))
        return false;
    *out = mem_text(text);
    return true;
}

static bool get_shape(const struct json_at *row, enum data_shape *out, struct error *err)
{
    struct json_at at = json_member(row, "shape");
    const char *name = NULL;
    if (!json_get_text(&at, &name, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(shape_names); i++) {
        if (strcmp(shape_names[i], name) != 0)
            continue;
        *out = (enum data_shape)i;
        return true;
    }
    return json_fail(&at, err, "is \"%s\"; \"object\" or \"rows\" is needed here", name);
}

static bool get_flag(const struct json_at *row, const char *key, bool *out, struct error *err)
{
    struct json_at at = json_member(row, key);
    return json_get_bool(&at, out, err);
}

static bool read_type(const struct json_at *row, struct event_type *out, struct error *err)
{
    if (!json_only_keys(row, type_keys, ARRAY_LEN(type_keys), err) ||
        !get_copy(row, "name", &out->name, err) || !get_copy(row, "object", &out->object, err) ||
        !get_shape(row, &out->shape, err) || !get_flag(row, "sent", &out->sent, err) ||
        !get_flag(row, "documented", &out->documented, err) ||
        !get_flag(row, "subscribable", &out->subscribable, err))
        return false;
    if (out->sent && !get_copy(row, "wire_type", &out->wire_type, err))
        return false;
    struct json_at wire_type = json_member(row, "wire_type");
    if (!out->sent && !json_is_null(wire_type.value))
        return json_fail(&wire_type, err, "must be null for a type that is never sent");
    if (json_member(row, "note").value)
        return get_copy(row, "note", &out->note, err);
    out->note = mem_text("");
    return true;
}

static bool read_types(struct catalogue *catalogue, const struct json_at *root, struct error *err)
{
    if (!json_expect_array(root, err))
        return false;
    size_t count = json_array_size(root->value);
    catalogue->types = mem_alloc(count * sizeof *catalogue->types);
    while (catalogue->num_types < count) {
        struct json_at row = json_item(root, catalogue->num_types);
        if (!read_type(&row, &catalogue->types[catalogue->num_types++], err))
            return false;
    }
    return true;
}

static bool read_set(const struct json_at *root, const char *key, struct sample_set *out,
                     struct error *err)
{
    struct json_at at = json_member(root, key);
    return !at.value || sample_set_read(&at, out, err);
}

static bool read_object(struct object_samples *out, struct error *err)
{
    char *path = mem_format("fixtures/events/objects/%s.json", out->object);
    json_t *value = read_resource(path, err);
    struct json_at root = json_root(path, value);
    bool ok = value && json_only_keys(&root, object_keys, ARRAY_LEN(object_keys), err) &&
              read_set(&root, "object", &out->object_set, err) &&
              read_set(&root, "rows", &out->rows_set, err);
    json_decref(value);
    free(path);
    return ok;
}

/* The number of the object's samples, reading them when they are new; SIZE_MAX on failure. */
static size_t samples_of(struct catalogue_samples *samples, const char *object, struct error *err)
{
    for (size_t i = 0; i < samples->num_objects; i++)
        if (strcmp(samples->objects[i].object, object) == 0)
            return i;
    size_t count = samples->num_objects++;
    samples->objects = mem_resize(samples->objects, samples->num_objects, sizeof *samples->objects);
    samples->objects[count] = (struct object_samples){.object = mem_text(object)};
    return read_object(&samples->objects[count], err) ? count : SIZE_MAX;
}

static const struct sample_set *set_of(const struct object_samples *samples, enum data_shape shape)
{
    return shape == SHAPE_ROWS ? &samples->rows_set : &samples->object_set;
}

static bool read_samples(struct catalogue *catalogue, struct error *err)
{
    struct catalogue_samples *samples = catalogue->samples;
    samples->of_type = mem_alloc(catalogue->num_types * sizeof *samples->of_type);
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        size_t object = samples_of(samples, type->object, err);
        if (object == SIZE_MAX)
            return false;
        if (set_of(&samples->objects[object], type->shape)->count == 0)
            return error_set(err, "%s arrives as \"%s\", but %s has no samples of that", type->name,
                             shape_names[type->shape], type->object);
        samples->of_type[i] = object;
    }
    samples->unknown = samples_of(samples, UNKNOWN_OBJECT, err);
    return samples->unknown != SIZE_MAX;
}

struct catalogue *catalogue_load(void)
{
    struct catalogue *catalogue = mem_alloc(sizeof *catalogue);
    catalogue->samples = mem_alloc(sizeof *catalogue->samples);
    struct error err = {0};
    json_t *value = read_resource(TYPES_FILE, &err);
    struct json_at root = json_root(TYPES_FILE, value);
    bool ok = value && read_types(catalogue, &root, &err) && read_samples(catalogue, &err);
    json_decref(value);
    catalogue->samples->shapes = ok ? read_resource(SHAPES_FILE, &err) : NULL;
    if (!catalogue->samples->shapes) {
        sink_note("the event catalogue is damaged: %s", err.message);
        abort();
    }
    return catalogue;
}

static void free_samples(struct catalogue_samples *samples)
{
    for (size_t i = 0; i < samples->num_objects; i++) {
        free(samples->objects[i].object);
        sample_set_clear(&samples->objects[i].object_set);
        sample_set_clear(&samples->objects[i].rows_set);
    }
    free(samples->objects);
    free(samples->of_type);
    json_decref(samples->shapes);
    free(samples);
}

void catalogue_free(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        free(catalogue->types[i].name);
        free(catalogue->types[i].wire_type);
        free(catalogue->types[i].object);
        free(catalogue->types[i].note);
    }
    free(catalogue->types);
    free_samples(catalogue->samples);
    free(catalogue);
}

const struct event_type *catalogue_find(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->num_types; i++)
        if (strcmp(catalogue->types[i].name, name) == 0)
            return &catalogue->types[i];
    return NULL;
}

bool catalogue_unknown(const struct catalogue *catalogue, const char *name, struct error *err)
{
    const char **names = mem_alloc(catalogue->num_types * sizeof *names);
    for (size_t i = 0; i < catalogue->num_types; i++)
        names[i] = catalogue->types[i].name;
    (void)text_unknown(err, "event type", name, names, catalogue->num_types);
    free(names);
    return false;
}

/* "crm.deal.push": what no endpoint can subscribe to. */
static bool only_bodies_have(const char *name)
{
    return text_ends_with(name, ".push");
}

bool catalogue_delivers(const struct catalogue *catalogue, const char *name, struct buf *out_why)
{
    const struct event_type *type = catalogue_find(catalogue, name);
    struct error unknown = {0};
    if (type && type->sent && !only_bodies_have(name))
        return true;
    if (type && only_bodies_have(name))
        buf_add_format(out_why, "only bodies have the name %s; subscribe to %.*s.created", name,
                       (int)(strlen(name) - strlen(".push")), name);
    else if (type)
        buf_add_format(out_why, "Panora never sends %s%s%s", name, *type->note ? ": " : "",
                       type->note);
    else if (strchr(name, '*'))
        buf_add_format(out_why, "Panora takes the \"*\" of %s literally, so it matches nothing",
                       name);
    else {
        (void)catalogue_unknown(catalogue, name, &unknown);
        buf_add_text(out_why, unknown.message);
    }
    return false;
}

void catalogue_sample(const struct catalogue *catalogue, const struct sample_request *request,
                      struct rng *rng, struct buf *out)
{
    const struct catalogue_samples *samples = catalogue->samples;
    const struct event_type *type = catalogue_find(catalogue, request->type);
    size_t object = type ? samples->of_type[type - catalogue->types] : samples->unknown;
    enum data_shape shape = type ? type->shape : SHAPE_OBJECT;
    const struct sample_set *set = set_of(&samples->objects[object], shape);
    struct sample_style style = {.wall_ms = request->wall_ms, .nulls = request->nulls};
    size_t num_rows = request->num_rows == SIZE_MAX ? USUAL_ROWS : request->num_rows;
    if (shape == SHAPE_ROWS)
        sample_set_write_rows(set, num_rows, &style, rng, out);
    else
        sample_set_write_object(set, &style, rng, out);
}

/* --- places in data --- */

const char *const data_place_names[DATA_PLACE_COUNT + 1] = {
    [DATA_TEXT] = "text",
    [DATA_NUMBER] = "number",
    [DATA_FIELD_MAPPINGS] = "field_mappings",
    [DATA_REMOTE_DATA] = "remote_data",
};

/* Types whose data has the place, for those that lack it. */
static const char *const types_with[DATA_PLACE_COUNT] = {
    [DATA_TEXT] = "crm.contact.created",
    [DATA_NUMBER] = "crm.deal.push",
    [DATA_FIELD_MAPPINGS] = "crm.contact.created",
    [DATA_REMOTE_DATA] = "crm.contact.created",
};

/* The first of the members that usually hold what somebody wrote. */
static const char *text_of(const json_t *texts, const json_t *members)
{
    size_t index = 0;
    const json_t *name = NULL;
    json_array_foreach(texts, index, name)
    {
        const char *kind = json_string_value(json_object_get(members, json_string_value(name)));
        if (kind && text_starts_with(kind, "text"))
            return json_string_value(name);
    }
    return NULL;
}

static const char *number_of(json_t *members)
{
    for (void *at = json_object_iter(members); at; at = json_object_iter_next(members, at))
        if (text_starts_with(json_string_value(json_object_iter_value(at)), "number"))
            return json_object_iter_key(at);
    return NULL;
}

/* A type that does not exist yet may have anything. */
static const char *place_of_unknown(enum data_place place)
{
    return place == DATA_TEXT ? "name" : place == DATA_NUMBER ? NULL : data_place_names[place];
}

const char *catalogue_place(const struct catalogue *catalogue, const char *type,
                            enum data_place place)
{
    const struct event_type *known = catalogue_find(catalogue, type);
    if (!known)
        return place_of_unknown(place);
    json_t *shapes = catalogue->samples->shapes;
    const json_t *object = json_object_get(json_object_get(shapes, "objects"), known->object);
    json_t *members = json_object_get(object, shape_names[known->shape]);
    if (place == DATA_TEXT)
        return text_of(json_object_get(shapes, "texts"), members);
    if (place == DATA_NUMBER)
        return number_of(members);
    bool has = json_object_get(members, data_place_names[place]) ||
               (place == DATA_REMOTE_DATA && json_object_get(members, "remote_data?"));
    return has ? data_place_names[place] : NULL;
}

const char *catalogue_type_with(const struct catalogue *catalogue, const char *type,
                                enum data_place place)
{
    return catalogue_place(catalogue, type, place) ? type : types_with[place];
}
